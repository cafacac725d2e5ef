"""The one HTTP client: every request that leaves Claimwatch goes through here, and every answer is bounded.

What goes on the wire and what is read off it is `transport`'s; here are redirects, pace, rests, quick retries, and
what an answer is worth.
"""

import io
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from claimwatch import __version__
from claimwatch.errors import Blocked, FailureKind, FetchFailed, ReadFailed, TooLarge
from claimwatch.fetching.decoding import ACCEPT_ENCODING
from claimwatch.fetching.exchange import Answer, Request, header_of, media_type, retry_after
from claimwatch.fetching.missing import says_not_found
from claimwatch.fetching.network import Network, Refused
from claimwatch.fetching.pace import Pacer
from claimwatch.fetching.quality import is_wall_host, wall_of
from claimwatch.fetching.rooting import Target, followed, target_of
from claimwatch.fetching.transport import Cut, Transport, headers_of, read_body, words
from claimwatch.settings import Settings

MAX_REDIRECTS = 5
_KEPT_BYTES = 256_000  # of the body of a failed attempt, as evidence
_BACK_OFF_S = (1.0, 3.0)
_REDIRECTS = (301, 302, 303, 307, 308)
_FOR_GOOD = (301, 308)
_TRY_AGAIN = (502, 503, 504)
_TEMPORARY = (408, 425, 429)  # and every 5xx
_RESTING = (429, 503)
_SHORT_REST_S = 30.0  # a rest that is waited out within a read; after a longer one the source is read another time


class _Unreached(FetchFailed):
    """Not even the beginning of an answer: the one failure besides 502 to 504 that is worth another try at once."""


class Client:
    """A context manager; not for use by several threads at once (share the `Pacer` between clients instead).

    `now` gives the time that answers are stamped with and that rests are measured by; time-outs and waiting use real
    time. Only where `now` runs with it (`waits`), and at a polite pace, is a short rest that a host asked for waited
    out; other rests fail the request. `rest_of` tells until when a host asked us to wait (aware UTC; None where it did
    not), and `note_rest` keeps that it did: host, until when, and why in words. Without them the client remembers for
    as long as it lives.
    """

    def __init__(
        self,
        settings: Settings,
        now: Callable[[], datetime],
        pacer: Pacer | None = None,
        *,
        waits: bool = False,
        rest_of: Callable[[str], datetime | None] | None = None,
        note_rest: Callable[[str, datetime, str], None] | None = None,
    ) -> None:
        self._upstream = settings.upstream
        self._paced = settings.paced
        self._waits = waits and settings.paced
        self._user_agent = f"claimwatch/{__version__} (+{settings.contact_url})"
        self._now = now
        self._pacer = pacer or Pacer()
        self._rests: dict[str, datetime] = {}
        self._rest_of = rest_of or self._rests.get
        self._note_rest = note_rest or (lambda host, until, _reason: self._rests.update({host: until}))
        # Only the upstream that the operator named may be on a private address.
        self._network = Network(allow_private=self._upstream is not None)
        self._transport = Transport(self._network)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    def get(self, request: Request, on_failed: Callable[[ReadFailed], None] = lambda _failure: None) -> Answer:
        """The answer to one GET, redirects followed: status 200, or 304 where a validator was given.

        Raises `FetchFailed`, `TooLarge` or `Blocked`; each carries in `answer` what arrived, where anything did.
        `on_failed` is told of each attempt that failed and was made again at once.
        """
        for pause_s in _BACK_OFF_S if self._paced else ():
            try:
                return self._get_once(request)
            except FetchFailed as failure:
                if not self._worth_another_try(failure):
                    raise
                on_failed(failure)
                rests = bool(failure.retry_after_s)  # it is waited for when our turn comes
            if not rests:
                self._pacer.sleep(pause_s)
        return self._get_once(request)

    def _worth_another_try(self, failure: FetchFailed) -> bool:
        if failure.status in _RESTING and failure.retry_after_s:
            return self._waits and failure.retry_after_s <= _SHORT_REST_S
        return isinstance(failure, _Unreached) or failure.status in _TRY_AGAIN

    def _get_once(self, request: Request) -> Answer:
        began = time.monotonic()
        self._network.deadline = began + request.timeout_s
        fetched_at = self._now()
        path = [request.url]
        moved_to: str | None = None
        for_good = True
        while True:
            if len(path) > MAX_REDIRECTS + 1:
                reason = f"over {MAX_REDIRECTS} redirects: {_arrows(path)}"
                raise FetchFailed(request.url, reason, kind=FailureKind.HARD)
            answer, location = self._exchange(request, path[-1], fetched_at, began)
            answer = replace(answer, moved_to=moved_to)
            if location is None:
                return self._judged(request, answer)
            path.append(self._onward(path, location, answer))
            for_good = for_good and answer.status in _FOR_GOOD
            moved_to = path[-1] if for_good else moved_to

    def _onward(self, path: list[str], location: str, answer: Answer) -> str:
        """The original address that a redirect leads to; raises where it must not or need not be followed."""
        try:
            onward = followed(path[-1], location, self._upstream)
            parts = urlsplit(onward)
        except ValueError as error:
            reason = f"redirected to what is no address: {location[:200]!r}"
            raise FetchFailed(path[0], reason, status=answer.status, kind=FailureKind.HARD, answer=answer) from error
        if is_wall_host(parts.hostname or ""):
            raise Blocked(path[0], f"redirected to a wall at {onward}", answer=answer)
        way = _arrows([*path, onward])
        if onward in path:
            raise FetchFailed(
                path[0], f"redirect loop: {way}", status=answer.status, kind=FailureKind.HARD, answer=answer
            )
        if parts.scheme == "http" and urlsplit(path[-1]).scheme == "https":
            # Whoever sits on the way could answer for the publisher. An operator may still write the http address.
            reason = f"redirected from https to unprotected http: {way}"
            raise FetchFailed(path[0], reason, status=answer.status, kind=FailureKind.HARD, answer=answer)
        return onward

    def _exchange(self, request: Request, url: str, fetched_at: datetime, began: float) -> tuple[Answer, str | None]:
        """One request without redirects: what was answered, and where it points to if it is a redirect."""
        via = _via(request, url)
        try:
            target = target_of(url, self._upstream)
        except ValueError as error:
            raise FetchFailed(request.url, f"{via}{error}", kind=FailureKind.HARD) from error
        self._await_turn(request, url)
        try:
            with self._transport.get(target, self._headers(request, target)) as response:
                return self._received(request, url, response, fetched_at, began)
        except Refused as error:
            raise FetchFailed(request.url, f"{via}{error}", kind=FailureKind.HARD) from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _Unreached(request.url, f"{via}no connection: {words(error)}") from error
        except httpx.TimeoutException as error:
            raise FetchFailed(request.url, f"{via}no answer in time: {words(error)}") from error
        except (httpx.NetworkError, httpx.ProtocolError) as error:
            raise _Unreached(request.url, f"{via}no usable answer: {words(error)}") from error

    def _await_turn(self, request: Request, url: str) -> None:
        """Wait for our turn at a host. Raises `FetchFailed` where it asked us to wait for longer than that."""
        host = urlsplit(url).hostname or ""
        waited_from = time.monotonic()
        self._heed_rest(request, url, host)
        if self._paced:
            self._pacer.wait(host, request.pace_s)
            self._heed_rest(request, url, host)  # another worker may have been told in the meantime
        self._network.deadline += time.monotonic() - waited_from

    def _heed_rest(self, request: Request, url: str, host: str) -> None:
        left_s = self._rest_left(host)
        if self._waits and 0 < left_s <= _SHORT_REST_S:
            self._pacer.sleep(left_s)
            left_s = self._rest_left(host)
        if left_s > 0:
            until = self._now() + timedelta(seconds=left_s)
            reason = f"{_via(request, url)}{host} asked us to wait until {until:%Y-%m-%d %H:%M:%S} UTC"
            raise FetchFailed(request.url, reason, retry_after_s=left_s)

    def _rest_left(self, host: str) -> float:
        until = self._rest_of(host)
        return 0.0 if until is None else (until - self._now()).total_seconds()

    def _headers(self, request: Request, target: Target) -> list[tuple[str, str]]:
        host = f"[{target.host}]" if ":" in target.host else target.host
        headers = [
            ("Host", host if target.port is None else f"{host}:{target.port}"),
            ("User-Agent", self._user_agent),
            ("Accept", request.accept),
            ("Accept-Encoding", ACCEPT_ENCODING),
        ]
        if request.etag is not None:
            headers.append(("If-None-Match", request.etag))
        if request.last_modified is not None:
            headers.append(("If-Modified-Since", request.last_modified))
        return headers

    def _received(
        self, request: Request, url: str, response: httpx.Response, fetched_at: datetime, began: float
    ) -> tuple[Answer, str | None]:
        headers = headers_of(response)
        content_type, charset = media_type(header_of(headers, "content-type"))
        good = response.status_code == 200
        cut: Cut | None = None
        body = io.BytesIO()
        try:
            read_body(response, headers, request.max_bytes if good else min(_KEPT_BYTES, request.max_bytes), body)
        except Cut as error:
            cut = error
        if cut is not None:
            body.truncate(_KEPT_BYTES)
        answer = Answer(
            url=request.url,
            final_url=url,
            status=response.status_code,
            headers=headers,
            body=body.getvalue(),
            content_type=content_type,
            charset=charset,
            fetched_at=fetched_at,
            elapsed_s=time.monotonic() - began,
            complete=cut is None,
        )
        if good and cut is not None:
            reason = _via(request, url) + cut.reason
            raise (TooLarge if cut.too_large else FetchFailed)(request.url, reason, answer=answer)
        return answer, header_of(headers, "location") if response.status_code in _REDIRECTS else None

    def _judged(self, request: Request, answer: Answer) -> Answer:
        via = _via(request, answer.final_url)
        pause_s = retry_after(answer)
        if answer.status in _RESTING and pause_s:
            why = f"answered {answer.status} and asked us to wait {pause_s:,.0f} s"
            self._note_rest(urlsplit(answer.final_url).hostname or "", self._now() + timedelta(seconds=pause_s), why)
        wall = wall_of(answer.final_url, answer.status, answer.headers, answer.body)
        if wall is not None:
            raise Blocked(request.url, f"{via}{wall} came instead of the page", answer=answer)
        if answer.status == 200 and says_not_found(answer.headers, answer.body):
            reason = f"{via}the page says that it is not there, though with status 200 (a soft 404)"
            raise FetchFailed(request.url, reason, status=404, kind=FailureKind.SOFT, answer=answer)
        conditional = request.etag is not None or request.last_modified is not None
        if answer.status == 200 or (answer.status == 304 and conditional):
            return answer
        passes = answer.status in _TEMPORARY or answer.status >= 500
        raise FetchFailed(
            request.url,
            f"{via}the server answered {answer.status}",
            status=answer.status,
            kind=FailureKind.TEMPORARY if passes else FailureKind.SOFT,
            retry_after_s=pause_s,
            answer=answer,
        )


def _via(request: Request, url: str) -> str:
    return "" if url == request.url else f"after a redirect to {url}: "


def _arrows(path: list[str]) -> str:
    return " → ".join(path)
