"""What is done to a measure: orders that deny, passive denials, a milder measure that gives way to a stricter one."""

from datetime import date

import pytest

from claimwatch.claims import Comparer, dates
from claimwatch.models import Finding, Outcome, Publication, SourceClass


def one(comparer: Comparer, text: str, source: str = "press", language: str = "en") -> Finding:
    page = Publication(source, "k", "https://a.example/", "", "page", language, text, date(2026, 11, 10))
    (found,) = comparer.publication(page, SourceClass.OFFICIAL)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "Order Denying Export Privileges of Hikvision USA Inc.",
        "Hikvision was placed on the denied persons list.",
        "Hikvision was denied a certificate by the board.",
        "Hikvision's appeal was dismissed by the court.",
    ],
)
def test_what_is_denied_to_a_company_is_no_denial_by_it(comparer: Comparer, text: str) -> None:
    assert one(comparer, text, "federal_register").outcome not in (Outcome.DENIAL, Outcome.RESTATEMENT)


def test_a_company_that_denies_still_does(comparer: Comparer) -> None:
    for text in ("Hikvision denied the allegations.", "Hikvision has firmly rejected the report as baseless."):
        assert one(comparer, text).outcome is Outcome.DENIAL


def test_a_proposed_removal_is_pending_of_the_list(comparer: Comparer) -> None:
    for text in (
        "BIS proposes to remove Hikvision from the Entity List.",
        "The Bureau proposes to remove Zhejiang Dahua Technology from the Entity List and asks for comments.",
    ):
        found = one(comparer, text, "federal_register")
        assert (found.outcome, found.predicate, found.object_class) == (Outcome.PENDING, "listed_on", "entity_list")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The observation of Hikvision ends because the company is now excluded from the fund.", "en"),
        ("Norges Bank avslutter observasjonen av Hikvision fordi selskapet utelukkes.", "nb"),
    ],
)
def test_an_observation_that_gives_way_to_an_exclusion_is_no_reversal(
    comparer: Comparer, text: str, language: str
) -> None:
    found = one(comparer, text, "nbim_exclusions", language)
    assert found.outcome in (Outcome.NEW, Outcome.UPDATE)
    assert found.predicate in ("observation_decision", "divestment_decision")


def test_an_observation_that_ends_without_one_is_a_reversal(comparer: Comparer) -> None:
    for text in (
        "Norges Bank has ended the observation of Hikvision.",
        "Norges Bank has ended the observation of Hikvision and will not exclude the company.",
    ):
        assert one(comparer, text, "nbim_exclusions").operation == "remove"


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("Ellevte september 2020 skreiv Noregs Bank brev.", "2020-09-11"),
        ("den tjueførste mars 2021", "2021-03-21"),
        ("trettiførste desember 2019", "2019-12-31"),
        ("fyrste januar 2022", "2022-01-01"),
        ("on the twenty-third of May 2024", "2024-05-23"),
    ],
)
def test_dates_in_words(text: str, on: str) -> None:
    assert [moment.on for moment in dates.find(text, None)] == [on]


def test_an_ordinal_before_a_verb_is_no_date() -> None:
    assert dates.find("The second may follow; a first may not.", date(2026, 1, 1)) == ()
