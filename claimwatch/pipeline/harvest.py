"""What a crawl brought home: pages, captures, failures and counts, in memory."""

from dataclasses import dataclass, field

from claimwatch.errors import ReadFailed
from claimwatch.models import Link, PageFailure, Parsed, ReadStatus, Skip
from claimwatch.store.reads import CaptureRow


@dataclass(frozen=True, slots=True)
class Kept:
    """What one good page gave, and the capture that it came from (an index into `Crawl.captures`)."""

    parsed: Parsed
    capture: int
    link: Link
    group: str


@dataclass(frozen=True, slots=True)
class Captured:
    """A capture of this read. A 304 names the earlier capture whose bytes it stands for."""

    row: CaptureRow
    etag: str | None = None
    last_modified: str | None = None
    same_as: int | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A publication whose page, read before, is not there any more, and in which words the answer said so."""

    key: str
    url: str
    reason: str


@dataclass(slots=True)
class Crawl:
    """What a read found. `containers`, `kept` and `skips` are counted on pages that list, never twice.

    `held` counts what the lists of each group hold, with what is too old to be read; `incomplete` are the groups of
    which a list could not be read. `looked_again` are the keys of publications whose page was asked for although no
    list said that it changed, `missing` those known whose page is no longer there. `error` is why the read failed.
    """

    captures: list[Captured] = field(default_factory=list)
    pages: list[Kept] = field(default_factory=list)
    failures: list[PageFailure] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    containers: int = 0
    kept: int = 0
    held: dict[str, int] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)
    looked_again: list[str] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    error: ReadFailed | None = None
    status: ReadStatus = ReadStatus.GOOD
    reason: str | None = None
