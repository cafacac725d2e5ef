"""Everything a verb works with, wired up once from the settings."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from claimwatch.baseline import load_baseline
from claimwatch.captures import CaptureStore
from claimwatch.claims import Comparer
from claimwatch.errors import UsageError
from claimwatch.fetching import Client
from claimwatch.mentions import Scanner
from claimwatch.models import Baseline, SourceSpec
from claimwatch.settings import Settings, clock
from claimwatch.sources import load_sources
from claimwatch.store import Store


@dataclass(frozen=True)
class Watch:
    """An open Claimwatch. `now` tells the (possibly frozen) time as an aware UTC datetime."""

    settings: Settings
    store: Store
    captures: CaptureStore
    baseline: Baseline
    sources: dict[str, SourceSpec]
    now: Callable[[], datetime]

    @cached_property
    def comparer(self) -> Comparer:
        """Compiled from the baseline on first use: it takes a moment that listing commands need not spend."""
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

    def client(self) -> Client:
        """A fetching client with our name, contact, pace and upstream; use it as a context manager."""
        return Client(self.settings, self.now)


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
            baseline=load_baseline(settings.baselines),
            sources=load_sources(settings.sources),
            now=clock(settings),
        )
    finally:
        store.close()
