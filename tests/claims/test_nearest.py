"""Which claim a sentence speaks of: the candidates, what speaks for each, and their order."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from claimwatch.claims import Comparer, values
from claimwatch.claims.comparer import Sighting
from claimwatch.claims.nearest import NAMES, Ranking, ranked
from claimwatch.models import Baseline, Finding, Publication, SourceClass

CORPUS = Path(__file__).parents[2] / "benchmarks" / "corpus"


def page(text: str, language: str = "en") -> Publication:
    return Publication("press", "k", "https://a.example/", "", "page", language, text, date(2026, 11, 10))


def candidates(comparer: Comparer, text: str) -> dict[str, dict[str, float]]:
    (seen,) = (s for s in comparer.sightings(page(text)) if isinstance(s, Sighting))
    return {name: dict(zip(NAMES, seen_of, strict=True)) for name, seen_of in comparer.candidates(seen).items()}


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


def test_where_hardly_any_claim_is_spoken_of_only_what_the_judge_named_is_shown() -> None:
    assert ranked({"A01": (-9.0,), "A02": (-8.0,)}, ("A01",), Ranking(0.0, (1.0,))) == ("A01",)
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


def test_a_claim_comes_before_those_that_restate_it(comparer: Comparer, baseline: Baseline) -> None:
    text = "UHRP calls for an export ban on components for the surveillance systems of Hikvision and Dahua."
    for found in comparer.publication(page(text, "en"), SourceClass.PRESS):
        order = found.claims
        again = {name: baseline.claims[name].restates for name in order}
        assert any(origin in order for origin in again.values())
        assert all(order.index(origin) < order.index(name) for name, origin in again.items() if origin in order)


@pytest.mark.parametrize(
    ("file", "id_"),
    [("mixed", "w5-124"), ("ngo_and_figures", "w4-041"), ("press", "w1-030"), ("watch_reports", "gb-024")],
)
def test_what_was_before_is_what_the_first_claim_says(
    comparer: Comparer, baseline: Baseline, file: str, id_: str
) -> None:
    lines = (CORPUS / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    one = next(document for document in map(json.loads, lines) if document["id"] == id_)
    read = replace(page(one["text"], one["language"]), published_on=date.fromisoformat(one["published"][:10]))
    told = [found for found in comparer.publication(read, SourceClass.PRESS) if found.before is not None]
    assert told
    for found in told:
        assert values.of_claim(baseline.claims[found.claims[0]]) == found.before


def test_claims_of_the_other_company_are_no_candidates(comparer: Comparer, baseline: Baseline) -> None:
    for name in candidates(comparer, "Dahua holds a share of the market second only to one."):
        subjects = baseline.claims[name].subjects
        assert "dahua" in subjects or "hikvision" not in subjects
