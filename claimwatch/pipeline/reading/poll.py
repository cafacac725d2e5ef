"""Read a source, keep what is new, and compare it with the baseline: one lease, one transaction.

Most of the time a source is as it was. Then it is known before anything is parsed: see `_settled`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType

from sqlalchemy import Connection

from claimwatch.errors import SourceChanged
from claimwatch.fetching import Client
from claimwatch.models import Link, Read, ReadStatus, SourceSpec
from claimwatch.pipeline.knowledge import with_knowledge
from claimwatch.pipeline.lease import SourceLease, free_lease
from claimwatch.pipeline.reading import rechecks
from claimwatch.pipeline.reading.broken import (
    ReadsBroke,
    all_broken,
    is_of_source,
    keep_broken,
    kind_of,
    log_broken,
    log_pages,
    reason_of,
    tie,
)  # fmt: skip
from claimwatch.pipeline.reading.compare import Changes, compare
from claimwatch.pipeline.reading.crawl import LEFT_OVER, OLDER, Crawler, address
from claimwatch.pipeline.reading.harvest import Crawl
from claimwatch.pipeline.reading.keep import keep_changes, keep_read, writable
from claimwatch.pipeline.reading.parsing import load_parser
from claimwatch.pipeline.reading.pause import next_due_at
from claimwatch.pipeline.reading.replay import bring_up_to_date
from claimwatch.pipeline.reading.revision import revision
from claimwatch.pipeline.reading.trust import judge, list_storm, told_storm
from claimwatch.pipeline.watch import Watch
from claimwatch.store import documents, reads
from claimwatch.store.documents import Stored
from claimwatch.store.reads import SourceState, Validator


def due_sources(watch: Watch, slugs: Iterable[str] | None = None) -> tuple[str, ...]:
    """The slugs of the sources (of those that are switched on, or of `slugs`) whose next read is due, in that order."""
    with watch.store.read() as connection:
        states = reads.source_states_of_all(connection)
    now = watch.now()
    return tuple(slug for slug in slugs or watch.polled if slug not in states or _is_due(states[slug], now))


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
    captures and the time of the next try has moved. Raises `UsageError` for an unknown slug, and `ReadsBroke` with such
    a read for what nobody foresaw; what the machine fails at is raised as it is, and leaves the source due, unless it
    comes when all is kept: then it is a `ReadsBroke` with the read.
    """
    watch.source(slug)
    if not (force or believe or slug in due_sources(watch, [slug])):
        return None
    with watch.client() as client:
        try:
            read = poll_with(client, with_knowledge(watch), slug, force=force, believe=believe, progress=progress)
        except ReadsBroke as error:
            log_broken({slug: error})
            raise all_broken({slug: error}, error.reads, tie(watch)) from error.__cause__
    if read is not None and (untied := tie(watch)) is not None:
        raise all_broken({}, [read], untied) from untied
    return read


def poll_with(
    client: Client,
    watch: Watch,
    slug: str,
    *,
    force: bool = False,
    believe: bool = False,
    progress: Callable[[str], None] = lambda _url: None,
) -> Read | None:
    """`poll` for whoever reads many sources: with a client that is open, over what is known now, without tying what
    was captured into the chain, and without a line in the log on what ended the read."""
    spec = watch.source(slug)

    def wanted(connection: Connection) -> bool:
        return force or believe or _is_due(reads.source_state(connection, slug), watch.now())

    with free_lease(watch, slug, wanted) as lease:
        return None if lease is None else _Poll(watch, spec, lease, client, progress, believe=believe).read()


def _is_due(state: SourceState, now: datetime) -> bool:
    return state.next_due_at is None or state.next_due_at <= now


@dataclass(frozen=True, slots=True)
class _Past:
    """What a read begins with: the last good one (`before`: if it was with this version of the parser), the state, the
    pages to be looked at again, and the validators of the start pages."""

    last: Read | None
    before: Read | None
    state: SourceState
    rechecks: tuple[Link, ...]
    validators: Mapping[str, Validator | None]


@dataclass
class _Poll:
    """One read of one source under its lease."""

    watch: Watch
    spec: SourceSpec
    lease: SourceLease
    client: Client
    progress: Callable[[str], None]
    believe: bool

    def __post_init__(self) -> None:
        self.version = self.spec.parser  # until it is loaded
        self.started_at = self.watch.now()

    def read(self) -> Read | None:
        """Read it and keep what came; None where the lease passed to another meanwhile."""
        crawl = Crawl()
        try:
            return self._read(crawl)
        except Exception as error:
            if not is_of_source(error):
                raise
            raise self._broken(crawl, error) from error

    def _broken(self, crawl: Crawl, error: Exception) -> ReadsBroke:
        """What to raise for an error that nobody foresaw, once the read is kept as one that failed.

        What arrived may be what the database refuses: then the read is kept with nothing that came from outside.
        """
        for version, arrived, reason in (
            (self.version, crawl, reason_of(error)),
            (self.spec.parser, Crawl(), kind_of(error)),
        ):
            made: list[Read] = []
            try:
                with self.lease.last_write() as writing:
                    if writing is not None:
                        at = self.started_at, self.watch.now()
                        made.append(keep_broken(writing, self.spec, version, arrived, reason, at))
                return all_broken({self.spec.slug: error}, made)
            except Exception as second:
                # The transaction is undone.
                error.add_note(f"(and the read could not be kept as one that failed: {second!a})")
                if not is_of_source(second):
                    break
        return all_broken({self.spec.slug: error}, ())

    def _read(self, crawl: Crawl) -> Read | None:
        watch, spec = self.watch, self.spec
        self.parser = load_parser(spec)
        self.version = f"{spec.parser}:{spec.reading(self.parser.VERSION)}"
        past, outdated = self._past(), []
        if past.last is not None and past.before is None:
            outdated = _bring_up_to_date(watch, spec, self.parser, self.version)
            past = self._past()
        settled = _settled(past.before, spec, self.parser) if past.before is not None and not past.rechecks else None

        def validator(url: str) -> Validator | None:
            if url in past.validators:
                return past.validators[url]
            with watch.store.read() as connection:
                return reads.validator(connection, url, self.version)

        crawler = Crawler(
            spec=spec,
            parser=self.parser,
            client=self.client,
            captures=watch.captures,
            stored=self._stored,
            validator=validator,
            held=dict(past.state.held),
            since=watch.baseline.newest_document_on,
            now=watch.now,
            progress=self._on_page,
            rechecks=past.rechecks,
            settled=settled,
            revised=revision(watch.store, watch.captures, spec, self.parser, self.version, past.before),
        )
        crawler.crawl(crawl)
        log_pages(spec.slug, crawler.broke)
        crawl.warnings += outdated
        if crawl.status.good:
            judge(crawl, spec, dict(past.state.held))
        changes = self._compared(crawler, crawl)
        seen = settled.started_at if settled is not None and crawl.stands_still else None
        first = past.last is None
        times = self.started_at, watch.now()
        done = _Done(spec, self.version, crawl, changes, crawler, past.state, first, seen, *times)
        with self.lease.last_write() as writing:
            # None: this process slept past its lease, and whoever took over has read the source.
            return None if writing is None else self._kept(writing, done)

    def _past(self) -> "_Past":
        spec, since = self.spec, self.watch.baseline.newest_document_on
        with self.watch.store.read() as connection:
            last = reads.last_good(connection, spec.slug)
            return _Past(
                last=last[0] if last is not None else None,
                before=last[0] if last is not None and last[1] == self.version else None,
                state=reads.source_state(connection, spec.slug),
                rechecks=rechecks.due_rechecks(connection, spec, self.parser, self.started_at),
                validators={
                    url: reads.validator(connection, url, self.version)
                    for url in {address(start, since) for start in spec.pages}
                },
            )

    def _on_page(self, url: str) -> None:
        self.lease.renew()
        self.progress(url)

    def _stored(self) -> Mapping[str, Stored]:
        with self.watch.store.read() as connection:
            return documents.known_publications(connection, self.spec.slug)

    def _compared(self, crawler: Crawler, crawl: Crawl) -> Changes:
        """What it changes; the crawl is bad where that cannot be said, and held where it is too much."""
        if not crawl.status.good or crawl.stands_still:
            return Changes()
        try:
            changes = compare(self.watch, self.spec, crawl, crawler.known, crawler.link_version)
        except SourceChanged as error:
            crawl.status, crawl.reason = ReadStatus.BAD, str(error)
            return Changes()
        if storm := list_storm(changes.turnover, self.spec):
            with self.watch.store.read() as connection:
                if self._is_guarded(connection):
                    crawl.status, crawl.reason = ReadStatus.HELD, storm
        return changes

    def _is_guarded(self, connection: Connection) -> bool:
        """Whether too much at once is held for an operator: not where one said so, nor at the first time."""
        return not self.believe and _was_read_whole(connection, self.spec.slug)

    def _kept(self, connection: Connection, done: "_Done") -> Read:
        if not any(change.findings for change in done.changes.changes):
            return done.keep(connection, self.watch)[0]
        # Whether it tells too much at once shows when it is written; then all of it is taken back.
        guarded = self._is_guarded(connection)
        trial = connection.begin_nested()
        read, told = done.keep(connection, self.watch)
        if not (guarded and (storm := told_storm(told, self.spec))):
            trial.commit()
            return read
        trial.rollback()
        done.crawl.status, done.crawl.reason = ReadStatus.HELD, storm
        return done.keep(connection, self.watch)[0]


def _settled(last: Read, spec: SourceSpec, parser: ModuleType) -> Read | None:
    """The last read, where this one cannot come to anything else unless a start page is another: then that all are
    "not modified" says that nothing is new, and nothing need be parsed.

    So it was good throughout and followed no link; it left nothing out that another baseline would let in; it said
    nothing that may be over now; and no publication of it may only be waited for (see `whereabouts`).
    """
    alone = last.status is ReadStatus.GOOD and last.requests == len(spec.pages) and not last.warnings
    waits = hasattr(parser, "whereabouts") or any(reason == OLDER for reason, _ in last.skipped)
    return last if alone and not waits else None


def _bring_up_to_date(watch: Watch, spec: SourceSpec, parser: ModuleType, version: str) -> list[str]:
    """After a change of the parser, read again what is kept: then the poll sees only what the world changed (law 8).

    Returns a warning where that could not be done for all.
    """
    report = bring_up_to_date(watch, spec, parser)
    failed = len(report.lost) + len(report.refused)
    if not failed:
        return []
    return [f"{failed} kept pages could not be read by {version}; what it reads otherwise there may be told as news"]


@dataclass(frozen=True, slots=True)
class _Done:
    """A read that is over and is to be written. `before` is the state of the source, which nobody else moves while the
    lease is held; `as_at` the beginning of the last read, where all is as it was."""

    spec: SourceSpec
    parser: str
    crawl: Crawl
    changes: Changes
    crawler: Crawler
    before: SourceState
    first: bool
    as_at: datetime | None
    started_at: datetime
    finished_at: datetime

    def keep(self, connection: Connection, watch: Watch) -> tuple[Read, int]:
        """Write it all; returns the report, and how many developments are told that nobody was told of.

        Of a read that is not good nothing moves but its report, what arrived, and when the source is due.
        """
        slug, crawl = self.spec.slug, self.crawl
        good = crawl.status.good
        changes = self.changes if good else Changes()
        moved = good and not crawl.stands_still
        vanished = rechecks.vanished(connection, crawl, self.crawler.known, self.started_at) if moved else ()
        read = self._report(changes, len(vanished))
        ids = keep_read(connection, read, self.parser, crawl.captures)
        whole = [(group, count) for group, count in crawl.held.items() if group not in crawl.incomplete]
        due_at = next_due_at(connection, self.spec, read, crawl.error, self.before.failures)
        reads.note_read(connection, read, due_at, whole, self.before)
        told = keep_changes(connection, watch, changes, ids, parser=self.parser, seen_at=self.started_at)
        if moved:
            rechecks.keep_rechecks(connection, slug, crawl, self.crawler.known, vanished, self.started_at)
        if self.as_at is not None and good:
            documents.see_again(connection, slug, self.as_at, self.started_at)
        return read, told

    def _report(self, changes: Changes, vanished: int) -> Read:
        crawl = self.crawl
        read = Read(
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
        return writable(read)


def _was_read_whole(connection: Connection, slug: str) -> bool:
    """Whether a read ever came to its end: a first one that was cut at its limit goes on with the next."""
    good = reads.earliest_good(connection, slug)
    return any(not any(failure.reason.endswith(LEFT_OVER) for failure in read.failures) for read in good)
