"""Which findings concern which claim, kept beside the findings so that a board of all claims takes one short query.

Only findings that count are linked: live ones that no analyst dismissed and that are no near-miss spellings waiting
for review; where an analyst said what they are, as that. `finding_changes` calls `link` whenever it stores or changes
one, the desk `link_development` after each decision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, exists, func, insert, select

from claimwatch.models import Action, Outcome, Standing
from claimwatch.store import decisions
from claimwatch.store.finding_rows import OPEN
from claimwatch.store.releases import EVERYTHING, Rule
from claimwatch.store.tables import (
    developments,
    entry_revisions,
    finding_claims,
    findings,
    publication_revisions,
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many findings say one thing of a claim in the month that begins on `told_in`; `newest` is the last one."""

    claim: str
    outcome: Outcome
    told_in: date
    count: int
    newest: int


@dataclass(frozen=True, slots=True)
class About:
    """A finding that concerns a claim, and where it stands; `position` 0 says that it is foremost about this one."""

    finding_id: int
    position: int
    outcome: Outcome
    publication_id: int | None
    entry_id: int | None


def link(connection: Connection, finding_ids: Sequence[int], *, fresh: bool = False) -> None:
    """Make the links of some findings anew, from what they say now; none for one that does not count.

    `fresh`: they have none yet.
    """
    for begin in range(0, len(finding_ids), _AT_ONCE):
        _link(connection, list(finding_ids[begin : begin + _AT_ONCE]), fresh=fresh)


def _link(connection: Connection, ids: list[int], *, fresh: bool) -> None:
    if not fresh:
        connection.execute(_FORGET, {"of": ids})
    rows = connection.execute(_SOURCE, {"of": ids}).all()
    keys = {row.development for row in rows if row.development is not None}
    settled = decisions.standings_of_some(connection, sorted(keys)) if keys else {}
    links = [link for row in rows for link in _links(row, settled.get(row.development))]
    if links:
        connection.execute(_ADD, links)


def _links(row: Row[Any], settled: Standing | None) -> list[dict[str, object]]:
    """The links of a finding whose development was decided on as `settled` says."""
    if row.status != OPEN or (row.method == "fuzzy" and row.development is None):
        return []
    outcome, claims = row.outcome, tuple(row.claims)
    if settled is not None:
        if settled.action is Action.DISMISS and settled.covers(row.state_version):
            return []
        if settled.label is not None and settled.relabel is not None:
            if settled.label.outcome is not None and row.first_seen_at <= settled.relabel.at:
                outcome = settled.label.outcome.value
            claims = claims if settled.label.claims is None else settled.label.claims
    told_on = row.happened_on or row.page_on or row.row_on or row.first_seen_at.date()
    return [
        {
            "claim_id": claim,
            "finding_id": row.id,
            "position": position,
            "outcome": outcome,
            "told_in": told_on.replace(day=1),
            "publication_id": row.publication_id,
            "entry_id": row.entry_id,
        }
        for position, claim in enumerate(dict.fromkeys(claims))
    ]


def link_development(connection: Connection, key: str) -> None:
    """Make the links of all findings of a development anew: an analyst decided on it."""
    query = select(findings.c.id).join(developments, developments.c.id == findings.c.development_id)
    link(connection, connection.execute(query.where(developments.c.key == key)).scalars().all())


def tallies(connection: Connection, claim_id: str | None = None, shown: Rule = EVERYTHING) -> list[Tally]:
    """Findings foremost about each claim (or one of them) that may be shown, by claim, outcome and month."""
    columns = (finding_claims.c.claim_id, finding_claims.c.outcome, finding_claims.c.told_in)
    query = select(*columns, func.count(), func.max(finding_claims.c.finding_id)).where(finding_claims.c.position == 0)
    if claim_id is not None:
        query = query.where(finding_claims.c.claim_id == claim_id)
    rows = connection.execute(only_shown(query, shown).group_by(*columns).order_by(*columns))
    return [Tally(claim, Outcome(outcome), *rest) for claim, outcome, *rest in rows]


def corroborations(connection: Connection, claim_id: str | None = None, shown: Rule = EVERYTHING) -> dict[str, int]:
    """How many publications and entries restate each claim (or one of them), by claim; none that nobody restates."""
    table = finding_claims
    items = func.count(table.c.publication_id.distinct()) + func.count(table.c.entry_id.distinct())
    query = select(table.c.claim_id, items).where(table.c.position == 0, table.c.outcome == Outcome.RESTATEMENT.value)
    if claim_id is not None:
        query = query.where(table.c.claim_id == claim_id)
    return {row[0]: row[1] for row in connection.execute(only_shown(query, shown).group_by(table.c.claim_id))}


def restating(connection: Connection, claim_id: str, limit: int, shown: Rule = EVERYTHING) -> list[int]:
    """The ids of the newest findings that restate a claim, at most so many."""
    table = finding_claims
    those = (table.c.claim_id == claim_id, table.c.position == 0, table.c.outcome == Outcome.RESTATEMENT.value)
    query = only_shown(select(table.c.finding_id).where(*those), shown)
    newest = query.order_by(table.c.told_in.desc(), table.c.finding_id.desc()).limit(limit)
    return list(connection.execute(newest).scalars())


def findings_about(
    connection: Connection, claim_id: str, *, limit: int, offset: int = 0, shown: Rule = EVERYTHING
) -> list[About]:
    """The findings that concern a claim, newest month first; those foremost about it and the others."""
    table = finding_claims
    columns = (table.c.finding_id, table.c.position, table.c.outcome, table.c.publication_id, table.c.entry_id)
    query = only_shown(select(*columns).where(table.c.claim_id == claim_id), shown)
    newest = query.order_by(table.c.told_in.desc(), table.c.finding_id.desc()).limit(limit).offset(offset)
    return [
        About(id_, position, Outcome(outcome), *item) for id_, position, outcome, *item in connection.execute(newest)
    ]


def count_about(connection: Connection, claim_id: str, shown: Rule = EVERYTHING) -> int:
    """How many findings concern a claim."""
    query = select(func.count()).select_from(finding_claims).where(finding_claims.c.claim_id == claim_id)
    count: int = connection.execute(only_shown(query, shown)).scalar_one()
    return count


def only_shown(query: Select[Any], shown: Rule) -> Select[Any]:
    """Without what waits; where nothing does, the index of the links is all that is read."""
    if shown == EVERYTHING:
        return query
    return query.where(exists().where(findings.c.id == finding_claims.c.finding_id, shown.finding()))


_AT_ONCE = 500
_ADD = insert(finding_claims)
_FORGET = delete(finding_claims).where(finding_claims.c.finding_id.in_(bindparam("of", expanding=True)))
# What of a finding its links are made of. Made once, since it is asked for every finding.
_SOURCE = (
    select(
        findings.c.id,
        findings.c.status,
        findings.c.method,
        findings.c.claims,
        findings.c.outcome,
        findings.c.first_seen_at,
        developments.c.key.label("development"),
        developments.c.state_version,
        developments.c.happened_on,
        publication_revisions.c.published_on.label("page_on"),
        entry_revisions.c.published_on.label("row_on"),
        publication_revisions.c.publication_id,
        entry_revisions.c.entry_id,
    )
    .outerjoin(publication_revisions, publication_revisions.c.id == findings.c.publication_revision_id)
    .outerjoin(entry_revisions, entry_revisions.c.id == findings.c.entry_revision_id)
    .outerjoin(developments, developments.c.id == findings.c.development_id)
    .where(findings.c.id.in_(bindparam("of", expanding=True)))
)
