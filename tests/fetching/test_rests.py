"""Hosts that ask us to wait are left alone; every attempt leaves a trace; a page that moved for good says where to."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from claimwatch.errors import Blocked, FailureKind, ReadFailed
from claimwatch.fetching import Client, Pacer, Request
from claimwatch.settings import Settings, load_settings
from tests.fetching.asking import NOW, PATH, URL, failure
from tests.upstream import Upstream, reply


class Clock:
    """The watch's time, which stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(upstream: Upstream) -> Settings:
    return load_settings(upstream=upstream.url, pace="off")


@pytest.fixture
def asking(settings: Settings, clock: Clock) -> Iterator[Client]:
    """A client on that clock; it waits for nothing."""
    with Client(settings, clock) as client:
        yield client


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_us_to_wait_is_left_alone_until_then(
    asking: Client, clock: Clock, upstream: Upstream, status: int
) -> None:
    upstream.on(PATH, reply(status, retry_after="120"))
    upstream.on("/example.org/other", reply(body="here"))
    upstream.on("/another.example/", reply(body="there"))
    assert failure(asking, Request(URL)).retry_after_s == 120

    error = failure(asking, Request("https://example.org/other"))
    assert "example.org asked us to wait until 2026-11-16 06:02:00 UTC" in error.reason
    assert (error.kind, error.status, error.retry_after_s) == (FailureKind.TEMPORARY, None, 120)
    assert asking.get(Request("https://another.example/")).body == b"there"
    assert len(upstream.requests) == 2

    clock.at += timedelta(seconds=119)
    assert failure(asking, Request("https://example.org/other")).retry_after_s == 1
    clock.at += timedelta(seconds=1)
    assert asking.get(Request("https://example.org/other")).body == b"here"


def test_a_date_is_heeded_as_seconds_are(asking: Client, clock: Clock, upstream: Upstream) -> None:
    """The server's own Date is what it counts from; here its clock is the real one and ours is not."""
    upstream.on(PATH, reply(503, retry_after="Fri, 31 Dec 2027 23:59:59 GMT"))
    assert failure(asking, Request(URL)).retry_after_s == 86_400
    clock.at += timedelta(hours=23, minutes=59)
    assert "asked us to wait until 2026-11-17 06:00:00 UTC" in failure(asking, Request(URL)).reason
    clock.at += timedelta(minutes=1)
    assert failure(asking, Request(URL)).status == 503


@pytest.mark.parametrize("asked", ["172800", "31536000000", "9" * 400])
def test_no_host_silences_us_for_more_than_a_day(asking: Client, clock: Clock, upstream: Upstream, asked: str) -> None:
    upstream.on(PATH, reply(429, retry_after=asked))
    assert failure(asking, Request(URL)).retry_after_s == 86_400
    clock.at += timedelta(days=1)
    assert failure(asking, Request(URL)).status == 429


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (429, {}),
        (503, {}),
        (429, {"retry_after": "0"}),
        (429, {"retry_after": "soon"}),
        (429, {"retry_after": "-5"}),
        (429, {"retry_after": "1.5e3"}),
        (429, {"retry_after": "Mon, 16 Nov 99999 06:00:00 GMT"}),
        (429, {"retry_after": "Mon, 16 Nov 2020 06:00:00 +99999999"}),
        (404, {"retry_after": "120"}),
        (500, {"retry_after": "120"}),
        (200, {"retry_after": "120"}),
    ],
)
def test_only_429_and_503_with_a_time_make_a_host_rest(
    asking: Client, upstream: Upstream, status: int, headers: dict[str, str]
) -> None:
    upstream.on(PATH, reply(status, **headers))
    upstream.on("/example.org/other", reply(body="here"))
    if status == 200:
        asking.get(Request(URL))
    else:
        assert failure(asking, Request(URL)).status == status
    assert asking.get(Request("https://example.org/other")).body == b"here"


def test_a_wall_may_ask_us_to_wait_too(asking: Client, upstream: Upstream) -> None:
    upstream.on(PATH, reply(429, body="<html><script>_cf_chl_opt</script></html>", retry_after="60"))
    with pytest.raises(Blocked):
        asking.get(Request(URL))
    assert failure(asking, Request(URL)).retry_after_s == 60
    assert len(upstream.requests) == 1


def test_the_host_that_rests_is_the_one_that_answered(asking: Client, upstream: Upstream) -> None:
    """After a redirect it is the other host; and a redirect to a host that rests ends there."""
    upstream.on(PATH, reply(302, location="https://cdn.example/page"))
    upstream.on("/cdn.example/page", reply(503, retry_after="60"))
    upstream.on("/example.org/other", reply(body="here"))
    failure(asking, Request(URL))
    assert asking.get(Request("https://example.org/other")).body == b"here"
    upstream.requests.clear()
    error = failure(asking, Request(URL))
    assert "after a redirect to https://cdn.example/page: cdn.example asked us to wait" in error.reason
    assert [request.target for request in upstream.requests] == [PATH]
    assert "asked us to wait" in failure(asking, Request("https://CDN.example:443/x")).reason


def test_rests_are_found_and_kept_where_we_are_told(settings: Settings, clock: Clock, upstream: Upstream) -> None:
    kept: list[tuple[str, datetime, str]] = []
    upstream.on(PATH, reply(429, retry_after="90"))
    with Client(settings, clock, rest_of=lambda _host: None, note_rest=lambda *rest: kept.append(rest)) as client:
        failure(client, Request(URL))
    assert kept == [("example.org", NOW + timedelta(seconds=90), "answered 429 and asked us to wait 90 s")]

    until = datetime(2026, 11, 16, 7, tzinfo=UTC)
    with Client(settings, clock, rest_of={"example.org": until}.get) as client:
        assert failure(client, Request(URL)).retry_after_s == 3600
    assert len(upstream.requests) == 1


def test_a_rest_that_begins_while_we_wait_for_our_turn_is_heeded(upstream: Upstream, clock: Clock) -> None:
    rests: dict[str, datetime] = {}
    pacer = Pacer(reserve=lambda _host, _s: 5.0, sleep=lambda _s: rests.update({"example.org": NOW + timedelta(60)}))
    with Client(load_settings(upstream=upstream.url), clock, pacer, rest_of=rests.get) as client:
        assert "asked us to wait" in failure(client, Request(URL)).reason
    assert upstream.requests == []


def test_a_short_rest_is_waited_out_where_time_passes(upstream: Upstream, clock: Clock) -> None:
    """The page that was refused, and the next one, which comes while the host still rests."""
    naps: list[float] = []
    told: list[ReadFailed] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        clock.at += timedelta(seconds=seconds)

    answers = iter([reply(429, retry_after="30"), reply(body="here"), reply(503, retry_after="31")])
    upstream.on(PATH, lambda request: next(answers)(request))
    with Client(load_settings(upstream=upstream.url), clock, Pacer(sleep=sleep), waits=True) as client:
        assert client.get(Request(URL, pace_s=0), told.append).body == b"here"
        assert naps == [30.0]
        assert [getattr(error, "status", None) for error in told] == [429]
        assert failure(client, Request(URL, pace_s=0)).retry_after_s == 31
        assert naps == [30.0]
        clock.at += timedelta(seconds=11)
        upstream.on("/example.org/other", reply(body="there"))
        assert client.get(Request("https://example.org/other", pace_s=0)).body == b"there"
    assert naps == [30.0, 20.0]


@pytest.mark.parametrize(("pace", "waits"), [("off", True), ("polite", False)])
def test_no_rest_is_waited_out_where_it_would_not_pass(
    upstream: Upstream, clock: Clock, pace: str, waits: bool
) -> None:
    naps: list[float] = []
    upstream.on(PATH, reply(429, retry_after="5"))
    with Client(
        load_settings(upstream=upstream.url, pace=pace), clock, Pacer(sleep=naps.append), waits=waits
    ) as client:
        assert failure(client, Request(URL, pace_s=0)).retry_after_s == 5
        assert "asked us to wait until" in failure(client, Request(URL, pace_s=0)).reason
    assert naps == []
    assert len(upstream.requests) == 1


def test_a_rest_that_is_longer_than_it_was_is_not_waited_out_twice(upstream: Upstream, clock: Clock) -> None:
    rests = {"example.org": NOW + timedelta(seconds=10)}
    pacer = Pacer(sleep=lambda _s: rests.update({"example.org": NOW + timedelta(seconds=25)}))
    settings = load_settings(upstream=upstream.url)
    with Client(settings, clock, pacer, waits=True, rest_of=rests.get) as client:
        assert failure(client, Request(URL, pace_s=0)).retry_after_s == 25
    assert upstream.requests == []


def test_every_attempt_is_told_of(upstream: Upstream) -> None:
    answers = iter([reply(503, body="first"), reply(502, body="second"), reply(body="here")])
    upstream.on(PATH, lambda request: next(answers)(request))
    told: list[ReadFailed] = []
    with Client(load_settings(upstream=upstream.url), lambda: NOW, Pacer(sleep=lambda _s: None)) as client:
        assert client.get(Request(URL, pace_s=0), told.append).body == b"here"
    assert [getattr(error.answer, "body", None) for error in told] == [b"first", b"second"]
    assert all(error.kind is FailureKind.TEMPORARY for error in told)


def test_the_last_attempt_is_raised_and_not_told_of(upstream: Upstream) -> None:
    upstream.on(PATH, lambda request: setattr(request, "close_connection", True))
    told: list[ReadFailed] = []
    with Client(load_settings(upstream=upstream.url), lambda: NOW, Pacer(sleep=lambda _s: None)) as client:
        with pytest.raises(ReadFailed) as caught:
            client.get(Request(URL, pace_s=0), told.append)
        assert len(told) == 2
        assert caught.value not in told
        assert len(upstream.requests) == 3
        upstream.on(PATH, reply(404))
        failure(client, Request(URL, pace_s=0))
    assert len(told) == 2


def test_with_pace_off_no_turn_is_taken(settings: Settings, upstream: Upstream) -> None:
    upstream.on(PATH, reply(body="here"))

    def reserve(host: str, interval_s: float) -> float:
        raise AssertionError(f"a turn at {host}")

    with Client(settings, lambda: NOW, Pacer(reserve=reserve)) as client:
        assert client.get(Request(URL)).body == b"here"


@pytest.mark.parametrize(
    ("hops", "moved_to"),
    [
        ([301], "https://example.org/1"),
        ([308], "https://example.org/1"),
        ([301, 308, 301], "https://example.org/3"),
        ([301, 302, 301], "https://example.org/1"),
        ([302, 301], None),
        ([307], None),
        ([303, 308], None),
        ([], None),
    ],
)
def test_where_a_page_has_moved_for_good(
    asking: Client, upstream: Upstream, hops: list[int], moved_to: str | None
) -> None:
    for number, status in enumerate(hops):
        upstream.on(f"/example.org/{number}", reply(status, location=f"/{number + 1}"))
    upstream.on(f"/example.org/{len(hops)}", reply(body="here"))
    answer = asking.get(Request("https://example.org/0"))
    assert (answer.body, answer.moved_to) == (b"here", moved_to)


def test_from_http_to_https_for_good(asking: Client, upstream: Upstream) -> None:
    upstream.on(PATH, lambda request: reply(200 if len(upstream.requests) > 1 else 301, "here", location=URL)(request))
    answer = asking.get(Request(URL.replace("https", "http")))
    assert (answer.body, answer.moved_to) == (b"here", URL)
