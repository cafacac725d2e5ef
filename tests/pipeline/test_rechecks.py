"""Pages that told something are looked at again: edits, withdrawals, and pages that come back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from claimwatch.models import Edition, Gone, Read, ReadStatus
from claimwatch.pipeline import build
from claimwatch.store import findings, gone, tables
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, WEEK, Bench
from tests.upstream import reply

HOUR = timedelta(hours=1)
DAY = 24 * HOUR
LIST = "https://toy.example/list"
PAGE = "https://toy.example/one"
ITEM = {"key": "one", "text": NEWS, "on": "2026-11-03", "title": "A museum"}
NOT_FOUND = reply(404, "no such page")


@pytest.fixture
def told(bench: Bench) -> Bench:
    """A source that is rechecked, and that was read once: one page that told something, and one that did not."""
    bench.sources = bench.sources.replace("skip_older: true", "skip_older: true\n  recheck: 7d")
    dull = {"key": "dull", "text": "The weather was fine.", "on": "2026-11-03"}
    bench.serve_list(links=[link("one"), link("dull")])
    bench.serve(PAGE, {"items": [ITEM]}, etag='"one"')
    bench.serve("https://toy.example/dull", {"items": [dull]})
    assert bench.poll().new == 2
    bench.asked()
    return bench


def link(key: str) -> dict[str, str]:
    return {"url": f"https://toy.example/{key}", "key": key, "version": "a", "on": "2026-11-03"}


def serve_page(bench: Bench, **changes: Any) -> None:
    bench.serve(PAGE, {"items": [ITEM | changes]})


def quotes(bench: Bench, at: datetime) -> list[str]:
    with bench.watch(at) as watch, watch.store.read() as connection:
        return [row.evidence.finding.quote for row in findings.list_findings(connection, watch.sources)]


def gone_at(bench: Bench, at: datetime) -> list[datetime | None]:
    table = tables.publications
    with bench.watch(at) as watch, watch.store.read() as connection:
        return list(connection.execute(select(table.c.gone_at).where(table.c.key == "one")).scalars())


def edition(bench: Bench, at: datetime) -> Edition:
    with bench.watch(at) as watch:
        built = build(watch)
    assert built is not None
    return built


def test_a_page_that_told_something_is_asked_for_again_after_a_while(told: Bench) -> None:
    told.poll(MONDAY + WEEK)
    assert told.asked() == [LIST], "not before its time is over"
    told.upstream.on("/toy.example/one", reply(304, etag='"one"'))
    read = told.poll(MONDAY + WEEK + DAY)
    assert told.upstream.requests[-1].headers["if-none-match"] == '"one"'
    assert told.asked() == [LIST, PAGE]
    assert (read.status, read.new, read.changed, read.containers) == (ReadStatus.GOOD, 0, 0, 2)
    told.poll(MONDAY + WEEK + 2 * DAY)
    assert told.asked() == [LIST], "it was looked at a day ago, and the list says the same of it"
    told.poll(MONDAY + 2 * WEEK + 2 * DAY)
    assert told.asked() == [LIST, PAGE]


def test_an_edit_that_the_list_does_not_show_is_found(told: Bench) -> None:
    serve_page(told, text=f"{NEWS}\n\n{MORE_NEWS}")
    read = told.poll(MONDAY + WEEK + DAY)
    assert (read.new, read.changed) == (0, 1)
    assert quotes(told, MONDAY + WEEK + DAY) == [NEWS, MORE_NEWS]


def test_without_a_recheck_only_the_list_is_asked(told: Bench) -> None:
    told.sources = told.sources.replace("\n  recheck: 7d", "")
    told.poll(MONDAY + 5 * WEEK)
    assert told.asked() == [LIST]


def test_a_page_is_not_looked_at_for_ever(told: Bench) -> None:
    told.poll(MONDAY + timedelta(days=181))
    assert told.asked() == [LIST]


def test_of_many_pages_some_are_looked_at_in_each_read_and_all_in_turn(bench: Bench) -> None:
    bench.sources = bench.sources.replace("skip_older: true", "skip_older: true\n  recheck: 7d").replace(
        "max_pages: 20", "max_pages: 100"
    )
    keys = [f"k{n:02}" for n in range(28)]
    for key in keys:
        text = f"Hikvision opened museum {key} of clocks on 3 November 2026."
        bench.serve(f"https://toy.example/{key}", {"items": [{"key": key, "text": text}]})
    bench.serve_list(links=[link(key) | {"on": "2026-11-03"} for key in keys])
    bench.poll()
    bench.asked()
    seen: list[list[str]] = []
    for n in range(3):
        bench.poll(MONDAY + WEEK + DAY + n * 6 * HOUR)
        seen.append([url.rpartition("/")[2] for url in bench.asked() if url != LIST])
    assert [len(part) for part in seen] == [25, 3, 0]
    assert sorted([*seen[0], *seen[1]]) == keys


def missed(told: Bench) -> tuple[Read, Read, Read]:
    """Reads that find the page not there: for the first time, six hours and a day later."""
    told.upstream.on("/toy.example/one", NOT_FOUND)
    at = MONDAY + WEEK + DAY
    return told.poll(at), told.poll(at + 6 * HOUR), told.poll(at + DAY)


def test_a_page_that_is_not_there_for_a_day_is_gone_and_said_so(told: Bench) -> None:
    edition(told, MONDAY)
    first, second, third = missed(told)
    for read in (first, second, third):
        assert (read.status, [f.url for f in read.failures]) == (ReadStatus.PARTIAL, [PAGE])
    assert [read.gone for read in (first, second, third)] == [0, 0, 1]
    assert gone_at(told, MONDAY + WEEK + 2 * DAY) == [MONDAY + WEEK + 2 * DAY]
    told.asked()
    assert told.poll(MONDAY + WEEK + 3 * DAY).status is ReadStatus.GOOD
    assert told.asked() == [LIST], "what is gone is asked for as seldom as the rest"
    later = told.poll(MONDAY + 2 * WEEK + 3 * DAY)
    assert (told.asked(), later.status, later.gone) == ([LIST, PAGE], ReadStatus.GOOD, 0)
    (coverage,) = edition(told, MONDAY + 3 * WEEK).coverage
    assert coverage.gone == (Gone(page="A museum"),)


def test_a_page_that_is_missed_once_is_not_gone(told: Bench) -> None:
    told.upstream.on("/toy.example/one", NOT_FOUND)
    told.poll(MONDAY + WEEK + DAY)
    serve_page(told)
    told.poll(MONDAY + WEEK + DAY + 6 * HOUR)
    told.upstream.on("/toy.example/one", NOT_FOUND)
    read = told.poll(MONDAY + 3 * WEEK)
    assert read.gone == 0, "it was there in between"
    assert gone_at(told, MONDAY + 3 * WEEK) == [None]


def test_a_page_that_cannot_be_read_is_not_gone(told: Bench) -> None:
    told.upstream.on("/toy.example/one", reply(500, "down"))
    for n in range(3):
        read = told.poll(MONDAY + WEEK + DAY + n * WEEK + n * HOUR)
        assert (read.status, read.gone) == (ReadStatus.PARTIAL, 0)
    assert gone_at(told, MONDAY + 4 * WEEK) == [None]


@pytest.mark.parametrize("by_its_list", [False, True])
def test_a_page_that_comes_back_tells_nothing_twice(told: Bench, by_its_list: bool) -> None:
    missed(told)
    serve_page(told)
    at = MONDAY + WEEK + 3 * DAY if by_its_list else MONDAY + 3 * WEEK
    if by_its_list:
        told.serve_list(links=[link("one") | {"version": "b"}, link("dull")])
    read = told.poll(at)
    assert (read.status, read.new, read.changed) == (ReadStatus.GOOD, 0, 0)
    assert gone_at(told, at) == [None]
    assert quotes(told, at) == [NEWS]
    with told.watch(at) as watch, watch.store.read() as connection:
        assert gone.gone_between(connection, "toy", None, at) == []


def test_a_page_listed_again_that_is_not_there_is_as_gone_as_one_looked_at(told: Bench) -> None:
    told.upstream.on("/toy.example/one", NOT_FOUND)
    told.serve_list(links=[link("one") | {"version": "b"}, link("dull")])
    assert [told.poll(MONDAY + n * DAY).gone for n in (1, 2, 3)] == [0, 1, 0]
    read = told.poll(MONDAY + 4 * DAY)
    assert read.status is ReadStatus.GOOD, "it has been said that it is gone"


def test_a_page_never_read_that_is_not_there_is_a_failure(bench: Bench) -> None:
    bench.serve_list(links=[link("one")])
    for n in range(3):
        read = bench.poll(MONDAY + n * DAY)
        assert (read.status, read.gone, [f.url for f in read.failures]) == (ReadStatus.PARTIAL, 0, [PAGE])


def test_a_page_that_gives_something_else_is_a_failure_and_no_news(told: Bench) -> None:
    told.serve("https://toy.example/one", {"items": [ITEM | {"key": "home", "text": MORE_NEWS}]})
    read = told.poll(MONDAY + WEEK + DAY)
    assert (read.status, read.new, read.changed) == (ReadStatus.PARTIAL, 0, 0)
    assert str(read.failures[0]) == f"{PAGE}: the page no longer gives what it gave before"


def test_a_sentence_that_was_taken_out_is_said_to_be_gone(told: Bench) -> None:
    edition(told, MONDAY)
    serve_page(told, text=MORE_NEWS)
    told.poll(MONDAY + WEEK + DAY)
    built = edition(told, MONDAY + 2 * WEEK)
    assert [item.evidence[0].finding.quote for item in built.items] == [MORE_NEWS], "that it went is no news"
    assert built.coverage[0].gone == (Gone(page="A museum", sentence=NEWS),)


def test_a_sentence_that_came_back_is_not_gone(told: Bench) -> None:
    serve_page(told, text="The weather was fine.")
    told.poll(MONDAY + WEEK + DAY)
    serve_page(told, text=f"{NEWS}\n\nThe weather was fine.")
    told.poll(MONDAY + 3 * WEEK)
    with told.watch(MONDAY + 3 * WEEK) as watch, watch.store.read() as connection:
        assert gone.gone_between(connection, "toy", None, MONDAY + 2 * WEEK) != []
        assert gone.gone_between(connection, "toy", None, MONDAY + 3 * WEEK) == []


def test_what_fell_off_a_list_is_not_looked_for_there_again_and_again(bench: Bench) -> None:
    bench.sources = bench.sources.replace("skip_older: true", "skip_older: true\n  recheck: 7d")
    bench.serve_list(items=[ITEM])
    bench.poll()
    bench.serve_list(items=[ITEM | {"key": "two", "text": MORE_NEWS}])
    bench.asked()
    at = MONDAY + WEEK + DAY
    read = bench.poll(at)
    assert (bench.asked(), read.status, read.gone) == ([LIST], ReadStatus.GOOD, 0)
    with bench.watch(at) as watch, watch.store.read() as connection:
        assert gone.told_pages(connection, "toy", unseen_since=at, first_seen_since=MONDAY) == []
