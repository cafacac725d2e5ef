"""Where marks stand in the pictures of time."""

from datetime import UTC, date, datetime, timedelta

import pytest

from claimwatch.models import Outcome, ReadStatus
from claimwatch.pipeline.reading.coverage import Gap
from claimwatch.pipeline.showing.strips import Strip
from claimwatch.store.finding_claims import Tally
from claimwatch.store.polls import Poll
from claimwatch.web.drawing import Bar, Stroke, polls, timeline
from claimwatch.web.kept import Kept

NOW = datetime(2026, 11, 16, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def tally(outcome: Outcome, told_in: date, count: int = 1) -> Tally:
    return Tally("A09", outcome, told_in, count, 1)


def test_marks_stand_where_their_month_is() -> None:
    told = (tally(Outcome.REVERSAL, date(2022, 1, 1)), tally(Outcome.RESTATEMENT, date(2024, 1, 1), 7))
    drawn = timeline(told, date(2020, 1, 1), date(2024, 1, 1), date(2021, 1, 1))
    assert drawn.strokes == (Stroke("REVERSAL", "M500.3 1V17"), Stroke("RESTATEMENT", "M1000 21V27"))
    assert len(drawn.years) == 4
    assert drawn.baseline == pytest.approx(250, abs=1)


def test_what_lies_outside_stands_at_the_edges() -> None:
    told = (tally(Outcome.UPDATE, date(1999, 1, 1)), tally(Outcome.UPDATE, date(2031, 1, 1)))
    (stroke,) = timeline(told, date(2020, 1, 1), date(2024, 1, 1), None).strokes
    assert stroke.path == "M0 4V17M1000 4V17"


def test_a_document_of_before_has_no_line_and_a_day_has_a_timeline() -> None:
    assert timeline((), date(2020, 1, 1), date(2024, 1, 1), date(2019, 1, 1)).baseline is None
    assert timeline((), date(2024, 1, 1), date(2024, 1, 1), None).strokes == ()


def strip(*read: Poll, gaps: tuple[Gap, ...] = ()) -> Strip:
    return Strip("uhrp", "UHRP", NOW - 10 * HOUR, NOW, read, gaps, None)


def test_pollings_are_told_apart_by_height() -> None:
    drawn = polls(
        strip(
            Poll(NOW - 5 * HOUR, ReadStatus.GOOD),
            Poll(NOW - 4 * HOUR, ReadStatus.FAILED),
            Poll(NOW - 3 * HOUR, ReadStatus.BAD),
            Poll(NOW - 2 * HOUR, ReadStatus.HELD),
            Poll(NOW, ReadStatus.GOOD),
        )
    )
    assert drawn.strokes == (
        Stroke("good", "M500 2V22M1000 2V22"),
        Stroke("partial", "M800 2V12"),
        Stroke("failed", "M600 12V22M700 12V22"),
    )
    assert drawn.days == (400.0,)  # midnight


def test_gaps_are_cut_to_what_is_shown() -> None:
    gaps = (
        Gap(NOW - 90 * HOUR, NOW - 8 * HOUR, NOW),
        Gap(NOW - 2 * HOUR, None, NOW),
        Gap(NOW - 90 * HOUR, NOW - 80 * HOUR, NOW),
    )
    assert polls(strip(gaps=gaps)).gaps == (Bar(0.0, 200.0), Bar(800.0, 200.0))


def test_what_is_kept_is_made_once_for_each_stamp() -> None:
    kept, made = Kept(), []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [kept.get(key, lambda: 1, make) for key in ("key", "key", "other")] == [1, 1, 2]
    assert kept.get("key", lambda: 2, make) == 3
    assert kept.get("key", lambda: 2, make) == 3
