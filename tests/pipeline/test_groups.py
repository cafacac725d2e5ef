"""A source of several lists: one that cannot be read, shrinks or vanishes is judged by itself."""

import pytest

from claimwatch.models import Entry, Publication, ReadStatus
from claimwatch.pipeline import build, poll
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, WEEK, Bench
from tests.pipeline.test_poll import HOUR
from tests.upstream import reply

NAMES = "https://toy.example/names"
ITEM = {"key": "one", "text": NEWS, "on": "2026-11-03"}
OTHER = {"key": "two", "text": MORE_NEWS, "on": "2026-11-04"}


def also_reads(bench: Bench, page: str) -> None:
    bench.sources = bench.sources.replace("pages: [", f"pages: [{page}, ")


@pytest.fixture
def two_lists(bench: Bench) -> Bench:
    also_reads(bench, '{kind: list, group: names, url: "https://toy.example/names"}')
    return bench


@pytest.mark.parametrize("status", [404, 500])
def test_a_list_that_cannot_be_read_does_not_blind_the_others(two_lists: Bench, status: int) -> None:
    two_lists.upstream.on("/toy.example/names", reply(status, "down"))
    two_lists.serve_list(items=[ITEM])
    read = two_lists.poll()
    assert (read.status, read.new) == (ReadStatus.PARTIAL, 1)
    assert [(failure.url, str(status) in failure.reason) for failure in read.failures] == [(NAMES, True)]


def test_a_source_of_which_no_list_can_be_read_is_unread(two_lists: Bench) -> None:
    two_lists.upstream.on("/toy.example/names", reply(500, "down"))
    two_lists.upstream.on("/toy.example/list", reply(500, "down"))
    assert two_lists.poll().status is ReadStatus.FAILED


def test_an_unconfirmed_page_does_not_stand_in_for_the_list(bench: Bench) -> None:
    also_reads(bench, '{kind: list, group: feed, url: "https://toy.example/feed", probe: true}')
    bench.serve("https://toy.example/feed", {"items": [ITEM]})
    bench.upstream.on("/toy.example/list", reply(500, "down"))
    read = bench.poll()
    assert (read.status, read.new) == (ReadStatus.FAILED, 0)


def test_each_list_is_held_against_its_own_length(two_lists: Bench) -> None:
    many = [{**ITEM, "key": f"k{n}"} for n in range(10)]
    two_lists.serve(NAMES, {"items": many})
    two_lists.serve_list(items=[{**OTHER, "key": f"l{n}"} for n in range(4)])
    assert two_lists.poll().status is ReadStatus.GOOD
    two_lists.serve_list(items=[OTHER])  # 11 of 14 in all, but one of four here
    read = two_lists.poll(MONDAY + 6 * HOUR)
    assert read.status is ReadStatus.BAD
    assert "https://toy.example/list: 1 items where the last good read held 4" in str(read.reason)


def test_a_list_that_failed_meanwhile_is_held_against_what_it_held_before(two_lists: Bench) -> None:
    many = [{**ITEM, "key": f"k{n}"} for n in range(10)]
    two_lists.serve(NAMES, {"items": many})
    two_lists.serve_list(items=[OTHER])
    two_lists.poll()
    two_lists.upstream.on("/toy.example/names", reply(500, "down"))
    assert two_lists.poll(MONDAY + 6 * HOUR).status is ReadStatus.PARTIAL
    two_lists.serve(NAMES, {"items": many[:2]})
    assert two_lists.poll(MONDAY + 12 * HOUR).status is ReadStatus.BAD


def test_what_is_skipped_on_every_read_is_no_loss_when_it_is_no_longer_there(bench: Bench) -> None:
    bench.serve_list(items=[ITEM, OTHER], skips=["listed twice"] * 10)
    assert bench.poll().status is ReadStatus.GOOD
    bench.serve_list(items=[ITEM, OTHER])
    assert bench.poll(MONDAY + 6 * HOUR).status is ReadStatus.GOOD


def test_a_list_whose_rows_are_all_skipped_has_shrunk(bench: Bench) -> None:
    bench.serve_list(items=[ITEM, OTHER])
    bench.poll()
    bench.serve_list(skips=["no name"] * 2)
    assert bench.poll(MONDAY + 6 * HOUR).status is ReadStatus.BAD


def test_an_unconfirmed_list_may_come_and_is_missed_when_it_goes(bench: Bench) -> None:
    also_reads(bench, '{kind: list, group: english, url: "https://toy.example/names", probe: true}')
    bench.serve_list(items=[ITEM])
    assert bench.poll().warnings == (f"nothing at {NAMES} (404)",)
    bench.serve(NAMES, {"items": [{**OTHER, "key": f"k{n}"} for n in range(5)]})
    assert bench.poll(MONDAY + 6 * HOUR).status is ReadStatus.GOOD
    bench.upstream.on("/toy.example/names", reply(404, "gone"))
    read = bench.poll(MONDAY + 12 * HOUR)
    assert (read.status, [failure.url for failure in read.failures]) == (ReadStatus.PARTIAL, [NAMES])


class Breaks:
    """A comparer that a sentence breaks."""

    def publication(self, publication: Publication, source_class: object) -> tuple[()]:
        raise IndexError("no such word")

    def entry(self, entry: Entry, previous: Entry | None, source_class: object) -> tuple[()]:
        raise IndexError("no such word")


def test_a_comparison_that_breaks_is_a_bad_read_that_names_the_item(bench: Bench) -> None:
    bench.serve_list(items=[ITEM])
    with bench.watch() as watch:
        watch.__dict__.update(comparer=Breaks())
        read = poll(watch, "toy")
    assert read is not None
    assert (read.status, read.new) == (ReadStatus.BAD, 0)
    assert "https://toy.example/one: the comparison of one broke: IndexError: no such word" in str(read.reason)
    assert bench.poll(MONDAY + HOUR).new == 1, "mended, it is read as if for the first time"


def test_a_source_is_unread_where_no_read_had_all_its_lists(two_lists: Bench) -> None:
    two_lists.upstream.on("/toy.example/names", reply(500, "down"))
    two_lists.serve_list(items=[ITEM])
    two_lists.poll()
    with two_lists.watch() as watch:
        edition = build(watch)
    assert edition is not None
    (coverage,) = edition.coverage
    assert (coverage.unread, coverage.gaps) == (True, (f"{NAMES}: the server answered 500",))
    assert len(edition.items) == 1, "what the other list said is told all the same"
    two_lists.serve(NAMES, {"items": [OTHER]})
    two_lists.poll(MONDAY + 6 * HOUR)
    two_lists.upstream.on("/toy.example/names", reply(500, "down"))
    two_lists.poll(MONDAY + 12 * HOUR)
    with two_lists.watch(MONDAY + WEEK) as watch:
        edition = build(watch)
    assert edition is not None
    assert not edition.coverage[0].unread, "one read of the week had all lists"
