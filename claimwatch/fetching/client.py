"""The one HTTP client: every request that leaves Claimwatch goes through here, and every answer is bounded.

It is httpx on a transport of ours: what a page wrote goes on the wire byte for byte (httpx rewrites brackets in
queries unless told the target), connections are checked where they are made, no cookie is kept, and bodies come as
they are sent, so that they can be decompressed under a limit.
"""

import io
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import certifi
import httpcore
import httpx

from claimwatch import __version__
from claimwatch.errors import Blocked, FetchFailed, TooLarge
from claimwatch.fetching.decoding import ACCEPT_ENCODING, Undecodable, decoder
from claimwatch.fetching.exchange import Answer, Request, header_of, media_type, retry_after
from claimwatch.fetching.network import AddressRefused, Network
from claimwatch.fetching.pace import Pacer
from claimwatch.fetching.quality import is_wall_host, wall_of
from claimwatch.fetching.rooting import Target, followed, target_of
from claimwatch.settings import Settings

MAX_REDIRECTS = 5
_CONNECT_S = 10.0
_SILENCE_S = 30.0  # between two pieces of an answer, and before its first
_KEPT_BYTES = 256_000  # of the body of a failed attempt, as evidence
_BACK_OFF_S = (1.0, 3.0)
_REDIRECTS = (301, 302, 303, 307, 308)
_TRY_AGAIN = (502, 503, 504)
_TEMPORARY = (408, 425, 429, 500, *_TRY_AGAIN)


class _Unreached(FetchFailed):
    """Not even the beginning of an answer: the one failure besides 502 to 504 that is worth another try at once."""


class _Cut(Exception):
    """A body that could not be had whole: why, and whether for its size."""

    def __init__(self, reason: str, *, too_large: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.too_large = too_large


class _Transport(httpx.HTTPTransport):
    """httpx's own transport, its connections made by `network`."""

    def __init__(self, network: Network) -> None:
        trust = _trust()
        super().__init__(verify=trust)
        # httpx takes no network backend; its pool is the one place where one can be set.
        self._pool = httpcore.ConnectionPool(ssl_context=trust, network_backend=network, keepalive_expiry=15.0)


class Client:
    """A context manager; not for use by several threads at once (share the `Pacer` between clients instead).

    `now` gives the time that answers are stamped with; time-outs and waiting use real time.
    """

    def __init__(self, settings: Settings, now: Callable[[], datetime], pacer: Pacer | None = None) -> None:
        self._upstream = settings.upstream
        self._paced = settings.paced
        self._user_agent = f"claimwatch/{__version__} (+{settings.contact_url})"
        self._now = now
        self._pacer = pacer or Pacer()
        # Only the upstream that the operator named may be on a private address.
        self._network = Network(allow_private=self._upstream is not None)
        self._http = httpx.Client(
            transport=_Transport(self._network),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(_SILENCE_S, connect=_CONNECT_S),
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, request: Request) -> Answer:
        """The answer to one GET, redirects followed: status 200, or 304 where a validator was given.

        Raises `FetchFailed`, `TooLarge` or `Blocked`; each carries in `answer` what arrived, where anything did.
        """
        for pause_s in _BACK_OFF_S if self._paced else ():
            try:
                return self._get_once(request)
            except FetchFailed as failure:
                if not _worth_another_try(failure):
                    raise
            self._pacer.sleep(pause_s)
        return self._get_once(request)

    def _get_once(self, request: Request) -> Answer:
        began = time.monotonic()
        self._network.deadline = began + request.timeout_s
        fetched_at = self._now()
        path = [request.url]
        while True:
            if len(path) > MAX_REDIRECTS + 1:
                raise FetchFailed(request.url, f"over {MAX_REDIRECTS} redirects: {_arrows(path)}", temporary=False)
            answer, location = self._exchange(request, path[-1], fetched_at, began)
            if location is None:
                return self._judged(request, answer)
            onward = followed(path[-1], location, self._upstream)
            if is_wall_host(urlsplit(onward).hostname or ""):
                raise Blocked(request.url, f"redirected to a wall at {onward}", answer=answer)
            if onward in path:
                reason = f"redirect loop: {_arrows([*path, onward])}"
                raise FetchFailed(request.url, reason, status=answer.status, temporary=False, answer=answer)
            path.append(onward)

    def _exchange(self, request: Request, url: str, fetched_at: datetime, began: float) -> tuple[Answer, str | None]:
        """One request without redirects: what was answered, and where it points to if it is a redirect."""
        try:
            target = target_of(url, self._upstream)
        except ValueError as error:
            raise FetchFailed(request.url, f"{_via(request, url)}{error}", temporary=False) from error
        if self._paced:
            waited_from = time.monotonic()
            self._pacer.wait(urlsplit(url).hostname or "", request.pace_s)
            self._network.deadline += time.monotonic() - waited_from
        try:
            with self._http.stream(
                "GET",
                httpx.URL(scheme=target.scheme, host=target.host, port=target.port),
                headers=self._headers(request, target),
                extensions={"target": target.path.encode("ascii")},
            ) as response:
                return self._received(request, url, response, fetched_at, began)
        except AddressRefused as error:
            raise FetchFailed(request.url, f"{_via(request, url)}{error}", temporary=False) from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _Unreached(request.url, f"{_via(request, url)}no connection: {_words(error)}") from error
        except httpx.TimeoutException as error:
            raise FetchFailed(request.url, f"{_via(request, url)}no answer in time: {_words(error)}") from error
        except (httpx.NetworkError, httpx.ProtocolError) as error:
            raise _Unreached(request.url, f"{_via(request, url)}no usable answer: {_words(error)}") from error

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
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
        content_type, charset = media_type(header_of(headers, "content-type"))
        good = response.status_code == 200
        cut: _Cut | None = None
        body = io.BytesIO()
        try:
            _read(response, headers, request.max_bytes if good else min(_KEPT_BYTES, request.max_bytes), body)
        except _Cut as error:
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
        wall = wall_of(answer.final_url, answer.status, answer.headers, answer.body)
        if wall is not None:
            raise Blocked(
                request.url, f"{_via(request, answer.final_url)}{wall} came instead of the page", answer=answer
            )
        conditional = request.etag is not None or request.last_modified is not None
        if answer.status == 200 or (answer.status == 304 and conditional):
            return answer
        raise FetchFailed(
            request.url,
            f"{_via(request, answer.final_url)}the server answered {answer.status}",
            status=answer.status,
            temporary=answer.status in _TEMPORARY,
            retry_after_s=retry_after(answer),
            answer=answer,
        )


def _read(response: httpx.Response, headers: tuple[tuple[str, str], ...], limit: int, into: io.BytesIO) -> None:
    """The decompressed body, up to `limit` bytes. Raises `_Cut` when there is more, or less than was announced."""
    encoding = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    too_large = _Cut(f"over {limit:,} bytes", too_large=True)
    try:
        for piece in decoder(encoding)(_within(response.iter_raw(), limit, too_large)):
            if into.tell() + len(piece) > limit:
                into.write(piece[: limit - into.tell()])
                raise too_large
            into.write(piece)
    except Undecodable as error:
        raise _Cut(str(error)) from error
    except (httpx.TimeoutException, httpx.NetworkError, httpx.ProtocolError) as error:
        raise _Cut(f"the answer broke off: {_words(error)}") from error


def _within(chunks: Iterator[bytes], limit: int, error: _Cut) -> Iterator[bytes]:
    """The chunks, up to `limit` bytes in all whatever they expand to; raises `error` where there are more."""
    left = limit
    for chunk in chunks:
        yield chunk[:left]
        left -= len(chunk)
        if left < 0:
            raise error


def _worth_another_try(failure: FetchFailed) -> bool:
    if isinstance(failure, _Unreached):
        return True
    return failure.status in _TRY_AGAIN and (failure.retry_after_s or 0) <= _BACK_OFF_S[0]


def _via(request: Request, url: str) -> str:
    return "" if url == request.url else f"after a redirect to {url}: "


def _arrows(path: list[str]) -> str:
    return " → ".join(path)


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


def _trust() -> ssl.SSLContext:
    """The system's certificates, which an operator may add to, and certifi's, for systems that have none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
