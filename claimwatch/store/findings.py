"""Findings, and the developments that they tell of.

An edition tells what has a live finding (not withdrawn by a replay) that a poll made (origin `watch`). What `backfill`
and `replay` find is kept and listed; it neither makes news nor holds it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, insert, not_, or_, select, true, update

from claimwatch.models import DATE_PASSED, Evidence, Finding, Origin, Outcome, Quantity, SourceClass, SourceSpec
from claimwatch.store import finding_claims
from claimwatch.store.releases import EVERYTHING, Rule
from claimwatch.store.rows import inserted_id
from claimwatch.store.tables import (
    captures,
    developments,
    edition_items,
    entry_revisions,
    findings,
    publication_revisions,
)

WITHDRAWN = "withdrawn"
DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as stored. `development` is None where it does not alert, `alerted` says it is told or due.

    `status` is `open`, `withdrawn` where a replay does not find it any more, or `dismissed` by an analyst alone.
    """

    evidence: Evidence
    development: str | None
    alerted: bool
    status: str
    origin: Origin = Origin.WATCH
    development_id: int | None = None


_ADD = insert(findings)


def save_finding(
    connection: Connection,
    finding: Finding,
    *,
    publication_revision_id: int | None,
    entry_revision_id: int | None,
    development_id: int | None,
    baseline_version: str,
    seen_at: datetime,
    origin: Origin = Origin.WATCH,
) -> int:
    """Store a finding; returns its id. `origin` says why its document was read."""
    values = {
        "publication_revision_id": publication_revision_id,
        "entry_revision_id": entry_revision_id,
        "development_id": development_id,
        "status": "open",
        "origin": origin.value,
        "baseline_version": baseline_version,
        "first_seen_at": seen_at,
        **_columns(finding),
    }
    finding_id = inserted_id(connection.execute(_ADD, values))
    finding_claims.link(connection, finding_id, fresh=True)
    return finding_id


def revise_finding(
    connection: Connection,
    finding_id: int,
    finding: Finding,
    *,
    publication_revision_id: int | None,
    entry_revision_id: int | None,
    development_id: int | None,
    baseline_version: str,
    origin: Origin,
) -> None:
    """Let a stored finding say what the present parser, lexicon and baseline make of it.

    It is open (again), unless an analyst dismissed it.
    """
    connection.execute(
        update(findings)
        .where(findings.c.id == finding_id)
        .values(
            publication_revision_id=publication_revision_id,
            entry_revision_id=entry_revision_id,
            development_id=development_id,
            status="open",
            origin=origin.value,
            baseline_version=baseline_version,
            **_columns(finding),
        )
    )
    finding_claims.link(connection, finding_id)


def withdraw_finding(connection: Connection, finding_id: int) -> None:
    """Note that the present parser, lexicon and baseline do not find this any more. It stays listed."""
    connection.execute(update(findings).where(findings.c.id == finding_id).values(status=WITHDRAWN))
    finding_claims.link(connection, finding_id)


def move_findings(connection: Connection, ids: Sequence[int], development_id: int | None) -> None:
    """Let findings tell of another development, or of none."""
    for finding_id in ids:
        values = {"development_id": development_id}
        connection.execute(update(findings).where(findings.c.id == finding_id).values(**values))
        finding_claims.link(connection, finding_id)


def finding_ids(connection: Connection, development_id: int, shown: Rule = EVERYTHING) -> list[int]:
    """The ids of all findings of a development that may be shown, whatever their status and origin."""
    there = and_(findings.c.development_id == development_id, shown.finding())
    return list(connection.execute(select(findings.c.id).where(there).order_by(findings.c.id)).scalars())


def set_dismissed(connection: Connection, finding_id: int, *, dismissed: bool) -> None:
    """Note that an analyst dismissed a finding alone, or took that back; one that was withdrawn stays so."""
    before, after = ("open", DISMISSED) if dismissed else (DISMISSED, "open")
    there = and_(findings.c.id == finding_id, findings.c.status == before)
    connection.execute(update(findings).where(there).values(status=after))
    finding_claims.link(connection, finding_id)


def _columns(finding: Finding) -> dict[str, object]:
    """What a finding says, by column."""
    return {
        "source": finding.source,
        "url": finding.url,
        "entity": finding.entity,
        "outcome": finding.outcome.value,
        "predicate": finding.predicate,
        "object_class": finding.object_class,
        "operation": finding.operation,
        "claims": list(finding.claims),
        "before": _quantity_json(finding.before),
        "after": _quantity_json(finding.after),
        "place": finding.place,
        "as_of": finding.as_of,
        "speaker": finding.speaker,
        "modality": finding.modality,
        "quote": finding.quote,
        "start": finding.start,
        "end": finding.end,
        "surface": finding.surface,
        "method": finding.method,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "rules": list(finding.rules),
        "language": finding.language,
        "fingerprint": finding.fingerprint,
        "marks": [list(mark) for mark in finding.marks],
    }


def note_baseline(connection: Connection, ids: Sequence[int], version: str) -> None:
    """Note that findings were compared with this version of the baseline."""
    for begin in range(0, len(ids), 500):
        of_these = findings.c.id.in_(ids[begin : begin + 500])
        connection.execute(update(findings).where(of_these).values(baseline_version=version))


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
    return [row.evidence for row in _rows(connection, where, sources, order=findings.c.id.desc())]


def evidence_of_all(
    connection: Connection, ids: Sequence[int], sources: Mapping[str, SourceSpec]
) -> dict[int, list[Evidence]]:
    """The same of several developments at once, by their ids."""
    found: dict[int, list[Evidence]] = {id_: [] for id_ in ids}
    where = and_(findings.c.development_id.in_(list(ids)), live(Origin.WATCH))
    for row in _rows(connection, where, sources, order=findings.c.id.desc()):
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
    for row in _rows(connection, where, sources, order=findings.c.id.desc()):
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
    return _rows(connection, where, sources, order=findings.c.id.desc())


def findings_of(connection: Connection, development_id: int) -> list[FindingRow]:
    """The live findings that tell of a development, oldest first, of any origin."""
    return _rows(connection, and_(findings.c.development_id == development_id, live()), {})


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
    """Findings, oldest first, narrowed by what is given; `waiting` leaves those whose name waits for review."""
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
    if since is None:
        return _rows(connection, and_(*conditions), sources)
    # In the order of the times SQLite takes their index; in that of the ids it would read every finding there is.
    rows = _rows(connection, and_(*conditions), sources, order=findings.c.first_seen_at)
    return sorted(rows, key=lambda row: row.evidence.id)


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
    for row in _rows(connection, where, {}):
        item, revision = owner[row.evidence.id]
        by_item.setdefault(item, []).append((revision, row))
    return by_item


def find_finding(connection: Connection, finding_id: int, sources: Mapping[str, SourceSpec]) -> FindingRow | None:
    """One finding by id."""
    return next(iter(_rows(connection, findings.c.id == finding_id, sources)), None)


def find_findings(connection: Connection, ids: Sequence[int], sources: Mapping[str, SourceSpec]) -> list[FindingRow]:
    """Findings by id, oldest first; at most some hundreds at a time."""
    return _rows(connection, findings.c.id.in_(ids), sources) if ids else []


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
    return _rows(connection, where, sources, order=findings.c.start)


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


def live(origin: Origin | None = None) -> ColumnElement[bool]:
    """The condition that a finding counts (neither withdrawn nor dismissed), and is of this origin if one is given."""
    there = findings.c.status.not_in((WITHDRAWN, DISMISSED))
    return there if origin is None else and_(there, findings.c.origin == origin.value)


def certain() -> ColumnElement[bool]:
    """The condition that the name in a finding is in no doubt, or an analyst let it in."""
    return or_(findings.c.method != "fuzzy", findings.c.development_id.is_not(None))


def _rows(connection: Connection, where: Any, sources: Mapping[str, SourceSpec], order: Any = None) -> list[FindingRow]:
    on_publication, on_entry = publication_revisions, entry_revisions
    rows = connection.execute(
        select(
            findings,
            on_publication.c.title.label("publication_title"),
            on_entry.c.name.label("entry_name"),
            func.coalesce(on_publication.c.published_on, on_entry.c.published_on).label("published_on"),
            func.coalesce(on_publication.c.effective_on, on_entry.c.effective_on).label("effective_on"),
            func.coalesce(on_publication.c.parser, on_entry.c.parser).label("parser"),
            captures.c.sha256.label("capture_sha256"),
            captures.c.fetched_at.label("capture_at"),
            developments.c.key.label("development_key"),
            exists().where(edition_items.c.development_id == findings.c.development_id).label("told"),
        )
        .outerjoin(on_publication, on_publication.c.id == findings.c.publication_revision_id)
        .outerjoin(on_entry, on_entry.c.id == findings.c.entry_revision_id)
        .join(captures, captures.c.id == func.coalesce(on_publication.c.capture_id, on_entry.c.capture_id))
        .outerjoin(developments, developments.c.id == findings.c.development_id)
        .where(where)
        .order_by(findings.c.id if order is None else order)
    )
    return [_finding_row(row, sources) for row in rows]


def _finding_row(row: Row[Any], sources: Mapping[str, SourceSpec]) -> FindingRow:
    values = row._mapping
    finding = Finding(
        source=values["source"],
        url=values["url"],
        entity=values["entity"],
        outcome=Outcome(values["outcome"]),
        predicate=values["predicate"],
        object_class=values["object_class"],
        operation=values["operation"],
        claims=tuple(values["claims"]),
        before=_quantity(values["before"]),
        after=_quantity(values["after"]),
        place=values["place"],
        as_of=values["as_of"],
        speaker=values["speaker"],
        modality=values["modality"],
        quote=values["quote"],
        start=values["start"],
        end=values["end"],
        surface=values["surface"],
        method=values["method"],
        severity=values["severity"],
        confidence=values["confidence"],
        rules=tuple(values["rules"]),
        language=values["language"],
        fingerprint=values["fingerprint"],
        marks=tuple((start, end) for start, end in values["marks"]),
    )
    spec = sources.get(finding.source)  # None for a source that has been taken out of sources.yaml since
    title = values["publication_title"] or values["entry_name"] or ""
    evidence = Evidence(
        id=values["id"],
        finding=finding,
        source_name=spec.name if spec else finding.source,
        source_class=spec.source_class if spec else SourceClass.PRESS,
        title=title,
        published_on=_as_date(values["published_on"]),
        effective_on=_as_date(values["effective_on"]),
        first_seen_at=values["first_seen_at"],
        capture_sha256=values["capture_sha256"],
        capture_at=values["capture_at"],
        parser=values["parser"],
    )
    origin = Origin(values["origin"])
    may_tell = origin is Origin.WATCH and (values["status"] not in (WITHDRAWN, DISMISSED) or values["told"])
    return FindingRow(
        evidence=evidence,
        development=values["development_key"],
        alerted=values["development_id"] is not None and may_tell,
        status=values["status"],
        origin=origin,
        development_id=values["development_id"],
    )


def _as_date(value: date | str | None) -> date | None:
    # SQLite loses the column type behind coalesce().
    return date.fromisoformat(value) if isinstance(value, str) else value


def _quantity_json(quantity: Quantity | None) -> dict[str, object] | None:
    if quantity is None:
        return None
    return {
        "value": quantity.value,
        "unit": quantity.unit,
        "comparator": quantity.comparator,
        "as_of": quantity.as_of,
        "text": quantity.text,
    }


def _quantity(raw: Mapping[str, Any] | None) -> Quantity | None:
    return None if raw is None else Quantity(**raw)
