"""Entries: first sight against the baseline, then field by field."""

from dataclasses import replace
from datetime import date

import pytest

from claimwatch.claims import Comparer
from claimwatch.models import Entry, Field, Finding, Outcome, Publication, SourceClass


def row(name: str, citation: str, address: str = "1 Some Road, Hangzhou", **fields: str) -> Entry:
    values = {"country": "China", "name": name, "address": address, "citation": citation} | fields
    text = f"China | {name} | {address} | {citation}"
    return Entry(
        source="entity_list",
        list_name="entity_list",
        key=f"CHINA|{name}",
        url="https://www.ecfr.gov/",
        name=name,
        text=text,
        subject=(8, 8 + len(name)),
        fields=tuple(Field(key, value) for key, value in values.items()),
        language="en",
        published_on=date(2022, 10, 13),
    )


DAHUA = row("Dahua Technology", "84 FR 54004, 10/9/19")
PARENT = row("Hangzhou Hikvision Digital Technology Co., Ltd.", "84 FR 54004, 10/9/19; 85 FR 34505, 6/5/20")


def one(comparer: Comparer, entry: Entry, previous: Entry | None = None) -> Finding:
    (finding,) = comparer.entry(entry, previous, SourceClass.OFFICIAL)
    return finding


def test_the_listing_that_the_baseline_knows_is_a_restatement(comparer: Comparer) -> None:
    finding = one(comparer, DAHUA)
    assert (finding.outcome, finding.claims[0], finding.confidence) == (Outcome.RESTATEMENT, "A03", "record")
    assert finding.quote == DAHUA.text


def test_later_citations_at_first_sight_update_it(comparer: Comparer) -> None:
    finding = one(comparer, PARENT)
    assert (finding.outcome, finding.severity, finding.as_of) == (Outcome.UPDATE, "S1", "2020-06-05")
    assert finding.before is not None
    assert finding.after is not None
    assert finding.before.text == "84 FR 54004, 10/9/19"
    assert finding.after.text == "85 FR 34505, 6/5/20"


def test_a_subsidiary_that_the_baseline_lacks_alerts(comparer: Comparer) -> None:
    entry = row("Moyu Haishi Electronic Technology Co., Ltd.", "88 FR 18985, 3/30/23")
    finding = one(comparer, entry)
    assert (finding.entity, finding.outcome) == ("hikvision", Outcome.NEW)


def test_an_unchanged_row_says_nothing(comparer: Comparer) -> None:
    assert comparer.entry(PARENT, PARENT, SourceClass.OFFICIAL) == ()


def test_a_new_citation_is_told_before_and_after(comparer: Comparer) -> None:
    later = row("Dahua Technology", "84 FR 54004, 10/9/19; 87 FR 62202, 10/13/22")
    finding = one(comparer, later, DAHUA)
    assert (finding.outcome, finding.place, finding.as_of) == (Outcome.UPDATE, "US", "2022-10-13")
    assert finding.before is not None
    assert finding.after is not None
    assert (finding.before.text, finding.after.text) == ("84 FR 54004, 10/9/19", "87 FR 62202, 10/13/22")


def test_another_requirement_is_an_update(comparer: Comparer) -> None:
    before = row("Dahua Technology", "84 FR 54004, 10/9/19", review_policy="Case-by-case")
    after = row("Dahua Technology", "84 FR 54004, 10/9/19", review_policy="Presumption of denial")
    finding = one(comparer, after, before)
    assert finding.outcome is Outcome.UPDATE
    assert finding.after is not None
    assert "Presumption of denial" in finding.after.text


def test_a_company_in_an_address_is_not_what_a_row_is_about(comparer: Comparer) -> None:
    entry = row("Beijing Example Co., Ltd.", "85 FR 1, 1/2/20", address="c/o Dahua Technology, Hangzhou")
    assert comparer.entry(entry, None, SourceClass.OFFICIAL) == ()


def test_rows_inside_a_text_are_compared_as_rows(comparer: Comparer) -> None:
    known = "CHINA | Dahua Technology, Hangzhou | For all items | 84 FR 54004, 10/9/19."
    other = "CHINA | Beijing Example Co. | c/o Dahua Technology, Hangzhou | 85 FR 1, 1/2/20."
    gone = "CHINA | Dahua Technology | [Removed, 90 FR 1, 3/3/25]."
    page = Publication("entity_list", "k", "https://www.ecfr.gov/", "", "page", "en", "\n".join([known, other, gone]))
    found = comparer.publication(page, SourceClass.OFFICIAL)
    assert [f.outcome for f in found] == [Outcome.RESTATEMENT, Outcome.CONTEXT, Outcome.REVERSAL]
    assert [f.quote for f in found] == [known, other, gone]
    assert all(page.text[f.start : f.end] == f.quote for f in found)
    assert found[1].surface


@pytest.mark.parametrize(
    ("action", "outcome"),
    [("add", Outcome.NEW), ("revise", Outcome.UPDATE), ("remove", Outcome.REVERSAL), ("move", Outcome.UPDATE)],
)
def test_rule_instructions(comparer: Comparer, action: str, outcome: Outcome) -> None:
    entry = replace(DAHUA, list_name="rule", action=action, effective_on=date(2025, 3, 3))
    finding = one(comparer, entry)
    assert (finding.outcome, finding.as_of) == (outcome, "2025-03-03")


def test_an_instruction_that_the_baseline_tells_is_known(comparer: Comparer) -> None:
    entry = replace(DAHUA, list_name="rule", action="add", effective_on=date(2019, 10, 9))
    assert one(comparer, entry).outcome is Outcome.RESTATEMENT


def exclusion(decision: str, criterion: str = "Human rights") -> Entry:
    name = "Zhejiang Dahua Technology Co Ltd"
    values = {"company": name, "category": "Conduct", "criterion": criterion, "decision": decision}
    return Entry(
        source="nbim_exclusions",
        list_name="exclusions",
        key="dahua",
        url="https://www.nbim.no/",
        name=name,
        text=f"{name} | Conduct | {criterion} | {decision} | 03.03.2025",
        subject=(0, len(name)),
        fields=tuple(Field(key, value) for key, value in (values | {"published": "03.03.2025"}).items()),
        language="en",
    )


@pytest.mark.parametrize(
    ("decision", "predicate", "outcome"),
    [
        ("Exclusion", "divestment_decision", Outcome.NEW),
        ("Observation", "observation_decision", Outcome.NEW),
        ("Revoked exclusion", "divestment_decision", Outcome.REVERSAL),
        ("Utelukkelse opphevet", "divestment_decision", Outcome.REVERSAL),
        ("Avsluttet observasjon", "observation_decision", Outcome.REVERSAL),
        ("Hugged", None, Outcome.NEW),
    ],
)
def test_decisions_of_the_fund(comparer: Comparer, decision: str, predicate: str | None, outcome: Outcome) -> None:
    finding = one(comparer, exclusion(decision))
    assert (finding.predicate, finding.outcome, finding.as_of) == (predicate, outcome, "2025-03-03")


def test_changed_decisions_of_the_fund(comparer: Comparer) -> None:
    assert comparer.entry(exclusion("Exclusion"), exclusion("Exclusion"), SourceClass.OFFICIAL) == ()
    assert one(comparer, exclusion("Exclusion"), exclusion("Observation")).outcome is Outcome.UPDATE
    ended = one(comparer, exclusion("Exclusion revoked"), exclusion("Exclusion"))
    assert ended.outcome is Outcome.REVERSAL
    assert ended.before is not None
    assert ended.before.text == "Exclusion"
