"""What deserves an alert: grave news that polls found after the first edition, not told by an alert yet.

What the first read of a source brings is told in an edition and never as an alert: it is the world as it was, seen for
the first time. What an edition told before an alert could, is still an alert to whoever reads alerts only, for a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from claimwatch.editions import URGENT, Period, alert_period
from claimwatch.models import Candidate
from claimwatch.pipeline.telling.tellable import AT_ONCE, tellable
from claimwatch.pipeline.watch import Watch
from claimwatch.store import decisions, editions, reads

GRAVE = "S1"
FRESH = timedelta(hours=6)  # how long an alert is worth sending
Told = tuple[int, str, datetime]  # a state that an edition told: its version, the series, when it was frozen
DIGESTS = ("daily", "weekly", "monthly")


@dataclass(frozen=True, slots=True)
class Alertable:
    """A development that an alert may tell. `seen_at`: when the first thing that says so was seen."""

    id: int
    candidate: Candidate
    seen_at: datetime


def alertable(connection: Connection, watch: Watch, now: datetime) -> list[Alertable]:
    """What an alert would tell at `now` (aware UTC), by when it came up. Before the first edition: none."""
    first_at = editions.first_told_at(connection, DIGESTS)
    if first_at is None:
        return []
    begun = {slug: _begun(connection, slug, first_at) for slug in watch.sources}
    possible, found = tellable(connection, watch, URGENT, grave=GRAVE), []
    for begin in range(0, len(possible), AT_ONCE):
        some = possible[begin : begin + AT_ONCE]
        told = editions.told_versions(connection, [id_ for id_, _ in some])
        for id_, candidate in some:
            corrected_at = _corrected_at(connection, candidate, told[id_])
            if candidate.development.severity <= GRAVE or corrected_at is not None:
                one = _alertable(id_, candidate, told[id_], begun, first_at, now, corrected_at)
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


def _corrected_at(connection: Connection, candidate: Candidate, told: Sequence[Told]) -> datetime | None:
    """When an analyst said that what an alert told is something else: those who had the alert are told so."""
    if not any(series == URGENT for _, series, _ in told):
        return None
    relabel = decisions.standing_of(connection, candidate.development.key).relabel
    return None if relabel is None else relabel.at


def _alertable(
    id_: int,
    candidate: Candidate,
    told: Sequence[Told],
    begun: dict[str, datetime],
    first_at: datetime,
    now: datetime,
    corrected_at: datetime | None,
) -> Alertable | None:
    development = candidate.development
    earlier = [at for version, _, at in told if version < development.state_version]
    since = max(earlier, default=first_at)
    fresh = [
        one.first_seen_at
        for one in candidate.evidence
        if one.finding.outcome.alerts
        and one.first_seen_at > since
        and one.first_seen_at > begun.get(one.finding.source, first_at)
    ]
    fresh += [corrected_at] if corrected_at is not None and corrected_at > since else []
    if not fresh:
        return None
    told_by_digest = any(version == development.state_version for version, _, _ in told)
    if told_by_digest and now - min(fresh) > FRESH:
        return None
    return Alertable(id_, replace(candidate, told_before=bool(earlier) or candidate.told_before), min(fresh))
