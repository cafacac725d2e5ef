"""What a read found, taken together: whether it can be the whole, and each thing in it once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from claimwatch.errors import SourceChanged
from claimwatch.models import Entry, Publication, ReadStatus, SourceSpec
from claimwatch.pipeline.reading.harvest import Crawl, Kept

STORM_ROWS = 20
STORM_SHARE = 0.2
STORM_TOLD = 15


@dataclass(frozen=True, slots=True)
class Turnover:
    """How many rows of a list that is given whole came, went or changed, and how many it has (or had, if more)."""

    list_name: str
    changed: int
    rows: int


def judge(crawl: Crawl, spec: SourceSpec, held_before: Mapping[str, int]) -> None:
    """Set the status and reason of a crawl that is good so far. `held_before`: items by group at the last good read."""
    reason = _too_little(crawl, spec) or _too_much(crawl, spec) or _shrunk(crawl, spec, held_before)
    if reason is not None:
        crawl.status, crawl.reason = ReadStatus.BAD, reason
    elif crawl.failures:
        crawl.status = ReadStatus.PARTIAL
        asked = len({captured.row.url for captured in crawl.captures})
        crawl.reason = f"{len(crawl.failures)} of {asked} pages could not be read"


def _too_little(crawl: Crawl, spec: SourceSpec) -> str | None:
    if crawl.failures and not crawl.containers:
        return str(crawl.failures[0])
    # Where a list could not be read, that is said by its name; how much it would have held is not known.
    if crawl.containers < spec.expect.min_items and not crawl.incomplete:
        return f"{crawl.containers} items where at least {spec.expect.min_items} are due"
    return None


def _too_much(crawl: Crawl, spec: SourceSpec) -> str | None:
    most = spec.expect.max_items
    if most is not None and crawl.containers > most:
        return f"{crawl.containers} items where at most {most} are due"
    return None


def _shrunk(crawl: Crawl, spec: SourceSpec, held_before: Mapping[str, int]) -> str | None:
    """A list that lost much of its length overnight is a broken page until an operator says otherwise.

    Each list is compared with itself, by the items kept: another theme that no longer links every file twice, or a
    list in a second language that comes and goes, is no loss. What nobody confirmed (a probe) may hold what it likes.
    """
    for page in spec.pages:
        before = held_before.get(page.group, 0)
        if page.probe or page.group in crawl.incomplete:
            continue
        held = crawl.held.get(page.group, 0)
        if held < before * (1 - spec.expect.max_shrink):
            return (
                f"{page.url.partition('?')[0]}: {held} items where the last good read held {before}; "
                f"a loss of over {spec.expect.max_shrink:.0%} is not believed"
            )
    return None


def list_storm(turnover: Sequence[Turnover], spec: SourceSpec) -> str | None:
    """Why a read is held for an operator: so much of a list changed at once. None where it is not."""
    for one in turnover:
        if one.changed >= STORM_ROWS and one.changed > STORM_SHARE * one.rows:
            return _storm(f"{one.changed:,} of {one.rows:,} entries of {one.list_name} changed at once", spec)
    return None


def told_storm(told: int, spec: SourceSpec) -> str | None:
    """Why a read is held for an operator: so many developments that nobody was told of. None where it is not."""
    if told <= STORM_TOLD:
        return None
    return _storm(f"{told} developments at once, where at most {STORM_TOLD} are believed", spec)


def _storm(what: str, spec: SourceSpec) -> str:
    return f"storm: {what}; look at {spec.home} and then run `claimwatch poll {spec.slug} --believe`"


def collect(
    crawl: Crawl,
) -> tuple[dict[str, tuple[Publication, Kept]], dict[tuple[str, str], tuple[Entry, Kept]], frozenset[str]]:
    """Publications by key (the fullest text of a key wins), entries by (list, key), and the lists given whole.

    Raises `SourceChanged` when two entries of one list have the same key: which is which could not be told any more.
    """
    publications: dict[str, tuple[Publication, Kept]] = {}
    entries: dict[tuple[str, str], tuple[Entry, Kept]] = {}
    lists: set[str] = set()
    for kept in crawl.pages:
        lists.update(kept.parsed.lists)
        for publication in kept.parsed.publications:
            other = publications.get(publication.key)
            if other is None or len(other[0].text) < len(publication.text):
                publications[publication.key] = (publication, kept)
        for entry in kept.parsed.entries:
            if (entry.list_name, entry.key) in entries:
                raise SourceChanged(kept.link.url, f"two entries of {entry.list_name} have the key {entry.key!r}")
            entries[entry.list_name, entry.key] = (entry, kept)
    return publications, entries, frozenset(lists)
