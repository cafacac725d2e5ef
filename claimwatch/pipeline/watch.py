"""Everything a verb works with, wired up once from the settings."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from claimwatch.baseline import load_baseline
from claimwatch.captures import CaptureStore
from claimwatch.errors import UsageError
from claimwatch.mentions import Scanner
from claimwatch.models import Baseline, SourceSpec
from claimwatch.settings import Settings, clock
from claimwatch.sources import load_sources
from claimwatch.store import Store, hosts

if TYPE_CHECKING:  # what reads and compares is loaded by whoever does that
    from claimwatch.claims import Comparer
    from claimwatch.fetching import Client


@dataclass(frozen=True)
class Watch:
    """An open Claimwatch. `now` tells the (possibly frozen) time as an aware UTC datetime.

    `files` is the baseline of the files alone, where `baseline` holds what analysts accepted as well.
    """

    settings: Settings
    store: Store
    captures: CaptureStore
    baseline: Baseline
    sources: dict[str, SourceSpec]
    now: Callable[[], datetime]
    files: Baseline | None = None

    def with_baseline(self, baseline: Baseline) -> "Watch":
        """The same over another version of the baseline; itself where it is the one it has."""
        if baseline.version == self.baseline.version:
            return self
        return replace(self, baseline=baseline, files=self.files or self.baseline)

    @property
    def polled(self) -> dict[str, SourceSpec]:
        """The sources that are switched on: those that are due by themselves and that an edition accounts for."""
        return {slug: spec for slug, spec in self.sources.items() if spec.enabled}

    @property
    def zone(self) -> ZoneInfo:
        """Where editions and the desk stand (`CLAIMWATCH_TIMEZONE`)."""
        return ZoneInfo(self.settings.timezone)

    @cached_property
    def comparer(self) -> "Comparer":
        """Compiled from the baseline on first use: it takes a moment that listing commands need not spend."""
        from claimwatch.claims import Comparer

        return Comparer(self.baseline)

    @cached_property
    def scanner(self) -> Scanner:
        """The name scan alone."""
        return Scanner(self.baseline.companies.values())

    def source(self, slug: str) -> SourceSpec:
        """The source of that slug; raises `UsageError` naming those there are."""
        try:
            return self.sources[slug]
        except KeyError:
            raise UsageError(f"there is no source {slug!r}; there are {', '.join(self.sources)}") from None

    def client(self) -> "Client":
        """A fetching client with our name, contact and upstream; use it as a context manager.

        Pace and rests are kept in the store, so that all processes on one database are one visitor to a host.
        """
        from claimwatch.fetching import Client, Pacer

        def reserve(host: str, interval_s: float) -> float:
            with self.store.write(lasting=False) as connection:
                return hosts.reserve(connection, host, time.time(), interval_s)

        def rest_of(host: str) -> datetime | None:
            with self.store.read() as connection:
                rest = hosts.rest_of(connection, host)
            return rest.until if rest else None

        def note_rest(host: str, until: datetime, reason: str) -> None:
            with self.store.write() as connection:
                hosts.note_rest(connection, host, until, reason)

        return Client(
            self.settings,
            self.now,
            Pacer(reserve=reserve),
            waits=self.settings.now is None,
            rest_of=rest_of,
            note_rest=note_rest,
        )


@contextmanager
def open_watch(settings: Settings) -> Iterator[Watch]:
    """Open the store (migrating it), the captures, the baseline and the sources; closes the store at the end.

    Raises `SettingsInvalid`, `BaselineInvalid`, `SourcesInvalid` or `ClaimwatchError` with what to do.
    """
    store = Store(settings.database_url.get_secret_value())
    try:
        yield Watch(
            settings=settings,
            store=store,
            captures=CaptureStore(settings.captures_url),
            baseline=load_baseline(settings.baselines, home=settings.home),
            sources=load_sources(settings.sources),
            now=clock(settings),
        )
    finally:
        store.close()
