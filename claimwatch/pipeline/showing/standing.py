"""How each source stands, from what its reads left behind. Nothing here touches the network."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import Connection

from claimwatch.models import Read, ReadStatus, SourceSpec
from claimwatch.pipeline.reading.coverage import Gap, long_gaps, unread_times
from claimwatch.pipeline.reading.crawl import MOVED
from claimwatch.pipeline.watch import Watch
from claimwatch.store import documents, hosts, reads
from claimwatch.store.hosts import Rest

LOOKED_BACK = timedelta(days=30)
_INSTANT = timedelta(microseconds=1)  # the last good read itself is wanted too


class Health(StrEnum):
    """A source in one word. OFF: read only when it is asked for by name."""

    GOOD = "good"
    PARTIAL = "partial"
    HELD = "held"
    FAILING = "failing"
    UNREAD = "unread"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a source stands. `failures` in a row began at `failing_since` and last ended with `reason`.

    `next_due_at` None means now; a source that is off is never due. `rests` are hosts of its pages that asked us to
    come back later, `gaps` the times over two cadences without a good read within the last 30 days. `verified_at` is
    None where nobody has looked at its addresses live. Times: aware UTC.
    """

    source: str
    name: str
    health: Health
    last_good_at: datetime | None
    failures: int
    failing_since: datetime | None
    reason: str | None
    next_due_at: datetime | None
    newest_on: date | None
    verified_at: datetime | None
    rests: tuple[Rest, ...]
    gaps: tuple[Gap, ...]
    last: Read | None

    @property
    def moved(self) -> tuple[str, ...]:
        """What the last read says of start pages that have moved for good."""
        return tuple(warning for warning in self.last.warnings if MOVED in warning) if self.last is not None else ()

    @property
    def enabled(self) -> bool:
        """Whether it is read by itself."""
        return self.health is not Health.OFF


def standings(watch: Watch) -> dict[str, Standing]:
    """All sources by slug, in the order of sources.yaml."""
    now = watch.now()
    with watch.store.read() as connection:
        resting = hosts.rests(connection, now)
        return {slug: _standing(connection, spec, resting, now) for slug, spec in watch.sources.items()}


def _standing(connection: Connection, spec: SourceSpec, resting: tuple[Rest, ...], now: datetime) -> Standing:
    state = reads.source_state(connection, spec.slug)
    after = state.last_good_at - _INSTANT if state.last_good_at is not None else None
    since = reads.reads_between(connection, spec.slug, after, now)
    last = since[-1] if since else None
    failed: list[Read] = []
    for read in reversed(since):
        if read.status.good:
            break
        failed.insert(0, read)
    own = {urlsplit(page.url).hostname for page in spec.pages}
    return Standing(
        source=spec.slug,
        name=spec.name,
        health=_health(spec, last),
        last_good_at=state.last_good_at,
        failures=state.failures,
        failing_since=failed[0].started_at if failed else None,
        reason=failed[-1].reason if failed else None,
        next_due_at=state.next_due_at,
        newest_on=documents.newest_published_on(connection, spec.slug),
        verified_at=state.verified_at,
        rests=tuple(rest for rest in resting if rest.host in own),
        gaps=long_gaps(unread_times(connection, spec.slug, now - LOOKED_BACK, now), spec) if spec.enabled else (),
        last=last,
    )


def _health(spec: SourceSpec, last: Read | None) -> Health:
    if not spec.enabled:
        return Health.OFF
    if last is None:
        return Health.UNREAD
    return {
        ReadStatus.GOOD: Health.GOOD,
        ReadStatus.PARTIAL: Health.PARTIAL,
        ReadStatus.HELD: Health.HELD,
    }.get(last.status, Health.FAILING)
