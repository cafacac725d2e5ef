"""What happened after the baseline was written, as the five sources tell it: read over HTTP, kept, compared.

The sample world serves each source in its own format: rows and figures as they stand in the real lists, prose in our
words. It is read in two weeks through the pipeline; what is stored then is held against the facts of the record
(docs/sources say where each is from).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from claimwatch.models import Finding, Outcome
from claimwatch.pipeline import open_watch, poll
from claimwatch.settings import load_settings
from claimwatch.store import findings
from demo.world import World

pytestmark = pytest.mark.slow
WEEKS = (datetime(2026, 11, 16, 5, tzinfo=UTC), datetime(2026, 11, 23, 5, tzinfo=UTC))


@dataclass(frozen=True)
class Told:
    """A finding with the week in which it was first seen, whether its bytes are kept, and its development."""

    week: int
    finding: Finding
    capture: str | None
    development: str | None


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Told, ...]]:
    """Everything that both weeks of the sample world give."""
    home = tmp_path_factory.mktemp("later")
    with World() as world:
        for week, now in enumerate(WEEKS, start=1):
            world.week = week
            settings = load_settings(home=Path(home), upstream=world.url, now=now, pace="off")
            with open_watch(settings) as watch:
                for slug in watch.polled:
                    poll(watch, slug, force=True)
        with open_watch(settings) as watch, watch.store.read() as connection:
            yield tuple(
                Told(
                    1 if row.evidence.first_seen_at < WEEKS[1] else 2,
                    row.evidence.finding,
                    row.evidence.capture_sha256,
                    row.development,
                )
                for row in findings.list_findings(connection, watch.sources)
            )


def of(told: tuple[Told, ...], source: str, entity: str, words: str, week: int) -> Told:
    """The one finding of a company in the sentence or row with these words."""
    (one,) = (
        one
        for one in told
        if (one.finding.source, one.finding.entity, one.week) == (source, entity, week) and words in one.finding.quote
    )
    return one


@dataclass(frozen=True)
class Fact:
    """A later fact: where it stands, and what must come of it. `before` and `after` are parts of what is shown.

    `also` is the outcome that is as right: another place for a kind of claim that the baseline holds is an update, or
    news where the object is another, too.
    """

    source: str
    entity: str
    words: str
    outcome: Outcome
    predicate: str
    object_class: str
    claim: str
    as_of: str
    place: str | None = "US"
    before: str | None = None
    after: str | None = None
    week: int = 1
    also: Outcome | None = None


ROW = "listed_on", "entity_list", "A03"
FACTS = {
    # The Council withdrew its recommendation, in a sentence that names no company.
    "2020-09-15 recommendation withdrawn": Fact(
        "council_on_ethics", "hikvision", "trekte Etikkrådet tilrådinga tilbake", Outcome.REVERSAL,
        "divestment_recommendation", "government_pension_fund", "A09", "2020-09-15", "NO",
    ),
    "2020-09-11 the fund holds no shares": Fact(
        "council_on_ethics", "hikvision", "fondet ikkje lenger eig aksjar", Outcome.NEW,
        "divestment_decision", "government_pension_fund", "A09", "2020-09-11", "NO",
    ),
    "2020-06-05 and 07-22 Hikvision's entry revised": Fact(
        "entity_list", "hikvision", "| Hangzhou Hikvision Digital Technology", Outcome.UPDATE, *ROW, "2020-07-22",
        before="84 FR 54004, 10/9/19", after="85 FR 34505, 6/5/20; 85 FR 44161, 7/22/20",
    ),
    "2020-07-22 Dahua's entry revised": Fact(
        "entity_list", "dahua", "| Dahua Technology,", Outcome.UPDATE, *ROW, "2020-07-22",
        before="84 FR 54004, 10/9/19", after="85 FR 44159, 7/22/20",
    ),
    "2021-12-17 Hikmicro listed": Fact(
        "entity_list", "hikvision", "| Hangzhou Hikmicro Sensing", Outcome.NEW, *ROW, "2021-12-17",
        after="86 FR 71559, 12/17/21",
    ),
    "2022-10-13 footnote 4 for Dahua": Fact(
        "entity_list", "dahua", "| Dahua Technology,", Outcome.UPDATE, *ROW, "2022-10-13", week=2,
        before="licence requirement: For a", after="87 FR 62202, 10/13/22",
    ),
    "2023-11-13 smart campus": Fact(
        "uhrp", "hikvision", "“smart campus”", Outcome.UPDATE,
        "contract_value", "surveillance_projects", "A11", "2023-11-13", "CN-FJ", after="$9 million", week=2,
        also=Outcome.NEW,
    ),
    "2022-12-31 the state's share": Fact(
        "uhrp", "hikvision", "40.8% owned", Outcome.UPDATE,
        "ownership_share", "state", "A25", "2022-12-31", "CN", before="42", after="40.8", week=2,
    ),
    "2024-02-07 expulsion from the Global Compact asked for (Hikvision)": Fact(
        "uhrp", "hikvision", "calls on the UN Global Compact to expel", Outcome.NEW,
        "calls_for", "expulsion", "B03", "2024-02-07", "CN-XJ",
    ),
    "2024-02-07 expulsion from the Global Compact asked for (Dahua)": Fact(
        "uhrp", "dahua", "calls on the UN Global Compact to expel", Outcome.NEW,
        "calls_for", "expulsion", "B03", "2024-02-07", "CN-XJ",
    ),
    "2024-02-06 Hikvision joined the Global Compact": Fact(
        "uhrp", "hikvision", "joined the UN Global Compact", Outcome.NEW,
        "company_statement", "other", "A13", "2024-02-06", None,
    ),
}  # fmt: skip
FACTS |= {
    f"2023-03-30 {name} listed": Fact(
        "entity_list", "hikvision", f"| {name}", Outcome.NEW, *ROW, "2023-03-30", after="88 FR 18985, 3/30/23"
    )
    for name in ("Luopu Haishi Dingxin", "Moyu Haishi", "Pishan Haishi", "Urumqi Haishi", "Yutian Haishi")
}


@pytest.mark.parametrize("name", FACTS)
def test_a_later_fact_comes_out_as_what_it_is(told: tuple[Told, ...], name: str) -> None:
    fact = FACTS[name]
    one = of(told, fact.source, fact.entity, fact.words, fact.week)
    found = one.finding
    assert found.outcome in (fact.outcome, fact.also)
    assert (found.predicate, found.object_class) == (fact.predicate, fact.object_class)
    assert (found.claims[:1], found.as_of, found.place) == ((fact.claim,), fact.as_of, fact.place)
    for part, shown in ((fact.before, found.before), (fact.after, found.after)):
        assert part is None or (shown is not None and part in shown.text)
    assert one.capture is not None
    assert one.development is not None


def test_the_five_subsidiaries_are_one_happening(told: tuple[Told, ...]) -> None:
    rows = [one for one in told if "Haishi" in one.finding.quote and one.finding.outcome.alerts]
    assert len(rows) == 5
    assert len({one.development for one in rows}) == 1


def test_both_companies_are_one_happening_where_one_sentence_tells_of_both(told: tuple[Told, ...]) -> None:
    calls = [one for one in told if "calls on the UN Global Compact to expel" in one.finding.quote]
    assert {one.finding.entity for one in calls} == {"hikvision", "dahua"}
    assert len({one.development for one in calls}) == 1


def test_rules_that_name_nobody_say_nothing_of_anybody(told: tuple[Told, ...]) -> None:
    """The affiliates rule of 2025-09-30 and its suspension until 2026-11-09 are in the world and name no company."""
    assert [one for one in told if one.finding.source == "federal_register"] == []


def test_the_funds_list_holds_neither_company(told: tuple[Told, ...]) -> None:
    assert [one for one in told if one.finding.source == "nbim_exclusions" and one.finding.outcome.alerts] == []


def test_nothing_but_these_facts_alerts(told: tuple[Told, ...]) -> None:
    expected = {id(of(told, f.source, f.entity, f.words, f.week)) for f in FACTS.values()}
    others = [one.finding.quote for one in told if one.finding.outcome.alerts and id(one) not in expected]
    # Both are true, and of no kind that the baseline knows: shown as untyped news.
    assert len(others) == 2
    assert any("Dahua joined the initiative in October 2023." in quote for quote in others)
    assert any("suspected of fasting" in quote for quote in others)
