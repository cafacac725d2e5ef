"""That to carry a measure out, on things that it describes, is not to take it back."""

from datetime import date

import pytest

from claimwatch.claims import Comparer
from claimwatch.claims.objects import of_things
from claimwatch.models import Finding, Outcome, Publication, SourceClass


def finding(comparer: Comparer, text: str, language: str = "en") -> Finding:
    page = Publication("press", "k", "https://a.example/", "", "page", language, text, date(2026, 11, 1))
    return comparer.publication(page, SourceClass.PRESS)[0]


@pytest.mark.parametrize(
    "text",
    [
        "The council has removed all banned Hikvision cameras from its buildings.",
        "Retailers withdrew blacklisted Hikvision cameras in October.",
        "The ministry has scrapped the banned Dahua devices.",
        "Shops removed millions of listings for unauthorised or prohibited goods made by Dahua.",
        "Hikvision cameras are banned in the United States and removed from government buildings in Britain.",
    ],
)
def test_what_is_banned_and_taken_away_reverses_nothing(comparer: Comparer, text: str) -> None:
    assert finding(comparer, text).outcome is not Outcome.REVERSAL


@pytest.mark.parametrize(
    "text",
    [
        "The ban on Hikvision cameras was scrapped by the ministry.",
        "The ministry has scrapped the ban on prohibited Hikvision cameras.",
        "Hikvision was removed from the list of prohibited suppliers.",
        "The United States lifted its sanctions on blacklisted Dahua.",
        "US removes blacklisted Hikvision from Entity List.",
        "The Commerce Department lifted restricted Hikvision's listing on the Entity List.",
        "BIS removed sanctioned Hikvision from the Entity List on 3 March 2026.",
        "The Commerce Department has removed the blacklisted company Hikvision from the Entity List.",
        "U.S. drops sanctioned Chinese firm Hikvision from Entity List.",
        "The Treasury has removed sanctioned Hikvision from the SDN List.",
        "Pentagon removes blacklisted Dahua from list of Chinese military companies.",
        "Hikvision was removed from the sanctioned entities list on 3 March 2026.",
        "The FCC removed Hikvision from its restricted list.",
        "The FCC ends barred Dahua's listing.",
        "US removes blacklisted camera maker Hikvision from Entity List.",
        "BIS has removed sanctioned Zhejiang Dahua Technology from the Entity List.",
    ],
)
def test_a_measure_that_is_taken_back_is_still_reversed(comparer: Comparer, text: str) -> None:
    assert finding(comparer, text).outcome is Outcome.REVERSAL


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("withdrew banned cameras", True),
        ("withdrew the ban", False),
        ("withdrew its ban on banned cameras", False),
        ("trakk tilbake de svartelistede kameraene", True),
        ("withdrew, and was banned from tenders", False),
        ("withdrew the sanctioned maker of cameras from the list", False),
        ("withdrew from all its town halls", True),
        ("withdrew from the list of barred suppliers of schools", False),
    ],
)
def test_the_object_of_a_verb(text: str, things: bool) -> None:
    end = text.find("withdrew") + len("withdrew") if "withdrew" in text else len("trakk tilbake")
    assert of_things(text, end) is things


def test_what_is_removed_elsewhere_is_placed_there(comparer: Comparer) -> None:
    text = "Hikvision cameras are banned in the US, but are widely used by police forces in the UK."
    assert finding(comparer, text).place == "GB"
