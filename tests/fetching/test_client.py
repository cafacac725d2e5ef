"""The HTTP client over real loopback servers: what goes out, what comes back, what is refused."""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import brotli
import pytest
import zstandard

from claimwatch import __version__
from claimwatch.errors import Blocked, FailureKind, TooLarge
from claimwatch.fetching import Client, Pacer, Request
from claimwatch.settings import load_settings
from tests.fetching.asking import NOW, PATH, URL, arrived, failure
from tests.upstream import Upstream, reply


def test_an_answer_in_its_original_form(client: Client, upstream: Upstream) -> None:
    upstream.on(PATH, reply(body="<p>æ</p>", content_type="Text/HTML; Charset=UTF-8", x_seen="yes"))
    answer = client.get(Request(URL, accept="text/html"))
    assert (answer.url, answer.final_url, answer.status, answer.body) == (URL, URL, 200, "<p>æ</p>".encode())
    assert (answer.content_type, answer.charset) == ("text/html", "utf-8")
    assert answer.header("X-Seen") == "yes"
    assert (answer.fetched_at, answer.complete) == (NOW, True)
    assert 0 <= answer.elapsed_s < 10
    (request,) = upstream.requests
    assert request.headers["user-agent"] == f"claimwatch/{__version__} (+https://watch.example/contact)"
    assert request.headers["accept"] == "text/html"
    assert request.headers["host"] == upstream.url.removeprefix("http://")


def test_conditional_requests(client: Client, upstream: Upstream) -> None:
    upstream.on(PATH, reply(304))
    answer = client.get(Request(URL, etag='"abc"', last_modified="Mon, 16 Nov 2026 06:00:00 GMT"))
    assert (answer.status, answer.body) == (304, b"")
    assert upstream.requests[0].headers["if-none-match"] == '"abc"'
    assert upstream.requests[0].headers["if-modified-since"] == "Mon, 16 Nov 2026 06:00:00 GMT"
    assert failure(client, Request(URL)).status == 304
    assert "if-none-match" not in upstream.requests[1].headers


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, FailureKind.SOFT) for status in (400, 401, 403, 404, 405, 410, 451)),
        *((status, FailureKind.TEMPORARY) for status in (408, 425, 429, 500, 501, 502, 503, 504, 520, 522, 599)),
    ],
)
def test_error_statuses_keep_what_arrived(client: Client, upstream: Upstream, status: int, kind: FailureKind) -> None:
    upstream.on(PATH, reply(status, body="why " * 100_000))
    error = failure(client, Request(URL))
    assert (error.url, error.status, error.kind) == (URL, status, kind)
    assert str(status) in str(error)
    answer = arrived(error)
    assert (answer.status, answer.complete, len(answer.body)) == (status, False, 256_000)
    assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "120"}, 120.0),
        ({"retry_after": " 120 "}, 120.0),
        ({"retry_after": "Monday, 16-Nov-26 06:10:00 GMT", "date": "Mon, 16 Nov 2026 06:00:00 GMT"}, 600.0),
        ({"retry_after": "Mon Nov 16 06:10:00 2026", "date": "Mon, 16 Nov 2026 06:00:00 GMT"}, 600.0),
        ({"retry_after": "Mon, 16 Nov 2026 06:10:00 GMT"}, 600.0),
        ({"retry_after": "Mon, 16 Nov 2026 06:10:00 GMT", "date": "Mon, 16 Nov 2026 06:00:00 GMT"}, 600.0),
        ({"retry_after": "Mon, 16 Nov 2026 05:00:00 GMT", "date": "Mon, 16 Nov 2026 06:00:00 GMT"}, 0.0),
        ({"retry_after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after(client: Client, upstream: Upstream, headers: dict[str, str], seconds: float | None) -> None:
    def handle(request: BaseHTTPRequestHandler) -> None:
        request.send_response_only(429)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()

    upstream.on(PATH, handle)
    assert failure(client, Request(URL)).retry_after_s == seconds


def test_size_is_capped_as_announced_and_as_sent(client: Client, upstream: Upstream) -> None:
    upstream.on(PATH, reply(body=b"x" * 5000))
    assert len(client.get(Request(URL, max_bytes=5000)).body) == 5000
    with pytest.raises(TooLarge, match="over 4,999 bytes") as caught:
        client.get(Request(URL, max_bytes=4999))
    answer = arrived(caught.value)
    assert (answer.status, answer.complete) == (200, False)
    assert answer.body == b"x" * 4999


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("encoding", ENCODERS)
def test_encodings_are_undone_under_the_cap(client: Client, upstream: Upstream, encoding: str) -> None:
    body = b"Entity List " * 50_000
    upstream.on(PATH, reply(body=ENCODERS[encoding](body), content_encoding=encoding))
    assert client.get(Request(URL)).body == body
    if encoding != "x-gzip":
        assert encoding in upstream.requests[0].headers["accept-encoding"]
    with pytest.raises(TooLarge):
        client.get(Request(URL, max_bytes=len(body) - 1))


@pytest.mark.parametrize("encoding", ENCODERS)
def test_a_compressed_stream_without_its_end_is_a_failure(client: Client, upstream: Upstream, encoding: str) -> None:
    packed = ENCODERS[encoding](bytes(range(256)) * 400)
    upstream.on(PATH, reply(body=packed[:-6], content_encoding=encoding))
    error = failure(client, Request(URL))
    assert "cut off" in error.reason
    assert not arrived(error).complete


@pytest.mark.parametrize("encoding", [*ENCODERS, "gzip, gzip", "compress"])
def test_what_is_not_in_its_encoding_is_a_failure(client: Client, upstream: Upstream, encoding: str) -> None:
    upstream.on(PATH, reply(body=b"\xffplain text, whatever the header says", content_encoding=encoding))
    assert failure(client, Request(URL)).status is None


def test_a_body_shorter_than_announced_is_a_failure(client: Client, upstream: Upstream) -> None:
    upstream.on(PATH, reply(body=b"<html>half", content_length="100"))
    error = failure(client, Request(URL))
    assert "broke off" in error.reason
    assert arrived(error).body == b"<html>half"


def test_chunks_without_an_end_are_a_failure(client: Client, upstream: Upstream) -> None:
    def handle(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")

    upstream.on(PATH, handle)
    assert "broke off" in failure(client, Request(URL)).reason


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\nhere",
    ],
    ids=["nothing", "noise", "endless header", "too many headers"],
)
def test_what_is_not_http_is_a_failure(client: Client, upstream: Upstream, raw: bytes) -> None:
    upstream.on(PATH, lambda request: void(request.wfile.write(raw)))
    error = failure(client, Request(URL))
    assert error.kind is FailureKind.TEMPORARY
    assert error.answer is None


def void(_: object) -> None:
    return None


def test_a_silent_server_is_given_up_in_time(client: Client, upstream: Upstream) -> None:
    upstream.on(PATH, lambda request: void(upstream.released.wait(20)))
    began = time.monotonic()
    error = failure(client, Request(URL, timeout_s=0.3))
    assert time.monotonic() - began < 5
    assert error.kind is FailureKind.TEMPORARY
    assert "in time" in error.reason


def test_no_cookie_is_kept_and_no_header_added(client: Client, upstream: Upstream) -> None:
    upstream.on(PATH, reply(302, location="/next", set_cookie="seen=1; Path=/"))
    upstream.on("/example.org/next", reply(body="here"))
    client.get(Request(URL))
    client.get(Request("https://example.org/next"))
    for request in upstream.requests:
        assert set(request.headers) == {"host", "user-agent", "accept", "accept-encoding"}


def test_a_server_that_only_ever_announces_is_given_up_in_time(client: Client, upstream: Upstream) -> None:
    def handle(request: BaseHTTPRequestHandler) -> None:
        while not upstream.released.is_set():
            request.wfile.write(b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" * 100)

    upstream.on(PATH, handle)
    began = time.monotonic()
    assert "in time" in failure(client, Request(URL, timeout_s=0.5)).reason
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<html>"])
def test_silence_is_given_up_before_the_whole_time_is_over(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    """Before the first byte and between two of them: a server that says nothing gets less than one that is slow."""
    monkeypatch.setattr("claimwatch.fetching.transport._SILENCE_S", 0.3)

    def handle(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(sent)
        request.wfile.flush()
        upstream.released.wait(20)

    upstream.on(PATH, handle)
    began = time.monotonic()
    with Client(load_settings(upstream=upstream.url, pace="off"), lambda: NOW) as client:
        error = failure(client, Request(URL, timeout_s=60))
    assert time.monotonic() - began < 10
    assert error.kind is FailureKind.TEMPORARY
    assert (error.answer is None) == (not sent)


def test_the_time_is_for_all_redirects_together(client: Client, upstream: Upstream) -> None:
    def slowly(request: BaseHTTPRequestHandler) -> None:
        upstream.released.wait(0.25)
        reply(302, location=f"/{len(upstream.requests)}")(request)

    for path in (PATH, *(f"/example.org/{number}" for number in range(1, 6))):
        upstream.on(path, slowly)
    error = failure(client, Request(URL, timeout_s=0.6))
    assert "in time" in error.reason
    assert len(upstream.requests) <= 4


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_dripping_server_is_given_up_in_time(client: Client, upstream: Upstream, part: str) -> None:
    """Each piece comes quickly, the whole never: only a limit on the total ends it."""

    def handle(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"\r\n<html>" if part == "body" else b""))
        for number in range(400):
            request.wfile.write(b"X-%d: y\r\n" % number)
            request.wfile.flush()
            if upstream.released.wait(0.05):
                return

    upstream.on(PATH, handle)
    began = time.monotonic()
    error = failure(client, Request(URL, timeout_s=0.5))
    assert time.monotonic() - began < 5
    assert error.kind is FailureKind.TEMPORARY
    if part == "body":
        assert arrived(error).body.startswith(b"<html>X-0")


def test_a_page_that_says_it_is_not_there_counts_as_such(client: Client, upstream: Upstream) -> None:
    body = "<html><title>Page not found – Example</title><h1>Page not found</h1></html>"
    upstream.on(PATH, reply(body=body))
    error = failure(client, Request(URL))
    assert (error.status, error.kind) == (404, FailureKind.SOFT)
    assert "soft 404" in error.reason
    assert (arrived(error).status, arrived(error).body) == (200, body.encode())


def test_a_wall_is_blocked_and_kept(client: Client, upstream: Upstream) -> None:
    wall = "<html><title>Just a moment...</title><script>window._cf_chl_opt={}</script></html>"
    upstream.on(PATH, reply(403, body=wall))
    with pytest.raises(Blocked, match="Cloudflare challenge") as caught:
        client.get(Request(URL))
    assert arrived(caught.value).body == wall.encode()
    assert caught.value.kind is FailureKind.SOFT


def test_a_redirect_to_the_request_access_page_is_not_followed(client: Client, upstream: Upstream) -> None:
    upstream.on(PATH, reply(302, location="https://unblock.federalregister.gov/"))
    with pytest.raises(Blocked, match=r"unblock\.federalregister\.gov") as caught:
        client.get(Request(URL))
    assert arrived(caught.value).status == 302
    assert len(upstream.requests) == 1


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Slept:
    """Time for a `Pacer` that passes only when it sleeps."""

    def __init__(self) -> None:
        self.naps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)

    def monotonic(self) -> float:
        return sum(self.naps)

    def pacer(self) -> Pacer:
        return Pacer(sleep=self.sleep, monotonic=self.monotonic)


def test_requests_to_one_host_keep_their_distance(upstream: Upstream) -> None:
    upstream.on("/a.example/", reply())
    upstream.on("/b.example/", reply())
    slept = Slept()
    with Client(load_settings(upstream=upstream.url), lambda: NOW, slept.pacer()) as client:
        for host in ("a.example", "b.example", "a.example", "a.example"):
            client.get(Request(f"https://{host}/", pace_s=1.5))
    assert slept.naps == [1.5, 1.5]


def test_quick_retries_end_when_the_server_recovers(upstream: Upstream) -> None:
    answers = iter([reply(503), reply(502), reply(body="here")])
    upstream.on(PATH, lambda request: next(answers)(request))
    slept = Slept()
    with Client(load_settings(upstream=upstream.url), lambda: NOW, slept.pacer()) as client:
        assert client.get(Request(URL, pace_s=0)).body == b"here"
    assert len(upstream.requests) == 3
    assert slept.naps == [1.0, 3.0]


@pytest.mark.parametrize(
    ("answer", "asked"),
    [(reply(504), 3), (reply(500), 1), (reply(429), 1), (reply(404), 1), (reply(503, retry_after="60"), 1)],
)
def test_quick_retries_are_for_what_passes_quickly(
    upstream: Upstream, answer: Callable[[BaseHTTPRequestHandler], None], asked: int
) -> None:
    upstream.on(PATH, answer)
    with Client(load_settings(upstream=upstream.url), lambda: NOW, Slept().pacer()) as client:
        failure(client, Request(URL, pace_s=0))
    assert len(upstream.requests) == asked


@pytest.mark.parametrize(("pace", "naps"), [("polite", [1.0, 3.0]), ("off", [])])
def test_a_closed_port_is_tried_again_only_when_polite(pace: str, naps: list[float]) -> None:
    slept = Slept()
    settings = load_settings(upstream=f"http://127.0.0.1:{closed_port()}", pace=pace)
    with Client(settings, lambda: NOW, slept.pacer()) as client:
        error = failure(client, Request(URL, pace_s=0))
    assert "no connection" in error.reason
    assert "example.org" in str(error)
    assert slept.naps == naps


def test_waiting_for_our_turn_does_not_use_up_the_time(upstream: Upstream) -> None:
    upstream.on(PATH, reply(body="here"))
    with Client(load_settings(upstream=upstream.url), lambda: NOW) as client:
        client.get(Request(URL, pace_s=0.4))
        assert client.get(Request(URL, pace_s=0.4, timeout_s=0.3)).body == b"here"


def test_one_pacer_serves_several_threads() -> None:
    """However many ask at once, each gets a turn of its own."""
    naps: list[float] = []
    pacer = Pacer(sleep=naps.append, monotonic=lambda: 0.0)
    threads = [threading.Thread(target=pacer.wait, args=("a.example", 1.0)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(naps) == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
