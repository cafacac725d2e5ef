"""A long list read by what differs from the last time, where its parser can do so (`revise`)."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from claimwatch.captures import CaptureStore
from claimwatch.errors import CaptureLost, ReadFailed
from claimwatch.models import Page, Parsed, Read, ReadStatus, Skip, SourceSpec
from claimwatch.pipeline.reading.parsing import revise_page
from claimwatch.store import Store, documents, reads


@dataclass(frozen=True)
class Revision:
    """What a source gave at its last good read, `last`, by the parser of today (`version`)."""

    store: Store
    captures: CaptureStore
    spec: SourceSpec
    parser: ModuleType
    version: str
    last: Read

    def read(self, page: Page) -> Parsed | None:
        """What a list gives, its rows that are as they were by their keys; None where it must be read whole.

        That is so where what is stored may not be what the kept page gave, row for row. A page that cannot be read is
        read whole too: then it says itself what is wrong with it.
        """
        with self.store.read() as connection:
            kept = reads.last_page(connection, self.spec.slug, page.kind, self.version)
            stored = documents.known_entries(connection, self.spec.slug)
        there = [at for at, entry in stored.items() if not entry.gone]
        if kept is None or len({name for name, _ in there}) != 1 or len(there) != self.last.kept:
            return None
        gave = Parsed(
            containers=self.last.containers,
            skipped=tuple(Skip(reason, "as before") for reason, count in self.last.skipped for _ in range(count)),
            warnings=self.last.warnings,
            lists=(there[0][0],),
            unread=tuple(key for _, key in there),
        )
        try:
            before = Page(
                self.spec.slug, page.kind, kept.final_url, self.captures.get(kept.sha256), kept.content_type or "",
                kept.charset, options=self.spec.options,
            )  # fmt: skip
            return revise_page(self.spec, self.parser, page, before, gave)
        except (CaptureLost, ReadFailed):
            return None


def revision(
    store: Store, captures: CaptureStore, spec: SourceSpec, parser: ModuleType, version: str, last: Read | None
) -> Callable[[Page], Parsed | None]:
    """How to read a list by what differs; of a source that cannot be read so it says None of every page."""
    if not hasattr(parser, "revise") or last is None or last.status is not ReadStatus.GOOD:
        return lambda _page: None
    return Revision(store, captures, spec, parser, version, last).read
