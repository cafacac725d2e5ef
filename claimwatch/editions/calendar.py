"""Which period an edition tells of, and when it is due.

A period of the series `weekly` is an ISO week (`2026-W46`), of `daily` a day (`2026-11-21`), of `monthly` a month
(`2026-11`), each from local midnight to local midnight in the edition's time zone. It is due at 07:00 local time on
the day after it ends. Periods that were missed are told in one edition: `2026-W45–W46`, `2026-W53–2027-W01`.

The series `urgent` has no calendar: an alert is named after the minute, in UTC, in which the first thing that it tells
was seen (`2026-11-21T10:15Z`), and is due when the time for others to join it is over. Nor has `record`, which tells
history when it is asked for: its key is the days that it covers (`20190101-20231016`, a second one of them `….2`).
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from claimwatch.errors import UsageError

DUE_AT = time(7)
SERIES = ("daily", "weekly", "monthly")
URGENT = "urgent"
RECORD = "record"
MERGE_WINDOW = timedelta(minutes=15)
_ALERT = re.compile(r"(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}Z")
_RECORD = re.compile(r"(\d{8})-(\d{8})(?:\.([2-9]|[1-9]\d+))?")
MISSED = "–"  # in the key of an edition that also covers periods for which none was made
_WEEK = re.compile(r"(\d{4})-W(\d{2})(?:[–-](?:(\d{4})-)?W(\d{2}))?")
_MONTH = re.compile(r"(\d{4}-\d{2})(?:–(\d{4}-\d{2}))?")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:–(\d{4}-\d{2}-\d{2}))?")


@dataclass(frozen=True, slots=True)
class Period:
    """What an edition covers. `starts_at` and `ends_at` are aware UTC, the end exclusive."""

    series: str
    key: str
    starts_at: datetime
    ends_at: datetime


def due_period(series: str, now: datetime, timezone: str, last: str | None) -> Period | None:
    """The newest complete period that is due at `now` (aware) and not told yet, joined with those missed before it.

    `last` is the key of the series' last edition, None before the first one. None: nothing is due. Raises
    `UsageError` for a series that has no calendar or a key that is not one of its periods.
    """
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone)
    newest = _previous(series, _unit(series, today.date()))
    if today.timetz().replace(tzinfo=None) < DUE_AT and _next(series, newest) == today.date():
        newest = _previous(series, newest)
    if last is None:
        return _period(series, newest, newest, zone)
    told = _unit(series, _days(last, series)[1])
    if newest <= told:
        return None
    return _period(series, _next(series, told), newest, zone)


def alert_period(seen_at: datetime) -> Period:
    """The period of the alert whose first news was seen at `seen_at` (aware). It is due at its end."""
    start = seen_at.astimezone(UTC).replace(second=0, microsecond=0)
    return Period(URGENT, f"{start:%Y-%m-%dT%H:%MZ}", start, start + MERGE_WINDOW)


def record_period(first: date, last: date, timezone: str, number: int = 1) -> Period:
    """The period of what the record shows of these days; `number` tells several such editions from each other."""
    zone = ZoneInfo(timezone)
    key = f"{first:%Y%m%d}-{last:%Y%m%d}" + (f".{number}" if number > 1 else "")
    return Period(RECORD, key, _midnight(first, zone), _midnight(last + timedelta(days=1), zone))


def units_between(series: str, since: datetime, until: datetime, timezone: str) -> list[Period]:
    """The single periods of a series that were over and due after `since` and at `until` (both aware), oldest first."""
    zone = ZoneInfo(timezone)
    newest = due_period(series, until, timezone, None)
    units = []
    while newest is not None and _due_at(newest, zone) > since:
        units.append(newest)
        before = _previous(series, _unit(series, newest.starts_at.astimezone(zone).date()))
        newest = _period(series, before, before, zone)
    return units[::-1]


def _due_at(period: Period, zone: ZoneInfo) -> datetime:
    return datetime.combine(period.ends_at.astimezone(zone).date(), DUE_AT, zone)


def parse_period(text: str, timezone: str) -> Period:
    """The period that `text` names (`2026-W47`, `2026-W45–W46`, `2026-11`, `2026-11-21`, an alert's
    `2026-11-21T10:15Z`), in that IANA time zone.

    Raises `UsageError` when there is no such period.
    """
    series = _series_of(text)
    if series == URGENT:
        return alert_period(_minute(text))
    if series == RECORD:
        first, last, number = _recorded(text)
        return record_period(first, last, timezone, number)
    first, last = _days(text, series)
    return _period(series, _unit(series, first), _unit(series, last), ZoneInfo(timezone))


def period_days(key: str) -> tuple[date, date]:
    """The first and the last day of a period. Raises `UsageError` when there is no such period."""
    if _series_of(key) == URGENT:
        return _minute(key).date(), _minute(key).date()
    if _series_of(key) == RECORD:
        return _recorded(key)[:2]
    return _days(key, _series_of(key))


def _series_of(text: str) -> str:
    patterns = (("weekly", _WEEK), ("daily", _DAY), ("monthly", _MONTH), (URGENT, _ALERT), (RECORD, _RECORD))
    for series, pattern in patterns:
        if pattern.fullmatch(text):
            return series
    raise UsageError(f"{text!r} is not a period; write a week such as 2026-W47, a day 2026-11-21 or a month 2026-11")


def _minute(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"there is no period {text!r}: {error}") from error


def _recorded(text: str) -> tuple[date, date, int]:
    found = _RECORD.fullmatch(text)
    assert found is not None
    try:
        first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
    except ValueError as error:
        raise UsageError(f"there is no period {text!r}: {error}") from error
    if last < first:
        raise UsageError(f"the period {text!r} ends before it begins")
    return first, last, int(found[3] or 1)


def _days(text: str, series: str) -> tuple[date, date]:
    _check(series)
    if _series_of(text) != series:
        raise UsageError(f"{text!r} is not a period of the series {series!r}")
    try:
        first, last = _ends(text, series)
    except ValueError as error:
        hint = "; a week is written 2026-W47" if series == "monthly" else ""
        raise UsageError(f"there is no period {text!r}: {error}{hint}") from error
    if last < first:
        raise UsageError(f"the period {text!r} ends before it begins")
    return first, _next(series, last) - timedelta(days=1)


def _ends(text: str, series: str) -> tuple[date, date]:
    """The first days of the first and the last unit that a key names."""
    if series == "weekly":
        found = _WEEK.fullmatch(text)
        assert found is not None
        year, week, last_year, last_week = found.groups()
        first = date.fromisocalendar(int(year), int(week), 1)
        return first, date.fromisocalendar(int(last_year or year), int(last_week or week), 1)
    found = (_DAY if series == "daily" else _MONTH).fullmatch(text)
    assert found is not None
    parts = [part if series == "daily" else f"{part}-01" for part in (found[1], found[2] or found[1])]
    return date.fromisoformat(parts[0]), date.fromisoformat(parts[1])


def _check(series: str) -> None:
    if series not in SERIES:
        raise UsageError(f"the series {series!r} has no calendar; there are: {', '.join(SERIES)}")


def _unit(series: str, day: date) -> date:
    """The first day of the unit (day, week, month) that holds `day`."""
    _check(series)
    if series == "weekly":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if series == "monthly" else day


def _next(series: str, start: date) -> date:
    if series == "monthly":
        return (start + timedelta(days=31)).replace(day=1)
    return start + timedelta(days=7 if series == "weekly" else 1)


def _previous(series: str, start: date) -> date:
    return _unit(series, start - timedelta(days=1))


def _key(series: str, start: date) -> str:
    if series == "weekly":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02}"
    return start.isoformat() if series == "daily" else f"{start:%Y-%m}"


def _period(series: str, first: date, last: date, zone: ZoneInfo) -> Period:
    key, last_key = _key(series, first), _key(series, last)
    if first != last:
        same_year = series == "weekly" and key[:5] == last_key[:5]
        key = f"{key}{MISSED}{last_key[5:] if same_year else last_key}"
    return Period(series, key, _midnight(first, zone), _midnight(_next(series, last), zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
