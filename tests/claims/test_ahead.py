"""Dates that a sentence fixes for later, and what is told when one has passed."""

from datetime import date

import pytest

from claimwatch.claims import Comparer
from claimwatch.claims.ahead import Fixed, fixed_dates, noted, passed
from claimwatch.models import DATE_PASSED, Outcome, Publication, SourceClass

TODAY = date(2025, 11, 12)
SUSPENDED = "The purchase ban on Hikvision cameras in Iceland is suspended until 9 November 2026."


@pytest.mark.parametrize(
    ("text", "kind", "on"),
    [
        ("It is suspended until November 9, 2026.", "until", date(2026, 11, 9)),
        ("The exemption, which expires on February 2, 2026, covers them.", "until", date(2026, 2, 2)),
        ("It holds from 10 November 2025 to 9 November 2026.", "until", date(2026, 11, 9)),
        ("Agencies must remove them by 1 January 2027.", "by", date(2027, 1, 1)),
        ("It must be over by the end of June 2027.", "by", date(2027, 6, 30)),
        ("The order takes effect on 1 March 2026.", "from", date(2026, 3, 1)),
        ("Hospitals may buy again with effect from July 2026.", "from", date(2026, 7, 1)),
        ("Observasjonen varer til 31. desember 2027.", "until", date(2027, 12, 31)),
        ("Avtala må vere avslutta innan utgangen av juni 2027.", "by", date(2027, 6, 30)),
        ("Forbodet gjeld frå ellevte mars 2026.", "from", date(2026, 3, 11)),
        ("该措施暂停至2026年11月9日", "until", date(2026, 11, 9)),
    ],
)
def test_a_day_that_is_fixed(text: str, kind: str, on: date) -> None:
    assert fixed_dates(text, TODAY) == (Fixed(on, kind),)


@pytest.mark.parametrize(
    "text",
    [
        "It was added on 9 October 2019 and stayed until 2021.",  # past
        "It is to last until 2027.",  # no day
        "A hearing on 3 March 2026 was announced.",  # neither until, by nor from
        "It held until 9 November 2025.",
        "Nothing is fixed.",
    ],
)
def test_a_day_that_is_not(text: str) -> None:
    assert fixed_dates(text, TODAY) == ()


def test_without_the_day_of_publication_nothing_is_ahead() -> None:
    assert fixed_dates("It is suspended until November 9, 2026.", None) == ()


def test_a_finding_notes_it_and_what_is_told_of_its_passing_claims_nothing(comparer: Comparer) -> None:
    page = Publication("press", "k", "https://a.example/", "", "page", "en", SUSPENDED, TODAY)
    (found,) = comparer.publication(page, SourceClass.PRESS)
    (fixed,) = noted(found.rules)
    assert fixed == Fixed(date(2026, 11, 9), "until")
    told = passed(found, fixed, "S3")
    assert (told.outcome, told.operation, told.as_of) == (Outcome.PENDING, DATE_PASSED, "2026-11-09")
    assert (told.quote, told.claims, told.before, told.after) == (found.quote, found.claims, None, None)
    assert told.fingerprint != found.fingerprint
    assert noted(told.rules) == ()


def test_a_demand_fixes_no_day(comparer: Comparer) -> None:
    text = "UHRP calls on the United Kingdom to ban Hikvision cameras by 1 January 2027."
    page = Publication("press", "k", "https://a.example/", "", "page", "en", text, TODAY)
    (found,) = comparer.publication(page, SourceClass.NGO)
    assert found.operation == "call"
    assert noted(found.rules) == ()
