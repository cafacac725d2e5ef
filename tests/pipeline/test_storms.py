"""The storm guard: a read that changes too much at once is held until an operator has looked."""

from datetime import timedelta

import pytest

from claimwatch.models import Read, ReadStatus
from claimwatch.pipeline import build, due_sources, inspect_watch, poll
from claimwatch.store import findings, reads
from tests.pipeline.bench import MONDAY, WEEK, Bench
from tests.pipeline.test_bad_reads import state
from tests.upstream import reply

HOUR = timedelta(hours=1)
SAYS = "Hikvision opened a museum of clocks in town number {} on 3 November 2026."


@pytest.fixture
def roomy(bench: Bench) -> Bench:
    bench.sources = bench.sources.replace("max: 50, max_shrink: 0.5", "max: 500, max_shrink: 0.9")
    return bench


def rows(count: int, *, changed: int = 0) -> list[dict[str, str]]:
    """Rows of a list, the first `changed` of them reworded."""
    return [
        {"key": f"r{n}", "name": f"Company {n}", "decision": "Observation" if n < changed else "Exclusion"}
        for n in range(count)
    ]


def serve_rows(bench: Bench, listed: list[dict[str, str]], **headers: str) -> None:
    bench.serve("https://toy.example/list", {"rows": listed, "lists": ["exclusions"]}, **headers)


def serve_news(bench: Bench, count: int) -> None:
    bench.serve_list(items=[{"key": f"k{n}", "text": SAYS.format(n), "on": "2026-11-03"} for n in range(count)])


def believe(bench: Bench, at: object) -> Read:
    with bench.watch(at) as watch:  # type: ignore[arg-type]
        read = poll(watch, "toy", believe=True)
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("count", "listed", "status"),
    [
        (60, rows(60, changed=19), ReadStatus.GOOD),  # under 20 rows, if nearly a third of the list
        (100, rows(100, changed=20), ReadStatus.GOOD),  # a fifth and not over it
        (100, rows(100, changed=21), ReadStatus.HELD),
        (100, rows(130), ReadStatus.HELD),  # 30 more, of 130
        (100, rows(124), ReadStatus.GOOD),  # 24 of 124
        (100, rows(79), ReadStatus.HELD),  # 21 gone
        (100, rows(93, changed=14), ReadStatus.HELD),  # 14 reworded and 7 gone
    ],
)
def test_a_list_of_which_much_changed_at_once_is_held(
    roomy: Bench, count: int, listed: list[dict[str, str]], status: ReadStatus
) -> None:
    serve_rows(roomy, rows(count))
    assert roomy.poll().status is ReadStatus.GOOD, "a first read is never held"
    serve_rows(roomy, listed)
    assert roomy.poll(MONDAY + 6 * HOUR).status is status


def test_a_held_read_changes_nothing_until_it_is_believed(roomy: Bench) -> None:
    serve_rows(roomy, rows(100), etag='"one"')
    roomy.poll()
    before = state(roomy, MONDAY)
    serve_rows(roomy, rows(100, changed=40), etag='"two"')
    read = roomy.poll(MONDAY + 6 * HOUR)
    assert read.status is ReadStatus.HELD
    assert read.reason == (
        "storm: 40 of 100 entries of exclusions changed at once; look at https://toy.example/ and then run "
        "`claimwatch poll toy --believe`"
    )
    assert (read.new, read.changed, read.gone, read.first) == (0, 0, 0, False)
    assert state(roomy, MONDAY + 6 * HOUR) == before
    with roomy.watch(MONDAY + 6 * HOUR) as watch, watch.store.read() as connection:
        assert reads.source_state(connection, "toy").next_due_at == MONDAY + 12 * HOUR
        assert reads.last_read(connection, "toy") == read
    believed = believe(roomy, MONDAY + 7 * HOUR)
    assert (believed.status, believed.changed) == (ReadStatus.GOOD, 40)
    assert roomy.poll(MONDAY + 13 * HOUR).changed == 0


def test_many_developments_from_one_read_are_held_and_told_once_believed(roomy: Bench) -> None:
    serve_news(roomy, 1)
    roomy.poll()
    serve_news(roomy, 16)
    assert roomy.poll(MONDAY + 6 * HOUR).new == 15, "fifteen are believed"
    serve_news(roomy, 32)
    before = state(roomy, MONDAY + 6 * HOUR)
    read = roomy.poll(MONDAY + 12 * HOUR)
    assert read.status is ReadStatus.HELD
    assert str(read.reason).startswith("storm: 16 developments at once, where at most 15 are believed; look at")
    assert state(roomy, MONDAY + 12 * HOUR) == before
    assert believe(roomy, MONDAY + 13 * HOUR).new == 16
    with roomy.watch(MONDAY + 13 * HOUR) as watch, watch.store.read() as connection:
        told = findings.list_findings(connection, watch.sources)
    assert len({row.development for row in told if row.alerted}) == 32


def test_a_first_read_tells_what_it_finds_however_much(roomy: Bench) -> None:
    serve_news(roomy, 30)
    read = roomy.poll()
    assert (read.status, read.new) == (ReadStatus.GOOD, 30)


def test_a_first_read_that_was_cut_at_its_limit_goes_on_unguarded(roomy: Bench) -> None:
    for n in range(37):
        page = {"items": [{"key": f"k{n}", "text": SAYS.format(n), "on": "2026-11-03"}]}
        roomy.serve(f"https://toy.example/k{n}", page)
    roomy.serve_list(links=[{"url": f"https://toy.example/k{n}", "key": f"k{n}", "version": "a"} for n in range(37)])
    first, second = roomy.poll(), roomy.poll(MONDAY + 6 * HOUR)
    assert [(read.status, read.new) for read in (first, second)] == [(ReadStatus.PARTIAL, 19), (ReadStatus.GOOD, 18)]
    serve_news(roomy, 60)
    assert roomy.poll(MONDAY + 12 * HOUR).status is ReadStatus.HELD, "what follows is guarded"


def test_a_held_source_is_said_to_be_unread_and_why(roomy: Bench) -> None:
    serve_rows(roomy, rows(100))
    roomy.poll()
    with roomy.watch(MONDAY) as watch:
        assert build(watch) is not None
    serve_rows(roomy, rows(100, changed=40))
    roomy.poll(MONDAY + 6 * HOUR)
    with roomy.watch(MONDAY + WEEK) as watch:
        edition = build(watch)
        problems = inspect_watch(watch)
    assert edition is not None
    (coverage,) = edition.coverage
    assert coverage.unread
    assert any("40 of 100 entries of exclusions changed at once" in gap for gap in coverage.gaps)
    (problem,) = [problem for problem in problems if "held" in problem.why]
    assert problem.why == "its last read is held: storm: 40 of 100 entries of exclusions changed at once"
    assert problem.do == "look at https://toy.example/ and then run `claimwatch poll toy --believe`"


def test_a_read_held_after_good_ones_of_the_same_period_is_said_too(roomy: Bench) -> None:
    serve_rows(roomy, rows(100))
    roomy.poll()
    serve_rows(roomy, rows(100, changed=40))
    roomy.poll(MONDAY + 6 * HOUR)
    with roomy.watch(MONDAY + 6 * HOUR) as watch:
        edition = build(watch)
    assert edition is not None
    assert any("changed at once" in gap for gap in edition.coverage[0].gaps)


def test_an_address_that_moved_for_good_is_reported(bench: Bench) -> None:
    bench.upstream.on("/toy.example/list", reply(301, location="https://toy.example/all"))
    bench.serve("https://toy.example/all", {"items": [{"key": "one", "text": SAYS.format(1)}]})
    read = bench.poll()
    warning = "https://toy.example/list has moved for good to https://toy.example/all: change sources.yaml"
    assert (read.status, read.warnings) == (ReadStatus.GOOD, (warning,))
    with bench.watch() as watch:
        assert due_sources(watch) == ()
        (problem,) = [problem for problem in inspect_watch(watch) if problem.what == "toy"]
    assert f"{problem.why}: {problem.do}" == warning
