"""How the whole is doing: sources, editions, mail. For people (the status page) and for a monitor (metrics)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from claimwatch.pipeline.showing.standing import Standing, standings
from claimwatch.pipeline.watch import Watch
from claimwatch.store import outbox, telling
from claimwatch.store.telling import Told

EDITIONS = 10
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Health:
    """How things stand at `at`: sources in the order of sources.yaml, the last editions, all mails by state."""

    at: datetime
    sources: tuple[Standing, ...]
    editions: tuple[Told, ...]
    messages: dict[str, int]

    @property
    def well(self) -> bool:
        """Whether every source that is switched on was read well last time."""
        return all(source.health.value in ("good", "off") for source in self.sources)


@dataclass(frozen=True, slots=True)
class Counts:
    """What a monitor counts. `reads` are the polls of the last day by (source, status)."""

    health: Health
    editions: dict[tuple[str, str], int]
    findings: dict[str, int]
    reads: dict[tuple[str, str], int]


def health(watch: Watch) -> Health:
    """How things stand now."""
    sources = standings(watch)
    with watch.store.read() as connection:
        editions = tuple(telling.last_told(connection, EDITIONS))
        messages = outbox.count_messages(connection)
    return Health(watch.now(), tuple(sources.values()), editions, messages)


def counts(watch: Watch) -> Counts:
    """The same with what only a monitor wants."""
    now = health(watch)
    with watch.store.read() as connection:
        reads = {
            (slug, status): count
            for slug in watch.polled
            for status, count in telling.count_reads(connection, slug, now.at - _DAY).items()
        }
        return Counts(now, telling.count_editions_by_state(connection), telling.count_findings(connection), reads)
