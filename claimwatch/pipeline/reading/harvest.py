"""What a crawl brought home: pages, captures, failures and counts, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from claimwatch.errors import ReadFailed
from claimwatch.models import Link, PageFailure, Parsed, ReadStatus, Skip
from claimwatch.store.documents import Stored
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
    list said that it changed, `missing` those known whose page is no longer there, `unsettled` those
    that left their list and could not be asked after. `error` is why the read failed. Where it `stands_still`, all is
    as the last read found it, and no page was parsed.
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
    unsettled: set[str] = field(default_factory=set)
    error: ReadFailed | None = None
    status: ReadStatus = ReadStatus.GOOD
    reason: str | None = None
    stands_still: bool = False


def left_lists(crawl: Crawl, known: Mapping[str, Stored]) -> list[str]:
    """The keys `LIST/KEY` of stored publications that are no longer on a list which this read holds whole, and of which
    no publication `KEY` has come: filings that were pulled before they were published, or published out of sight."""
    parsed = [page.parsed for page in crawl.pages]
    lists = {name for one in parsed for name in one.lists}
    shown = {publication.key for one in parsed for publication in one.publications}
    shown |= {link.key for one in parsed for link in one.links if link.key is not None}
    left = []
    for key, stored in known.items():
        name, _, own = key.partition("/")
        if name in lists and not stored.gone and key not in shown and own not in shown and own not in known:
            left.append(key)
    return left
