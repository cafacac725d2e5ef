"""Findings written down: stored, revised, withdrawn, moved to another development, dismissed.

Which claims a finding concerns is kept beside it (`finding_claims`), and brought in line with each change.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, insert, update

from claimwatch.models import Finding, Origin, Quantity
from claimwatch.store import finding_claims
from claimwatch.store.finding_rows import DISMISSED, OPEN, WITHDRAWN
from claimwatch.store.rows import inserted_id
from claimwatch.store.tables import findings

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
    linked: bool = True,
) -> int:
    """Store a finding; returns its id. `origin` says why its document was read.

    Who stores many links them all at the end (`finding_claims.link`), and says so: not `linked`.
    """
    values = {
        "publication_revision_id": publication_revision_id,
        "entry_revision_id": entry_revision_id,
        "development_id": development_id,
        "status": OPEN,
        "origin": origin.value,
        "baseline_version": baseline_version,
        "first_seen_at": seen_at,
        **_columns(finding),
    }
    finding_id = inserted_id(connection.execute(_ADD, values))
    if linked:
        finding_claims.link(connection, [finding_id], fresh=True)
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
            status=OPEN,
            origin=origin.value,
            baseline_version=baseline_version,
            **_columns(finding),
        )
    )
    finding_claims.link(connection, [finding_id])


def withdraw_finding(connection: Connection, finding_id: int) -> None:
    """Note that the present parser, lexicon and baseline do not find this any more. It stays listed."""
    connection.execute(update(findings).where(findings.c.id == finding_id).values(status=WITHDRAWN))
    finding_claims.link(connection, [finding_id])


def move_findings(connection: Connection, ids: Sequence[int], development_id: int | None) -> None:
    """Let findings tell of another development, or of none."""
    for finding_id in ids:
        values = {"development_id": development_id}
        connection.execute(update(findings).where(findings.c.id == finding_id).values(**values))
    finding_claims.link(connection, ids)


def set_dismissed(connection: Connection, finding_id: int, *, dismissed: bool) -> None:
    """Note that an analyst dismissed a finding alone, or took that back; one that was withdrawn stays so."""
    before, after = (OPEN, DISMISSED) if dismissed else (DISMISSED, OPEN)
    there = and_(findings.c.id == finding_id, findings.c.status == before)
    connection.execute(update(findings).where(there).values(status=after))
    finding_claims.link(connection, [finding_id])


def note_baseline(connection: Connection, ids: Sequence[int], version: str) -> None:
    """Note that findings were compared with this version of the baseline."""
    for begin in range(0, len(ids), 500):
        of_these = findings.c.id.in_(ids[begin : begin + 500])
        connection.execute(update(findings).where(of_these).values(baseline_version=version))


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
