"""The outcome function: a table, and that it is total."""

from itertools import product

import pytest

from claimwatch.claims.outcome import Facts, decide
from claimwatch.models import Outcome


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        (Facts(None), Outcome.NEW),
        (Facts(None, likeness=True), Outcome.RESTATEMENT),
        (Facts(None, likeness=True, unseen=("figure",)), Outcome.NEW),
        (Facts(None, folded="no_comment"), Outcome.CONTEXT),
        (Facts(None, folded="routine", unseen=("figure",)), Outcome.NEW),
        (Facts(None, operation="cite"), Outcome.CONTEXT),
        (Facts("listed_on", cell="known"), Outcome.RESTATEMENT),
        (Facts("listed_on", cell="known", unseen=("member",)), Outcome.UPDATE),
        (Facts("listed_on", cell="other_instrument"), Outcome.NEW),
        (Facts("listed_on", cell="known", operation="revise"), Outcome.UPDATE),
        (Facts("listed_on", cell="known", operation="move"), Outcome.UPDATE),
        (Facts("listed_on", cell="known", operation="remove"), Outcome.REVERSAL),
        (Facts("listed_on", cell="known", operation="remove", in_force=False), Outcome.PENDING),
        (Facts("listed_on", cell="known", operation="remove", negated=True), Outcome.RESTATEMENT),
        (Facts("observation_decision", cell="none", operation="remove"), Outcome.REVERSAL),
        (Facts("investment_ban", cell="none", operation="propose", in_force=False), Outcome.PENDING),
        (Facts("legislation_proposed", cell="known", operation="propose", in_force=False), Outcome.RESTATEMENT),
        (Facts("procurement_ban", cell="other_place"), Outcome.UPDATE),
        (Facts("procurement_ban", cell="other_company"), Outcome.NEW),
        (Facts("ownership_share", cell="known", value="differs"), Outcome.UPDATE),
        (Facts("ownership_share", cell="known", value="same"), Outcome.RESTATEMENT),
        (Facts("installed_networks", cell="known", value="other_unit"), Outcome.NEW),
        (Facts("denial_statement", cell="none", operation="deny"), Outcome.DENIAL),
        (Facts("denial_statement", cell="known", operation="deny"), Outcome.RESTATEMENT),
        (Facts("denial_statement", cell="none", operation="deny", folded="no_comment"), Outcome.DENIAL),
    ],
)
def test_outcomes(facts: Facts, outcome: Outcome) -> None:
    assert decide(facts).outcome is outcome


def test_every_combination_has_an_outcome_and_a_reason() -> None:
    operations = ("assert", "add", "revise", "move", "remove", "suspend", "propose", "call", "deny", "cite")
    cells = ("known", "other_place", "other_object", "other_instrument", "other_company", "none")
    values = ("none", "same", "differs", "other_unit")
    for operation, cell, value, in_force, negated, predicate in product(
        operations, cells, values, (True, False), (True, False), (None, "listed_on")
    ):
        decision = decide(Facts(predicate, operation, in_force, negated, None, cell, value))
        assert decision.rules


def test_nothing_is_folded_without_positive_evidence() -> None:
    for cell in ("none", "other_place", "other_object", "other_instrument", "other_company"):
        assert decide(Facts("accused_of", cell=cell)).outcome.alerts
