"""The value, the place and the date of a finding, chosen when its outcome is settled."""

from datetime import date

import pytest

from claimwatch.claims import circumstances, counts, dates, figures, places, values, whereabouts
from claimwatch.claims.comparer import Comparer
from claimwatch.claims.frames import Frame
from claimwatch.claims.numerals import in_digits
from claimwatch.claims.text import fold
from claimwatch.models import Finding, Outcome, Publication, Quantity, SourceClass

_PUBLISHED = date(2025, 5, 20)


def _publication(text: str, language: str = "en", title: str = "Cameras") -> Publication:
    address = "https://news.example/item"
    return Publication("press", address, address, title, "page", language, text, _PUBLISHED)


def _told(comparer: Comparer, text: str, entity: str = "hikvision", language: str = "en") -> Finding:
    found = comparer.publication(_publication(text, language), SourceClass.PRESS)
    return next(f for f in reversed(found) if f.entity == entity)


@pytest.mark.parametrize(
    ("text", "language", "digits"),
    [
        ("fifty-five thousand networks", "en", "55000"),
        ("one hundred and fifty-five countries", "en", "155"),
        ("a quarter of a million networks", "en", "250000"),
        ("three dozen cameras", "en", "36"),
        ("two in five cameras", "en", "40%"),
        ("just over a third", "en", "33%"),
        ("42 of every hundred shares", "en", "42%"),
        ("på tretten ferjekaier", "nn", "13"),
    ],
)
def test_numbers_in_words_are_written_as_digits_of_the_same_length(text: str, language: str, digits: str) -> None:
    written = in_digits(text, language)
    assert digits in written
    assert len(written) == len(text)


@pytest.mark.parametrize("text", ["no one came", "a party of one", "the one and only", "a third party said"])
def test_words_that_only_look_like_numbers_stay(text: str) -> None:
    assert in_digits(text, "en") == text


@pytest.mark.parametrize(
    ("text", "value", "unit", "worded"),
    [
        ("eleven public bodies use it", 11, "items", "eleven public bodies"),
        ("all 64 domes came down", 64, "devices", "64 domes"),
        ("sold for $12.6 million", 12_600_000, "USD", "$12.6 million"),
        ("has climbed to sixty-one thousand.", 61_000, None, "sixty-one thousand"),
        ("61 vulnerabilities in the cameras", 61, "items", "61 vulnerabilities"),
    ],
)
def test_counts_of_anything(text: str, value: float, unit: str | None, worded: str) -> None:
    (amount,) = counts.find(text, "en")
    assert (amount.value, amount.unit, text[amount.start : amount.end]) == (value, unit, worded)


@pytest.mark.parametrize(
    "text",
    [
        "it was founded in 2019",
        "under article 17 of the law",
        "by 21 votes to 14",
        "within 120 days",
        "a three-judge panel",
        "one of these makers",
        "the two of them",
    ],
)
def test_years_articles_votes_and_lengths_of_time_are_no_counts(text: str) -> None:
    assert counts.find(text, "en") == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("the share fell from 24 to 18 per cent", 18),
        ("there are 412,000, against 600,000 in 2021", 412_000),
        ("it used to mention 180 and now claims 187", 187),
    ],
)
def test_of_an_old_and_a_new_number_the_new_one_counts(text: str, value: float) -> None:
    found = counts.find(text, "en", [(m.start, m.end) for m in dates.find(text, _PUBLISHED)])
    assert [a.value for a in counts.current(found, text, "en")] == [value]


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("hikvision has gone from first to third", 3),
        ("hikvision, the runner-up in the industry", 2),
        ("hikvision is second only to its neighbour", 2),
        ("hikvision heads the table", 1),
        ("hikvision stands in a field", None),
    ],
)
def test_ranks_in_words(text: str, rank: int | None) -> None:
    found = figures.ranked("hikvision", text, [("hikvision", 0, 9)], ["hikvision"])
    assert (found.value if found else None) == rank


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("the council takes it up on 5 June", "2025-06-05"),
        ("it was taken down on 5 April", "2025-04-05"),
        ("with effect from May 30", "2025-05-30"),
        ("during the first quarter", "2025-03"),
        ("last autumn", "2024"),
        ("nine months ago", "2024-08"),
        ("ved årsskiftet", "2024-12-31"),
        ("截至去年底", "2024-12-31"),
    ],
)
def test_dates_that_lie_ahead_and_dates_that_are_a_season(text: str, on: str) -> None:
    assert [m.on for m in dates.wider(text, _PUBLISHED)] == [on]


@pytest.mark.parametrize(
    ("text", "operation", "on"),
    [
        ("the agency has withdrawn its warning of march 2023", "remove", None),
        ("the petition docketed in march 2023 is denied", "remove", None),
        ("the warning was withdrawn in march 2023", "remove", "2023-03"),
        ("there are 312,000, more than the 250,000 recorded in 2021", "assert", None),
        ("the measure has held since march 2023", "assert", "2023-03"),
    ],
)
def test_a_date_that_says_which_thing_is_meant_is_not_when_it_holds(text: str, operation: str, on: str | None) -> None:
    frame = Frame(None, None, operation, True, False, (0, 0))
    assert circumstances.told_on(frame, dates.wider(text, _PUBLISHED), fold(text), None) == on


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("the act took effect this morning", ["2025-05-22"]),
        ("from Monday it is forbidden", ["2025-05-26"]),
        ("frå måndag er det forbode", ["2025-05-26"]),
        ("no agency may buy from Thursday on", ["2025-05-22"]),
        ("a docket entry from Monday shows", ["2025-05-19"]),
        ("exports for 2021 came to 31 million", ["2021"]),
        ("observation ended 01/2026", ["2026-01"]),
        ("tillatelsen varer til 1. april", ["2026-04-01"]),
        ("the exemption lasts until 1 April", ["2026-04-01"]),
    ],
)
def test_dates_that_a_reader_is_told(text: str, on: list[str]) -> None:
    assert [m.on for m in dates.wider(text, date(2025, 5, 22))] == on


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("The waiver is suspended until 30 September 2027.", None),
        ("The subsidiary, set up in 2014, has been removed.", None),
        ("The cameras it returned last year were removed.", None),
        ("Utestenginga, som vart vedteken i september 2024, er oppheva.", None),
        ("The listing was removed in March 2025.", "2025-03"),
    ],
)
def test_what_came_before_and_how_long_it_lasts_is_not_when_it_was_taken_back(text: str, on: str | None) -> None:
    frame = Frame("listed_on", "entity_list", "remove", True, False, (0, 3))
    assert circumstances.told_on(frame, dates.wider(text, date(2025, 5, 22)), fold(text), None) == on


def test_a_text_that_does_what_it_says_does_it_on_its_own_day(comparer: Comparer) -> None:
    found = _told(comparer, "The listing of Hikvision on the Entity List is hereby withdrawn.")
    assert found.as_of == _PUBLISHED.isoformat()


def test_a_date_of_years_before_is_not_that_of_what_is_told_now(comparer: Comparer) -> None:
    text = "Commerce put Hikvision on the Entity List in 2015.\n\nLawmakers intend to remove the company from the list."
    found = comparer.publication(_publication(text), SourceClass.PRESS)
    assert found[-1].as_of == _PUBLISHED.isoformat()[:7]


def test_of_what_the_press_reports_only_the_month_is_implied(comparer: Comparer) -> None:
    denied = _told(comparer, "Hikvision rejects the allegation as unfounded.")
    assert denied.as_of == "2025-05"
    assert "as_of.implied" in denied.rules


def test_a_town_stands_for_its_country_and_a_longer_name_for_a_shorter() -> None:
    assert [p.code for p in places.wider("Manila's airport and Southern Denmark")] == ["PH", "DK-83"]
    assert places.find("Manila's airport") == ()


def test_a_page_is_set_where_it_names_most() -> None:
    text = "The Dutch cabinet met. In Amsterdam nothing changed. A German company bid."
    assert _setting(_publication(text), None, len(text)) == ("NL", None)
    assert _setting(_publication("Kameraene henger.", "nb"), None, 9) == ("NO", None)
    assert _setting(_publication("Cameras in Xinjiang."), "US", 20) == ("US", "CN-XJ")


def test_what_comes_after_a_sentence_says_nothing_of_its_place() -> None:
    text = "Cameras hang in 31 schools. The Dutch cabinet met."
    assert _setting(_publication(text), None, 27) == (None, None)


def _setting(publication: Publication, own: str | None, until: int) -> tuple[str | None, str | None]:
    setting = whereabouts.Page(publication, own).setting(until)
    return setting.place, setting.region


def test_a_sentence_without_a_place_takes_that_of_its_page(comparer: Comparer) -> None:
    told = _told(comparer, "The Dutch cabinet met on Monday. Hikvision cameras hang in 31 schools.")
    assert told.place == "NL"


@pytest.mark.parametrize(
    ("text", "value", "worded"),
    [
        ("Workmen have taken down the last 64 Hikvision domes from the town hall.", 64, "64 Hikvision domes"),
        (
            "A quarter of a million Hikvision networks are in operation in France.",
            250_000,
            "A quarter of a million Hikvision networks",
        ),
    ],
)
def test_the_value_of_a_finding_reads_well_after_now(comparer: Comparer, text: str, value: float, worded: str) -> None:
    after = _told(comparer, text).after
    assert after is not None
    assert (after.value, after.text) == (value, worded)


@pytest.mark.parametrize(
    ("text", "entity", "language"),
    [
        ("Some forty-two per cent of Hikvision's shares lie with the Chinese state.", "hikvision", "en"),
        ("Dahua er nummer to i verda, etter Hikvision.", "dahua", "nn"),
        ("A quarter of a million Hikvision networks are in operation in the United Kingdom.", "hikvision", "en"),
    ],
)
def test_a_value_that_is_the_claims_after_all_is_no_other_value(
    comparer: Comparer, text: str, entity: str, language: str
) -> None:
    found = _told(comparer, text, entity, language)
    assert found.outcome is Outcome.RESTATEMENT
    assert "value.differs" not in found.rules


def test_an_update_of_something_else_shows_no_values_that_stay(comparer: Comparer) -> None:
    same = _told(comparer, "CETC has sold on its shares in Hikvision; the 42 per cent stays the same.")
    assert (same.outcome, same.before, same.after) == (Outcome.UPDATE, None, None)
    other = _told(comparer, "CETC has sold on some of its shares in Hikvision; it now holds 37 per cent.")
    assert other.before is not None
    assert other.after is not None
    assert (other.outcome, other.before.value, other.after.value) == (Outcome.UPDATE, 42, 37)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((42.0, "percent", "eq"), (42.0, "percent", "approx"), True),
        ((42.0, "percent", "eq"), (41.5, "percent", "eq"), False),
        ((600_000.0, "cameras", "gt"), (600_000.0, "cameras", "eq"), False),
        ((42.0, "percent", "eq"), (42.0, "cameras", "eq"), False),
        ((None, None, "eq"), (42.0, "percent", "eq"), False),
    ],
)
def test_the_same_number_is_no_change_to_a_reader(
    one: tuple[float | None, str | None, str], other: tuple[float | None, str | None, str], same: bool
) -> None:
    first, second = (Quantity(value, unit, kind, None, "words") for value, unit, kind in (one, other))
    assert values.no_other(first, second) is values.no_other(second, first) is same


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("Effective 11/03/2026 BIS removed Dahua from the Entity List.", "2026-11-03"),
        ("The FCC says it removed Dahua from its Covered List last year.", "2025"),
        ("London will pay for 2025 Hikvision cameras to be removed.", "2026-11"),
    ],
)
def test_a_date_is_read_whole_and_a_number_of_cameras_is_none(comparer: Comparer, text: str, on: str) -> None:
    page = Publication("press", "k", "https://a.example/", "", "page", "en", text, date(2026, 11, 10))
    found = {finding.as_of for finding in comparer.publication(page, SourceClass.PRESS)}
    assert found == {on}
