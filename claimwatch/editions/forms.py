"""Dates, numbers and places in a reader's language and time zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_interval
from babel.numbers import format_decimal

from claimwatch.editions.calendar import RECORD, URGENT, parse_period, period_days
from claimwatch.editions.regions import region
from claimwatch.editions.words import Words

# A page writes the same few days a hundred times, and Babel takes half a millisecond for some of them.
_written = lru_cache(maxsize=4096)
_number, _date, _moment, _days = (
    _written(form) for form in (format_decimal, format_date, format_datetime, format_interval)
)


@dataclass(frozen=True, slots=True)
class Forms:
    """How one reader writes things. `zone` is an IANA name's zone; times are shown in it with their offset."""

    words: Words
    zone: ZoneInfo

    def number(self, value: int) -> str:
        """A count with the language's grouping."""
        return _number(value, locale=self.words.locale)

    def day(self, on: date) -> str:
        """A day in full: `15 September 2020`."""
        return _date(on, self.words.day, locale=self.words.locale)

    def short_day(self, on: date) -> str:
        """A day for a table: `15 Sept 2020`."""
        return _date(on, self.words.short_day, locale=self.words.locale)

    def moment(self, at: datetime) -> str:
        """A time in the reader's zone, with the offset: `9 November 2026, 06:02 (GMT+01:00)`."""
        return _moment(at, f"{self.words.day}, HH:mm (ZZZZ)", tzinfo=self.zone, locale=self.words.locale)

    def short_moment(self, at: datetime) -> str:
        """A time for a table: `9 Nov, 06:02`."""
        return _moment(
            at, f"{self.words.short_day.removesuffix(' y')}, HH:mm", tzinfo=self.zone, locale=self.words.locale
        )

    def weekday_moment(self, at: datetime) -> str:
        """A time of a gap: `Mon 9 Nov 07:00`."""
        return _moment(
            at, f"EEE {self.words.short_day.removesuffix(' y')} HH:mm", tzinfo=self.zone, locale=self.words.locale
        )

    def as_of(self, text: str) -> str:
        """An ISO date of any precision (`2019`, `2019-10`, `2019-10-09`) in words."""
        parts = text.split("-")
        if len(parts) == 2:
            return _date(date(int(parts[0]), int(parts[1]), 1), "MMMM y", locale=self.words.locale)
        return self.day(date.fromisoformat(text)) if len(parts) == 3 else text

    def place(self, code: str) -> str:
        """A place by name: ISO 3166-1 from Babel, its parts from our words and `regions`: `Fujian, China`."""
        named = self.words.places.get(code)
        if named is not None:
            return named
        country = Locale.parse(self.words.locale).territories.get(code.partition("-")[0])
        if country is None:
            return code
        if "-" not in code:
            return str(country)
        part = region(code, self.words.language)
        return f"{country} ({code})" if part is None else f"{part}, {country}"

    def period(self, key: str, series: str) -> str:
        """A period in words: `Week 46 · 9–15 November 2026`; for an alert the time of its first news."""
        if series == URGENT:
            return self.moment(parse_period(key, self.zone.key).starts_at)
        first, last = period_days(key)
        days = self.day(first) if first == last else self._interval(first, last)
        if series != "weekly":
            return days
        weeks = [self._week(first), self._week(last)]
        named = self.words.week.format(weeks[0]) if weeks[0] == weeks[1] else self.words.weeks.format(*weeks)
        return f"{named} · {days}"

    def short_period(self, key: str, series: str) -> str:
        """A period for a subject: `W46`, `W45–W46`, `alert`, `record 2019–2023`, otherwise its key."""
        if series == URGENT:
            return self.words.alert
        if series not in ("weekly", RECORD):
            return key
        first, last = period_days(key)
        if series == RECORD:
            years = dict.fromkeys((str(first.year), str(last.year)))
            return self.words.record_short.format("–".join(years))
        digits = 2 if self.words.language == "en" else 1  # W01 as in the standard, and uke 1 as people write it
        weeks = [self._week(on).zfill(digits) for on in (first, last)]
        if last - first < timedelta(days=7):
            return self.words.week_short.format(weeks[0])
        return self.words.weeks_short.format(*weeks)

    def _week(self, on: date) -> str:
        return str(on.isocalendar().week)

    def _interval(self, first: date, last: date) -> str:
        return _days(first, last, "yMMMMd", locale=self.words.locale)
