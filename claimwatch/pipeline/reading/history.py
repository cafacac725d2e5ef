"""Backfill: read what a source published before the watch began, for the record.

A poll leaves out what is older than the newest baseline document. This reads it, list page by list page and batch by
batch, each under a lease of its own and in a transaction of its own: polls come between, and a run that was killed
goes on where it stopped. Nothing that the watch goes by moves: not when the source is due, its failures, validators or
list lengths; and no reader is told (see `develop`).
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import ModuleType

from claimwatch.errors import Blocked, FailureKind, FetchFailed, ReadFailed, SourceChanged, UsageError
from claimwatch.fetching import Client
from claimwatch.models import Link, Origin, PageFailure, Parsed, Publication, Read, ReadStatus, SourceSpec
from claimwatch.pipeline.knowledge import with_knowledge
from claimwatch.pipeline.lease import source_lease
from claimwatch.pipeline.reading.compare import Changes, compare
from claimwatch.pipeline.reading.comparing import Crew
from claimwatch.pipeline.reading.crawl import NOT_THERE, Crawler, address
from claimwatch.pipeline.reading.harvest import Crawl, Kept
from claimwatch.pipeline.reading.keep import chain_captures, keep_changes, keep_read, writable
from claimwatch.pipeline.reading.parsing import load_parser
from claimwatch.pipeline.watch import Watch
from claimwatch.store import documents
from claimwatch.store.documents import Stored

BATCH = 25  # pages under one lease; a poll waits no longer than that
WORTH_A_CREW = 100  # documents
GIVE_UP_AFTER = 3  # pages in a row that a host refuses: it is not asked for the rest

Progress = Callable[[int, int, str], None]
Visit = tuple[Link, str]


@dataclass(slots=True)
class Backfilled:
    """What a backfill did. Published in [`since`, `until`) is what it reads; the rest is the watch's or older.

    `listed` counts the items of that time that lists named, `stored` publications and entries that are new,
    `known` those stored before. `stopped` says why the run ended early; a further run goes on.
    """

    source: str
    since: date
    until: date
    left_out: bool
    requests: int = 0
    listed: int = 0
    stored: int = 0
    known: int = 0
    findings: int = 0
    failures: list[PageFailure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    stopped: str | None = None

    @property
    def complete(self) -> bool:
        """Whether everything that lists named has been read."""
        return not self.failures and self.stopped is None


def backfill(
    watch: Watch, slug: str, since: date, *, progress: Progress = lambda _done, _listed, _url: None
) -> Backfilled:
    """Read what `slug` published from `since` up to the newest baseline document, and keep it as history.

    `progress` is told how many items are done, how many are listed so far, and the address asked for now. Raises
    `UsageError` for an unknown source or a day that polls read, `ClaimwatchError` where another process keeps the
    source for itself. A page that cannot be read raises nothing: it is in the report, and asked for by the next run.
    """
    spec = watch.source(slug)
    until = watch.baseline.newest_document_on
    if since >= until:
        raise UsageError(f"what was published since {until} is read by `claimwatch poll`; name a day before it")
    report = Backfilled(slug, since, until, left_out=spec.skip_older)
    if spec.skip_older:
        watch = with_knowledge(watch)
        with watch.client() as client, Crew(watch.baseline, spec.source_class) as crew:
            _Backfill(watch, spec, load_parser(spec), client, crew, report, progress).run()
    return report


@dataclass
class _Backfill:
    """One run. `lists` and `items` are the pages still to be visited, `asked` the addresses and keys asked for."""

    watch: Watch
    spec: SourceSpec
    parser: ModuleType
    client: Client
    crew: Crew
    report: Backfilled
    progress: Progress
    lists: deque[Visit] = field(default_factory=deque)
    items: deque[Visit] = field(default_factory=deque)
    asked: set[str] = field(default_factory=set)
    probes: set[str] = field(default_factory=set)
    done: int = 0
    refused: int = 0

    def run(self) -> None:
        """Until nothing is left, or the host will have no more of it."""
        for start in self.spec.pages:
            url = address(start, self.report.since)
            self._queue(Link(kind=start.kind, url=url), start.group)
            if start.probe:
                self.probes.add(url)
        while (self.items or self.lists) and self.report.stopped is None:
            # The items of a list before its next page: what is waited for stays small, and is soon stored.
            waiting, size = (self.items, BATCH) if self.items else (self.lists, 1)
            self._turn([waiting.popleft() for _ in range(min(size, len(waiting)))])
        if self.report.stopped is not None and (left := len(self.items) + len(self.lists)):
            self.report.stopped += f"; {left} pages that were listed are left"

    def _queue(self, link: Link, group: str) -> None:
        if link.url not in self.asked and (link.key is None or link.key not in self.asked):
            self.asked |= {link.url, link.key or link.url}
            (self.lists if link.key is None else self.items).append((link, group))

    def _turn(self, visits: Sequence[Visit]) -> None:
        """Visit some pages and store what they give: one lease, one transaction."""
        watch, report = self.watch, self.report
        started_at = watch.now()
        with source_lease(watch, self.spec.slug) as lease:
            crawl = Crawl()

            def stored() -> dict[str, Stored]:
                # Of what these pages name, and once they are read: all that is stored may be a great deal more.
                pages = [page.parsed for page in crawl.pages]
                keys = {link.key for page in pages for link in page.links if link.key is not None}
                keys |= {publication.key for page in pages for publication in page.publications}
                with watch.store.read() as connection:
                    return documents.known_among(connection, self.spec.slug, keys)

            def on_page(url: str) -> None:
                lease.renew()
                self.progress(self.done, report.listed, url)

            crawler = Crawler(
                spec=self.spec,
                parser=self.parser,
                client=self.client,
                captures=watch.captures,
                stored=stored,
                validator=lambda _url: None,
                held={},
                since=report.since,
                now=watch.now,
                progress=on_page,
            )
            self._crawl(crawler, crawl, visits)
            for page in list(crawl.pages):
                self._queue_links(crawler, page)
            crawl.pages = [replace(page, parsed=self._history(page)) for page in crawl.pages]
            changes = self._compare(crawl, crawler)
            read = self._read(crawl, changes, started_at)
            version = f"{self.spec.parser}:{self.spec.reading(self.parser.VERSION)}"
            with lease.last_write() as connection:
                if connection is None:
                    report.stopped = "another process took the source over"
                    return
                ids = keep_read(connection, read, version, crawl.captures)
                keep_changes(
                    connection, watch, changes, ids, parser=version, seen_at=started_at, origin=Origin.BACKFILL
                )
        chain_captures(watch)
        report.requests += read.requests
        report.stored += read.new
        report.findings += sum(len(change.findings) for change in changes.changes)
        report.failures += crawl.failures
        report.warnings += [warning for warning in read.warnings if warning not in report.warnings]

    def _crawl(self, crawler: Crawler, crawl: Crawl, visits: Sequence[Visit]) -> None:
        waiting = deque(visits)
        while waiting and self.report.stopped is None:
            link, group = waiting.popleft()
            error = crawler.visit(crawl, link, group)
            self.done += link.key is not None
            if error is not None:
                self._note(crawl, link, error)
            else:
                self.refused = 0
        self.items.extendleft(reversed(waiting))

    def _note(self, crawl: Crawl, link: Link, error: ReadFailed) -> None:
        if link.url in self.probes and isinstance(error, FetchFailed) and error.status in NOT_THERE:
            crawl.warnings.append(f"nothing at {link.url} ({error.status})")
            return
        crawl.failures.append(PageFailure(link.url, error.reason))
        if _refuses(error):
            self.refused += 1
            if self.refused >= GIVE_UP_AFTER:
                self.report.stopped = f"{GIVE_UP_AFTER} pages in a row were refused ({error.reason})"

    def _queue_links(self, crawler: Crawler, page: Kept) -> None:
        """What a page leads to, as far as it belongs to the time asked for. Paging ends where all items are older."""
        items = [link for link in page.parsed.links if link.key is not None]
        older = 0
        if page.link.key is None:
            self.report.listed += sum(self._is_history(p) for p in page.parsed.publications)
        for link in items:
            published_on = link.head.published_on if link.head else None
            if published_on is not None and published_on < self.report.since:
                older += 1
            elif published_on is None or published_on < self.report.until:
                self.report.listed += 1
                if _is_stored(crawler, link):
                    self.report.known += 1
                    self.done += 1
                else:
                    self._queue(link, page.group)
        if not items or older < len(items):
            for link in page.parsed.links:
                if link.key is None:
                    self._queue(link, page.group)

    def _history(self, page: Kept) -> Parsed:
        """What of a page is history: publications of the time asked for, and the instructions that came with one.

        Rows of a list are what the list says today, which a poll reads whole; and no list is given whole here.
        """
        of_the_time = tuple(p for p in page.parsed.publications if self._is_history(p))
        entries = page.parsed.entries if of_the_time and page.link.key is not None else ()
        return replace(page.parsed, publications=of_the_time, entries=entries, lists=())

    def _is_history(self, publication: Publication) -> bool:
        on = publication.published_on
        return on is not None and self.report.since <= on < self.report.until

    def _compare(self, crawl: Crawl, crawler: Crawler) -> Changes:
        """As a poll compares; but a page that cannot be compared is left out by name and does not stop the others."""

        def compared(pages: list[Kept], crew: Crew | None = None) -> Changes:
            read = replace(crawl, pages=pages)
            return compare(self.watch, self.spec, read, crawler.known, crawler.link_version, crew)

        try:
            return compared(crawl.pages, self.crew if self._many() else None)
        except SourceChanged:
            sound: list[Kept] = []
            changes = Changes()
        for page in crawl.pages:
            try:
                changes = compared([*sound, page])
            except SourceChanged as error:
                crawl.failures.append(PageFailure(page.link.url, error.reason))
            else:
                sound.append(page)
        return changes

    def _many(self) -> bool:
        """Whether so much is to be compared that processes of their own, which take a second to start, pay."""
        return self.report.listed - self.report.known >= WORTH_A_CREW

    def _read(self, crawl: Crawl, changes: Changes, started_at: datetime) -> Read:
        status, reason = ReadStatus.GOOD, None
        if crawl.failures:
            status = ReadStatus.PARTIAL if crawl.pages else ReadStatus.FAILED
            reason = str(crawl.failures[0])
        kept = len(changes.changes)
        read = Read(
            source=self.spec.slug,
            status=status,
            started_at=started_at,
            finished_at=self.watch.now(),
            requests=len(crawl.captures),
            containers=kept,
            kept=kept,
            new=changes.new,
            changed=changes.changed,
            warnings=tuple(dict.fromkeys(crawl.warnings)),
            failures=tuple(crawl.failures),
            reason=reason,
            purpose=Origin.BACKFILL,
        )
        return writable(read)


def _refuses(error: ReadFailed) -> bool:
    """Whether an error says that the host, and not only this page, will have none of us for now."""
    forbidden = isinstance(error, FetchFailed) and error.status in (401, 403)
    return forbidden or isinstance(error, Blocked) or error.kind is FailureKind.TEMPORARY


def _is_stored(crawler: Crawler, link: Link) -> bool:
    """Whether an item is stored as its list names it now, read by whatever version of the parser: see `replay`."""
    stored = crawler.known.get(link.key or "")
    if stored is None:
        return False
    return link.version is None or (stored.link_version or "").endswith(f":{link.version}")
