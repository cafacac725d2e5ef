"""How well a source was covered over a time: what its reads left behind, and when nobody could see it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection

from claimwatch.models import Read, ReadStatus, SourceSpec
from claimwatch.pipeline.watch import Watch
from claimwatch.store import documents, polls, reads

BLIND_AFTER = 2  # cadences between two good reads; one read may fail without anybody having missed much


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without a good read, from the last before to the first after it; `ends_at` None: not read again yet.

    `begins_at` is the last good read, or the first attempt where none was good. Times: aware UTC.
    """

    begins_at: datetime
    ends_at: datetime | None
    until: datetime

    @property
    def length(self) -> timedelta:
        """How long it was, or has been until the end of the time looked at."""
        return (self.ends_at or self.until) - self.begins_at


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """One source over (`since`, `until`], by its polls. `requests` counts pages asked for.

    `longest` is the longest time between good reads, whatever its length; `gaps` are those over two cadences.
    """

    source: str
    since: datetime | None
    until: datetime
    polls: int
    good: int
    partial: int
    bad: int
    failed: int
    held: int
    requests: int
    longest: Gap | None
    gaps: tuple[Gap, ...]
    newest_on: date | None


def coverage(
    watch: Watch, slugs: Sequence[str] = (), *, since: datetime | None = None, until: datetime | None = None
) -> tuple[SourceCoverage, ...]:
    """How some sources (by default those that are switched on) stood between two times (aware).

    `since` None is from the first read, `until` None is now. Raises `UsageError` for an unknown source.
    """
    specs = [watch.source(slug) for slug in slugs] or list(watch.polled.values())
    end = watch.now() if until is None else min(until, watch.now())
    with watch.store.read() as connection:
        return tuple(_coverage(connection, spec, since, end) for spec in specs)


def _coverage(connection: Connection, spec: SourceSpec, since: datetime | None, until: datetime) -> SourceCoverage:
    done = reads.reads_between(connection, spec.slug, since, until)
    counts = Counter(read.status for read in done)
    times = unread_times(connection, spec.slug, since, until)
    return SourceCoverage(
        source=spec.slug,
        since=since,
        until=until,
        polls=len(done),
        good=counts[ReadStatus.GOOD],
        partial=counts[ReadStatus.PARTIAL],
        bad=counts[ReadStatus.BAD],
        failed=counts[ReadStatus.FAILED],
        held=counts[ReadStatus.HELD],
        requests=sum(read.requests for read in done),
        longest=max(times, key=lambda gap: gap.length, default=None),
        gaps=long_gaps(times, spec),
        newest_on=documents.newest_published_on(connection, spec.slug),
    )


def unread_times(connection: Connection, slug: str, since: datetime | None, until: datetime) -> tuple[Gap, ...]:
    """The times between good reads of a source that reach into (since, until], oldest first.

    A source that was never good before counts from its first attempt: before that nobody looked.
    """
    good = [poll.at for poll in polls.polls_since(connection, slug, since, until) if poll.status.good]
    return times_between(good, _looked_from(connection, slug, since, until), until)


def _looked_from(connection: Connection, slug: str, since: datetime | None, until: datetime) -> datetime | None:
    before = polls.last_good_until(connection, slug, since) if since is not None else None
    return before or polls.first_attempt(connection, slug, until)


def unread_times_of(
    connection: Connection, slug: str, done: Sequence[Read], since: datetime | None, until: datetime
) -> tuple[Gap, ...]:
    """`unread_times` for whoever has the reads of (since, until] at hand."""
    good = [read.started_at for read in done if read.status.good]
    first = done[0].started_at if done and since is None else _looked_from(connection, slug, since, until)
    return times_between(good, first, until)


def times_between(good: Sequence[datetime], start: datetime | None, until: datetime) -> tuple[Gap, ...]:
    """The times between good reads, the first of them since `start`, None where nobody looked before."""
    marks = [*([start] if start else []), *good]
    gaps = [Gap(begins_at, ends_at, until) for begins_at, ends_at in pairwise(marks)]
    if marks and marks[-1] < until:
        gaps.append(Gap(marks[-1], None, until))
    return tuple(gap for gap in gaps if gap.length)


def long_gaps(times: Sequence[Gap], spec: SourceSpec) -> tuple[Gap, ...]:
    """Those in which a source went unread for longer than two cadences."""
    return tuple(gap for gap in times if gap.length > BLIND_AFTER * spec.every)
