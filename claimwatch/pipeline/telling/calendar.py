"""The calendar: a day that a finding fixed is an item once when it has passed, and no claim that anything happened.

A day counts that was still to come when we first saw the finding. The item is told with the sentence that fixed it.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection

from claimwatch.claims import assign
from claimwatch.claims.ahead import Fixed, noted, passed
from claimwatch.models import Development, Outcome
from claimwatch.pipeline.watch import Watch
from claimwatch.store import calendar, developments, finding_changes, findings
from claimwatch.store.calendar import Due

Happening = tuple[int, str, date]


def pass_dates(connection: Connection, watch: Watch, now: datetime) -> tuple[int, ...]:
    """Make a development of every day that has passed by `now` (aware UTC); returns their ids.

    What began on a day has begun on it; what was to last until it, or due by it, is over on the next.
    """
    for noting in calendar.notings(connection):
        seen_on = noting.first_seen_at.astimezone(watch.zone).date()
        for fixed in noted(noting.rules):
            if fixed.on >= seen_on:
                calendar.note_date(connection, noting.finding_id, fixed.kind, fixed.on, now)
    today = now.astimezone(watch.zone).date()
    happenings: dict[Happening, list[Due]] = {}
    for due in calendar.due_dates(connection, today):
        if due.fixed_on < today or due.kind == "from":
            happenings.setdefault((due.development_id, due.kind, due.fixed_on), []).append(due)
    told = []
    for happening, dues in happenings.items():
        known = calendar.passed_for(connection, *happening)
        if known is None:
            known = _tell(connection, watch, dues, now)
            told.append(known)
        calendar.note_passed(connection, [due.id for due in dues], known)
    return tuple(told)


def _tell(connection: Connection, watch: Watch, dues: Iterable[Due], now: datetime) -> int:
    """Store what tells that a day has passed: a finding for each that fixed it, and their development."""
    development: Development | None = None
    kept = []
    for due in dues:
        (row,) = findings.find_findings(connection, [due.finding_id], watch.sources)
        evidence = row.evidence
        severity = watch.baseline.severity(
            evidence.source_class.value, evidence.finding.predicate, Outcome.PENDING.value
        )
        told = passed(evidence.finding, Fixed(due.fixed_on, due.kind), severity)
        development = assign(told, evidence.published_on, now, [development] if development else [])
        kept.append((due, told))
    assert development is not None
    development_id = developments.save_development(connection, development, now)
    for due, told in kept:
        finding_changes.save_finding(
            connection,
            told,
            publication_revision_id=due.publication_revision_id,
            entry_revision_id=due.entry_revision_id,
            development_id=development_id,
            baseline_version=watch.baseline.version,
            seen_at=now,
        )
    return development_id
