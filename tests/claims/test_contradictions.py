"""What sources say otherwise of one claim at one time, and who tells a thing independently of whom."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from claimwatch.claims import Comparer
from claimwatch.claims.contradictions import contradictions, disagreement, otherwise
from claimwatch.claims.corroboration import publisher, publishers
from claimwatch.models import Evidence, Outcome, Publication, SourceClass

SEEN = datetime(2026, 11, 9, 6, tzinfo=UTC)
_NUMBERS = count(1)


def told(comparer: Comparer, text: str, url: str, on: date = date(2025, 3, 4), entity: str = "hikvision") -> Evidence:
    """What the first sentence about a company says, as evidence."""
    page = Publication("press", "k", url, "", "page", "en", text, on)
    found = next(f for f in comparer.publication(page, SourceClass.PRESS) if f.entity == entity)
    number = next(_NUMBERS)
    return Evidence(number, found, url, "", on, None, SEEN + timedelta(minutes=number), "ab" * 32, SEEN, "parser 1")


STATE = "As of December 2024 the Chinese state owned {} percent of Hikvision."


def test_two_values_for_one_time_are_shown_side_by_side(comparer: Comparer) -> None:
    one = told(comparer, STATE.format("41"), "https://a.example/1")
    other = told(comparer, STATE.format("38"), "https://b.example/1")
    assert disagreement(one, other) == disagreement(other, one) == "value"
    (pair,) = contradictions([one, other])
    assert ({pair.one.id, pair.other.id}, pair.about) == ({one.id, other.id}, "value")
    assert otherwise([one], [one, other]) == (other,)


@pytest.mark.parametrize(
    ("text", "url", "on"),
    [
        (STATE.format("41.2"), "https://b.example/1", date(2025, 3, 4)),  # the same, rounded otherwise
        (STATE.format("more than 40"), "https://b.example/1", date(2025, 3, 4)),  # 41 is more than 40
        (STATE.format("38").replace("2024", "2022"), "https://b.example/1", date(2025, 3, 4)),  # of another year
        (STATE.format("38"), "https://www.a.example/2", date(2025, 3, 4)),  # a publisher that corrects itself
        (STATE.format("38").replace("state owned", "state owned through a fund"), "https://a.example/9",
         date(2025, 3, 4)),
        ("Hikvision supplies 195 countries.", "https://b.example/1", date(2025, 3, 4)),  # another claim
    ],
)  # fmt: skip
def test_what_can_both_hold_is_no_contradiction(comparer: Comparer, text: str, url: str, on: date) -> None:
    one = told(comparer, STATE.format("41"), "https://a.example/1")
    assert disagreement(one, told(comparer, text, url, on)) is None


def test_a_ban_that_was_lifted_and_one_that_still_stands(comparer: Comparer) -> None:
    lifted = told(comparer, "Denmark lifted its ban on Hikvision cameras on 3 March 2025.", "https://a.example/1")
    assert lifted.finding.outcome is Outcome.REVERSAL
    stands = replace(
        lifted,
        id=lifted.id + 1000,
        finding=replace(lifted.finding, outcome=Outcome.RESTATEMENT, operation="assert", url="https://b.example/1",
                        as_of="2025-03-20"),
    )  # fmt: skip
    assert disagreement(lifted, stands) == "standing"
    before = replace(stands, finding=replace(stands.finding, as_of="2025-02-20"))
    assert disagreement(lifted, before) is None  # then it still stood
    long_after = replace(stands, finding=replace(stands.finding, as_of="2026-02-20"))
    assert disagreement(lifted, long_after) is None  # it may have been imposed anew
    anew = replace(stands, finding=replace(stands.finding, outcome=Outcome.NEW))
    assert disagreement(lifted, anew) is None  # it was imposed since


def test_a_plan_and_a_deed_may_differ_in_number(comparer: Comparer) -> None:
    plan, deed = (
        told(comparer, text, url)
        for text, url in (
            ("The city of Oslo plans to remove 600 Hikvision cameras.", "https://a.example/1"),
            ("The city of Oslo has removed 200 Hikvision cameras.", "https://b.example/1"),
        )
    )
    assert plan.finding.outcome is Outcome.PENDING
    assert disagreement(plan, deed) is None


def test_a_denial_stands_beside_what_it_denies_and_only_while_that_is_said(comparer: Comparer) -> None:
    said = told(comparer, "Hikvision supplies cameras to internment camps in Xinjiang.", "https://a.example/1")
    denied = replace(
        said,
        id=said.id + 1000,
        finding=replace(said.finding, outcome=Outcome.DENIAL, operation="deny", predicate="denial_statement",
                        url="https://b.example/1", quote="Hikvision denies that.", after=None),
    )  # fmt: skip
    assert said.finding.claims
    assert disagreement(said, denied) == disagreement(denied, said) == "denial"
    assert disagreement(denied, replace(said, finding=replace(said.finding, claims=("A01",)))) is None
    years_ago = replace(said, published_on=date(2019, 1, 1), finding=replace(said.finding, as_of="2019-01-01"))
    assert disagreement(denied, years_ago) is None
    other_company = replace(said, finding=replace(said.finding, entity="dahua"))
    assert disagreement(denied, other_company) is None


def test_of_each_publisher_the_newest_contradiction_is_named(comparer: Comparer) -> None:
    one = told(comparer, STATE.format("41"), "https://a.example/1")
    old = told(comparer, STATE.format("38"), "https://b.example/1")
    new = told(comparer, STATE.format("37"), "https://b.example/2")
    third = told(comparer, STATE.format("36"), "https://c.example/1")
    assert {e.id for e in otherwise([one], [old, new, third, one])} == {new.id, third.id}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.uhrp.org/a", "uhrp.org"),
        ("https://news.example.co.uk/a", "example.co.uk"),
        ("https://www.federalregister.gov/d/1", "gov"),
        ("https://www.ecfr.gov/current/title-15", "gov"),
        ("https://questions.parliament.gov.uk/1", "gov.uk"),
        ("not an address", ""),
    ],
)
def test_a_publisher_is_known_by_its_address(url: str, name: str) -> None:
    assert publisher(url) == name


def test_copies_of_one_text_are_one_source(comparer: Comparer) -> None:
    words = "On March 3, 2025 BIS removed Dahua Technology and Hikvision from the Entity List."
    first = told(comparer, words, "https://agency.example/1")
    copy = told(comparer, words.replace("BIS", "the BIS"), "https://daily.example/1")
    own = told(comparer, "Hikvision is off the American trade blacklist since Monday.", "https://weekly.example/1")
    again = told(comparer, "Hikvision was struck off the list by BIS, we said.", "https://www.agency.example/2")
    assert publishers([first, copy, own, again]) == ("agency.example", "weekly.example")
