"""Looking at a source's addresses as they are today: `claimwatch sources check --live`.

Nothing is stored but the day on which all was well. Of the pages that the start pages lead to, the first of each kind
is looked at too: an address is of no use if what it leads to cannot be read.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from types import ModuleType

from claimwatch.errors import FetchFailed, ReadFailed
from claimwatch.fetching import Answer, Client, Request
from claimwatch.models import Link, SourceSpec
from claimwatch.pipeline.reading.crawl import NOT_THERE
from claimwatch.pipeline.reading.hosts import HostCheck, Hosts
from claimwatch.pipeline.reading.parsing import load_parser, page_at, parse_page
from claimwatch.pipeline.watch import Watch
from claimwatch.store import reads


@dataclass(frozen=True, slots=True)
class PageCheck:
    """What one address answered. `sample` marks a page that a start page leads to.

    `fault` says why it cannot be used, None where it can; `closed` that it was not fetched, for what robots.txt says or
    fails to say; `missing` that it is a probe and not there, which is no fault. `size` is in bytes after decompression,
    `conditional` the status that a request with the validators got.
    """

    url: str
    kind: str
    group: str
    probe: bool = False
    sample: bool = False
    status: int | None = None
    content_type: str = ""
    size: int = 0
    containers: int = 0
    kept: int = 0
    skipped: tuple[tuple[str, int], ...] = ()
    warnings: tuple[str, ...] = ()
    moved_to: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    conditional: int | None = None
    missing: bool = False
    closed: bool = False
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """All that was looked at for a source. `problems` must be seen to: without any, the source is verified.

    `advice` is what sources.yaml could say better.
    """

    source: str
    checked_at: datetime
    hosts: tuple[HostCheck, ...]
    pages: tuple[PageCheck, ...]
    problems: tuple[str, ...]
    advice: tuple[str, ...]


def verify(
    watch: Watch, specs: Iterable[SourceSpec], *, progress: Callable[[str], None] = lambda _url: None
) -> Iterator[SourceCheck]:
    """Check each source against the publisher's server, one robots.txt a host; notes the time where all is well.

    Takes the pace and limits of each source. Raises `SourcesInvalid` where a parser cannot be loaded.
    """
    with watch.client() as client:
        hosts = Hosts()
        for spec in specs:
            check = _Check(watch, client, spec, hosts, progress).run()
            if not check.problems:
                with watch.store.write() as connection:
                    reads.note_verified(connection, spec.slug, check.checked_at)
            yield check


@dataclass(frozen=True, slots=True)
class _Visit:
    link: Link
    group: str
    probe: bool
    sample: bool


class _Check:
    """One source. `hosts` is shared by all sources of one call."""

    def __init__(
        self,
        watch: Watch,
        client: Client,
        spec: SourceSpec,
        hosts: Hosts,
        progress: Callable[[str], None],
    ) -> None:
        self._watch = watch
        self._client = client
        self._spec = spec
        self._parser: ModuleType = load_parser(spec)
        self._hosts = hosts
        self._progress = progress
        self._checked: dict[str, HostCheck] = {}

    def run(self) -> SourceCheck:
        """Look at everything; a page that cannot be had or used is said, never raised."""
        since = self._watch.baseline.newest_document_on.isoformat()
        queue = deque(
            _Visit(Link(start.kind, start.url.replace("{since}", since)), start.group, start.probe, sample=False)
            for start in self._spec.pages
        )
        pages: list[PageCheck] = []
        done: set[str] = set()
        samples: dict[str, _Visit] = {}
        listed, all_listed = 0, True
        while queue:
            visit = queue.popleft()
            done.add(visit.link.kind)
            page, links = self._visit(visit)
            pages.append(page)
            listed += page.containers if visit.link.key is None else 0
            for link in links:
                known = samples.get(link.kind)
                if known is None or (known.probe and not visit.probe):
                    samples[link.kind] = _Visit(link, visit.group, visit.probe, sample=True)
                if link.key is None and (link.kind in done or known is not None):
                    all_listed = False  # further pages of a list are not looked at
            if not queue:
                queue.extend(sample for kind, sample in samples.items() if kind not in done)
        problems = [*self._problems(pages)]
        least = self._spec.expect.min_items
        if listed < least and all_listed and not problems:
            problems.append(f"{listed} items on all pages where expect.min wants at least {least}")
        return SourceCheck(
            source=self._spec.slug,
            checked_at=self._watch.now(),
            hosts=tuple(self._checked.values()),
            pages=tuple(pages),
            problems=tuple(problems),
            advice=tuple(self._advice(pages)),
        )

    def _problems(self, pages: list[PageCheck]) -> Iterator[str]:
        for page in pages:
            if page.fault is not None and (page.closed or not page.probe):
                yield f"{page.url}: {page.fault}"
        ours = self._spec.limits.pace_s
        for host in self._checked.values():
            if host.crawl_delay_s is not None and host.crawl_delay_s > ours:
                asked = f"the robots.txt of {host.host} asks for {host.crawl_delay_s:g} s between requests"
                yield f"{asked}, ours come every {ours:g} s: write pace: {ceil(host.crawl_delay_s)}s in sources.yaml"

    def _advice(self, pages: list[PageCheck]) -> Iterator[str]:
        for page in pages:
            if page.moved_to is not None and not page.sample:
                yield f"{page.url} has moved for good: write {page.moved_to} in sources.yaml"
            if page.missing:
                yield f"{page.url}: nothing is there ({page.status}); it is a probe: take it out if it stays so"
            elif page.fault is not None and page.probe and not page.closed:
                yield f"{page.url}: a probe that cannot be used: {page.fault}"
            elif page.probe and not page.sample and page.fault is None:
                yield f"{page.url} is there: `probe: true` can go"

    def _visit(self, visit: _Visit) -> tuple[PageCheck, tuple[Link, ...]]:
        """One page: robots.txt, the page itself, what its parser makes of it, and whether its validators work."""
        link = visit.link
        page = PageCheck(link.url, link.kind, visit.group, visit.probe, visit.sample)
        refusal = self._refusal(link.url)
        if refusal is not None:
            return replace(page, closed=True, fault=f"not fetched: {refusal}"), ()
        try:
            answer = self._get(link.url)
        except ReadFailed as error:
            return self._failed(page, error), ()
        page = replace(_seen(page, answer), moved_to=answer.moved_to)
        if answer.final_url != link.url:
            refusal = self._refusal(answer.final_url)
            if refusal is not None:
                return replace(page, closed=True, fault=f"it leads to {answer.final_url}: {refusal}"), ()
        try:
            parsed = parse_page(self._spec, self._parser, page_at(self._spec, link, answer))
        except ReadFailed as error:
            return replace(page, fault=error.reason), ()
        skipped: dict[str, int] = {}
        for skip in parsed.skipped:
            skipped[skip.reason] = skipped.get(skip.reason, 0) + 1
        page = replace(
            page,
            containers=parsed.containers,
            kept=parsed.kept,
            skipped=tuple(sorted(skipped.items())),
            warnings=parsed.warnings,
            conditional=self._conditional(page),
        )
        return page, parsed.links

    def _refusal(self, url: str) -> str | None:
        check = self._hosts.check(url, self._get)
        self._checked[check.host] = check
        return self._hosts.refusal(url, self._get)

    def _get(self, url: str, etag: str | None = None, last_modified: str | None = None) -> Answer:
        self._progress(url)
        limits = self._spec.limits
        return self._client.get(
            Request(
                url=url,
                etag=etag,
                last_modified=last_modified,
                max_bytes=limits.max_bytes,
                timeout_s=limits.timeout_s,
                pace_s=limits.pace_s,
            )
        )

    def _failed(self, page: PageCheck, error: ReadFailed) -> PageCheck:
        if isinstance(error.answer, Answer):
            page = _seen(page, error.answer)
        status = error.status if isinstance(error, FetchFailed) else None
        if page.probe and status in NOT_THERE:
            return replace(page, missing=True)
        return replace(page, fault=error.reason)

    def _conditional(self, page: PageCheck) -> int | None:
        """The status that a request with the page's validators gets; None without any, or without an answer."""
        if page.etag is None and page.last_modified is None:
            return None
        try:
            return self._get(page.url, page.etag, page.last_modified).status
        except ReadFailed:
            return None


def _seen(page: PageCheck, answer: Answer) -> PageCheck:
    return replace(
        page,
        status=answer.status,
        content_type=answer.content_type,
        size=len(answer.body),
        etag=answer.header("etag"),
        last_modified=answer.header("last-modified"),
    )
