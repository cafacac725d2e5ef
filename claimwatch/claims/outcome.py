"""The outcome of one frame: a pure function of what the sentence does and how it stands to the baseline.

The order is that of docs/detection.md: what only cites or declines to speak is context; a company's rejection is a
denial; what takes back is a reversal, or pending while it is only proposed; then values, cells and novelty. Where no
rule gives positive evidence that a thing is known, it is new (law 4).
"""

from dataclasses import dataclass

from claimwatch.models import Outcome


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one frame when its outcome is decided.

    `operation` is assert, add, revise, move, remove, suspend, propose, call, deny or cite. `in_force` is False for what
    is proposed, considered or asked for. `folded` names the positive rule for context (no_comment, routine,
    unaffected), None where there is none. `cell` says how the claim's cell stands to the baseline: `known`,
    `other_place`, `other_object`, `other_instrument` (another object of a kind where objects are instruments of their
    own, such as lists and bans), `other_company` or `none`. `value` is `none`, `same`, `differs` or `other_unit`.
    `unseen` lists what a restatement must not hold: figures, places, later dates, members that the baseline lacks.
    `likeness` is True where the words are nearly those of a baseline quote, `unlike` where hardly any of them are.
    """

    predicate: str | None
    operation: str = "assert"
    in_force: bool = True
    negated: bool = False
    folded: str | None = None
    cell: str = "none"
    value: str = "none"
    unseen: tuple[str, ...] = ()
    likeness: bool = False
    unlike: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome and the rules that led to it, in order."""

    outcome: Outcome
    rules: tuple[str, ...]


def decide(facts: Facts) -> Decision:
    """The outcome of one frame. Total: every combination has one."""
    for rule in (_cited, _denied, _undone, _folded, _proposed):
        decision = rule(facts)
        if decision is not None:
            return decision
    if facts.predicate is None:
        return _untyped(facts)
    return _compared(facts)


def _cited(facts: Facts) -> Decision | None:
    return Decision(Outcome.CONTEXT, ("cite",)) if facts.operation == "cite" else None


def _denied(facts: Facts) -> Decision | None:
    if facts.operation != "deny":
        return None
    if facts.cell == "known" and not facts.unseen and not facts.unlike:
        return Decision(Outcome.RESTATEMENT, ("deny.by_company", "cell.known"))
    return Decision(Outcome.DENIAL, ("deny.by_company",))


def _undone(facts: Facts) -> Decision | None:
    if facts.operation not in ("remove", "suspend"):
        return None
    rule = f"operation.{facts.operation}"
    if facts.negated:
        known = facts.cell in ("known", "other_place", "other_object")
        return Decision(Outcome.RESTATEMENT if known else Outcome.CONTEXT, (rule, "negated"))
    if not facts.in_force:
        return Decision(Outcome.PENDING, (rule, "not_in_force"))
    return Decision(Outcome.REVERSAL, (rule, f"cell.{facts.cell}"))


def _folded(facts: Facts) -> Decision | None:
    if facts.folded is None or facts.unseen:
        return None
    return Decision(Outcome.CONTEXT, (f"context.{facts.folded}",))


def _proposed(facts: Facts) -> Decision | None:
    if facts.operation != "propose":
        return None
    if facts.negated:
        return Decision(Outcome.CONTEXT, ("operation.propose", "negated"))
    if facts.predicate == "legislation_proposed" and facts.cell == "known" and not facts.unseen and not facts.unlike:
        return Decision(Outcome.RESTATEMENT, ("operation.propose", "cell.known"))
    return Decision(Outcome.PENDING, ("operation.propose",))


def _untyped(facts: Facts) -> Decision:
    if facts.likeness and not facts.unseen:
        return Decision(Outcome.RESTATEMENT, ("likeness",))
    return Decision(Outcome.NEW, ("untyped",))


def _compared(facts: Facts) -> Decision:
    rule = f"cell.{facts.cell}"
    if facts.operation == "move" and facts.negated:
        return Decision(Outcome.RESTATEMENT, ("operation.move", "negated", rule))
    if facts.operation == "move":
        return Decision(Outcome.UPDATE, ("operation.move", rule))
    if facts.cell in ("none", "other_company", "other_instrument"):
        return Decision(Outcome.NEW, (rule,))
    if facts.negated and facts.cell == "known":
        return Decision(Outcome.UPDATE, (rule, "contrary"))
    if facts.value == "other_unit":
        return Decision(Outcome.NEW, (rule, "value.other_unit"))
    if facts.value == "differs":
        return Decision(Outcome.UPDATE, (rule, "value.differs"))
    if facts.operation == "revise":
        return Decision(Outcome.UPDATE, (rule, "operation.revise"))
    if facts.cell in ("other_place", "other_object"):
        return Decision(Outcome.UPDATE, (rule,))
    if facts.unseen:
        return Decision(Outcome.UPDATE, (rule, *(f"unseen.{what}" for what in facts.unseen)))
    if facts.unlike:
        return Decision(Outcome.NEW, (rule, "unlike"))
    return Decision(Outcome.RESTATEMENT, (rule,))
