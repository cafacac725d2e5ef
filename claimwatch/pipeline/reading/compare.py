"""What a read brought, against what is stored: what is new, what says something else, what is gone."""

import threading
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from claimwatch.errors import BaselineInvalid, SourceChanged
from claimwatch.models import Entry, Finding, Link, Publication, SourceSpec
from claimwatch.pipeline.reading.harvest import Crawl, Kept
from claimwatch.pipeline.reading.trust import Turnover, collect
from claimwatch.pipeline.watch import Watch
from claimwatch.store import documents
from claimwatch.store.digests import entry_digest, publication_digest
from claimwatch.store.documents import Stored

if TYPE_CHECKING:
    from claimwatch.pipeline.reading.comparing import Crew

_ONE_AT_A_TIME = threading.Lock()  # it is all computing, of which the threads of a process cannot do two at once


@dataclass(frozen=True, slots=True)
class Change:
    """A publication or entry that says something new, with what it says."""

    what: Publication | Entry
    stored: Stored | None
    kept: Kept
    link_version: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a read changes. `seen` are ids of entries that are as they were, `gone` of those that left their list."""

    changes: tuple[Change, ...] = ()
    seen: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    turnover: tuple[Turnover, ...] = ()

    @property
    def new(self) -> int:
        """Publications and entries not stored before."""
        return sum(change.stored is None for change in self.changes)

    @property
    def changed(self) -> int:
        """Publications and entries that say something else than before."""
        return sum(
            change.stored is not None and change.stored.digest != digest_of(change.what) for change in self.changes
        )


def compare(
    watch: Watch,
    spec: SourceSpec,
    crawl: Crawl,
    known: Mapping[str, Stored],
    link_version: Callable[[Link], str | None],
    crew: "Crew | None" = None,
) -> Changes:
    """What is new or changed, compared with the baseline. `known` are the stored publications by key. Where there is a
    `crew`, its processes compare the publications.

    Pure but for looking up what entries said before. Raises `SourceChanged` where two rows have one key or the
    comparison breaks.
    """
    publications, entries, lists = collect(crawl)
    changes: list[Change] = []
    news = {
        key
        for key, (publication, _) in publications.items()
        if (stored := known.get(key)) is None or stored.digest != publication_digest(publication)
    }
    if crew is not None:
        crew.begin([publications[key][0] for key in publications if key in news])
    for key, (publication, kept) in publications.items():
        found = crew.findings(publication) if crew is not None and key in news else None
        if found is None:
            found = findings_of(watch, spec, publication, None) if key in news else ()
        changes.append(Change(publication, known.get(key), kept, link_version(kept.link), found))
    unread = {(name, key) for kept in crawl.pages for name in kept.parsed.lists for key in kept.parsed.unread}
    with watch.store.read() as connection:
        stored_entries = documents.known_entries(connection, spec.slug)
        seen = [stored_entries[at].id for at in unread]
        for at, (entry, kept) in entries.items():
            stored = stored_entries.get(at)
            if stored is not None and not stored.gone and stored.digest == entry_digest(entry):
                seen.append(stored.id)
                continue
            previous = documents.latest_entry(connection, stored.id) if stored is not None else None
            found = findings_of(watch, spec, entry, previous)
            changes.append(Change(entry, stored, kept, None, found))
    present = entries.keys() | unread
    gone = [
        stored.id
        for (list_name, key), stored in stored_entries.items()
        if list_name in lists and not stored.gone and (list_name, key) not in present
    ]
    turnover = tuple(_turnover(name, present, stored_entries, changes) for name in sorted(lists))
    return Changes(tuple(changes), tuple(seen), tuple(gone), turnover)


def _turnover(
    name: str, present: Set[tuple[str, str]], stored: Mapping[tuple[str, str], Stored], changes: Sequence[Change]
) -> Turnover:
    before = {at for at, entry in stored.items() if at[0] == name and not entry.gone}
    now = {at for at in present if at[0] == name}
    moved = sum(isinstance(change.what, Entry) and change.what.list_name == name for change in changes)
    return Turnover(name, moved + len(before - now), max(len(before), len(now)))


def findings_of(
    watch: Watch, spec: SourceSpec, what: Publication | Entry, previous: Entry | None
) -> tuple[Finding, ...]:
    """What a publication or entry says against the baseline; `previous` is what an entry said before.

    Raises `SourceChanged` where the comparison breaks, `BaselineInvalid` where it is the baseline that is broken.
    """
    from claimwatch.claims.accepted import settle  # with all that judges a text: mostly nothing is new

    try:
        with _ONE_AT_A_TIME:
            if isinstance(what, Publication):
                found = watch.comparer.publication(what, spec.source_class)
            else:
                found = watch.comparer.entry(what, previous, spec.source_class)
            return settle(found, what.text, watch.baseline, spec.source_class)
    except BaselineInvalid:
        raise  # no fault of the source
    except Exception as error:
        # As with a parser: a sentence that nobody foresaw must not keep the other sources from being read.
        broke = f"the comparison of {what.key} broke: {type(error).__name__}: {error}"
        raise SourceChanged(what.url, broke) from error


def digest_of(what: Publication | Entry) -> str:
    """Identifies what a publication or entry says."""
    return publication_digest(what) if isinstance(what, Publication) else entry_digest(what)
