"""One read of a source in memory: fetch, keep the bytes, parse, follow links. Nothing in the store moves here."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from types import ModuleType

from claimwatch.captures import CaptureStore
from claimwatch.errors import CaptureLost, FetchFailed, ReadFailed, SourceChanged
from claimwatch.fetching import Answer, Client, Request
from claimwatch.models import (
    Link,
    Page,
    PageFailure,
    Parsed,
    Publication,
    Read,
    ReadStatus,
    Skip,
    SourceSpec,
    StartPage,
)  # fmt: skip
from claimwatch.pipeline.reading.harvest import Captured, Crawl, Kept, Missing, left_lists
from claimwatch.pipeline.reading.parsing import ParserBroke, page_at, parse_page, whereabouts
from claimwatch.store.documents import Stored
from claimwatch.store.reads import CaptureRow, Validator

NOT_THERE = (404, 410)
LEFT_OVER = "pages left over: the limit of the read is reached"
OLDER = "published before the baseline"
MOVED = "has moved for good to"


@dataclass(frozen=True)
class Crawler:
    """Reads one source. `known` gives its stored publications, `validator` finds validators under this parser,
    `held` is what the lists of each group held at the last good read, `rechecks` are pages to be looked at again.

    `settled` is the last read where nothing but other bytes on the start pages can make this one come to anything
    else: see `poll`. `revised` reads a list by what differs from the last time, or says None."""

    spec: SourceSpec
    parser: ModuleType
    client: Client
    captures: CaptureStore
    stored: Callable[[], Mapping[str, Stored]]
    validator: Callable[[str], Validator | None]
    held: Mapping[str, int]
    since: date
    now: Callable[[], datetime]
    progress: Callable[[str], None]
    rechecks: tuple[Link, ...] = ()
    settled: Read | None = None
    revised: Callable[[Page], Parsed | None] = lambda _page: None
    broke: list[ParserBroke] = field(default_factory=list)
    _asked: dict[str, tuple[Answer, Validator | None] | ReadFailed] = field(default_factory=dict)

    @cached_property
    def known(self) -> Mapping[str, Stored]:
        """The stored publications by key; looked up when they are needed first."""
        return self.stored()

    @cached_property
    def _starts(self) -> frozenset[str]:
        return frozenset(address(start, self.since) for start in self.spec.pages)

    def crawl(self, crawl: Crawl) -> None:
        """Read every start page and what it leads to into `crawl`. Never raises for a bad page: the crawl says so."""
        if self.settled is not None and self._stands_still(crawl, self.settled):
            return
        self._start(crawl)
        if crawl.status is ReadStatus.GOOD:
            self._follow(crawl, self._links(crawl, crawl.pages))
            self._ask_after(crawl)
            self._recheck(crawl)

    def _start(self, crawl: Crawl) -> None:
        """All start pages. Without one good page in any group that is needed, nothing is followed.

        One group that cannot be read does not blind the others: it is a failure that is said by its address.
        """
        good: set[str] = set()
        failed: dict[str, ReadFailed] = {}
        for start in self.spec.pages:
            link = Link(kind=start.kind, url=address(start, self.since))
            error = self.visit(crawl, link, start.group)
            status = error.status if isinstance(error, FetchFailed) else None
            if error is None:
                good.add(start.group)
            elif start.probe and status in NOT_THERE and not self.held.get(start.group):
                # Nobody confirmed this page. One that once held something would be missed, and said to be.
                crawl.warnings.append(f"nothing at {link.url} ({status})")
            else:
                crawl.failures.append(PageFailure(link.url, error.reason))
                failed.setdefault(start.group, error)
        needed = {start.group for start in self.spec.pages if not start.probe}
        crawl.incomplete |= failed.keys() - good
        if not needed & good:
            self._fail(crawl, next(error for group, error in failed.items() if group in needed))

    def _stands_still(self, crawl: Crawl, last: Read) -> bool:
        """Whether every start page is as the last read found it. Then the crawl is what it was, and nothing is parsed.

        What has been asked for in vain is not asked for again by `visit`.
        """
        same: list[tuple[Link, Answer, Validator]] = []
        for start in self.spec.pages:
            link = Link(kind=start.kind, url=address(start, self.since))
            try:
                answer, before = self._ask(crawl, link)
            except ReadFailed as error:
                self._asked[link.url] = error
                return False
            self._asked[link.url] = answer, before
            if before is None or answer.moved_to is not None or not self.captures.has(before.sha256):
                return False
            if before.kind != start.kind:  # sources.yaml calls it something else now: the same bytes may say otherwise
                return False
            same.append((link, answer, before))
        crawl.captures += [self._captured(link, answer, before) for link, answer, before in same]
        crawl.containers, crawl.kept, crawl.held = last.containers, last.kept, dict(self.held)
        crawl.skips += [Skip(reason, self.spec.slug) for reason, count in last.skipped for _ in range(count)]
        crawl.stands_still = True
        return True

    def _follow(self, crawl: Crawl, links: list[tuple[Link, str]]) -> None:
        queue = deque(links)
        seen = {kept.link.url for kept in crawl.pages}
        while queue:
            link, group = queue.popleft()
            if link.url in seen:
                continue
            seen.add(link.url)
            if len(crawl.captures) >= self.spec.limits.max_pages:
                left = 1 + sum(1 for other, _ in queue if other.url not in seen)
                crawl.failures.append(PageFailure(link.url, f"{left} {LEFT_OVER}"))
                crawl.incomplete |= {group for link, group in [(link, group), *queue] if link.key is None}
                return
            before = len(crawl.pages)
            error = self.visit(crawl, link, group)
            if error is not None:
                self._note(crawl, link, error)
                if link.key is None:
                    crawl.incomplete.add(group)
                continue
            queue.extend(self._links(crawl, crawl.pages[before:]))

    def _ask_after(self, crawl: Crawl) -> None:
        """Ask what became of items that left their list and were not found elsewhere, where the parser knows where."""
        for key in left_lists(crawl, self.known):
            link = whereabouts(self.parser, key)
            if link is None:
                continue
            if len(crawl.captures) >= self.spec.limits.max_pages:
                crawl.unsettled.add(key)
                continue
            before = len(crawl.pages)
            error = self.visit(crawl, link, "")
            if error is None:
                self._follow(crawl, self._links(crawl, crawl.pages[before:]))
            elif not (isinstance(error, FetchFailed) and error.status in NOT_THERE):
                crawl.failures.append(PageFailure(error.url, error.reason))
                crawl.unsettled.add(key)

    def _recheck(self, crawl: Crawl) -> None:
        """Look again at pages that no list led to. What the limit of the read leaves out comes first next time."""
        asked = {captured.row.url for captured in crawl.captures}
        for link in self.rechecks:
            if link.key is not None and link.url in asked:
                crawl.looked_again.append(link.key)
                continue
            if len(crawl.captures) >= self.spec.limits.max_pages:
                return
            error = self.visit(crawl, link, "")
            if error is None and all(p.key != link.key for p in crawl.pages[-1].parsed.publications):
                crawl.pages.pop()
                error = SourceChanged(link.url, "the page no longer gives what it gave before")
            missing = error is not None and self._note(crawl, link, error)
            if link.key is not None and not missing:
                crawl.looked_again.append(link.key)

    def _note(self, crawl: Crawl, link: Link, error: ReadFailed) -> bool:
        """Say that a page could not be had; True where it was read before and is not there any more."""
        known = self.known.get(link.key or "")
        missing = isinstance(error, FetchFailed) and error.status in NOT_THERE and known is not None
        if missing:
            crawl.missing.append(Missing(link.key or "", link.url, error.reason))
        if not (missing and known is not None and known.gone):
            crawl.failures.append(PageFailure(error.url, error.reason))
        return missing

    def _links(self, crawl: Crawl, pages: list[Kept]) -> list[tuple[Link, str]]:
        """The links of new pages that are worth a request, with the group that they belong to."""
        chosen: list[tuple[Link, str]] = []
        for page in pages:
            older = 0
            items = [link for link in page.parsed.links if link.key is not None]
            for link in items:
                if self._is_older(link.head):
                    older += 1
                    crawl.skips.append(Skip(OLDER, link.url))
                    crawl.kept -= page.link.key is None
                elif not self._is_known(link):
                    chosen.append((link, page.group))
            if items and older == len(items):
                continue  # all that follows on later pages is older still
            chosen += [(link, page.group) for link in page.parsed.links if link.key is None]
        return chosen

    def _is_older(self, head: Publication | None) -> bool:
        if not self.spec.skip_older or head is None or head.published_on is None:
            return False
        return head.published_on < self.since

    def _is_known(self, link: Link) -> bool:
        stored = self.known.get(link.key or "")
        return stored is not None and link.version is not None and stored.link_version == self.link_version(link)

    def link_version(self, link: Link) -> str | None:
        """A link's version under this version of the parser: a better parser reads its pages again."""
        return None if link.version is None else f"{self.spec.reading(self.parser.VERSION)}:{link.version}"

    def visit(self, crawl: Crawl, link: Link, group: str) -> ReadFailed | None:
        """Fetch and parse one page into `crawl`; the error is returned, its bytes kept."""
        try:
            answer, same, body = self._fetch(crawl, link)
        except ReadFailed as error:
            crawl.captures.append(self._failed(link, error))
            return error
        try:
            parsed = self._parsed(link, self._page(link, answer, same, body))
        except ReadFailed as error:
            if isinstance(error, ParserBroke):
                self.broke.append(error)
            crawl.captures.append(Captured(self._capture(link, answer, good=False, reason=error.reason)))
            return error
        crawl.captures.append(self._captured(link, answer, same))
        if link.key is None:
            crawl.held[group] = crawl.held.get(group, 0) + parsed.kept
        crawl.pages.append(Kept(self._in_window(crawl, parsed, link), len(crawl.captures) - 1, link, group))
        crawl.warnings += parsed.warnings
        if answer.moved_to is not None and link.url in self._starts:
            crawl.warnings.append(f"{link.url} {MOVED} {answer.moved_to}: change sources.yaml")
        return None

    def _fetch(self, crawl: Crawl, link: Link) -> tuple[Answer, Validator | None, bytes]:
        """The answer and its body. Of a 304 the body is the one kept before; the validator says where."""
        asked = self._asked.pop(link.url, None) or self._ask(crawl, link)
        if isinstance(asked, ReadFailed):
            raise asked
        answer, known = asked
        if known is None:
            return answer, None, answer.body
        try:
            return answer, known, self.captures.get(known.sha256)
        except CaptureLost:
            # What we once kept is no more, so that "not modified" tells us nothing: have the page sent again.
            answer, _ = self._ask(crawl, link, anew=True)
            return answer, None, answer.body

    def _ask(self, crawl: Crawl, link: Link, *, anew: bool = False) -> tuple[Answer, Validator | None]:
        """The answer, and where it is a 304 what it stands for; `anew` has the page sent whatever is known of it."""
        self.progress(link.url)
        limits = self.spec.limits
        known = None if anew else self.validator(link.url)
        request = Request(
            url=link.url,
            etag=known.etag if known else None,
            last_modified=known.last_modified if known else None,
            max_bytes=limits.max_bytes,
            timeout_s=limits.timeout_s,
            pace_s=limits.pace_s,
        )

        def on_failed(error: ReadFailed) -> None:
            crawl.captures.append(self._failed(link, error))

        answer = self.client.get(request, on_failed)
        return answer, known if answer.status == 304 else None

    def _parsed(self, link: Link, page: Page) -> Parsed:
        parsed = self.revised(page) if link.key is None else None
        return parse_page(self.spec, self.parser, page) if parsed is None else parsed

    def _page(self, link: Link, answer: Answer, same: Validator | None, body: bytes) -> Page:
        if same is None and answer.status != 200:
            raise SourceChanged(link.url, f"status {answer.status} came to a plain request")
        page = page_at(self.spec, link, answer)
        if same is None:
            return page
        return replace(page, url=same.final_url, body=body, content_type=same.content_type or "", charset=same.charset)

    def _in_window(self, crawl: Crawl, parsed: Parsed, link: Link) -> Parsed:
        """Leave out what was published before the baseline, and count what a listing page holds."""
        older = [publication for publication in parsed.publications if self._is_older(publication)]
        if link.key is None:
            crawl.containers += parsed.containers
            crawl.kept += parsed.kept - len(older)
            crawl.skips += parsed.skipped
            crawl.skips += [Skip(OLDER, publication.url) for publication in older]
        return (
            replace(parsed, publications=tuple(p for p in parsed.publications if p not in older)) if older else parsed
        )

    def _captured(self, link: Link, answer: Answer, same: Validator | None) -> Captured:
        return Captured(
            self._capture(link, answer, good=True),
            etag=answer.header("etag"),
            last_modified=answer.header("last-modified"),
            same_as=same.capture_id if same else None,
        )

    def _failed(self, link: Link, error: ReadFailed) -> Captured:
        arrived = error.answer if isinstance(error.answer, Answer) else None
        return Captured(self._capture(link, arrived, good=False, reason=error.reason))

    def _capture(self, link: Link, answer: Answer | None, *, good: bool, reason: str | None = None) -> CaptureRow:
        body = answer.body if answer is not None and answer.status != 304 else b""
        return CaptureRow(
            kind=link.kind,
            url=link.url,
            final_url=answer.final_url if answer else None,
            status=answer.status if answer else None,
            headers=answer.headers if answer else (),
            content_type=answer.content_type if answer else None,
            charset=answer.charset if answer else None,
            fetched_at=answer.fetched_at if answer else self.now(),
            sha256=self.captures.put(body) if body else None,
            size=len(body) if body else None,
            good=good,
            reason=reason,
        )

    def _fail(self, crawl: Crawl, error: ReadFailed) -> None:
        crawl.status = ReadStatus.FAILED if isinstance(error, FetchFailed) else ReadStatus.BAD
        crawl.reason = str(PageFailure(error.url, error.reason))
        crawl.error = error


def address(start: StartPage, since: date) -> str:
    """The address of a start page, for a read of what was published since a day."""
    return start.url.replace("{since}", since.isoformat())
