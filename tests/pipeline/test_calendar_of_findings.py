"""A day that a finding fixed becomes an item when it has passed: once, with its sentence, and as nothing more."""

from datetime import date, timedelta

from claimwatch.models import DATE_PASSED, Edition, Outcome
from claimwatch.pipeline import build
from claimwatch.pipeline.reading.replay import replay
from tests.pipeline.bench import MONDAY, WEEK, Bench

SUSPENDED = (
    "The purchase ban on Hikvision cameras was suspended by the Ministry of Works in Iceland until 1 December 2026."
)
BOTH = "Schools in Iceland must remove Hikvision and Dahua cameras by 1 December 2026, the Ministry of Works ordered."


def publish(bench: Bench, *texts: str, on: str = "2026-11-04") -> None:
    items = [{"key": f"page-{number}", "text": text, "on": on} for number, text in enumerate(texts)]
    bench.serve_list(items=items)


def weeks(bench: Bench, *numbers: int) -> list[Edition]:
    """The weekly editions of some Mondays, counted from the first, the source read before each."""
    told = []
    for week in numbers:
        at = MONDAY + week * WEEK
        bench.poll(at - timedelta(hours=1), force=True)
        with bench.watch(at) as watch:
            edition = build(watch)
        assert edition is not None
        told.append(edition)
    return told


def passed(edition: Edition) -> list[str]:
    return [item.headline for item in edition.items if item.operation == DATE_PASSED]


def test_a_date_that_passes_is_told_once_in_the_next_edition(bench: Bench) -> None:
    publish(bench, SUSPENDED)
    editions = weeks(bench, 0, 3, 4, 5)
    assert [len(passed(edition)) for edition in editions] == [0, 0, 1, 0]  # the third is of 7 December
    (item,) = (item for item in editions[2].items if item.operation == DATE_PASSED)
    assert item.headline.startswith("The Toy Institute: Date has passed, and nothing read says more: ")
    assert "until 1 December 2026" in item.headline
    assert (item.outcome, item.happened_on, item.companies) == (Outcome.PENDING, date(2026, 12, 1), ("Hikvision",))
    (evidence,) = item.evidence
    assert evidence.finding.quote == SUSPENDED
    assert evidence.capture_sha256 is not None


def test_the_finding_notes_the_date_ahead(bench: Bench) -> None:
    publish(bench, SUSPENDED)
    (first,) = weeks(bench, 0)
    (item,) = first.items
    assert item.evidence[0].finding.rules[-1] == "date_ahead.until.2026-12-01"


def test_one_happening_told_of_both_companies_and_by_two_pages_passes_once(bench: Bench) -> None:
    publish(bench, BOTH, f"{BOTH} Nothing else was decided.")
    _, edition = weeks(bench, 0, 4)
    (headline,) = passed(edition)
    assert headline.endswith(("Hikvision, Dahua", "Dahua, Hikvision"))
    assert "by 1 December 2026" in headline


def test_a_date_that_had_passed_when_it_was_first_read_is_no_item(bench: Bench) -> None:
    publish(bench, SUSPENDED.replace("1 December", "6 November"))
    assert [passed(edition) for edition in weeks(bench, 0, 1)] == [[], []]


def test_what_an_analyst_dismissed_does_not_pass(bench: Bench) -> None:
    publish(bench, SUSPENDED)
    weeks(bench, 0)
    with bench.watch(MONDAY) as watch, watch.store.write() as connection:
        connection.exec_driver_sql("UPDATE findings SET status = 'dismissed'")
    (edition,) = weeks(bench, 4)
    assert passed(edition) == []


def test_a_replay_leaves_it_as_it_is(bench: Bench) -> None:
    publish(bench, SUSPENDED)
    weeks(bench, 0, 4)
    with bench.watch(MONDAY + 5 * WEEK) as watch:
        (report,) = replay(watch, apply=True)
        assert report.differences == []
        edition = build(watch)
    assert edition is not None
    assert edition.items == ()
