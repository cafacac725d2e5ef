"""What was captured, as far as it is about watched companies: publications and list entries, and what each says."""

from collections.abc import Sequence
from dataclasses import dataclass

from claimwatch.pipeline.watch import Watch
from claimwatch.store import findings, shelf
from claimwatch.store.finding_rows import FindingRow
from claimwatch.store.releases import rule
from claimwatch.store.shelf import Shelved, Taken

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Holding:
    """One publication or list entry: how it stands, the captures it was read from, newest first, and what was found
    in it, in the order of the text."""

    item: Shelved
    source_name: str
    takings: tuple[Taken, ...]
    found: tuple[FindingRow, ...]


def holdings(watch: Watch, *, before: int | None = None, source: str | None = None) -> tuple[Shelved, ...]:
    """One page of the publications that something was found in, last stored first, from below the id `before`."""
    with watch.store.read() as connection:
        shown = rule(connection, watch.settings.review)
        return tuple(shelf.list_shelved(connection, limit=PER_PAGE, before=before, source=source, shown=shown))


def publication_file(watch: Watch, publication_id: int) -> Holding | None:
    """One publication; None where there is none of that id. What was found in it may be nothing, or wait."""
    with watch.store.read() as connection:
        item = shelf.find_shelved(connection, publication_id)
        if item is None:
            return None
        shown = rule(connection, watch.settings.review)
        found = findings.findings_in(connection, watch.sources, publication_id=publication_id, shown=shown)
        return _holding(watch, item, shelf.takings(connection, publication_id), found)


def entry_file(watch: Watch, entry_id: int) -> Holding | None:
    """One entry of a list; None where there is none of that id, or nothing of it may be shown: a list has thousands."""
    with watch.store.read() as connection:
        item = shelf.find_shelved_entry(connection, entry_id)
        if item is None:
            return None
        shown = rule(connection, watch.settings.review)
        found = findings.findings_in(connection, watch.sources, entry_id=entry_id, shown=shown)
        if not found:
            return None
        return _holding(watch, item, shelf.entry_takings(connection, entry_id), found)


def _holding(watch: Watch, item: Shelved, taken: Sequence[Taken], found: Sequence[FindingRow]) -> Holding:
    name = watch.sources[item.source].name if item.source in watch.sources else item.source
    return Holding(item, name, tuple(taken), tuple(found))
