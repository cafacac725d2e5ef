"""The rules' reading of a sighting and the classifier's, weighed against each other. Pure.

The rules know the baseline: which claims there are, which values, places and dates. The classifier knows language: how
sentences of each kind are worded. Neither folds a sentence alone that the other has good reason to tell (law 4).
"""

from collections.abc import Collection, Mapping

from claimwatch.claims.classifier import NONE
from claimwatch.claims.outcome import Decision
from claimwatch.models import Outcome

# Shares of probability, chosen by cross-validation on the training corpus (docs/detection.md).
PREDICATE = 0.40  # from here on the classifier's kind of claim counts where no cue gives one …
PREDICATE_AGAINST_CUES = 0.75  # … and against a cue
CLAIM = 0.35  # from here on the claim that it names comes first
_TOLD = 0.30  # what the rules would tell is told from here on
_TOLD_AFTER_ALL = 0.65  # what the rules have positive evidence to fold is told from here on
_REVERSED = 0.15  # a reversal that the rules found stands from here on: to miss one is worst
_REVERSED_AFTER_ALL = 0.60  # and one that they did not find is believed from here on
_ABOUT = 0.50  # a sentence in which nothing points back is about the company below this share of NONE …
_ABOUT_POINTED = 0.75  # … and one in which something does below this
# What the rules know and is worded like a claim, or tells of its very day: 97 of 100 were restatements.
_SURELY_KNOWN = frozenset({"like>0.4", "held>0.4", "day=known"})
_ALERTS = tuple(outcome for outcome in Outcome if outcome.alerts)
_QUIET = tuple(outcome for outcome in Outcome if not outcome.alerts)


def about(probabilities: Mapping[str, float], *, pointed: bool) -> bool:
    """Whether a unit that does not name the company is about it. `pointed`: something in it points back."""
    return probabilities[NONE] < (_ABOUT_POINTED if pointed else _ABOUT)


def weigh(
    ruled: Decision, probabilities: Mapping[str, float], *, pointed: bool = True, signals: Collection[str] = ()
) -> Decision:
    """The outcome of a unit that is about the company, from the rules' decision and the classifier's probabilities.

    Where it differs from the rules', the rule ids end with `learned.` and the outcome. Of a unit that is not `pointed`
    the rules know too little to have good reason for anything. `signals` are those of the unit.
    """
    total = sum(probabilities[outcome] for outcome in Outcome)
    share = {outcome: probabilities[outcome] / total for outcome in Outcome}
    telling = sum(share[outcome] for outcome in _ALERTS)
    if pointed and ruled.outcome is Outcome.REVERSAL and share[Outcome.REVERSAL] >= _REVERSED:
        return ruled
    if pointed and ruled.outcome is Outcome.RESTATEMENT and not _SURELY_KNOWN.isdisjoint(signals):
        return ruled
    if pointed and not ruled.outcome.alerts:
        if telling < _TOLD_AFTER_ALL:
            return ruled
        chosen = _most_likely_alert(share)
    elif telling < _TOLD and not _holds_something_unseen(ruled):
        chosen = max(_QUIET, key=share.__getitem__)
    else:
        chosen = _most_likely_alert(share)
    if chosen is Outcome.REVERSAL and "not_in_force" in ruled.rules:
        return ruled
    return ruled if chosen is ruled.outcome else Decision(chosen, (*ruled.rules, f"learned.{chosen.lower()}"))


def _most_likely_alert(share: Mapping[Outcome, float]) -> Outcome:
    """A reversal only where that is rather sure: without the rules' word it is mostly a sentence about an end."""
    sure = [outcome for outcome in _ALERTS if outcome is not Outcome.REVERSAL or share[outcome] >= _REVERSED_AFTER_ALL]
    return max(sure, key=share.__getitem__)


def _holds_something_unseen(ruled: Decision) -> bool:
    """Whether the rules found a figure, place, date or member that the baseline lacks: no wording folds that."""
    return ruled.outcome.alerts and any(rule.startswith(("unseen.", "value.differs")) for rule in ruled.rules)
