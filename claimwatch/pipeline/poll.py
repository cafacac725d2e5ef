"""Read a source, keep what is new, and compare it with the baseline: one lease, one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from claimwatch.claims import assign
from claimwatch.errors import SourceChanged
from claimwatch.models import Entry, Finding, Publication, Read, ReadStatus, SourceSpec
from claimwatch.pipeline.crawl import Crawl, Crawler, Kept, load_parser
from claimwatch.pipeline.lease import is_dead, this_owner
from claimwatch.pipeline.trust import collect, judge
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, documents, findings, reads
from claimwatch.store.documents import Stored

LEASE = timedelta(minutes=10)  # renewed before each page; longer than any one page may take
RETRY_AFTER_FAILURE = timedelta(minutes=15)


def due_sources(watch: Watch) -> tuple[str, ...]:
    """The slugs of the sources whose next read is due, in the order of sources.yaml."""
    now = watch.now()
    with watch.store.read() as connection:
        states = {slug: reads.source_state(connection, slug) for slug in watch.sources}
    return tuple(slug for slug, state in states.items() if state.next_due_at is None or state.next_due_at <= now)


def poll(
    watch: Watch, slug: str, *, force: bool = False, progress: Callable[[str], None] = lambda _url: None
) -> Read | None:
    """Read one source and compare what it brought. None: it is not due (and not forced), or another reads it now.

    A source that cannot be read raises nothing: the `Read` says what failed, and nothing but the report of it, its
    captures and the time of the next try has moved. Raises `UsageError` for an unknown slug.
    """
    spec = watch.source(slug)
    owner = this_owner()
    with watch.store.write() as connection:
        advance_clock(connection, watch.now())
        state = reads.source_state(connection, slug)
        if not force and state.next_due_at is not None and state.next_due_at > watch.now():
            return None
        real = datetime.now(UTC)
        if not reads.take_lease(connection, slug, owner, real, real + LEASE, is_dead):
            return None

    def on_page(url: str) -> None:
        with watch.store.write() as connection:
            reads.renew_lease(connection, slug, owner, datetime.now(UTC) + LEASE)
        progress(url)

    try:
        return _read_source(watch, spec, owner, on_page)
    finally:
        with watch.store.write() as connection:
            reads.end_lease(connection, slug, owner)


def _read_source(watch: Watch, spec: SourceSpec, owner: str, progress: Callable[[str], None]) -> Read | None:
    parser = load_parser(spec)
    version = f"{spec.parser}:{parser.VERSION}"
    started_at = watch.now()
    with watch.store.read() as connection:
        known = documents.known_publications(connection, spec.slug)
        state = reads.source_state(connection, spec.slug)
        first = reads.good_reads(connection, spec.slug) == 0

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
            progress=progress,
        )
        crawl = crawler.crawl()
    if _is_good(crawl):
        judge(crawl, spec, dict(state.held))
    changes = Changes()
    if _is_good(crawl):
        try:
            changes = _compare(watch, spec, crawl, crawler, known)
        except SourceChanged as error:
            crawl.status, crawl.reason = ReadStatus.BAD, str(error)
    skipped: dict[str, int] = {}
    for skip in crawl.skips:
        skipped[skip.reason] = skipped.get(skip.reason, 0) + 1
    read = Read(
        source=spec.slug,
        status=crawl.status,
        started_at=started_at,
        finished_at=watch.now(),
        requests=len(crawl.captures),
        containers=crawl.containers,
        kept=crawl.kept,
        skipped=tuple(sorted(skipped.items())),
        new=changes.new,
        changed=changes.changed,
        gone=len(changes.gone),
        first=first and _is_good(crawl),
        warnings=tuple(dict.fromkeys(crawl.warnings)),
        failures=tuple(crawl.failures),
        reason=crawl.reason,
    )
    with watch.store.write() as connection:
        if not reads.holds_lease(connection, spec.slug, owner):
            return None  # this process slept past its lease; whoever took over has read the source
        _save(connection, watch, spec, version, crawl, changes, read)
    return read


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
    """What a read changes. `seen` are ids of entries that are as they were."""

    changes: tuple[Change, ...] = ()
    seen: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()

    @property
    def new(self) -> int:
        """Publications and entries not stored before."""
        return sum(change.stored is None for change in self.changes)

    @property
    def changed(self) -> int:
        """Publications and entries that say something else than before."""
        return sum(
            change.stored is not None and change.stored.digest != _digest(change.what) for change in self.changes
        )


def _is_good(crawl: Crawl) -> bool:
    return crawl.status in (ReadStatus.GOOD, ReadStatus.PARTIAL)


def _compare(watch: Watch, spec: SourceSpec, crawl: Crawl, crawler: Crawler, known: dict[str, Stored]) -> Changes:
    """What is new or changed, compared with the baseline. Pure but for looking up what entries said before."""
    publications, entries, lists = collect(crawl)
    changes: list[Change] = []
    for key, (publication, kept) in publications.items():
        stored = known.get(key)
        is_news = stored is None or stored.digest != documents.publication_digest(publication)
        found = _findings(watch, spec, publication, None) if is_news else ()
        changes.append(Change(publication, stored, kept, crawler.link_version(kept.link), found))
    with watch.store.read() as connection:
        stored_entries = documents.known_entries(connection, spec.slug)
        seen: list[int] = []
        for at, (entry, kept) in entries.items():
            stored = stored_entries.get(at)
            if stored is not None and not stored.gone and stored.digest == documents.entry_digest(entry):
                seen.append(stored.id)
                continue
            previous = documents.latest_entry(connection, stored.id) if stored is not None else None
            found = _findings(watch, spec, entry, previous)
            changes.append(Change(entry, stored, kept, None, found))
    gone = [
        stored.id
        for (list_name, key), stored in stored_entries.items()
        if list_name in lists and not stored.gone and (list_name, key) not in entries
    ]
    return Changes(tuple(changes), tuple(seen), tuple(gone))


def _findings(watch: Watch, spec: SourceSpec, what: Publication | Entry, previous: Entry | None) -> tuple[Finding, ...]:
    """What a publication or entry says against the baseline. Raises `SourceChanged` where the comparison breaks."""
    try:
        if isinstance(what, Publication):
            return watch.comparer.publication(what, spec.source_class)
        return watch.comparer.entry(what, previous, spec.source_class)
    except Exception as error:
        # As with a parser: a sentence that nobody foresaw must not keep the other sources from being read.
        broke = f"the comparison of {what.key} broke: {type(error).__name__}: {error}"
        raise SourceChanged(what.url, broke) from error


def _save(
    connection: Connection, watch: Watch, spec: SourceSpec, parser: str, crawl: Crawl, changes: Changes, read: Read
) -> None:
    read_id = reads.record_read(connection, read, parser)
    capture_ids: list[int] = []
    for captured in crawl.captures:
        capture_id = reads.record_capture(connection, read_id, captured.row)
        if captured.row.good and captured.same_as is None and _is_good(crawl):
            reads.set_validator(connection, captured.row.url, parser, captured.etag, captured.last_modified, capture_id)
        capture_ids.append(captured.same_as or capture_id)
    pause = spec.every
    if not _is_good(crawl):
        # Soon, then ever later: a wall is not climbed by running against it.
        failures = reads.source_state(connection, spec.slug).failures
        pause = min(RETRY_AFTER_FAILURE * 2 ** min(failures, 10), spec.every)
    whole = [(group, count) for group, count in crawl.held.items() if group not in crawl.incomplete]
    reads.note_read(connection, read, read.started_at + pause, whole)
    for change in changes.changes:
        _save_change(connection, watch, change, capture_ids[change.kept.capture], parser, read.started_at)
    documents.see_entries(connection, changes.seen, read.started_at)
    documents.mark_gone(connection, changes.gone, read.started_at)


def _save_change(
    connection: Connection, watch: Watch, change: Change, capture_id: int, parser: str, seen_at: datetime
) -> None:
    what = change.what
    publication_revision: int | None = None
    entry_revision: int | None = None
    said: set[tuple[str, str, str]] = set()
    if isinstance(what, Publication):
        if change.stored is not None:
            said = findings.said_before(connection, change.stored.id)
        publication_revision = documents.save_publication(
            connection,
            what,
            change.stored,
            link_version=change.link_version,
            capture_id=capture_id,
            parser=parser,
            seen_at=seen_at,
        )
    else:
        entry_revision = documents.save_entry(
            connection, what, change.stored, capture_id=capture_id, parser=parser, seen_at=seen_at
        )
    if publication_revision is None and entry_revision is None:
        return
    if change.findings:
        documents.save_mentions(
            connection,
            watch.scanner.scan(what.text, on=what.published_on),
            publication_revision_id=publication_revision,
            entry_revision_id=entry_revision,
        )
    for finding in change.findings:
        if (finding.entity, finding.fingerprint, finding.quote) in said:
            continue  # an earlier revision of this page said just that
        findings.save_finding(
            connection,
            finding,
            publication_revision_id=publication_revision,
            entry_revision_id=entry_revision,
            development_id=_develop(connection, finding, what, seen_at),
            baseline_version=watch.baseline.version,
            seen_at=seen_at,
        )


def _develop(connection: Connection, finding: Finding, what: Publication | Entry, seen_at: datetime) -> int | None:
    """The development that an alerting finding tells of. Near misses of names wait for review and tell nothing."""
    if not finding.outcome.alerts or finding.method == "fuzzy":
        return None
    known = findings.developments_like(connection, finding)
    development = assign(finding, what.published_on, seen_at, known)
    return findings.save_development(connection, development)


def _digest(what: Publication | Entry) -> str:
    return documents.publication_digest(what) if isinstance(what, Publication) else documents.entry_digest(what)
