"""Read a source, keep what is new, and compare it with the baseline: one lease, one transaction."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType

from sqlalchemy import Connection

from claimwatch.errors import SourceChanged
from claimwatch.models import Read, ReadStatus, SourceSpec
from claimwatch.pipeline import rechecks
from claimwatch.pipeline.compare import Changes, compare
from claimwatch.pipeline.crawl import LEFT_OVER, Crawler
from claimwatch.pipeline.harvest import Crawl
from claimwatch.pipeline.keep import chain_captures, keep_changes, keep_read
from claimwatch.pipeline.knowledge import with_knowledge
from claimwatch.pipeline.lease import SourceLease, free_lease
from claimwatch.pipeline.parsing import load_parser
from claimwatch.pipeline.pause import next_due_at
from claimwatch.pipeline.replay import bring_up_to_date
from claimwatch.pipeline.trust import judge, list_storm, told_storm
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, documents, reads
from claimwatch.store.documents import Stored


def due_sources(watch: Watch) -> tuple[str, ...]:
    """The slugs of the sources whose next read is due, in the order of sources.yaml."""
    return tuple(slug for slug in watch.polled if _is_due(watch, slug))


def poll(
    watch: Watch,
    slug: str,
    *,
    force: bool = False,
    believe: bool = False,
    progress: Callable[[str], None] = lambda _url: None,
) -> Read | None:
    """Read one source and compare what it brought. None: it is not due (and not forced), or another reads it now.

    `believe` reads at once and without the storm guard: an operator has looked at what is being changed.
    A source that cannot be read raises nothing: the `Read` says what failed, and nothing but the report of it, its
    captures and the time of the next try has moved. Raises `UsageError` for an unknown slug.
    """
    spec = watch.source(slug)
    if not (force or believe) and not _is_due(watch, slug):
        return None
    watch = with_knowledge(watch)
    with free_lease(watch, slug) as lease:
        # Whoever had the lease a moment ago may have read the source.
        if lease is None or not (force or believe or _is_due(watch, slug)):
            return None
        with watch.store.write() as connection:
            advance_clock(connection, watch.now())
        read = _read_source(watch, spec, lease, progress, believe=believe)
    chain_captures(watch)
    return read


def _is_due(watch: Watch, slug: str) -> bool:
    with watch.store.read() as connection:
        due_at = reads.source_state(connection, slug).next_due_at
    return due_at is None or due_at <= watch.now()


def _read_source(
    watch: Watch, spec: SourceSpec, lease: SourceLease, progress: Callable[[str], None], *, believe: bool
) -> Read | None:
    parser = load_parser(spec)
    version = f"{spec.parser}:{spec.reading(parser.VERSION)}"
    started_at = watch.now()
    outdated = _bring_up_to_date(watch, spec, parser, version)
    with watch.store.read() as connection:
        known = documents.known_publications(connection, spec.slug)
        state = reads.source_state(connection, spec.slug)
        first = reads.good_reads(connection, spec.slug) == 0
        guarded = not believe and _was_read_whole(connection, spec.slug)
        due = rechecks.due_rechecks(connection, spec, parser, started_at)

    def on_page(url: str) -> None:
        lease.renew()
        progress(url)

    def validator(url: str) -> reads.Validator | None:
        with watch.store.read() as connection:
            return reads.validator(connection, url, version)

    with watch.client() as client:
        crawler = Crawler(
            spec=spec,
            parser=parser,
            client=client,
            captures=watch.captures,
            known=known,
            validator=validator,
            held=dict(state.held),
            since=watch.baseline.newest_document_on,
            now=watch.now,
            progress=on_page,
            rechecks=due,
        )
        crawl = crawler.crawl()
    crawl.warnings += outdated
    changes = Changes()
    if crawl.status.good:
        judge(crawl, spec, dict(state.held))
    if crawl.status.good:
        try:
            changes = compare(watch, spec, crawl, known, crawler.link_version)
        except SourceChanged as error:
            crawl.status, crawl.reason = ReadStatus.BAD, str(error)
    if crawl.status.good and guarded and (storm := list_storm(changes.turnover, spec)):
        crawl.status, crawl.reason = ReadStatus.HELD, storm
    done = _Done(spec, version, crawl, changes, known, first, started_at, watch.now())
    with watch.store.write() as connection:
        # On PostgreSQL this waits for whoever else writes what is told: two sources may tell of one development.
        advance_clock(connection, watch.now())
        if not lease.holds(connection):
            return None  # this process slept past its lease; whoever took over has read the source
        # Whether it tells too much at once shows when it is written; then all of it is taken back.
        trial = connection.begin_nested()
        read, told = done.keep(connection, watch)
        if not (guarded and (storm := told_storm(told, spec))):
            trial.commit()
            return read
        trial.rollback()
        crawl.status, crawl.reason = ReadStatus.HELD, storm
        return done.keep(connection, watch)[0]


def _bring_up_to_date(watch: Watch, spec: SourceSpec, parser: ModuleType, version: str) -> list[str]:
    """After a change of the parser, read again what is kept: then the poll sees only what the world changed (law 8).

    Returns a warning where that could not be done for all.
    """
    with watch.store.read() as connection:
        last = reads.last_parser(connection, spec.slug)
    if last in (None, version):
        return []
    report = bring_up_to_date(watch, spec, parser)
    failed = len(report.lost) + len(report.refused)
    if not failed:
        return []
    return [f"{failed} kept pages could not be read by {version}; what it reads otherwise there may be told as news"]


@dataclass(frozen=True, slots=True)
class _Done:
    """A read that is over and is to be written."""

    spec: SourceSpec
    parser: str
    crawl: Crawl
    changes: Changes
    known: Mapping[str, Stored]
    first: bool
    started_at: datetime
    finished_at: datetime

    def keep(self, connection: Connection, watch: Watch) -> tuple[Read, int]:
        """Write it all; returns the report, and how many developments are told that nobody was told of.

        Of a read that is not good nothing moves but its report, what arrived, and when the source is due.
        """
        slug, crawl = self.spec.slug, self.crawl
        good = crawl.status.good
        changes = self.changes if good else Changes()
        vanished = rechecks.vanished(connection, crawl, self.known, self.started_at) if good else ()
        read = self._report(changes, len(vanished))
        failures = reads.source_state(connection, slug).failures
        ids = keep_read(connection, read, self.parser, crawl.captures)
        whole = [(group, count) for group, count in crawl.held.items() if group not in crawl.incomplete]
        reads.note_read(connection, read, next_due_at(connection, self.spec, read, crawl.error, failures), whole)
        told = keep_changes(connection, watch, changes, ids, parser=self.parser, seen_at=self.started_at)
        if good:
            rechecks.keep_rechecks(connection, slug, crawl, self.known, vanished, self.started_at)
        return read, told

    def _report(self, changes: Changes, vanished: int) -> Read:
        crawl = self.crawl
        return Read(
            source=self.spec.slug,
            status=crawl.status,
            started_at=self.started_at,
            finished_at=self.finished_at,
            requests=len(crawl.captures),
            containers=crawl.containers,
            kept=crawl.kept,
            skipped=tuple(sorted(Counter(skip.reason for skip in crawl.skips).items())),
            new=changes.new,
            changed=changes.changed,
            gone=len(changes.gone) + vanished,
            first=self.first and crawl.status.good,
            warnings=tuple(dict.fromkeys(crawl.warnings)),
            failures=tuple(crawl.failures),
            reason=crawl.reason,
        )


def _was_read_whole(connection: Connection, slug: str) -> bool:
    """Whether a read ever came to its end: a first one that was cut at its limit goes on with the next."""
    good = reads.earliest_good(connection, slug)
    return any(not any(failure.reason.endswith(LEFT_OVER) for failure in read.failures) for read in good)
