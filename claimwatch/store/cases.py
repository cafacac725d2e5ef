"""Developments as the review desk lists them, and the texts in which their findings stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, exists, func, not_, or_, select

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


def page_of_ids(
    connection: Connection,
    state: CaseState,
    today: date,
    *,
    company: str | None = None,
    source: str | None = None,
    outcome: Outcome | None = None,
    limit: int,
    offset: int,
) -> list[int]:
    """The ids of a page of developments in this state, the gravest and newest first.

    Only those that polls found, and something is left of. The conditions are those of `Standing.state`.
    """
    order = (developments.c.severity, developments.c.first_seen_at.desc(), developments.c.id.desc())
    # In the order of an index, so that a page is all that is read.
    those = select(developments.c.id).select_from(_with_standings(state))
    paged = those.where(*_conditions(state, today, company, source, outcome)).order_by(*order)
    return list(connection.execute(paged.limit(limit).offset(offset)).scalars())


def count_cases(
    connection: Connection,
    state: CaseState,
    today: date,
    *,
    company: str | None = None,
    source: str | None = None,
    outcome: Outcome | None = None,
) -> int:
    """How many of them there are in all."""
    there_is, *others = _conditions(state, today, company, source, outcome)
    if state is not CaseState.OPEN:
        decided: int = connection.execute(_count_decided(there_is, *others)).scalar_one()
        return decided
    # All that is there less the few that are in another state: the findings alone say how many there are.
    there = select(func.count(findings.c.development_id.distinct())).select_from(findings)
    there = there.where(findings.c.development_id.is_not(None), _here(company, source))
    if outcome is not None:
        there = there.join(developments, developments.c.id == findings.c.development_id)
        there = there.where(developments.c.outcome == outcome.value)
    all_: int = connection.execute(there).scalar_one()
    elsewhere: int = connection.execute(_count_decided(not_(there_is), *others)).scalar_one()
    return all_ - elsewhere


def _count_decided(*conditions: ColumnElement[bool]) -> Select[Any]:
    """How many of those that were ever decided on are so; the decisions are looked through, for they are few."""
    of_them = select(developments.c.id).where(developments.c.key == standings.c.development, *conditions)
    return select(func.count()).select_from(standings).where(of_them.correlate(standings).exists())


def _with_standings(state: CaseState) -> FromClause:
    """What nobody decided on is open; the other states begin at the decisions, which are few."""
    decided = standings.c.development == developments.c.key
    return developments.join(standings, decided, isouter=state is CaseState.OPEN)


def _conditions(
    state: CaseState, today: date, company: str | None, source: str | None, outcome: Outcome | None
) -> list[ColumnElement[bool]]:
    # The id and not the row: an index holds all that is asked.
    here = exists(select(findings.c.id).where(findings.c.development_id == developments.c.id, _here(company, source)))
    of = [] if outcome is None else [developments.c.outcome == outcome.value]
    return [_in_state(state, today), here, *of]


def _here(company: str | None, source: str | None) -> ColumnElement[bool]:
    """The condition that polls found a finding, it counts, and it is about a company and from a source."""
    here = live(Origin.WATCH)
    if company is not None:
        here = and_(here, findings.c.entity == company)
    if source is not None:
        here = and_(here, findings.c.source == source)
    return here


def find_keys(connection: Connection, beginning: str) -> list[str]:
    """The keys of developments that begin so, at most three: enough to see whether it is one. A whole key is one."""
    if development_id(connection, beginning) is not None:
        return [beginning]
    there = developments.c.key.startswith(beginning, autoescape=True)
    return list(connection.execute(select(developments.c.key).where(there).limit(3)).scalars())


def development_id(connection: Connection, key: str) -> int | None:
    """The id of the development of that key."""
    id_: int | None = connection.execute(select(developments.c.id).where(developments.c.key == key)).scalar()
    return id_


def development_ids(connection: Connection, keys: Sequence[str]) -> dict[str, int]:
    """The ids of developments by their keys; at most some hundreds at a time."""
    query = select(developments.c.key, developments.c.id).where(developments.c.key.in_(list(keys)))
    return {row.key: row.id for row in connection.execute(query)}


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
