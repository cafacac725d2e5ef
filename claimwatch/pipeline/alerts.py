"""What deserves an alert: grave news that polls found after the first edition, not told by an alert yet.

What the first read of a source brings is told in an edition and never as an alert: it is the world as it was, seen for
the first time. What an edition told before an alert could, is still an alert to whoever reads alerts only, for a while.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from claimwatch.editions import URGENT, Period, alert_period
from claimwatch.models import Development, Evidence
from claimwatch.pipeline.watch import Watch
from claimwatch.store import developments, editions, findings, reads

GRAVE = "S1"
FRESH = timedelta(hours=6)  # how long an alert is worth sending
DIGESTS = ("daily", "weekly", "monthly")


@dataclass(frozen=True, slots=True)
class Alertable:
    """A development that an alert may tell. `seen_at`: when the first thing that says so was seen."""

    id: int
    development: Development
    evidence: tuple[Evidence, ...]
    seen_at: datetime
    told_before: bool


def alertable(connection: Connection, watch: Watch, now: datetime) -> list[Alertable]:
    """What an alert would tell at `now` (aware UTC), by when it came up. Before the first edition: none."""
    first_at = editions.first_told_at(connection, DIGESTS)
    if first_at is None:
        return []
    begun = {slug: _begun(connection, slug, first_at) for slug in watch.sources}
    found = []
    for id_, development, _told in developments.untold(connection, URGENT):
        if development.severity <= GRAVE:
            one = _alertable(connection, watch, id_, development, begun, first_at, now)
            found += [one] if one is not None else []
    return sorted(found, key=lambda one: (one.seen_at, one.id))


def due_alert(connection: Connection, watch: Watch, now: datetime) -> Period | None:
    """The alert that is due: the time for others to join its first news is over. None where there is none."""
    waiting = alertable(connection, watch, now)
    if not waiting:
        return None
    period = alert_period(waiting[0].seen_at)
    if period.ends_at > now:
        return None
    # A read that took longer than the merge window brings news of a minute that has had its alert.
    while editions.find_edition(connection, URGENT, period.key) is not None:
        period = alert_period(period.starts_at + timedelta(minutes=1))
    return period


def _begun(connection: Connection, slug: str, first_at: datetime) -> datetime:
    """Until when what a source says is the world as it was: its first good read, or the first edition."""
    first = reads.earliest_good(connection, slug, 1)
    return max(first_at, first[0].started_at) if first else first_at


def _alertable(
    connection: Connection,
    watch: Watch,
    id_: int,
    development: Development,
    begun: dict[str, datetime],
    first_at: datetime,
    now: datetime,
) -> Alertable | None:
    told = editions.told_versions(connection, id_)
    earlier = [at for version, _, at in told if version < development.state_version]
    since = max(earlier, default=first_at)
    evidence = tuple(findings.evidence_of(connection, id_, watch.sources))
    fresh = [
        one.first_seen_at
        for one in evidence
        if one.finding.outcome.alerts
        and one.first_seen_at > since
        and one.first_seen_at > begun.get(one.finding.source, first_at)
    ]
    if not fresh:
        return None
    told_by_digest = any(version == development.state_version for version, _, _ in told)
    if told_by_digest and now - min(fresh) > FRESH:
        return None
    return Alertable(id_, development, evidence, min(fresh), bool(earlier))
