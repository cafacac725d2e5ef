"""What of the findings readers may see where editions wait for approval (`CLAIMWATCH_REVIEW`, or one that is held).

A development that waits is shown once an edition that went out has told it, or an analyst has accepted or relabelled
it: in that state, with what had been found by then and what says the same since. Findings that tell of no development
(they repeat what is known) wait for nothing.
"""

from dataclasses import dataclass

from sqlalchemy import Boolean, Connection, func, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from claimwatch.models import Action
from claimwatch.store.reviews import WAITING
from claimwatch.store.tables import decisions, developments, edition_items, editions, standings

GRAVE = "S1"  # what an alert tells
_LOOKED_AT = (Action.ACCEPT.value, Action.RELABEL.value)
# In SQL, since search speaks it too: `f` is a finding, `d` a development. Nothing of it is anybody's but ours.
_HELD = (
    "EXISTS (SELECT 1 FROM edition_items hi JOIN editions he ON he.id = hi.edition_id "
    "WHERE hi.development_id = d.id AND hi.state_version >= d.state_version AND he.state = 'held')"
)
_WENT_OUT = (
    "({e}.state = 'frozen' AND (NOT EXISTS (SELECT 1 FROM messages m WHERE m.edition_id = {e}.id) OR EXISTS "  # noqa: S608
    f"(SELECT 1 FROM messages m WHERE m.edition_id = {{e}}.id AND m.state NOT IN {('held', *WAITING)})))"
)
_TOLD = (
    "EXISTS (SELECT 1 FROM edition_items i JOIN editions e ON e.id = i.edition_id WHERE i.development_id = d.id "  # noqa: S608
    f"AND (i.state_version >= d.state_version{{by_then}}) AND {_WENT_OUT.format(e='e')})"
)
_REVIEWED = (
    "EXISTS (SELECT 1 FROM standings n JOIN decisions c ON c.id = n.decision_id WHERE n.development = d.key "  # noqa: S608
    f"AND n.action IN {_LOOKED_AT} AND (n.state_version >= d.state_version{{by_then}}))"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What waits to be released: a condition on a development `d`, or None where nothing does."""

    waits: str | None

    def of_finding(self, alias: str = "findings") -> str:
        """The condition that a finding (a row of that name) may be shown, in SQL."""
        if self.waits is None:
            return "1 = 1"
        told = _TOLD.format(by_then=f" OR {alias}.first_seen_at <= e.frozen_at")
        reviewed = _REVIEWED.format(by_then=f" OR {alias}.first_seen_at <= c.at")
        return (
            f"({alias}.development_id IS NULL OR EXISTS (SELECT 1 FROM developments d "  # noqa: S608
            f"WHERE d.id = {alias}.development_id AND (NOT ({self.waits}) OR {told} OR {reviewed})))"
        )

    def finding(self, alias: str = "findings") -> ColumnElement[bool]:
        """The same for a statement of SQLAlchemy."""
        return literal_column(self.of_finding(alias), Boolean)

    def development(self) -> ColumnElement[bool]:
        """The condition that a development may be shown as it stands now."""
        if self.waits is None:
            return literal_column("1 = 1", Boolean)
        settled = f"NOT ({self.waits}) OR {_TOLD.format(by_then='')} OR {_REVIEWED.format(by_then='')}"
        there = f"EXISTS (SELECT 1 FROM developments d WHERE d.id = developments.id AND ({settled}))"  # noqa: S608
        return literal_column(there, Boolean)


EVERYTHING = Rule(None)


def went_out() -> ColumnElement[bool]:
    """The condition that an edition is public: none of its messages has to leave first, or one has left."""
    return literal_column(_WENT_OUT.format(e="editions"), Boolean)


def rule(connection: Connection, review: str) -> Rule:
    """What waits under that `CLAIMWATCH_REVIEW`: every development, grave ones, and those that a held edition tells as
    they are now."""
    if review == "all":
        return Rule("1 = 1")
    held = connection.execute(select(editions.c.id).where(editions.c.state == "held").limit(1)).first() is not None
    waits = [f"d.severity <= '{GRAVE}'"] if review == "urgent" else []
    waits += [_HELD] if held else []
    return Rule(" OR ".join(waits)) if waits else EVERYTHING


def released_version(connection: Connection, found: Rule, development_id: int) -> int | None:
    """The newest state of a development that may be shown; None where none may."""
    query = select(developments.c.key, developments.c.state_version, found.development().label("shown"))
    row = connection.execute(query.where(developments.c.id == development_id)).one()
    if row.shown:
        return int(row.state_version)
    told = (
        select(func.max(edition_items.c.state_version))
        .join(editions, editions.c.id == edition_items.c.edition_id)
        .where(edition_items.c.development_id == development_id, went_out())
    )
    reviewed = (
        select(standings.c.state_version)
        .join(decisions, decisions.c.id == standings.c.decision_id)
        .where(standings.c.development == row.key, standings.c.action.in_(_LOOKED_AT))
    )
    versions = [connection.execute(one).scalar() for one in (told, reviewed)]
    return max((version for version in versions if version is not None), default=None)
