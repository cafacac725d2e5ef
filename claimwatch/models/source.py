"""What is polled, and how a polling went."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from claimwatch.models.option import NO_OPTIONS, Options


class SourceClass(StrEnum):
    """Who speaks; severity depends on it."""

    OFFICIAL = "official"
    NGO = "ngo"
    PRESS = "press"


@dataclass(frozen=True, slots=True)
class StartPage:
    """One address at which a read of a source begins.

    `url` may hold `{since}`, the ISO date from which publications are wanted. `probe` marks an address nobody has
    confirmed: a 404 or 410 there is noted, not a failure, unless it held something before. A `group` is read where one
    of its pages is good; where no group that is needed (that has a page which is no probe) is read, the read fails.
    """

    kind: str
    url: str
    group: str
    probe: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What one read may cost. Sizes in bytes after decompression, times in seconds."""

    max_bytes: int = 25_000_000
    timeout_s: float = 60.0
    pace_s: float = 1.0
    max_pages: int = 500


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a good read holds: between `min_items` and `max_items` containers, something new within `stale_after`.

    A read in which the lists of a needed group keep over `max_shrink` (a share) fewer items than before is a bad read.
    """

    min_items: int = 1
    max_items: int | None = None
    max_shrink: float = 0.2
    stale_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One entry of sources.yaml.

    `parser` is the dotted path of a module with `VERSION: str` and `parse(page: Page) -> Parsed`. `skip_older` leaves
    publications from before the newest baseline document to `backfill`; without it all are read (pages that are
    edited in place). A source that is not `enabled` is read only when it is asked for by name. `recheck` is how often
    the page of a publication that said something is looked at again, so that edits and withdrawals are seen; None:
    only when its list says that it changed. `options` tell a shared parser about this source.
    """

    slug: str
    name: str
    home: str
    source_class: SourceClass
    parser: str
    every: timedelta
    skip_older: bool
    pages: tuple[StartPage, ...]
    limits: Limits
    expect: Expectation
    terms: str
    terms_read_on: date
    enabled: bool = True
    recheck: timedelta | None = None
    options: Options = NO_OPTIONS

    def reading(self, version: str) -> str:
        """What stands for how pages are read: the parser's `version`, with a fingerprint of the options if any.

        Other options make something else of the same bytes, which is a change of ours as another version is.
        """
        if not self.options.values:
            return version
        return f"{version}+{sha256(repr(self.options.values).encode()).hexdigest()[:8]}"


class ReadStatus(StrEnum):
    """How a read went.

    GOOD: all was read. PARTIAL: some item pages failed; the rest is kept. BAD: quarantined. FAILED: no answer. HELD: it
    changes so much at once that an operator has to look first (the storm guard); quarantined like a bad one.
    """

    GOOD = "good"
    PARTIAL = "partial"
    BAD = "bad"
    FAILED = "failed"
    HELD = "held"

    @property
    def good(self) -> bool:
        """Whether what was read is believed: it moves the state of the source."""
        return self in (ReadStatus.GOOD, ReadStatus.PARTIAL)


class Origin(StrEnum):
    """Why a document was read: WATCH to tell what is new; BACKFILL for the record; REPLAY for a change of ours."""

    WATCH = "watch"
    BACKFILL = "backfill"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class PageFailure:
    """A page of a read that could not be had or used."""

    url: str
    reason: str

    def __str__(self) -> str:
        """For people: the address without its query, which may be long, and the reason."""
        return f"{self.url.partition('?')[0]}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Read:
    """One polling of a source, as reported. Times are aware UTC.

    `containers` = `kept` + the sum of `skipped`, counted where a source lists its items. `new`, `changed` and `gone`
    count publications and entries against what was stored before.
    """

    source: str
    status: ReadStatus
    started_at: datetime
    finished_at: datetime
    requests: int = 0
    containers: int = 0
    kept: int = 0
    skipped: tuple[tuple[str, int], ...] = ()
    new: int = 0
    changed: int = 0
    gone: int = 0
    first: bool = False
    warnings: tuple[str, ...] = ()
    failures: tuple[PageFailure, ...] = ()
    reason: str | None = None
    purpose: Origin = Origin.WATCH
