"""How a source was covered over a time, in figures and in an edition."""

from datetime import date, datetime, timedelta

import pytest

from claimwatch.errors import UsageError
from claimwatch.models import Edition
from claimwatch.pipeline import build
from claimwatch.pipeline.reading.coverage import Gap, SourceCoverage, coverage
from claimwatch.pipeline.reading.history import backfill
from tests.pipeline.bench import MONDAY, NEWS, WEEK, Bench
from tests.upstream import reply

pytestmark = pytest.mark.slow

CADENCE = timedelta(hours=6)
ITEM = {"key": "one", "text": NEWS, "on": "2026-11-03"}


def of(bench: Bench, at: datetime, since: datetime | None = None, until: datetime | None = None) -> SourceCoverage:
    with bench.watch(at) as watch:
        (row,) = coverage(watch, since=since, until=until)
    return row


def hours(number: int) -> datetime:
    return MONDAY + timedelta(hours=number)


@pytest.fixture
def blinded(bench: Bench) -> Bench:
    """Read at 0 and 6 h, not there at 12, 18 and 24 h, read again from 30 h on."""
    for at in range(0, 49, 6):
        if at in (12, 18, 24):
            bench.upstream.on("/toy.example/list", reply(404, "no such page"))
        else:
            bench.serve_list(items=[ITEM])
        bench.poll(hours(at), force=True)
    return bench


def test_reads_are_counted_and_the_gap_is_named(blinded: Bench) -> None:
    row = of(blinded, hours(48))
    assert (row.polls, row.good, row.failed, row.bad, row.partial, row.held) == (9, 6, 3, 0, 0, 0)
    assert row.requests == 9
    assert row.newest_on == date(2026, 11, 3)
    assert row.gaps == (Gap(hours(6), hours(30), hours(48)),)
    assert row.longest == row.gaps[0]
    assert row.gaps[0].length == 4 * CADENCE


def test_a_gap_that_reaches_into_the_time_is_seen_whole(blinded: Bench) -> None:
    row = of(blinded, hours(48), since=hours(20))
    assert (row.polls, row.failed) == (5, 1)
    assert row.gaps == (Gap(hours(6), hours(30), hours(48)),)
    assert of(blinded, hours(48), since=hours(30)).gaps == ()


def test_a_gap_that_was_open_at_the_end_has_no_end(blinded: Bench) -> None:
    row = of(blinded, hours(48), until=hours(25))
    assert row.gaps == (Gap(hours(6), None, hours(25)),)


def test_one_failed_read_is_no_gap(bench: Bench) -> None:
    bench.serve_list(items=[ITEM])
    bench.poll(hours(0))
    bench.upstream.on("/toy.example/list", reply(404, "no such page"))
    bench.poll(hours(6), force=True)
    bench.serve_list(items=[ITEM])
    bench.poll(hours(12), force=True)
    row = of(bench, hours(12))
    assert row.gaps == ()
    assert row.longest is not None
    assert row.longest.length == 2 * CADENCE


def test_a_source_that_nobody_polled_is_no_gap_but_zero_polls(bench: Bench) -> None:
    row = of(bench, hours(48))
    assert (row.polls, row.longest, row.gaps) == (0, None, ())


def test_a_source_never_read_well_is_blind_since_the_first_attempt(bench: Bench) -> None:
    bench.poll(hours(0))
    bench.poll(hours(24), force=True)
    assert of(bench, hours(24)).gaps == (Gap(hours(0), None, hours(24)),)


def test_what_is_read_for_the_record_covers_nothing(blinded: Bench) -> None:
    before = of(blinded, hours(48))
    with blinded.watch(hours(48)) as watch:
        backfill(watch, "toy", date(2019, 1, 1))
    assert of(blinded, hours(48)) == before


def test_an_unknown_source_is_refused(bench: Bench) -> None:
    with bench.watch() as watch, pytest.raises(UsageError, match="there is no source 'nowhere'"):
        coverage(watch, ["nowhere"])


def edition(bench: Bench, at: datetime) -> Edition:
    with bench.watch(at) as watch:
        built = build(watch)
    assert built is not None
    return built


def test_an_edition_names_the_time_in_which_a_source_went_unread(blinded: Bench) -> None:
    (source,) = edition(blinded, hours(49)).coverage
    assert not source.unread
    assert source.pauses == ((hours(6), hours(30)),)
    assert source.gaps == ()
    for at in range(54, 168, 6):
        blinded.poll(hours(at), force=True)
    (source,) = edition(blinded, MONDAY + WEEK).coverage
    assert source.pauses == (), "it was told a week before"


def test_every_gap_is_accounted_for(bench: Bench) -> None:
    bench.serve_list(items=[ITEM])
    for at in (0, 24, 48, 96, 120):
        bench.poll(hours(at), force=True)
    (source,) = edition(bench, hours(121)).coverage
    assert [(begin, end) for begin, end in source.pauses] == [
        (hours(begin), hours(end)) for begin, end in ((0, 24), (24, 48), (48, 96), (96, 120))
    ]
