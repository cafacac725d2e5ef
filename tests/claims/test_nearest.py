"""Which claim a sentence speaks of: the candidates, what speaks for each, and their order."""

from datetime import date

import pytest

from claimwatch.claims import Comparer
from claimwatch.claims.comparer import Sighting
from claimwatch.claims.nearest import NAMES, Ranking, ranked
from claimwatch.models import Baseline, Finding, Publication, SourceClass


def page(text: str, language: str = "en") -> Publication:
    return Publication("press", "k", "https://a.example/", "", "page", language, text, date(2026, 11, 10))


def candidates(comparer: Comparer, text: str) -> dict[str, dict[str, float]]:
    (seen,) = (s for s in comparer.sightings(page(text)) if isinstance(s, Sighting))
    return {name: dict(zip(NAMES, values, strict=True)) for name, values in comparer.candidates(seen).items()}


def one(comparer: Comparer, text: str, language: str = "en") -> Finding:
    (found,) = comparer.publication(page(text, language), SourceClass.PRESS)
    return found


def test_a_value_a_place_and_a_year_speak_for_the_claims_that_hold_them(comparer: Comparer) -> None:
    share = candidates(comparer, "The state owns 42 percent of Hikvision.")
    assert share["A25"]["value same"] == 1.0
    listing = candidates(comparer, "In October 2019 the United States put Hikvision on the Entity List.")["A03"]
    assert (listing["year same"], listing["place same"], listing["topic"]) == (1.0, 1.0, 1.0)
    later = candidates(comparer, "In October 2024 the United States put Hikvision on the Entity List.")["A03"]
    assert (later["year same"], later["year other"]) == (0.0, 1.0)


def test_the_likeliest_comes_first_and_the_unlikely_only_where_the_judge_named_them() -> None:
    ranking = Ranking(0.0, (1.0,))
    found = {"A01": (-1.0,), "A02": (2.0,), "A03": (-9.0,), "A04": (-9.0,)}
    assert ranked(found, ("A03",), ranking) == ("A02", "A01", "A03")


def test_where_hardly_any_claim_is_spoken_of_none_is_shown() -> None:
    assert ranked({"A01": (-9.0,)}, ("A01",), Ranking(0.0, (1.0,))) == ()
    assert ranked({}, (), Ranking(0.0, (1.0,))) == ()


def test_of_equals_the_first_by_name_comes_first() -> None:
    ranking = Ranking(0.0, (1.0,))
    assert ranked({"B02": (1.0,), "A09": (1.0,)}, (), ranking) == ("A09", "B02")


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Hikvision was added to the Entity List in October 2019.", "A03"),
        ("The Council on Ethics advised that Hikvision be excluded from the fund.", "A09"),
        ("The Chinese state holds 42 percent of Hikvision.", "A25"),
    ],
)
def test_the_claim_that_is_restated_is_shown_first(comparer: Comparer, text: str, claim: str) -> None:
    assert one(comparer, text).claims[0] == claim


def test_claims_of_the_other_company_are_no_candidates(comparer: Comparer, baseline: Baseline) -> None:
    for name in candidates(comparer, "Dahua holds a share of the market second only to one."):
        subjects = baseline.claims[name].subjects
        assert "dahua" in subjects or "hikvision" not in subjects
