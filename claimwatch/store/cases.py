"""Developments as the review desk lists them, and the texts in which their findings stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from claimwatch.models import Action, CaseState, Origin, Outcome
from claimwatch.store.findings import live
from claimwatch.store.tables import (
    developments,
    edition_items,
    editions,
    entry_revisions,
    findings,
    publication_revisions,
    standings,
)


@dataclass(frozen=True, slots=True)
class ToldIn:
    """An edition that told of a development: its series and period, its state, and the state version that it told."""

    series: str
    period: str
    state: str
    state_version: int


def case_ids(
    connection: Connection,
    state: CaseState,
    today: date,
    *,
    company: str | None = None,
    source: str | None = None,
    outcome: Outcome | None = None,
    limit: int,
    offset: int,
) -> tuple[list[int], int]:
    """The ids of a page of developments in this state, the gravest and newest first; and how many there are in all.

    Only those that polls found, and something is left of. The conditions are those of `Standing.state`.
    """
    here = and_(findings.c.development_id == developments.c.id, live(Origin.WATCH))
    if company is not None:
        here = and_(here, findings.c.entity == company)
    if source is not None:
        here = and_(here, findings.c.source == source)
    conditions = [_in_state(state, today), exists().where(here)]
    if outcome is not None:
        conditions.append(developments.c.outcome == outcome.value)
    # What nobody decided on is open; the other states begin at the decisions, which are few.
    decided = standings.c.development == developments.c.key
    joined = developments.join(standings, decided, isouter=state is CaseState.OPEN)
    those = select(developments.c.id).select_from(joined).where(and_(*conditions))
    order = (developments.c.severity, developments.c.first_seen_at.desc(), developments.c.id.desc())
    # The conditions are costly and are asked once: each row says how many there are in all.
    counted = those.add_columns(func.count().over()).order_by(*order).limit(limit).offset(offset)
    rows = connection.execute(counted).all()
    if rows:
        return [row[0] for row in rows], rows[0][1]
    return [], connection.execute(select(func.count()).select_from(those.subquery())).scalar_one()


def find_keys(connection: Connection, beginning: str) -> list[str]:
    """The keys of developments that begin so, at most three: enough to see whether it is one."""
    there = developments.c.key.startswith(beginning, autoescape=True)
    return list(connection.execute(select(developments.c.key).where(there).limit(3)).scalars())


def development_id(connection: Connection, key: str) -> int | None:
    """The id of the development of that key."""
    id_: int | None = connection.execute(select(developments.c.id).where(developments.c.key == key)).scalar()
    return id_


def told_in(connection: Connection, id_: int) -> list[ToldIn]:
    """The editions that told of a development, oldest first; held and cancelled ones too."""
    rows = connection.execute(
        select(editions.c.series, editions.c.period, editions.c.state, edition_items.c.state_version)
        .join(edition_items, edition_items.c.edition_id == editions.c.id)
        .where(edition_items.c.development_id == id_)
        .order_by(editions.c.frozen_at, editions.c.id)
    )
    return [ToldIn(*row) for row in rows]


def texts_of(connection: Connection, finding_ids: Sequence[int]) -> dict[int, str]:
    """The whole text in which each finding stands, as its revision has it, by the finding's id."""
    on_publication, on_entry = publication_revisions, entry_revisions
    rows = connection.execute(
        select(findings.c.id, func.coalesce(on_publication.c.text, on_entry.c.text))
        .outerjoin(on_publication, on_publication.c.id == findings.c.publication_revision_id)
        .outerjoin(on_entry, on_entry.c.id == findings.c.entry_revision_id)
        .where(findings.c.id.in_(list(finding_ids)))
    )
    return {row[0]: row[1] for row in rows}


def _in_state(state: CaseState, today: date) -> ColumnElement[bool]:
    decided = and_(standings.c.action.is_not(None), standings.c.state_version >= developments.c.state_version)
    joined = standings.c.action == Action.SAME_AS.value
    snoozed = and_(decided, standings.c.action == Action.SNOOZE.value)
    if state is CaseState.SNOOZED:
        return and_(snoozed, standings.c.until > today)
    if state is CaseState.DONE:
        return or_(joined, and_(decided, standings.c.action != Action.SNOOZE.value))
    undecided = or_(standings.c.action.is_(None), standings.c.state_version < developments.c.state_version)
    back = and_(snoozed, standings.c.until <= today)
    return or_(and_(undecided, func.coalesce(standings.c.action, "") != Action.SAME_AS.value), back)
