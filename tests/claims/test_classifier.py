"""The classifier's data and arithmetic, and how its word is weighed against the rules'."""

import json
from dataclasses import replace
from typing import Any

import pytest

from claimwatch.claims import Comparer
from claimwatch.claims.classifier import Head, read_classifier, read_row, top, write_row
from claimwatch.claims.nearest import NAMES
from claimwatch.claims.outcome import Decision
from claimwatch.claims.weighing import about, weigh
from claimwatch.errors import BaselineInvalid
from claimwatch.models import Baseline, Outcome, Publication, SourceClass

TWO = {"labels": ["NEW", "NONE"], "bias": [0.0, 0.0], "weights": {"w=ban": "0:1.0", "w=road": "1:2.0"}}
SPOKEN = {"labels": ["A03", "A09"], "weights": {"w=ban": "0:1.0"}}
RAW: dict[str, object] = {
    "outcome": TWO,
    "predicate": {"labels": ["listed_on", "none"], "bias": [0.0, 0.0], "weights": {}},
    "claim": {"labels": ["A09", "none"], "bias": [0.0, 0.0], "weights": {}},
    "ranking": {"bias": 0.0, "weights": dict.fromkeys(NAMES, 1.0)},
}


def _bytes(raw: dict[str, object]) -> bytes:
    return json.dumps(raw).encode()


def shares(**given: float) -> dict[str, float]:
    """Probabilities of all labels: those given, and nothing for the rest."""
    return {label: given.get(label, 0.0) for label in (*Outcome, "NONE")}


def test_signals_add_up_to_probabilities_and_unknown_ones_say_nothing() -> None:
    head = Head(("NEW", "NONE"), (0.0, 0.0), {"w=ban": "0:1.0", "w=road": "1:2.0"})
    assert head.probabilities(["w=never heard"]) == {"NEW": 0.5, "NONE": 0.5}
    found = head.probabilities(["w=ban", "w=road"])
    assert found["NEW"] == pytest.approx(0.2689, abs=1e-4)
    assert sum(found.values()) == pytest.approx(1.0)
    assert top(found)[0] == "NONE"


def test_weights_so_large_that_they_would_overflow_are_no_trouble() -> None:
    head = Head(("NEW", "NONE"), (0.0, 0.0), {"w=ban": "0:5000"})
    assert head.probabilities(["w=ban"]) == {"NEW": 1.0, "NONE": 0.0}


def test_of_questions_apart_each_has_its_own_answer() -> None:
    head = Head(("A03", "A09"), (0.0, -1000.0), {"w=list": "0:2.0", "w=fund": "1:2000"}, apart=True)
    assert head.probabilities([]) == {"A03": 0.5, "A09": 0.0}
    both = head.probabilities(["w=list", "w=fund"])
    assert both["A03"] == pytest.approx(0.8808, abs=1e-4)
    assert both["A09"] == 1.0


def test_claims_are_asked_for_one_by_one_only_where_the_file_has_a_head_for_it(baseline: Baseline) -> None:
    without = read_classifier(replace(baseline, classifier=_bytes(RAW)))
    assert without is not None
    assert without.spoken is None
    held = read_classifier(replace(baseline, classifier=_bytes({**RAW, "spoken": {**TWO, **SPOKEN}})))
    assert held is not None
    assert held.spoken is not None
    assert sum(held.spoken.probabilities(["w=ban"]).values()) == pytest.approx(0.5 + 0.7311, abs=1e-4)


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_a_baseline_without_weights_has_no_classifier(baseline: Baseline, body: bytes) -> None:
    assert read_classifier(replace(baseline, classifier=body)) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"outcome": None}, "outcome"),
        ({"outcome": {**TWO, "bias": [0.0]}}, "2 labels with 1 biases"),
        ({"outcome": {**TWO, "weights": {"NEW": {"w=ban": 1.0}}}}, "labels, bias and weights"),
        ({"outcome": {**TWO, "weights": ["w=ban"]}}, "labels, bias and weights"),
        ({"predicate": TWO}, "NEW, NONE is no label"),
        ({"claim": {"labels": ["Z99"], "bias": [0.0], "weights": {}}}, "Z99 is no label"),
        ({"spoken": TWO}, "NEW, NONE is no label"),
        ({"ranking": None}, "ranking: should hold a bias and weights"),
        ({"ranking": {"bias": 0.0, "weights": {NAMES[0]: 1.0}}}, "ranking: should hold a bias and weights"),
    ],
)
def test_data_of_another_shape_are_named(baseline: Baseline, change: dict[str, Any], said: str) -> None:
    with pytest.raises(BaselineInvalid, match=r"classifier\.json.*" + said):
        read_classifier(replace(baseline, classifier=_bytes(RAW | change)))


def test_what_is_written_of_a_signal_is_what_is_read() -> None:
    row = [0.0, -0.12, 0.0, 2000.0, 1e-09, 0.1 + 0.2]
    assert read_row(write_row(row), len(row)) == row
    assert write_row([0.0, 0.0]) == ""


@pytest.mark.parametrize("written", ["0", "0:x", "2:1.0", "-1:1.0", "0:1:2", "x:1", "0:nan", "1:inf", "0:1 0:2"])
def test_weights_that_are_none_are_named_when_they_are_met_or_checked(baseline: Baseline, written: str) -> None:
    broken = {**TWO, "weights": {"w=ban": "0:1.0", "w=road": written}}
    read = read_classifier(replace(baseline, classifier=_bytes(RAW | {"outcome": broken})))
    assert read is not None
    assert read.outcome.probabilities(["w=ban"])["NEW"] == pytest.approx(0.7311, abs=1e-4)
    with pytest.raises(BaselineInvalid, match=r"classifier\.json: a row should hold index:value for 2 labels"):
        read.outcome.probabilities(["w=road"])
    with pytest.raises(BaselineInvalid, match=r"classifier\.json: a row should hold index:value for 2 labels"):
        Comparer(replace(baseline, classifier=_bytes(RAW | {"outcome": broken}))).check()


@pytest.mark.parametrize(("body", "said"), [(b"{", "is not JSON"), (b"\xff", "is not JSON"), (b"[]", "an object")])
def test_what_is_no_classifier_is_refused_when_a_text_first_needs_it(
    baseline: Baseline, body: bytes, said: str
) -> None:
    comparer = Comparer(replace(baseline, classifier=body))
    page = Publication(
        "uhrp", "k", "https://uhrp.org/k", "K", "report", "en", "Norway excluded Hikvision from its fund."
    )
    with pytest.raises(BaselineInvalid, match=r"classifier\.json: .*" + said):
        comparer.publication(page, SourceClass.NGO)
    with pytest.raises(BaselineInvalid, match=r"classifier\.json: .*" + said):
        comparer.check()


@pytest.mark.parametrize(
    ("ruled", "rules", "likely", "outcome"),
    [
        # Both agree.
        (Outcome.NEW, ("cell.none",), shares(NEW=0.9, CONTEXT=0.1), Outcome.NEW),
        # No cue fired, so the rules would tell; the wording is that of a routine notice.
        (Outcome.NEW, ("untyped",), shares(CONTEXT=0.8, NEW=0.2), Outcome.CONTEXT),
        # What may well be news is told, though it is not the likeliest.
        (Outcome.NEW, ("untyped",), shares(CONTEXT=0.6, NEW=0.4), Outcome.NEW),
        (Outcome.CONTEXT, ("context.routine",), shares(CONTEXT=0.55, NEW=0.45), Outcome.NEW),
        (Outcome.CONTEXT, ("context.routine",), shares(CONTEXT=0.7, NEW=0.3), Outcome.CONTEXT),
        (Outcome.RESTATEMENT, ("cell.known",), shares(RESTATEMENT=0.3, UPDATE=0.7), Outcome.UPDATE),
        # Another value than the claim's is told, however known the wording.
        (Outcome.UPDATE, ("cell.known", "value.differs"), shares(RESTATEMENT=0.9, UPDATE=0.1), Outcome.UPDATE),
        # That the month of the claim is given speaks for the claim.
        (Outcome.RESTATEMENT, ("cell.known", "as_of.known"), shares(RESTATEMENT=0.44, NEW=0.56), Outcome.RESTATEMENT),
        (Outcome.RESTATEMENT, ("cell.known", "as_of.known"), shares(RESTATEMENT=0.3, NEW=0.7), Outcome.NEW),
        # A reversal is not lost for a little doubt, and none is made of what is only proposed.
        (Outcome.REVERSAL, ("operation.remove",), shares(CONTEXT=0.8, REVERSAL=0.2), Outcome.REVERSAL),
        (Outcome.PENDING, ("operation.remove", "not_in_force"), shares(REVERSAL=0.9, PENDING=0.1), Outcome.PENDING),
    ],
)
def test_rules_and_classifier_are_weighed(
    ruled: Outcome, rules: tuple[str, ...], likely: dict[str, float], outcome: Outcome
) -> None:
    decision = weigh(Decision(ruled, rules), likely, pointed=True)
    assert decision.outcome is outcome
    assert decision.rules[: len(rules)] == rules
    assert (decision.rules[-1] == f"learned.{outcome.lower()}") == (outcome is not ruled)


def test_what_was_compared_with_no_claim_is_not_folded_by_the_classifier_alone() -> None:
    """Law 4 of the design: a mention is news unless there is positive evidence that it is known."""
    routine = shares(CONTEXT=0.9, NEW=0.1)
    untyped = Decision(Outcome.NEW, ("untyped",))
    assert weigh(untyped, routine, concerned=False) == untyped
    assert weigh(untyped, routine, concerned=True).outcome is Outcome.CONTEXT
    # A positive rule folds by itself, and what names nobody and points at nobody is no mention.
    assert (
        weigh(Decision(Outcome.CONTEXT, ("context.no_comment",)), routine, concerned=False).outcome is Outcome.CONTEXT
    )
    assert weigh(untyped, routine, pointed=False, concerned=False).outcome is Outcome.CONTEXT


def test_a_sentence_in_which_nothing_points_back_needs_more_to_be_about_a_company() -> None:
    doubtful = shares(NONE=0.6, NEW=0.4)
    assert about(doubtful, pointed=True)
    assert not about(doubtful, pointed=False)
    assert not about(shares(NONE=0.9, NEW=0.1), pointed=True)


def test_weights_of_before_there_was_a_ranking_still_serve(baseline: Baseline) -> None:
    older = {name: value for name, value in RAW.items() if name != "ranking"}
    read = read_classifier(replace(baseline, classifier=_bytes(older)))
    assert read is not None
    assert read.ranking is None
