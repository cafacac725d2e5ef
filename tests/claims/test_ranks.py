"""Places in a ranking as values: who lost one, to whom, and where it stands now."""

from datetime import date

import pytest

from claimwatch.claims import Comparer, figures
from claimwatch.models import Finding, Outcome, Publication, SourceClass


def findings(comparer: Comparer, text: str, language: str = "en") -> dict[str, Finding]:
    page = Publication("press", "k", "https://a.example/", "", "page", language, text, date(2026, 11, 10))
    return {found.entity: found for found in comparer.publication(page, SourceClass.PRESS)}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hikvision has been overtaken as the world's largest camera maker.", "en"),
        ("Hikvision is no longer the world's biggest maker of surveillance cameras.", "en"),
        ("Hikvision lost its place as the largest supplier of surveillance equipment.", "en"),
        ("After ten years Hikvision has given up the lead among the world's largest camera makers.", "en"),
        ("Hikvision, the largest maker of surveillance cameras for a decade, was dethroned in 2026.", "en"),
        ("A Korean rival has surpassed Hikvision as the world's leading vendor of surveillance cameras.", "en"),
        ("Hikvision is not the world's largest maker of surveillance cameras.", "en"),
        ("Hikvision er ikke lenger verdens største kameraprodusent.", "nb"),
        ("Hikvision er forbigått som verdens største produsent av overvåkingskameraer.", "nb"),
        ("Hikvision har mistet plassen som verdens største kameraprodusent.", "nb"),
        ("Hikvision er ikkje lenger den største kameraprodusenten i verda.", "nn"),
        ("Eit koreansk selskap har gått forbi Hikvision som verdas største kameraprodusent.", "nn"),
    ],
)
def test_a_rank_that_is_lost_is_told_and_shows_no_rank_after(comparer: Comparer, text: str, language: str) -> None:
    found = findings(comparer, text, language)["hikvision"]
    assert found.outcome.alerts
    assert found.predicate == "market_rank"
    assert "contrary" in found.rules
    assert found.after is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hikvision is the world's largest maker of video surveillance equipment.", "en"),
        ("Hikvision remains the world's largest maker of surveillance cameras.", "en"),
        ("Hikvision has not been overtaken as the world's largest maker of surveillance cameras.", "en"),
        ("Hikvision er verdens største produsent av overvåkingskameraer.", "nb"),
        ("Hikvision er framleis verdas største produsent av overvakingskamera.", "nn"),
    ],
)
def test_a_rank_that_is_kept_was_not_lost(comparer: Comparer, text: str, language: str) -> None:
    found = findings(comparer, text, language)["hikvision"]
    assert "contrary" not in found.rules
    assert "value.differs" not in found.rules


@pytest.mark.parametrize(
    ("text", "language", "rank"),
    [
        ("Hikvision slipped to second among the world's largest makers of surveillance equipment.", "en", 2),
        ("Once first in the ranking of surveillance makers, Hikvision is third now.", "en", 3),
        ("Hikvision was the largest maker of surveillance cameras in the world, but is now third.", "en", 3),
        ("Hikvision, long the world's largest camera maker, has fallen to fourth place.", "en", 4),
    ],
)
def test_where_it_stands_now_is_the_value_after(comparer: Comparer, text: str, language: str, rank: int) -> None:
    found = findings(comparer, text, language)["hikvision"]
    assert found.outcome.alerts
    assert found.after is not None
    assert found.after.value == rank


def test_who_overtakes_gains_what_the_other_loses(comparer: Comparer) -> None:
    for text in (
        "Dahua has surpassed Hikvision as the world's largest supplier of surveillance cameras.",
        "Hikvision has been overtaken by Dahua as the world's largest supplier of surveillance cameras.",
    ):
        found = findings(comparer, text)
        assert "contrary" in found["hikvision"].rules
        assert "contrary" not in found["dahua"].rules
        assert found["dahua"].after is not None
        assert (found["dahua"].outcome.alerts, found["dahua"].after.value) == (True, 1)


@pytest.mark.parametrize(
    "text",
    [
        "Hikvision: No. 1 worldwide by revenue, in first place among camera makers.",
        "Hikvision ranks third worldwide among camera makers.",
        "Dahua has gone from second to fourth among the largest makers of surveillance cameras.",
        "Dahua is the second largest maker of surveillance cameras in the world.",
    ],
)
def test_a_restatement_never_shows_two_values(comparer: Comparer, text: str) -> None:
    for found in findings(comparer, text).values():
        if found.outcome is Outcome.RESTATEMENT and found.before is not None and found.after is not None:
            assert found.before.value == found.after.value


def test_of_several_places_those_told_to_be_so_now_are_known() -> None:
    found, newest = figures.superlatives("was the largest and is now the second largest")
    assert [a.value for a in found] == [1, 2]
    assert [a.value for a in newest] == [2]
    told, newest = figures.numbered("went from second to fourth")
    assert [a.value for a in told] == [4] == [a.value for a in newest]
    assert figures.numbered("gave up its position as number one", lost=True) == ((), ())


def test_who_is_overtaken_by_another_is_the_one_that_falls_behind(comparer: Comparer) -> None:
    text = "Hikvision overtaken by Dahua as the world's largest camera maker"
    page = Publication("press", "k", "https://a.example/", "", "page", "en", text, date(2026, 11, 10))
    hikvision, dahua = comparer.publication(page, SourceClass.PRESS)
    assert (hikvision.entity, hikvision.outcome, hikvision.after) == ("hikvision", Outcome.UPDATE, None)
    assert dahua.after is not None
    assert dahua.after.value == 1


def test_the_place_after_another_is_not_the_others(comparer: Comparer) -> None:
    text = "Dahua is the world's second-largest maker of cameras after Hikvision."
    page = Publication("press", "k", "https://a.example/", "", "page", "en", text, date(2026, 11, 10))
    for finding in comparer.publication(page, SourceClass.PRESS):
        assert finding.entity != "hikvision" or finding.after is None or finding.after.value != 2


@pytest.mark.parametrize(
    "text",
    [
        "Hikvision, the world's largest maker of surveillance cameras, and Dahua, a large vendor, were invited.",
        "The world's largest camera maker, Hikvision, and its rival Dahua were invited.",
        "Dahua is one of the world's largest camera makers.",
        "Dahua and Hikvision, the world's two largest camera makers, were invited.",
        "Dahua er en av verdens største kameraprodusenter.",
    ],
)
def test_a_place_of_another_or_of_several_is_no_change_of_ones_own(comparer: Comparer, text: str) -> None:
    found = findings(comparer, text, "nb" if " er " in text else "en")["dahua"]
    assert found.after is None
    assert "value.differs" not in found.rules


def test_the_first_place_is_still_that_of_who_has_it(comparer: Comparer) -> None:
    text = "Dahua, the world's largest maker of surveillance cameras, and Hikvision, a large vendor, were invited."
    found = findings(comparer, text)
    assert found["dahua"].outcome is Outcome.UPDATE
    assert found["dahua"].after is not None
    assert found["dahua"].after.value == 1
    assert found["hikvision"].after is None
