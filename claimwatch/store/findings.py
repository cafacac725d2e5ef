"""Findings, read: those of a development, of a document, of an analyst's question; and counts of them.

An edition tells what has a live finding (not withdrawn by a replay) that a poll made (origin `watch`). What `backfill`
and `replay` find is kept and listed; it neither makes news nor holds it back.
"""

from array import array
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, not_, or_, select, true

from claimwatch.models import DATE_PASSED, Evidence, Origin, Outcome, SourceSpec
from claimwatch.store.finding_rows import WITHDRAWN, FindingRow, certain, live, select_rows
from claimwatch.store.releases import EVERYTHING, Rule
from claimwatch.store.tables import entry_revisions, findings, publication_revisions


def finding_ids(connection: Connection, development_id: int, shown: Rule = EVERYTHING) -> list[int]:
    """The ids of all findings of a development that may be shown, whatever their status and origin."""
    there = and_(findings.c.development_id == development_id, shown.finding())
    return list(connection.execute(select(findings.c.id).where(there).order_by(findings.c.id)).scalars())


def count_outdated(connection: Connection, files_version: str) -> int:
    """How many live findings were compared with other files of the baseline; what analysts accepted since is none."""
    same = findings.c.baseline_version.startswith(files_version, autoescape=True)
    query = select(func.count()).select_from(findings).where(and_(live(), not_(same)))
    return connection.execute(query).scalar_one()


def said_before(connection: Connection, publication_id: int) -> dict[tuple[str, str, str], int | None]:
    """What earlier revisions of a publication were found to say, (entity, fingerprint, quote), each with the id of the
    development that it tells of."""
    revisions = publication_revisions
    rows = connection.execute(
        select(findings.c.entity, findings.c.fingerprint, findings.c.quote, findings.c.development_id)
        .join(revisions, revisions.c.id == findings.c.publication_revision_id)
        .where(revisions.c.publication_id == publication_id)
        .order_by(findings.c.id)
    )
    return {(entity, fingerprint, quote): development for entity, fingerprint, quote, development in rows}


def evidence_of(
    connection: Connection,
    development_id: int,
    sources: Mapping[str, SourceSpec],
    *,
    origin: Origin = Origin.WATCH,
    withdrawn: bool = False,
) -> list[Evidence]:
    """The live findings of one origin that tell of a development, newest first; `withdrawn` gives those, too."""
    which = findings.c.origin == origin.value if withdrawn else live(origin)
    where = and_(findings.c.development_id == development_id, which)
    return [row.evidence for row in select_rows(connection, where, sources, order=findings.c.id.desc())]


def evidence_of_all(
    connection: Connection, ids: Sequence[int], sources: Mapping[str, SourceSpec]
) -> dict[int, list[Evidence]]:
    """The same of several developments at once, by their ids."""
    found: dict[int, list[Evidence]] = {id_: [] for id_ in ids}
    where = and_(findings.c.development_id.in_(list(ids)), live(Origin.WATCH))
    for row in select_rows(connection, where, sources, order=findings.c.id.desc()):
        assert row.development_id is not None
        found[row.development_id].append(row.evidence)
    return found


def evidence_ever(
    connection: Connection, ids: Sequence[int], sources: Mapping[str, SourceSpec]
) -> dict[int, list[Evidence]]:
    """What polls and backfills ever found of several developments, by their ids, withdrawn since or not."""
    found: dict[int, list[Evidence]] = {id_: [] for id_ in ids}
    origins = [origin.value for origin in (Origin.WATCH, Origin.BACKFILL)]
    where = and_(findings.c.development_id.in_(list(ids)), findings.c.origin.in_(origins))
    for row in select_rows(connection, where, sources, order=findings.c.id.desc()):
        assert row.development_id is not None
        found[row.development_id].append(row.evidence)
    return found


def findings_by_id(
    connection: Connection, development_id: int, more: Sequence[int], sources: Mapping[str, SourceSpec]
) -> list[FindingRow]:
    """The findings that polls made of a development and were not withdrawn, and `more` by their ids, newest first."""
    return findings_of_all(connection, [development_id], more, sources)


def findings_of_all(
    connection: Connection, ids: Sequence[int], more: Sequence[int], sources: Mapping[str, SourceSpec]
) -> list[FindingRow]:
    """The same of several developments by their ids; at most some hundreds at a time."""
    there = and_(findings.c.status != WITHDRAWN, findings.c.origin == Origin.WATCH.value)
    which = findings.c.development_id.in_(list(ids))
    where = and_(or_(which, findings.c.id.in_(list(more))) if more else which, there)
    return select_rows(connection, where, sources, order=findings.c.id.desc())


def findings_of(connection: Connection, development_id: int) -> list[FindingRow]:
    """The live findings that tell of a development, oldest first, of any origin."""
    return select_rows(connection, and_(findings.c.development_id == development_id, live()), {})


def list_findings(
    connection: Connection,
    sources: Mapping[str, SourceSpec],
    *,
    outcomes: Sequence[str] = (),
    entity: str | None = None,
    source: str | None = None,
    since: datetime | None = None,
    waiting: bool = False,
) -> list[FindingRow]:
    """Findings, oldest first, narrowed by what is given; `waiting` leaves those whose name waits for review.

    All of them at once: where there may be many, go through `list_ids`.
    """
    where = _narrowed(outcomes, entity, source, since, waiting)
    if since is None:
        return select_rows(connection, where, sources)
    rows = select_rows(connection, where, sources, order=findings.c.first_seen_at)  # as in `list_ids`
    return sorted(rows, key=lambda row: row.evidence.id)


def list_ids(
    connection: Connection,
    *,
    outcomes: Sequence[str] = (),
    entity: str | None = None,
    source: str | None = None,
    since: datetime | None = None,
    waiting: bool = False,
) -> Sequence[int]:
    """The ids of the same findings, oldest first: what is kept of millions while they are shown some at a time."""
    query = select(findings.c.id).where(_narrowed(outcomes, entity, source, since, waiting))
    # In the order of the times SQLite takes their index; in that of the ids it would read every finding there is.
    query = query.order_by(findings.c.id if since is None else findings.c.first_seen_at)
    ids = array("q", connection.execute(query, execution_options={"yield_per": 10_000}).scalars())
    return ids if since is None else array("q", sorted(ids))


def _narrowed(
    outcomes: Sequence[str], entity: str | None, source: str | None, since: datetime | None, waiting: bool
) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [true()]
    if outcomes:
        conditions.append(findings.c.outcome.in_(outcomes))
    if entity is not None:
        conditions.append(findings.c.entity == entity)
    if source is not None:
        conditions.append(findings.c.source == source)
    if since is not None:
        conditions.append(findings.c.first_seen_at >= since)
    if waiting:
        alerting = [outcome.value for outcome in Outcome if outcome.alerts]
        doubtful = and_(findings.c.method == "fuzzy", findings.c.outcome.in_(alerting), live(Origin.WATCH))
        conditions.append(and_(doubtful, findings.c.development_id.is_(None)))
    return and_(*conditions)


def count_outcomes(connection: Connection) -> dict[str, int]:
    """How many findings there are of each outcome that any has, whatever their status and origin."""
    query = select(findings.c.outcome, func.count()).group_by(findings.c.outcome)
    return dict(connection.execute(query).tuples().all())


def findings_by_item(connection: Connection, source: str) -> dict[tuple[str, int], list[tuple[int, FindingRow]]]:
    """Every finding of a source, withdrawn ones too, oldest first, by what it stands in: (`publication` or `entry`,
    id), each with the id of its revision."""
    on_publication, on_entry = publication_revisions, entry_revisions
    where = and_(findings.c.source == source, findings.c.operation != DATE_PASSED)  # which no page says
    owners = connection.execute(
        select(
            findings.c.id,
            on_publication.c.publication_id,
            on_entry.c.entry_id,
            func.coalesce(findings.c.publication_revision_id, findings.c.entry_revision_id),
        )
        .outerjoin(on_publication, on_publication.c.id == findings.c.publication_revision_id)
        .outerjoin(on_entry, on_entry.c.id == findings.c.entry_revision_id)
        .where(where)
    )
    owner = {
        id_: (("publication", publication) if publication is not None else ("entry", entry), revision)
        for id_, publication, entry, revision in owners
    }
    by_item: dict[tuple[str, int], list[tuple[int, FindingRow]]] = {}
    for row in select_rows(connection, where, {}):
        item, revision = owner[row.evidence.id]
        by_item.setdefault(item, []).append((revision, row))
    return by_item


def find_finding(connection: Connection, finding_id: int, sources: Mapping[str, SourceSpec]) -> FindingRow | None:
    """One finding by id."""
    return next(iter(select_rows(connection, findings.c.id == finding_id, sources)), None)


def find_findings(connection: Connection, ids: Sequence[int], sources: Mapping[str, SourceSpec]) -> list[FindingRow]:
    """Findings by id, oldest first; at most some hundreds at a time."""
    return select_rows(connection, findings.c.id.in_(ids), sources) if ids else []


def findings_in(
    connection: Connection,
    sources: Mapping[str, SourceSpec],
    *,
    publication_id: int | None = None,
    entry_id: int | None = None,
    shown: Rule = EVERYTHING,
) -> list[FindingRow]:
    """The live findings in any revision of one publication or entry that may be shown, in the order of the text; no
    near misses but those that were let in."""
    column, id_ = (
        (publication_revisions.c.publication_id, publication_id)
        if publication_id is not None
        else (entry_revisions.c.entry_id, entry_id)
    )
    where = and_(column == id_, live(), certain(), shown.finding())
    return select_rows(connection, where, sources, order=findings.c.start)


def told_beside(connection: Connection, finding_id: int, sources: Mapping[str, SourceSpec]) -> list[FindingRow]:
    """The other live findings on the page of a finding (of any revision), or in its row, that tell of a development."""
    own = (
        select(findings.c.entry_revision_id, publication_revisions.c.publication_id)
        .outerjoin(publication_revisions, publication_revisions.c.id == findings.c.publication_revision_id)
        .where(findings.c.id == finding_id)
    )
    entry_revision, publication = connection.execute(own).one()
    there = (
        publication_revisions.c.publication_id == publication
        if publication is not None
        else findings.c.entry_revision_id == entry_revision
    )
    others = and_(there, findings.c.id != finding_id, findings.c.development_id.is_not(None), live())
    return select_rows(connection, others, sources)


def folded_ids(connection: Connection, outcomes: Sequence[Outcome]) -> list[int]:
    """The ids of all findings of these outcomes that polls made, oldest first."""
    these = and_(findings.c.outcome.in_([outcome.value for outcome in outcomes]), live(Origin.WATCH))
    return list(connection.execute(select(findings.c.id).where(these).order_by(findings.c.id)).scalars())


def folded_between(connection: Connection, after: datetime | None, until: datetime) -> list[tuple[str, str, int]]:
    """Non-alerting findings that polls saw first in (after, until], counted: (source, outcome, count)."""
    quiet = [outcome.value for outcome in Outcome if not outcome.alerts]
    query = select(findings.c.source, findings.c.outcome, func.count()).where(
        and_(findings.c.outcome.in_(quiet), findings.c.first_seen_at <= until, live(Origin.WATCH))
    )
    if after is not None:
        query = query.where(findings.c.first_seen_at > after)
    rows = connection.execute(query.group_by(findings.c.source, findings.c.outcome).order_by(findings.c.source))
    return [(source, outcome, count) for source, outcome, count in rows]
