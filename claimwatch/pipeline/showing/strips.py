"""How well each source was seen over the last days: every polling, and the times when nobody could see it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from claimwatch.models import ReadStatus, SourceSpec
from claimwatch.pipeline.reading.coverage import Gap, long_gaps, unread_times
from claimwatch.pipeline.watch import Watch
from claimwatch.store import polls
from claimwatch.store.polls import Poll

SHOWN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Strip:
    """One source over (`since`, `until`]. `gaps` are the times over two cadences without a good read."""

    source: str
    name: str
    since: datetime
    until: datetime
    polls: tuple[Poll, ...]
    gaps: tuple[Gap, ...]
    last_good_at: datetime | None

    def count(self, *statuses: ReadStatus) -> int:
        """How many pollings went so."""
        return sum(poll.status in statuses for poll in self.polls)

    @property
    def unread(self) -> bool:
        """Whether no polling of this time was good."""
        return not any(poll.status.good for poll in self.polls)


def strips(watch: Watch, length: timedelta = SHOWN) -> tuple[Strip, ...]:
    """The sources that are switched on, over the last days."""
    now = watch.now()
    with watch.store.read() as connection:
        return tuple(_strip(connection, spec, now - length, now) for spec in watch.polled.values())


def _strip(connection: Connection, spec: SourceSpec, since: datetime, until: datetime) -> Strip:
    done = tuple(polls.polls_since(connection, spec.slug, since, until))
    return Strip(
        source=spec.slug,
        name=spec.name,
        since=since,
        until=until,
        polls=done,
        gaps=long_gaps(unread_times(connection, spec.slug, since, until), spec),
        last_good_at=polls.last_good_until(connection, spec.slug, until),
    )
