"""What a source may do that is no outage: say things twice, move them, take them back, or change all at once."""

import importlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler

import pytest

from claimwatch.models import Page, Parsed, ReadStatus
from claimwatch.settings import PROJECT
from tests.faults.matrix import cases
from tests.faults.outage import DAY, FOURTH, HOUR, SECOND, THIRD, Run, full_disk, good
from tests.faults.worlds import WORLDS, Item, filler
from tests.pipeline.bench import WEEK
from tests.upstream import reply

PROSE = ("federal_register", "council_on_ethics", "uhrp")
ROWS = ("entity_list", "nbim_exclusions")
UNGARBLED = {
    "entity_list": "the rows of the watched companies hold no letter that could be garbled",
    "nbim_exclusions": "the rows of the watched companies hold no letter that could be garbled",
    "federal_register": "a document is not read again while its search result stands as it was",
}
Started = Callable[[str], Run]


def mended(run: Run, *, new: int = 1) -> None:
    """All is well again: the news is found, and told exactly once; what was told before is not told again."""
    told = run.times_told(run.world.standing)
    run.publish([run.world.news, *run.world.base()])
    read = run.read(SECOND + DAY)
    assert (read.status, read.new) == (ReadStatus.GOOD, new), read.reason
    run.tell(THIRD)
    assert run.times_told(run.world.news) == 1
    assert run.times_told(run.world.standing) == told


def quiet(run: Run) -> None:
    """The edition of the second week tells nothing."""
    assert run.tell(SECOND).items == ()


@pytest.mark.parametrize(("fault", "source"), cases(["items listed twice"]))
def test_items_listed_twice(started: Started, fault: str, source: str) -> None:
    run = started(source)
    run.publish([run.world.news, *run.world.base()], "doubled")
    run.read(SECOND - 2 * HOUR)
    edition = run.tell(SECOND)
    assert all(run.world.news.mark in item.evidence[0].finding.quote for item in edition.items)
    run.publish([run.world.news, *run.world.base()])
    assert run.read(SECOND + DAY).status is ReadStatus.GOOD
    run.tell(THIRD)
    assert sum(len(edition.items) for edition in run.editions[1:]) == 1
    assert run.times_told(run.world.news) == 1


@pytest.mark.parametrize(("fault", "source"), cases(["a column or key added"]))
def test_a_column_or_key_added(started: Started, fault: str, source: str) -> None:
    run = started(source)
    run.publish(run.world.base(), "added")
    read = run.read(SECOND - 2 * HOUR)
    assert read.new == 0
    assert read.gone == 0
    # The Entity List has five columns by law: there a sixth is no ornament, and the read is bad.
    assert (read.status is ReadStatus.BAD) == (source == "entity_list"), read.reason
    quiet(run)
    mended(run)


@pytest.mark.parametrize(
    ("fault", "source"),
    cases(
        ["published again under another address"],
        why_not=lambda _fault, source: "its items are rows without addresses" if source in ROWS else None,
    ),
)
def test_published_again_under_another_address(started: Started, fault: str, source: str) -> None:
    run = started(source)
    run.publish([run.world.republished(run.world.standing), *run.world.base()[1:]])
    assert run.read(SECOND - 2 * HOUR).status is ReadStatus.GOOD
    quiet(run)
    assert run.times_told(run.world.standing) == 1


@pytest.mark.parametrize(
    ("fault", "source"),
    cases(
        ["an item dated back"],
        why_not=lambda _fault, source: None if WORLDS[source].prints_dates else "its items bear no date",
    ),
)
def test_an_item_dated_back(started: Started, fault: str, source: str) -> None:
    run = started(source)
    old = replace(
        run.world.news, on=date(2024, 3, 1), text=run.world.news.text.replace("3 November 2026", "1 March 2024")
    )
    run.publish([*run.world.base(), old])
    assert run.read(SECOND - 2 * HOUR).new == 1
    (item,) = run.tell(SECOND).items
    assert item.late
    assert run.times_told(old) == 1


@pytest.mark.parametrize(
    ("fault", "source"),
    cases(
        ["an item withdrawn (410)"],
        why_not=lambda _fault, source: "its items are rows: see the row that is gone" if source in ROWS else None,
    ),
)
def test_an_item_withdrawn(started: Started, fault: str, source: str) -> None:
    run = started(source)
    run.publish(run.world.base()[1:])
    run.break_at(run.world.item_url(run.world.standing), reply(410, "Gone"))
    # A page that has left its list is looked at again once a week, and is gone when it was missed twice.
    for days in (1, 3, 9, 11):
        run.read(SECOND + days * DAY)
    assert run.tell(FOURTH).items == ()
    told = [gone.page or "" for gone in run.coverage().gone]
    assert any(run.world.standing.title in page for page in told), "nobody says that it is gone"
    run.publish(run.world.base())
    run.read(FOURTH + 8 * DAY)
    assert run.tell(FOURTH + 2 * WEEK).items == (), "it came back, and was told as news"
    assert run.coverage().gone == ()


@pytest.mark.parametrize(
    ("fault", "source"),
    cases(
        ["a row gone"],
        why_not=lambda _fault, source: "its items are pages: see the item withdrawn" if source in PROSE else None,
    ),
)
def test_a_row_gone(started: Started, fault: str, source: str) -> None:
    run = started(source)
    run.publish(run.world.base()[1:])
    read = run.read(SECOND - 2 * HOUR)
    assert (read.status, read.gone) == (ReadStatus.GOOD, 1)
    quiet(run)
    assert [gone.entry for gone in run.coverage().gone] == [run.world.standing.title]
    mended(run)


@pytest.mark.parametrize(
    ("fault", "source"),
    cases(
        ["pages that start again at 1"],
        why_not=lambda _fault, source: None if source in ("federal_register", "uhrp") else "its list is one page",
    ),
)
def test_pages_that_start_again(started: Started, fault: str, source: str) -> None:
    run = started(source)
    run.publish([run.world.news, *run.world.base()], "endless")
    run.break_at(f"{run.world.list_url}page/2/", good(run.world.list_page(run.world.base(), "endless")))
    run.read(SECOND - 2 * HOUR)
    run.tell(SECOND)
    run.publish([run.world.news, *run.world.base()])
    assert run.read(SECOND + DAY).status is ReadStatus.GOOD
    run.tell(THIRD)
    assert sum(len(edition.items) for edition in run.editions[1:]) == 1
    assert run.times_told(run.world.news) == 1


@pytest.mark.parametrize(("fault", "source"), cases(["a permanent redirect"]))
def test_a_permanent_redirect(started: Started, fault: str, source: str) -> None:
    run = started(source)
    items = [run.world.news, *run.world.base()]
    run.publish(items)
    # Beside the old address, so that relative links and paths of the page mean the same.
    old = run.world.start_url
    moved = old.rstrip("/") + "-moved" + ("/" if old.endswith("/") else "")
    run.break_at(old, reply(301, location=moved))
    run.break_at(moved, good(run.world.pages(items)[old]))
    read = run.read(SECOND - 2 * HOUR)
    assert (read.status, read.new, read.gone) == (ReadStatus.GOOD, 1, 0), read.reason
    assert any(moved in warning for warning in read.warnings), "the operator is not told where it moved"
    assert len(run.tell(SECOND).items) == 1
    run.read(SECOND + DAY)
    assert run.tell(THIRD).items == ()
    assert run.times_told(run.world.news) == 1


@pytest.mark.parametrize(
    ("fault", "source"), cases(["letters garbled on the way"], why_not=lambda _fault, source: UNGARBLED.get(source))
)
def test_letters_garbled(started: Started, fault: str, source: str) -> None:
    run = started(source)
    run.publish(run.world.base(), "added")
    whole = run.world.item_page(run.world.standing)
    twice = replace(whole, raw=whole.raw.decode("utf-8").encode("utf-8").decode("latin-1").encode("utf-8"))
    run.break_at(run.world.item_url(run.world.standing), good(twice))
    run.read(SECOND - 2 * HOUR)
    quiet(run)
    mended(run)


@pytest.mark.parametrize(("fault", "source"), cases(["everything changed at once"]))
def test_everything_changed_at_once(started: Started, fault: str, source: str) -> None:
    run = started(source)
    before = run.state()
    base = run.world.base()
    if source in ROWS:
        changed = [replace(item, on=date(2026, 11, 9)) for item in base]
    else:
        changed = base + [storm(run.world.news, number) for number in range(20)]
    run.publish(changed)
    read = run.read(SECOND - 2 * HOUR)
    assert read.status is ReadStatus.HELD, read.status
    assert run.state()["findings"] == before["findings"]
    quiet(run)
    assert run.coverage().unread
    mended(run)


def storm(item: Item, number: int) -> Item:
    """One of many pieces of news about a watched company, each on another thing and place."""
    place = ("Chad", "Peru", "Fiji", "Iran", "Mali", "Oman", "Togo", "Cuba", "Iraq", "Laos", "Niger", "Benin", "Gabon",
             "Haiti", "Kenya", "Libya", "Nepal", "Qatar", "Samoa", "Sudan")[number]  # fmt: skip
    text = f"Hikvision sold {number + 3},000 brass clocks to the harbour of {place} on {number + 1} October 2026."
    return replace(item, slug=f"storm-{number * 7}", title=f"Clocks for {place}", text=text, on=date(2026, 11, 11))


@pytest.mark.parametrize(("fault", "source"), cases(["a parser that breaks"]))
def test_a_parser_that_breaks(started: Started, fault: str, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run = started(source)
    before = run.state()
    run.publish([run.world.news, *run.world.base()])
    module = importlib.import_module(f"parsers.{source}")
    parse: Callable[[Page], Parsed] = module.parse

    def breaks(page: Page) -> Parsed:
        if page.url.partition("?")[0] == run.world.list_url:
            raise ZeroDivisionError("a bug of ours")
        return parse(page)

    with monkeypatch.context() as patch:
        patch.setattr(module, "parse", breaks)
        read = run.read(SECOND - 2 * HOUR)
    assert read.status is not ReadStatus.GOOD
    assert "ZeroDivisionError" in str(read.reason) + str(read.failures)
    assert run.state()["publication_revisions"] == before["publication_revisions"]
    assert run.state()["entry_revisions"] == before["entry_revisions"]
    quiet(run)
    assert run.coverage().unread
    mended(run)


@pytest.mark.parametrize(("fault", "source"), cases(["a disk that is full"]))
def test_a_disk_that_is_full(started: Started, fault: str, source: str) -> None:
    run = started(source)
    before = run.state()
    run.publish([run.world.news, *run.world.base()])
    with pytest.raises(Exception, match=r"(?i)full|too large|i/o error|cannot write|no space"), full_disk():
        run.read(SECOND - 2 * HOUR)
    assert run.state() == before
    quiet(run)
    mended(run)


@pytest.mark.parametrize(("fault", "source"), cases(["killed while it reads"]))
def test_killed_while_it_reads(started: Started, fault: str, source: str) -> None:
    run = started(source)
    run.publish([run.world.news, *run.world.base()])
    before = run.state()
    url = run.world.list_url if source in ROWS else run.world.item_url(run.world.news)
    arrived, killed = threading.Event(), threading.Event()

    def stall(request: BaseHTTPRequestHandler) -> None:
        arrived.set()
        killed.wait(60)
        reply(503)(request)

    run.break_at(url, stall)
    home = run.bench.home
    environment = os.environ | {
        "CLAIMWATCH_HOME": str(home), "CLAIMWATCH_UPSTREAM": run.bench.upstream.url, "CLAIMWATCH_PACE": "off",
        "CLAIMWATCH_NOW": (SECOND - 2 * HOUR).isoformat(), "CLAIMWATCH_SOURCES": str(home / "sources.yaml"),
    }  # fmt: skip
    command = [sys.executable, "-m", "claimwatch", "poll", source, "--force"]
    process = subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        assert arrived.wait(60)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    finally:
        killed.set()
    assert run.state() == before
    quiet(run)
    mended(run)


def test_fillers_are_nobody(started: Started) -> None:
    """The bench itself: what is there to be quiet about must be quiet by itself, and news must not be."""
    run = started("uhrp")
    run.publish([filler(50), *run.world.base()])
    assert run.read(SECOND - 2 * HOUR).new == 1
    quiet(run)
    run.publish([run.world.news, filler(50), *run.world.base()])
    assert run.read(SECOND + DAY).new == 1
    assert len(run.tell(THIRD).items) == 1
