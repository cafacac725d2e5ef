"""Findings, and the developments that they tell of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, select, update

from claimwatch.models import Development, Evidence, Finding, Outcome, Quantity, SourceClass, SourceSpec
from claimwatch.store.rows import inserted_id
from claimwatch.store.tables import (
    captures,
    developments,
    edition_items,
    editions,
    entry_revisions,
    findings,
    publication_revisions,
)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding as stored. `development` is None where it does not alert, `alerted` says it is told or due."""

    evidence: Evidence
    development: str | None
    alerted: bool
    status: str


def save_finding(
    connection: Connection,
    finding: Finding,
    *,
    publication_revision_id: int | None,
    entry_revision_id: int | None,
    development_id: int | None,
    baseline_version: str,
    seen_at: datetime,
) -> int:
    """Store a finding; returns its id."""
    return inserted_id(
        connection.execute(
            insert(findings).values(
                publication_revision_id=publication_revision_id,
                entry_revision_id=entry_revision_id,
                development_id=development_id,
                source=finding.source,
                url=finding.url,
                entity=finding.entity,
                outcome=finding.outcome.value,
                predicate=finding.predicate,
                object_class=finding.object_class,
                operation=finding.operation,
                claims=list(finding.claims),
                before=_quantity_json(finding.before),
                after=_quantity_json(finding.after),
                place=finding.place,
                as_of=finding.as_of,
                speaker=finding.speaker,
                modality=finding.modality,
                quote=finding.quote,
                start=finding.start,
                end=finding.end,
                surface=finding.surface,
                method=finding.method,
                severity=finding.severity,
                confidence=finding.confidence,
                rules=list(finding.rules),
                language=finding.language,
                fingerprint=finding.fingerprint,
                marks=[list(mark) for mark in finding.marks],
                status="open",
                baseline_version=baseline_version,
                first_seen_at=seen_at,
            )
        )
    )


def said_before(connection: Connection, publication_id: int) -> set[tuple[str, str, str]]:
    """What earlier revisions of a publication were found to say: (entity, fingerprint, quote)."""
    revisions = publication_revisions
    rows = connection.execute(
        select(findings.c.entity, findings.c.fingerprint, findings.c.quote)
        .join(revisions, revisions.c.id == findings.c.publication_revision_id)
        .where(revisions.c.publication_id == publication_id)
    )
    return {(entity, fingerprint, quote) for entity, fingerprint, quote in rows}


def developments_like(connection: Connection, finding: Finding) -> list[Development]:
    """The stored developments that a finding could belong to: those of its predicate (or of none)."""
    column = developments.c.predicate
    same = column.is_(None) if finding.predicate is None else column == finding.predicate
    rows = connection.execute(select(developments).where(same).order_by(developments.c.id))
    return [_development(row) for row in rows]


def save_development(connection: Connection, development: Development) -> int:
    """Insert a development, or bring the stored one with its key up to date; returns its id."""
    values = {
        "outcome": development.outcome.value,
        "predicate": development.predicate,
        "object_class": development.object_class,
        "operation": development.operation,
        "place": development.place,
        "companies": list(development.companies),
        "happened_on": development.happened_on,
        "published_on": development.published_on,
        "severity": development.severity,
        "state": development.state,
        "state_version": development.state_version,
    }
    query = select(developments.c.id).where(developments.c.key == development.key)
    stored: int | None = connection.execute(query).scalar()
    if stored is not None:
        connection.execute(update(developments).where(developments.c.id == stored).values(**values))
        return stored
    return inserted_id(
        connection.execute(
            insert(developments).values(key=development.key, first_seen_at=development.first_seen_at, **values)
        )
    )


def untold(connection: Connection, series: str) -> list[tuple[int, Development, bool]]:
    """Developments whose present state no edition of the series has told: (id, development, told before)."""
    told = (
        select(edition_items.c.development_id, func.max(edition_items.c.state_version).label("version"))
        .join(editions, editions.c.id == edition_items.c.edition_id)
        .where(editions.c.series == series)
        .group_by(edition_items.c.development_id)
        .subquery()
    )
    rows = connection.execute(
        select(developments, told.c.version)
        .outerjoin(told, told.c.development_id == developments.c.id)
        .where((told.c.version.is_(None)) | (told.c.version < developments.c.state_version))
        .order_by(developments.c.id)
    )
    return [(row._mapping["id"], _development(row), row._mapping["version"] is not None) for row in rows]


def evidence_of(connection: Connection, development_id: int, sources: Mapping[str, SourceSpec]) -> list[Evidence]:
    """The findings of a development, newest first."""
    where = findings.c.development_id == development_id
    return [row.evidence for row in _rows(connection, where, sources, order=findings.c.id.desc())]


def list_findings(
    connection: Connection,
    sources: Mapping[str, SourceSpec],
    *,
    outcomes: Sequence[str] = (),
    entity: str | None = None,
    source: str | None = None,
    since: datetime | None = None,
) -> list[FindingRow]:
    """Findings, oldest first, narrowed by what is given."""
    conditions = [findings.c.id > 0]
    if outcomes:
        conditions.append(findings.c.outcome.in_(outcomes))
    if entity is not None:
        conditions.append(findings.c.entity == entity)
    if source is not None:
        conditions.append(findings.c.source == source)
    if since is not None:
        conditions.append(findings.c.first_seen_at >= since)
    return _rows(connection, and_(*conditions), sources)


def find_finding(connection: Connection, finding_id: int, sources: Mapping[str, SourceSpec]) -> FindingRow | None:
    """One finding by id."""
    return next(iter(_rows(connection, findings.c.id == finding_id, sources)), None)


def folded_between(connection: Connection, after: datetime | None, until: datetime) -> list[tuple[str, str, int]]:
    """Non-alerting findings first seen in (after, until], counted: (source, outcome, count)."""
    quiet = [outcome.value for outcome in Outcome if not outcome.alerts]
    query = select(findings.c.source, findings.c.outcome, func.count()).where(
        and_(findings.c.outcome.in_(quiet), findings.c.first_seen_at <= until)
    )
    if after is not None:
        query = query.where(findings.c.first_seen_at > after)
    rows = connection.execute(query.group_by(findings.c.source, findings.c.outcome).order_by(findings.c.source))
    return [(source, outcome, count) for source, outcome, count in rows]


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
    return FindingRow(evidence, values["development_key"], values["development_id"] is not None, values["status"])


def _as_date(value: date | str | None) -> date | None:
    # SQLite loses the column type behind coalesce().
    return date.fromisoformat(value) if isinstance(value, str) else value


def _development(row: Row[Any]) -> Development:
    values = row._mapping
    return Development(
        key=values["key"],
        outcome=Outcome(values["outcome"]),
        predicate=values["predicate"],
        object_class=values["object_class"],
        operation=values["operation"],
        place=values["place"],
        companies=tuple(values["companies"]),
        happened_on=values["happened_on"],
        severity=values["severity"],
        state=values["state"],
        state_version=values["state_version"],
        first_seen_at=values["first_seen_at"],
        published_on=values["published_on"],
    )


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
