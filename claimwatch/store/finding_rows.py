"""A finding as it is stored: its row, read with the document that it stands in, and whether it counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, or_, select

from claimwatch.models import Evidence, Finding, Origin, Outcome, Quantity, SourceClass, SourceSpec
from claimwatch.store.tables import (
    captures,
    developments,
    edition_items,
    entry_revisions,
    findings,
    publication_revisions,
)

OPEN = "open"
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


def live(origin: Origin | None = None) -> ColumnElement[bool]:
    """The condition that a finding counts (neither withdrawn nor dismissed), and is of this origin if one is given."""
    # Equal to one, not unequal to the others: an index finds whether there is one among thousands.
    there = findings.c.status == OPEN
    return there if origin is None else and_(there, findings.c.origin == origin.value)


def certain() -> ColumnElement[bool]:
    """The condition that the name in a finding is in no doubt, or an analyst let it in."""
    return or_(findings.c.method != "fuzzy", findings.c.development_id.is_not(None))


def select_rows(
    connection: Connection, where: Any, sources: Mapping[str, SourceSpec], order: Any = None
) -> list[FindingRow]:
    """The findings that meet a condition, in this order, or that of their ids."""
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
    may_tell = origin is Origin.WATCH and (values["status"] == OPEN or values["told"])
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


def _quantity(raw: Mapping[str, Any] | None) -> Quantity | None:
    return None if raw is None else Quantity(**raw)
