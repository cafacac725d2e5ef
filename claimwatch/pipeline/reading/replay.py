"""Replay: kept captures through the parsers, aliases, lexicon and baseline of today. It mails nothing.

A change of ours is not news. Without `apply` nothing is written; what `apply` writes: `keep_replay`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import ModuleType

from sqlalchemy import Connection

from claimwatch.errors import CaptureLost, ReadFailed
from claimwatch.models import Entry, Finding, Page, PageFailure, Parsed, SourceSpec
from claimwatch.pipeline.knowledge import knowledge
from claimwatch.pipeline.lease import source_lease
from claimwatch.pipeline.reading.compare import digest_of, findings_of
from claimwatch.pipeline.reading.differences import Difference, Kind, appearing, differences
from claimwatch.pipeline.reading.keep_replay import Item, ItemReplay, keep_item
from claimwatch.pipeline.reading.parsing import load_parser, parse_page
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, documents, finding_changes, findings, readings
from claimwatch.store.finding_rows import FindingRow
from claimwatch.store.readings import PUBLICATION, KeptPage, Reading


@dataclass(slots=True)
class SourceReplay:
    """What a replay of one source comes to. `lost` names captures whose bytes are gone, `refused` those that the
    parser of today cannot read; nothing is said of what they hold, and nothing of it changes."""

    source: str
    items: int = 0
    changed: list[ItemReplay] = field(default_factory=list)
    alike: dict[str, list[int]] = field(default_factory=dict)
    compared: list[int] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    refused: list[PageFailure] = field(default_factory=list)
    applied: bool = False

    @property
    def reworded(self) -> int:
        """How many stored items are read otherwise."""
        return sum(item.reworded for item in self.changed)

    @property
    def missing(self) -> int:
        """How many stored items the parser does not find any more."""
        return sum(item.what is None for item in self.changed)

    @property
    def added(self) -> int:
        """How many items are read that were not stored."""
        return sum(item.reading is None for item in self.changed)

    def count(self, kind: Kind) -> int:
        """How many findings appear, vanish or change."""
        return sum(difference.kind is kind for _, difference in self.differences)

    @property
    def differences(self) -> list[tuple[ItemReplay, Difference]]:
        """The findings that are not as they were, with their items."""
        return [(i, d) for i in self.changed for d in i.differences if d.kind is not Kind.STAYS]


def replay(
    watch: Watch,
    slugs: Sequence[str] = (),
    *,
    since: datetime | None = None,
    apply: bool = False,
    progress: Callable[[str], None] = lambda _url: None,
) -> tuple[SourceReplay, ...]:
    """What the findings of some sources (by default of all) would be today; with `apply`, what they are from now on.

    `since` (aware) leaves out what was stored before. With `apply` each source is changed in one transaction under its
    lease. Raises `UsageError` for an unknown source, `ClaimwatchError` where another process keeps one for itself.
    """
    reports = []
    for spec in [watch.source(slug) for slug in slugs] or list(watch.sources.values()):
        parser = load_parser(spec)
        if apply:
            with source_lease(watch, spec.slug) as lease:

                def on_page(url: str, renew: Callable[[], None] = lease.renew) -> None:
                    renew()
                    progress(url)

                run = _Replay(watch, spec, parser, since=since, progress=on_page)
                reports.append(run.apply())
        else:
            reports.append(_Replay(watch, spec, parser, since=since, progress=progress).look())
    return tuple(reports)


def bring_up_to_date(watch: Watch, spec: SourceSpec, parser: ModuleType) -> SourceReplay:
    """Replay and apply what another version of the parser read: then a poll sees only what the world changed.

    For `poll`, which holds the lease and calls it when the version is not that of the last good read.
    """
    return _Replay(watch, spec, parser, outdated_only=True).apply()


class _Replay:
    """One source."""

    def __init__(
        self,
        watch: Watch,
        spec: SourceSpec,
        parser: ModuleType,
        *,
        since: datetime | None = None,
        outdated_only: bool = False,
        progress: Callable[[str], None] = lambda _url: None,
    ) -> None:
        self.watch, self.spec, self.parser = watch, spec, parser
        self.since, self.outdated_only, self.progress = since, outdated_only, progress
        self.version = f"{spec.parser}:{spec.reading(parser.VERSION)}"
        self.report = SourceReplay(spec.slug)
        self.knowledge = knowledge(watch)
        self.pages: dict[int, KeptPage] = {}
        self.parsed: dict[int, Parsed | None] = {}

    def look(self) -> SourceReplay:
        """Find the differences; writes nothing."""
        report = self.report
        with self.watch.store.read() as connection:
            everything = readings.readings(connection, self.spec.slug)
            wanted = [reading for reading in everything if self._is_wanted(reading)]
            if self.outdated_only and not wanted:
                return report
            last = readings.last_pages(connection, self.spec.slug)
            self.pages = readings.kept_pages(connection, [*last, *(r.capture_id for r in wanted)])
            rows = findings.findings_by_item(connection, self.spec.slug)
            report.items = len(wanted)
            for capture_id, those in _by_capture(wanted):
                for reading in those if self._parse(connection, capture_id) is not None else ():
                    self._compare(connection, reading, rows.get((reading.kind, reading.stored.id), []))
            stored = {(reading.list_name, reading.key) for reading in everything}
            for capture_id in last:
                if self.since is None or self.pages[capture_id].fetched_at >= self.since:
                    self._parse(connection, capture_id)
            self._add(stored, last)
        return report

    def _is_wanted(self, reading: Reading) -> bool:
        if self.outdated_only and reading.parser == self.version:
            return False
        return self.since is None or reading.seen_at >= self.since

    def _parse(self, connection: Connection, capture_id: int) -> Parsed | None:
        """What the parser of today makes of a capture, once; None where that cannot be said, and why is noted."""
        if capture_id not in self.parsed:
            page = self.pages.get(capture_id) or readings.kept_pages(connection, [capture_id])[capture_id]
            self.progress(page.url)
            self.parsed[capture_id] = self._parse_page(connection, page)
        return self.parsed[capture_id]

    def _parse_page(self, connection: Connection, page: KeptPage) -> Parsed | None:
        try:
            if page.sha256 is None:
                raise CaptureLost("nothing was kept")
            body = self.watch.captures.get(page.sha256)
        except CaptureLost:
            self.report.lost.append(page.url)
            return None
        head = None
        if len(page.publications) == 1:
            # What its list said of the item is what was stored of it, without the text.
            head = replace(documents.latest_publication(connection, page.publications[0]), text="")
        try:
            return parse_page(
                self.spec,
                self.parser,
                Page(
                    source=self.spec.slug,
                    kind=page.kind,
                    url=page.url,
                    body=body,
                    content_type=page.content_type,
                    charset=page.charset,
                    head=head,
                    options=self.spec.options,
                ),
            )
        except ReadFailed as error:
            self.report.refused.append(PageFailure(page.url, error.reason))
            return None

    def _read_now(self, connection: Connection, capture_id: int, list_name: str | None, key: str) -> Item | None:
        parsed = self._parse(connection, capture_id)
        if parsed is None:
            return None
        if list_name is not None:
            return next((e for e in parsed.entries if (e.list_name, e.key) == (list_name, key)), None)
        same = [publication for publication in parsed.publications if publication.key == key]
        return max(same, key=lambda publication: len(publication.text), default=None)

    def _compare(self, connection: Connection, reading: Reading, rows: list[tuple[int, FindingRow]]) -> None:
        """Note how a stored item differs, or that it is read as it was."""
        what = self._read_now(connection, reading.capture_id, reading.list_name, reading.key)
        found: tuple[Finding, ...] = ()
        if what is not None:
            try:
                known = self.knowledge.at(reading.seen_at)
                found = findings_of(known, self.spec, what, self._before(connection, reading))
            except ReadFailed as error:
                self.report.refused.append(PageFailure(error.url, error.reason))
                return
        if reading.kind == PUBLICATION:
            text = documents.latest_publication(connection, reading.stored.id).text if rows else ""
            different = differences([row for _, row in rows], lambda row: row.evidence.finding.quote in text, found)
        else:
            rows_now = [row for revision, row in rows if revision == reading.revision_id]
            different = differences(rows_now, lambda _row: True, found)
        self.report.compared += [row.evidence.id for _, row in rows]
        reworded = what is not None and digest_of(what) != reading.stored.digest
        if all(d.kind is Kind.STAYS for d in different) and not reworded and what is not None:
            self.report.alike.setdefault(reading.kind, []).append(reading.revision_id)
            return
        url = what.url if what else self.pages[reading.capture_id].url
        self.report.changed.append(
            ItemReplay(reading.key, url, reading.capture_id, reading, what, reworded, found, tuple(different))
        )

    def _before(self, connection: Connection, reading: Reading) -> Entry | None:
        """The revision before, read as today where its bytes allow it: our own change is none of the row."""
        if reading.previous_id is None:
            return None
        stored = documents.entry_at(connection, reading.previous_id)
        capture_id = readings.capture_of_entry(connection, reading.previous_id)
        again = self._read_now(connection, capture_id, reading.list_name, reading.key)
        return again if isinstance(again, Entry) else stored

    def _add(self, stored: set[tuple[str | None, str]], last: Sequence[int]) -> None:
        """Items that the parser of today reads from pages that were kept, and that are not stored."""
        until = self.watch.baseline.newest_document_on
        for capture_id, parsed in sorted(self.parsed.items(), reverse=True):
            page = self.pages.get(capture_id)
            if parsed is None or page is None:
                continue
            items: list[Item] = [*parsed.publications]
            # An old copy of a list says nothing of what is on it now.
            items += [entry for entry in parsed.entries if capture_id in last or entry.list_name not in parsed.lists]
            for what in items:
                at = (what.list_name if isinstance(what, Entry) else None, what.key)
                early = self.spec.skip_older and what.published_on is not None and what.published_on < until
                if at in stored or (early and not page.publications):
                    continue
                stored.add(at)
                try:
                    found = findings_of(self.knowledge.now(), self.spec, what, None)
                except ReadFailed as error:
                    self.report.refused.append(PageFailure(error.url, error.reason))
                    continue
                self.report.changed.append(
                    ItemReplay(what.key, what.url, capture_id, None, what, False, found, tuple(appearing(found)))
                )

    def apply(self) -> SourceReplay:
        """Find the differences and store them."""
        report, watch = self.look(), self.watch
        if report.items or report.changed:
            with watch.store.write() as connection:
                now = watch.now()
                advance_clock(connection, now)
                for kind, revision_ids in report.alike.items():
                    readings.note_parser(connection, kind, revision_ids, self.version)
                for item in report.changed:
                    keep_item(connection, watch, self.version, item, now)
                finding_changes.note_baseline(connection, report.compared, watch.baseline.version)
        report.applied = True
        return report


def _by_capture(wanted: Iterable[Reading]) -> Iterator[tuple[int, list[Reading]]]:
    """Readings by the capture they came from, oldest capture first: each is parsed once."""
    groups: dict[int, list[Reading]] = {}
    for reading in wanted:
        groups.setdefault(reading.capture_id, []).append(reading)
    yield from sorted(groups.items())
