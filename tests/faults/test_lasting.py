"""Faults that last a week, on every source: nothing moves, nothing false is told, the gap is named, nothing is lost.

Week 1 is good. In week 2 the source publishes news and breaks; the edition of that week must tell nothing and name
the gap. In week 3 it is mended: the news is found, and told exactly once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from claimwatch.models import ReadStatus
from tests.faults.matrix import cases
from tests.faults.outage import DAY, HOUR, MOST_BYTES, SECOND, THIRD, Run, good, packed, trickle
from tests.faults.worlds import HTML, WORLDS, Body
from tests.upstream import Handle, reply

REQUEST_ACCESS = """<!DOCTYPE html><html><head><title>Federal Register :: Request Access</title></head><body>
<h1>Request Access</h1><p>Access to this site is limited.</p></body></html>"""
CHALLENGE = """<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><p>Checking your browser</p>
<script src="/cdn-cgi/challenge-platform/h/b/x.js"></script></body></html>"""
LOG_IN = """<!DOCTYPE html><html><head><title>Log in</title></head><body><form action="/login" method="post">
<input name="user"><input type="password" name="pass"><button>Log in</button></form></body></html>"""
NOT_FOUND = """<!DOCTYPE html><html lang="en"><head><title>Page not found</title></head><body><main><article>
<h1>Page not found</h1><p>Sorry, we could not find the page that you asked for. It may have moved.</p>
</article></main></body></html>"""
POISON: dict[str, Any] = {"etag": '"poison"', "last_modified": "Wed, 11 Nov 2026 00:00:00 GMT"}  # must never be stored


@dataclass(frozen=True)
class Fault:
    """How a page is answered while the fault lasts, given what it should be; and what it makes of the list."""

    answer: Callable[[Body], Handle] | None = None
    layout: str = ""
    keep: float = 1.0
    on_items: bool = True


def hang_up(request: object) -> None:
    """Close the connection without an answer."""
    request.close_connection = True  # type: ignore[attr-defined]
    request.connection.close()  # type: ignore[attr-defined]


def page(raw: bytes | str, status: int = 200, **headers: Any) -> Callable[[Body], Handle]:
    """The same HTML page whatever was asked for."""
    return lambda _body: reply(status, raw, **{"content_type": HTML} | (POISON if status == 200 else {}) | headers)


def moved(location: str) -> Callable[[Body], Handle]:
    """A redirect."""
    return lambda _body: reply(302, location=location)


def cut_gzip(body: Body) -> Handle:
    """Compressed, and only two thirds of it arrive."""
    raw = packed(body.raw)
    return reply(body=raw[: len(raw) * 2 // 3], content_type=body.content_type, content_encoding="gzip", **POISON)


def short_body(body: Body) -> Handle:
    """Less than was announced: the connection breaks in the middle."""
    half = body.raw[: len(body.raw) // 2]
    return reply(
        body=half, content_type=body.content_type, content_length=str(len(body.raw)), connection="close", **POISON
    )


def bomb(body: Body) -> Handle:
    """A small body that unpacks to fifty times the limit."""
    raw = packed(body.raw + b" " * (50 * MOST_BYTES))
    return reply(body=raw, content_type=body.content_type, content_encoding="gzip", **POISON)


FAULTS = {
    "hang up": Fault(lambda _body: hang_up),
    "reset mid-body": Fault(short_body),
    "truncated gzip": Fault(cut_gzip),
    "gzip bomb": Fault(bomb),
    "oversize body": Fault(
        lambda body: reply(body=body.raw + b" " * MOST_BYTES, content_type=body.content_type, **POISON)
    ),
    "slow trickle": Fault(trickle),
    "500": Fault(page("down", 500)),
    "503 with Retry-After": Fault(page("down", 503, retry_after="3600")),
    "429 with Retry-After": Fault(page("slow down", 429, retry_after="Wed, 11 Nov 2026 12:00:00 GMT")),
    "403": Fault(page("Forbidden", 403)),
    "404": Fault(page(NOT_FOUND, 404)),
    "soft 404": Fault(page(NOT_FOUND)),
    "Request Access wall": Fault(page(REQUEST_ACCESS)),
    "Cloudflare challenge": Fault(page(CHALLENGE)),
    "login page": Fault(page(LOG_IN)),
    "an empty body": Fault(lambda body: reply(body=b"", content_type=body.content_type, **POISON)),
    "another kind of page": Fault(page("<!DOCTYPE html><html><body><p>Welcome</p></body></html>")),
    "redirect loop": Fault(moved("?again=1")),
    "redirect to a wall": Fault(moved("https://unblock.federalregister.gov/")),
    # Re-rooted like every address, so that here it only finds nothing; tests/fetching refuses it at connect.
    "redirect to a private address": Fault(moved("http://10.0.0.7/")),
    "redirect to another scheme": Fault(moved("file:///etc/passwd")),
    "304 to everything": Fault(lambda _body: reply(304, etag='"poison"')),
    "empty list": Fault(layout="empty", on_items=False),
    "list shrunk to a third": Fault(keep=1 / 3, on_items=False),
    "column or element renamed": Fault(layout="renamed", on_items=False),
}
PLACES = ("list", "item")


def strike(run: Run, fault: Fault, place: str) -> str:
    """Publish the news and break the page; returns its address."""
    world = run.world
    items = [world.news, *world.base()]
    run.publish(items)
    url = world.list_url if place == "list" else world.item_url(world.news)
    if fault.answer is not None:
        whole = world.pages(items)[url]
        run.break_at(url, fault.answer(whole))
    else:
        held = items[: max(1, int(len(items) * fault.keep))]
        broken = world.list_page(held, fault.layout)
        run.break_at(url, reply(body=broken.raw, content_type=broken.content_type, **POISON))
    return url


def lost_captures(run: Run) -> None:
    """What was kept is no more, so that "not modified" stands for nothing."""
    for path in (run.bench.home / "captures").rglob("*.zst"):
        path.unlink()


def why_not(name: str, source: str, place: str) -> str | None:
    """Why a fault cannot strike there; None where it can."""
    world = WORLDS[source]
    if place == "list":
        return None
    if not FAULTS[name].on_items:
        return "a fault of a list"
    if world.item_url(world.news) == world.list_url:
        return "its items have no pages of their own"
    return None


@pytest.mark.parametrize(("fault", "source", "place"), cases(FAULTS, PLACES, why_not))
def test_a_fault_that_lasts(started: Callable[[str], Run], fault: str, source: str, place: str) -> None:
    run = started(source)
    before = run.state()
    told = run.times_told(run.world.standing)
    if fault == "304 to everything":
        lost_captures(run)

    url = strike(run, FAULTS[fault], place)
    read = run.read(SECOND - 2 * HOUR)
    assert read.status is not ReadStatus.GOOD
    assert (read.new, read.changed, read.gone) == (0, 0, 0)
    assert any(url in failure.url for failure in read.failures) or names_gap(str(read.reason), url)
    assert unmoved(run.state(), run, url) == unmoved(before, run, url)

    edition = run.tell(SECOND)
    assert edition.items == (), "a fault was told as news"
    coverage = run.coverage()
    assert any(names_gap(gap, url) for gap in coverage.gaps), f"the gap is not named: {coverage}"
    assert coverage.unread or place == "item"
    assert run.times_told(run.world.news) == 0

    run.publish([run.world.news, *run.world.base()])
    mended = run.read(SECOND + DAY)
    assert (mended.status, mended.gone) == (ReadStatus.GOOD, 0), mended.reason
    assert mended.new == 1, "what was published in the meantime was not found"
    again = run.read(SECOND + 2 * DAY)
    assert (again.status, again.new, again.changed, again.gone) == (ReadStatus.GOOD, 0, 0, 0)
    edition = run.tell(THIRD)
    assert len(edition.items) == 1
    assert run.times_told(run.world.news) == 1
    assert run.times_told(run.world.standing) == told, "an old item was told again"


def names_gap(said: str, url: str) -> bool:
    """Whether what a read or an edition says names the page, or that the source as a whole held too little."""
    return url in said or "items where at least" in said


def unmoved(state: dict[str, object], run: Run, url: str) -> dict[str, object]:
    """The part of the state that a fault at `url` must not touch: of validators only its own, for other pages are well.

    Where other lists of the source are well, the read is partial, and what those hold is counted.
    """
    validators = state["validators"]
    assert isinstance(validators, list)
    return {**state, "validators": [row for row in validators if row[0].partition("?")[0] == url], "held": None}


def test_no_server_at_all(started: Callable[[str], Run]) -> None:
    """Every address refuses the connection."""
    run = started("uhrp")
    before = run.state()
    upstream = run.bench.upstream
    run.bench.upstream = Nobody()  # type: ignore[assignment]
    read = run.read(SECOND - 2 * HOUR)
    assert read.status is ReadStatus.FAILED
    assert run.state() == before
    assert run.tell(SECOND).items == ()
    assert run.coverage().unread
    run.bench.upstream = upstream
    run.publish([run.world.news, *run.world.base()])
    assert run.read(SECOND + DAY).new == 1
    assert len(run.tell(THIRD).items) == 1
    assert run.times_told(run.world.news) == 1


class Nobody:
    """An upstream at a port where nobody listens."""

    url = "http://127.0.0.1:9"


def test_the_good_answer_is_good(started: Callable[[str], Run]) -> None:
    """The bench itself: without a fault the read is good, so that a case cannot pass for want of a working world."""
    for source in ("entity_list", "nbim_exclusions"):
        run = started(source)
        run.break_at(run.world.list_url, good(run.world.list_page(run.world.base())))
        assert run.read(SECOND - 2 * HOUR).status is ReadStatus.GOOD
