"""Developments as analysts decide on them: two that are one, and what one of them really is. Pure."""

from dataclasses import replace

from claimwatch.claims.developments import RANK, first_numbers, implied, state_of
from claimwatch.models import Development, Label, Outcome

_SETTLED = ("outcome=", "force=")


def adds_to(known: Development, other: Development) -> bool:
    """Whether whoever knows `known` is told more by `other`: a graver outcome, a further company or security flaw,
    another value, a date that neither is one already told nor a coarser or finer form of it."""
    if RANK.get(other.outcome, 0) > RANK.get(known.outcome, 0) or not set(other.companies) <= set(known.companies):
        return True
    old, fresh = _facts(known), _facts(other) - _facts(known)
    fresh -= first_numbers(_facts(other), old)
    return any(
        fact.startswith(("value=", "number=")) or (fact.startswith("date=") and not _told(fact, old)) for fact in fresh
    )


def made_one(known: Development, other: Development, *, told: bool) -> Development:
    """`known` with all that is told of `other`: the two are one happening.

    `told` says that whoever knows `known` knows the other one. Then the version stays, and nothing is told again;
    otherwise it rises where the other one tells more.
    """
    stronger = RANK.get(other.outcome, 0) > RANK.get(known.outcome, 0)
    kept = {fact for fact in _facts(known) if not (stronger and fact.startswith(_SETTLED))}
    added = {fact for fact in _facts(other) if stronger or not fact.startswith(_SETTLED)}
    return replace(
        known,
        outcome=other.outcome if stronger else known.outcome,
        place=known.place or other.place,
        companies=tuple(sorted({*known.companies, *other.companies})),
        happened_on=known.happened_on or other.happened_on,
        severity=min(known.severity, other.severity),
        state=state_of(kept | added),
        state_version=known.state_version + (1 if not told and adds_to(known, other) else 0),
    )


def relabelled(known: Development, label: Label, severity: str) -> Development:
    """`known` with the outcome and the severity that an analyst gave it: another state, so the version rises.

    What kind of claim it is stays what was found, so that what further sources are found to say still joins it; the
    label itself is part of the state.
    """
    outcome = label.outcome or known.outcome
    facts = {fact for fact in _facts(known) if not fact.startswith((*_SETTLED, "label="))}
    facts |= {f"outcome={RANK.get(outcome, 0)}", f"force={'no' if outcome is Outcome.PENDING else 'yes'}"}
    if label.predicate is not None or label.claims is not None:
        facts.add(f"label={label.predicate or ''}:{','.join(label.claims or ())}")
    return replace(
        known, outcome=outcome, severity=severity, state=state_of(facts), state_version=known.state_version + 1
    )


def _facts(development: Development) -> set[str]:
    return set(development.state.split(";"))


def _told(date: str, old: set[str]) -> bool:
    """Whether a date is told already in a coarser or a finer form."""
    return implied(date, old) or any(one.startswith("date=") and date.startswith(one) for one in old)
