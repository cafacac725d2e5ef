"""Which period is due when."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwatch.editions import MERGE_WINDOW, alert_period, due_period, parse_period, units_between
from claimwatch.errors import UsageError

OSLO = ZoneInfo("Europe/Oslo")


def oslo(*when: int) -> datetime:
    return datetime(*when, tzinfo=OSLO)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("now", "last", "key"),
    [
        (oslo(2026, 11, 16, 7, 0), None, "2026-W46"),
        (oslo(2026, 11, 16, 6, 59), None, "2026-W45"),
        (oslo(2026, 11, 16, 6, 59), "2026-W45", None),
        (oslo(2026, 11, 16, 7, 0), "2026-W45", "2026-W46"),
        (oslo(2026, 11, 16, 7, 0), "2026-W46", None),
        (oslo(2026, 11, 22, 23, 59), "2026-W46", None),
        (oslo(2026, 11, 16, 7, 0), "2026-W47", None),
        (oslo(2026, 11, 19, 12, 0), "2026-W44", "2026-W45–W46"),
        (oslo(2026, 11, 19, 12, 0), "2026-W43–W44", "2026-W45–W46"),
        (oslo(2027, 1, 11, 7, 0), "2026-W52", "2026-W53–2027-W01"),
        (oslo(2027, 1, 4, 7, 0), "2026-W52", "2026-W53"),
        (oslo(2027, 1, 18, 7, 0), "2026-W53–2027-W01", "2027-W02"),
    ],
)
def test_the_weekly_edition(now: datetime, last: str | None, key: str | None) -> None:
    due = due_period("weekly", now, "Europe/Oslo", last)
    assert (due.key if due else None) == key


def test_a_joined_period_covers_every_week_it_names() -> None:
    due = due_period("weekly", oslo(2027, 1, 11, 7), "Europe/Oslo", "2026-W52")
    assert due is not None
    assert (due.starts_at, due.ends_at) == (oslo(2026, 12, 28).astimezone(UTC), oslo(2027, 1, 11).astimezone(UTC))


@pytest.mark.parametrize(
    ("week", "hours", "starts"),
    [
        ("2026-W13", 167, datetime(2026, 3, 22, 23, 0, tzinfo=UTC)),  # clocks go forward on Sunday
        ("2026-W43", 169, datetime(2026, 10, 18, 22, 0, tzinfo=UTC)),  # clocks go back on Sunday
        ("2026-W46", 168, datetime(2026, 11, 8, 23, 0, tzinfo=UTC)),
    ],
)
def test_a_week_goes_from_local_midnight_to_local_midnight(week: str, hours: int, starts: datetime) -> None:
    period = parse_period(week, "Europe/Oslo")
    assert period.starts_at == starts
    assert period.ends_at - period.starts_at == timedelta(hours=hours)


def test_seven_o_clock_is_local_also_right_after_the_clocks_changed() -> None:
    before, after = datetime(2026, 3, 30, 4, 59, tzinfo=UTC), datetime(2026, 3, 30, 5, 0, tzinfo=UTC)
    assert due_period("weekly", before, "Europe/Oslo", "2026-W12") is None
    due = due_period("weekly", after, "Europe/Oslo", "2026-W12")
    assert due is not None
    assert due.key == "2026-W13"


@pytest.mark.parametrize(
    ("series", "now", "last", "key"),
    [
        ("daily", oslo(2028, 3, 1, 7), None, "2028-02-29"),
        ("daily", oslo(2028, 3, 1, 6), None, "2028-02-28"),
        ("daily", oslo(2028, 3, 1, 7), "2028-02-27", "2028-02-28–2028-02-29"),
        ("monthly", oslo(2026, 11, 1, 7), None, "2026-10"),
        ("monthly", oslo(2026, 11, 1, 6), None, "2026-09"),
        ("monthly", oslo(2027, 2, 3, 6), "2026-11", "2026-12–2027-01"),
    ],
)
def test_the_other_series(series: str, now: datetime, last: str | None, key: str) -> None:
    due = due_period(series, now, "Europe/Oslo", last)
    assert due is not None
    assert due.key == key
    assert parse_period(key, "Europe/Oslo") == due


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 (the zone comes below)
    st.integers(0, 400),
    st.sampled_from(["daily", "weekly", "monthly"]),
    st.sampled_from(["Europe/Oslo", "UTC", "America/New_York", "Pacific/Kiritimati", "America/Santiago"]),
)
def test_told_week_after_week_nothing_is_left_out_or_told_twice(
    naive: datetime, days: int, series: str, zone: str
) -> None:
    now = naive.replace(tzinfo=UTC)
    first = due_period(series, now, zone, None)
    assert first is not None
    assert first.ends_at <= now
    assert due_period(series, now, zone, first.key) is None
    later = due_period(series, now + timedelta(days=days), zone, first.key)
    if later is not None:
        assert later.starts_at == first.ends_at
        assert later.ends_at <= now + timedelta(days=days)
        assert parse_period(later.key, zone) == later


@pytest.mark.parametrize(
    "text",
    [
        "",
        "last week",
        "2026-W54",
        "2025-W53",
        "2026-W00",
        "2026-W46–W45",
        "2026-13",
        "2026-02-30",
        "2026W46",
        "2026-W46\n",
    ],
)
def test_a_period_that_cannot_be_is_a_usage_error_that_names_it(text: str) -> None:
    with pytest.raises(UsageError, match="period") as caught:
        parse_period(text, "Europe/Oslo")
    assert repr(text) in str(caught.value)


def test_a_hyphen_serves_for_the_dash() -> None:
    assert parse_period("2026-W45-W46", "Europe/Oslo").key == "2026-W45–W46"


def test_a_series_without_calendar_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="urgent"):
        due_period("urgent", oslo(2026, 11, 16, 7), "Europe/Oslo", None)


@pytest.mark.parametrize(
    ("seen_at", "key"),
    [
        (datetime(2026, 11, 21, 10, 15, 59, 999, tzinfo=UTC), "2026-11-21T10:15Z"),
        (oslo(2026, 11, 21, 0, 15), "2026-11-20T23:15Z"),
        (oslo(2026, 10, 25, 2, 30), "2026-10-25T00:30Z"),
        (oslo(2026, 10, 25, 2, 30).replace(fold=1), "2026-10-25T01:30Z"),
        (oslo(2028, 2, 29, 1, 0), "2028-02-29T00:00Z"),
    ],
)
def test_an_alert_is_named_after_the_minute_of_its_first_news(seen_at: datetime, key: str) -> None:
    period = alert_period(seen_at)
    assert (period.series, period.key) == ("urgent", key)
    assert period.ends_at - period.starts_at == MERGE_WINDOW
    assert parse_period(key, "Europe/Oslo") == parse_period(key, "Asia/Tokyo") == period


@pytest.mark.parametrize("text", ["2026-11-21T25:00Z", "2026-02-30T10:00Z", "2026-11-21T10:15", "2026-11-21T10:15:00Z"])
def test_what_is_no_alert_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=text):
        parse_period(text, "Europe/Oslo")


@pytest.mark.parametrize(
    ("series", "now", "last", "key"),
    [
        ("daily", oslo(2028, 3, 1, 7), "2028-02-27", "2028-02-28–2028-02-29"),
        ("monthly", oslo(2028, 3, 1, 7), "2028-01", "2028-02"),
        ("daily", oslo(2026, 3, 30, 7), "2026-03-28", "2026-03-29"),
        ("daily", oslo(2026, 3, 29, 7), "2026-03-27", "2026-03-28"),
        ("weekly", oslo(2026, 10, 26, 6, 59), "2026-W42", None),
        ("weekly", oslo(2026, 10, 26, 7, 0), "2026-W42", "2026-W43"),
        ("monthly", oslo(2027, 1, 1, 7), "2026-10", "2026-11–2026-12"),
    ],
)
def test_leap_days_and_changes_of_the_clock(series: str, now: datetime, last: str, key: str | None) -> None:
    due = due_period(series, now, "Europe/Oslo", last)
    assert (due.key if due else None) == key


@pytest.mark.parametrize(
    ("series", "since", "until", "keys"),
    [
        ("weekly", oslo(2026, 11, 2), oslo(2026, 11, 16, 7), ["2026-W44", "2026-W45", "2026-W46"]),
        ("weekly", oslo(2026, 11, 2, 8), oslo(2026, 11, 16, 6), ["2026-W45"]),
        ("daily", oslo(2026, 10, 24, 8), oslo(2026, 10, 26, 8), ["2026-10-24", "2026-10-25"]),
        ("monthly", oslo(2026, 11, 2), oslo(2026, 11, 16), []),
    ],
)
def test_the_periods_that_came_due_in_a_time(series: str, since: datetime, until: datetime, keys: list[str]) -> None:
    assert [unit.key for unit in units_between(series, since, until, "Europe/Oslo")] == keys
