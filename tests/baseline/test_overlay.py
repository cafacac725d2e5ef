"""The overlay alone: which claims facts become, and what stays as it was."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.baseline.export import export
from claimwatch.baseline.overlay import before, overlay
from claimwatch.models import Baseline, Fact, Finding, Lesson, Outcome, Quantity
from claimwatch.settings import PROJECT

AT = datetime(2026, 11, 16, 6, tzinfo=UTC)
QUOTE = "The state's share in Hikvision is 37.5 percent now."


@pytest.fixture(scope="module")
def baseline() -> Baseline:
    """The baseline of the files."""
    return load_baseline(PROJECT / "baselines")


def fact(baseline: Baseline, number: int = 1, **changes: object) -> Fact:
    """An accepted change of claim A25."""
    known = baseline.claims["A25"]
    finding = Finding(
        source="uhrp", url="https://uhrp.org/one/", entity="hikvision", outcome=Outcome.UPDATE,
        predicate=known.predicate, object_class=known.object_class, operation="assert", claims=("A25",),
        before=Quantity(42.0, "percent", "eq", None, "42 percent"),
        after=Quantity(37.5, "percent", "eq", None, "37.5 percent"), place=None, as_of="2026-11", speaker=None,
        modality="asserted", quote=QUOTE, start=0, end=len(QUOTE), surface="Hikvision", method="exact",
        severity="S3", confidence="rule", rules=("cell.known", "value.differs"), language="en",
        fingerprint=f"{number:064d}",
    )  # fmt: skip
    return Fact(
        id=f"R{number:02d}a",
        document=f"R{number:02d}",
        finding=replace(finding, **changes),  # type: ignore[arg-type]
        source_name="UHRP",
        title="One",
        published_on=date(2026, 11, 2),
        accepted_at=AT + timedelta(days=number),
        who="Kari",
    )


def test_without_facts_it_is_the_baseline_itself(baseline: Baseline) -> None:
    assert overlay(baseline, (), ()) is baseline


def test_a_changed_value_supersedes_and_is_superseded_in_turn(baseline: Baseline) -> None:
    first = fact(baseline)
    after = Quantity(31.0, "percent", "eq", None, "31 percent")
    second = fact(baseline, 2, claims=("R01a",), before=first.finding.after, after=after)
    known = overlay(baseline, (first, second), ())
    assert [known.claims[id_].status for id_ in ("A25", "R01a", "R02a")] == ["superseded", "superseded", "active"]
    assert known.claims["R02a"].value == 31
    assert baseline.claims["A25"].status == "active", "the files' own baseline was changed"
    document = known.documents["R01"]
    assert document.text[slice(*known.claims["R01a"].span)] == QUOTE
    assert known.newest_document_on == baseline.newest_document_on


@pytest.mark.parametrize("by_hand", [True, False])
def test_an_export_changes_nothing_of_what_was_known_between_two_changes(baseline: Baseline, by_hand: bool) -> None:
    """Both facts change the same claim of the files, which is marked as superseded there by hand, or is not yet."""
    first, second = fact(baseline), fact(baseline, 2, after=Quantity(31.0, "percent", "eq", None, "31 percent"))
    full = overlay(baseline, (first, second), ())
    claims = {**full.claims, "A25": full.claims["A25"] if by_hand else baseline.claims["A25"]}
    exported = replace(baseline, documents=full.documents, claims=claims)
    for later, earlier in (((first, second), ()), ((second,), (first,)), ((), (first, second))):
        known = overlay(before(exported, later), earlier, ())
        assert known.claims == overlay(baseline, earlier, ()).claims


@pytest.mark.parametrize("outcome", [Outcome.REVERSAL, Outcome.PENDING, Outcome.DENIAL])
def test_what_does_not_hold_is_no_claim(baseline: Baseline, outcome: Outcome) -> None:
    known = overlay(baseline, (fact(baseline, outcome=outcome),), ())
    assert known.claims == baseline.claims
    assert len(known.facts) == 1
    assert export(baseline, known.facts).by_hand == (f"A25: {outcome.value} accepted by Kari: {QUOTE}",)


def test_what_has_no_kind_is_no_claim(baseline: Baseline) -> None:
    assert overlay(baseline, (fact(baseline, predicate=None),), ()).claims == baseline.claims


def test_each_state_of_knowledge_has_a_version_of_its_own(baseline: Baseline) -> None:
    one, other = fact(baseline), fact(baseline, 2)
    lesson = Lesson("dahua", "uhrp", "dahua", "", "theatre")
    versions = [overlay(baseline, facts, lessons).version for facts, lessons in (
        ((), ()), ((one,), ()), ((other,), ()), ((one, other), ()), ((), (lesson,)),
    )]  # fmt: skip
    assert len(set(versions)) == len(versions)
    assert {len(version) for version in versions} == {64}
    assert {version[:52] for version in versions} == {baseline.files_version}
