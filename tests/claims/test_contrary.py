"""That a known measure is plainly said not to be there is no restatement of it."""

from datetime import UTC, date, datetime

import pytest

from claimwatch.claims import Comparer
from claimwatch.claims.contradictions import disagreement
from claimwatch.models import Evidence, Finding, Outcome, Publication, SourceClass

NOW = datetime(2026, 11, 9, 6, tzinfo=UTC)


def finding(comparer: Comparer, text: str, language: str = "en", url: str = "https://a.example/") -> Finding:
    page = Publication("press", "k", url, "", "page", language, text, date(2026, 11, 1))
    return next(f for f in comparer.publication(page, SourceClass.PRESS) if f.entity == "hikvision")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hikvision is not on the Entity List.", "en"),
        ("The United States has never added Hikvision to the Entity List.", "en"),
        ("Hikvision står ikke på Entity List.", "nb"),
        ("Hikvision er ikkje på Entity List.", "nn"),
    ],
)
def test_the_contrary_of_a_claim_is_told(comparer: Comparer, text: str, language: str) -> None:
    found = finding(comparer, text, language)
    assert found.outcome.alerts
    assert "contrary" in found.rules
    assert found.claims[0] == "A03"


@pytest.mark.parametrize(
    "text",
    [
        "Hikvision is on the Entity List.",
        "Hikvision is not only on the Entity List but also under scrutiny.",
        "Hikvision, which did not comment, is on the Entity List.",
        "Hikvision is not alone on the Entity List.",
    ],
)
def test_other_negations_are_none_of_the_claim(comparer: Comparer, text: str) -> None:
    found = finding(comparer, text)
    assert found.outcome in (Outcome.RESTATEMENT, Outcome.CONTEXT)
    assert "contrary" not in found.rules


def test_two_sources_that_say_yes_and_no_contradict_each_other(comparer: Comparer) -> None:
    no, yes = (
        Evidence(number, finding(comparer, text, url=url), url, "", date(2026, 11, 1), None, NOW, None, None, "p 1")
        for number, (text, url) in enumerate(
            [
                ("Hikvision is not on the Entity List.", "https://a.example/"),
                ("Hikvision is on the Entity List.", "https://b.example/"),
            ]
        )
    )
    assert disagreement(no, yes) == disagreement(yes, no) == "standing"
    assert disagreement(yes, yes) is None
