"""The rules' reading of a sighting and the classifier's, weighed against each other. Pure.

The rules know the baseline: which claims there are, which values, places and dates. The classifier knows language: how
sentences of each kind are worded. A sentence is folded only where the two together leave little chance of news (law 4).
"""

import math
from collections.abc import Mapping

from claimwatch.claims.classifier import NONE
from claimwatch.claims.outcome import Decision
from claimwatch.models import Outcome

# Shares of probability, chosen by cross-validation on the training corpus (docs/detection.md).
PREDICATE = 0.40  # from here on the classifier's kind of claim counts where no cue gives one …
PREDICATE_AGAINST_CUES = 0.75  # … and against a cue
CLAIM = 0.35  # from here on the claim that it names comes first
_SURE = 0.70  # where the classifier gives an answer less than this the encoder is asked, too (decision 0017)
_LEAST = 1e-5  # what the one holds for impossible the other may still be sure of
_TOLD = 0.36  # from here on a unit is told: to tell a known thing again is better than to miss a new one
# What the rules read as the denial of a change ("no plan to lift"), or as known with its date, only from here on.
_TOLD_THOUGH_SETTLED = 0.65
_REVERSED = 0.10  # a reversal that the rules found stands from here on: to miss one is worst
_AFTER_ALL = 0.50  # … and one that they did not find is believed from here on, and so is a denial
_ABOUT = 0.60  # a sentence in which nothing points back is about the company below this share of NONE …
_ABOUT_POINTED = 0.65  # … and one in which something does below this
# Only proposed, proposed and not taken up, expressly not done, or exchanged for another measure.
_UNREVERSED = frozenset({"not_in_force", "unseen.outcome", "negated", "operation.move"})
_ALERTS = tuple(outcome for outcome in Outcome if outcome.alerts)
_QUIET = tuple(outcome for outcome in Outcome if not outcome.alerts)


def unsure(ruled: Decision, probabilities: Mapping[str, float]) -> bool:
    """Whether the classifier's answer is so open that another reading is worth its time.

    A reversal that the rules found and the classifier holds for the likeliest outcome is not: to miss one is worst.
    """
    likeliest = max(Outcome, key=probabilities.__getitem__)
    return max(probabilities.values()) < _SURE and not (ruled.outcome is likeliest is Outcome.REVERSAL)


def joined(first: Mapping[str, float], second: Mapping[str, float]) -> dict[str, float]:
    """Two readings of a unit as one: the geometric mean of their probabilities, as shares of the whole."""
    means = {label: math.sqrt(max(p, _LEAST) * max(second[label], _LEAST)) for label, p in first.items()}
    total = sum(means.values())
    return {label: mean / total for label, mean in means.items()}


def about(probabilities: Mapping[str, float], *, pointed: bool) -> bool:
    """Whether a unit that does not name the company is about it. `pointed`: something in it points back."""
    return probabilities[NONE] < (_ABOUT_POINTED if pointed else _ABOUT)


def weigh(
    ruled: Decision,
    probabilities: Mapping[str, float],
    *,
    pointed: bool = True,
    concerned: bool = True,
    reversible: bool = True,
) -> Decision:
    """The outcome of a unit that is about the company, from the rules' decision and the classifier's probabilities.

    `concerned`: there is a claim of the baseline that the unit was compared with. Where there is none, the classifier's
    word alone folds nothing that the rules would tell. `reversible`: its verbs can end a measure; where none can, no
    reversal is seen that the rules did not find.

    The classifier has seen what the rules decided, and why. Where it differs from them, the rule ids end with
    `learned.` and the outcome. It does not overrule the rules on a value that differs from a claim's, on a reversal
    that it holds for possible, on a reversal or denial that it alone sees and is not sure of, on a change that is
    expressly not made or a known thing with its date unless it is rather sure, or on what is not in force. Of a unit
    that is not `pointed` they know too little for that.
    """
    total = sum(probabilities[outcome] for outcome in Outcome)
    share = {outcome: probabilities[outcome] / total for outcome in Outcome}
    if pointed and ruled.outcome is Outcome.REVERSAL and share[Outcome.REVERSAL] >= _REVERSED:
        return ruled
    telling = sum(share[outcome] for outcome in _ALERTS)
    settled = "negated" in ruled.rules or "as_of.known" in ruled.rules
    if pointed and settled and not ruled.outcome.alerts and telling < _TOLD_THOUGH_SETTLED:
        return ruled
    told = telling >= _TOLD or (pointed and _differs(ruled))
    if pointed and not told and not concerned and ruled.outcome.alerts:
        return ruled
    reversed_after_all = reversible and share[Outcome.REVERSAL] >= _AFTER_ALL
    denied_after_all = ruled.outcome is Outcome.DENIAL or share[Outcome.DENIAL] >= _AFTER_ALL
    doubtful = {
        outcome
        for outcome, believed in ((Outcome.REVERSAL, reversed_after_all), (Outcome.DENIAL, denied_after_all))
        if not believed
    }
    chosen = max((o for o in _ALERTS if o not in doubtful) if told else _QUIET, key=share.__getitem__)
    if chosen is Outcome.REVERSAL and not _UNREVERSED.isdisjoint(ruled.rules):
        return ruled
    return ruled if chosen is ruled.outcome else Decision(chosen, (*ruled.rules, f"learned.{chosen.lower()}"))


def _differs(ruled: Decision) -> bool:
    """Whether the rules found another value than the claim's, its contrary, or an end to it: no wording folds that."""
    return ruled.outcome.alerts and any(
        rule in ("value.differs", "contrary", "operation.remove") for rule in ruled.rules
    )
