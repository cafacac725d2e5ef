"""A finding put together: severity from the ontology's table, confidence, fingerprint. Pure."""

import hashlib
from dataclasses import dataclass

from claimwatch.claims.outcome import Decision
from claimwatch.claims.text import squeezed
from claimwatch.models import Baseline, Finding, Mention, Quantity, SourceClass

# What somebody demands or rejects fixes no day.
_FIX_NOTHING = frozenset({"call", "deny"})


@dataclass(frozen=True, slots=True)
class Told:
    """Where a finding stands: the source, the unit's text and its offset, and the mentions of the one company in it."""

    source: str
    url: str
    language: str
    source_class: SourceClass
    entity: str
    quote: str
    start: int
    mentions: tuple[Mention, ...]
    record: bool = False


def fingerprint(
    entity: str, predicate: str | None, object_class: str | None, place: str | None, operation: str,
    value: Quantity | None, as_of: str | None, quote: str,
) -> str:  # fmt: skip
    """What is said, not where: sha256 hex of company, predicate, object class, place, operation, value and date.

    The folded sentence is part of it where those parts do not pin down what is said: no predicate, or an object class
    that is unknown or `other` with neither value nor date.
    """
    amount = ""
    if value is not None:
        number = squeezed(value.text) if value.value is None else f"{value.value:.6g}"
        amount = f"{value.comparator}:{number}:{value.unit or ''}"
    vague = predicate is None or (object_class in (None, "other") and not amount and not as_of)
    parts = [entity, predicate, object_class, place, operation, amount, as_of, squeezed(quote) if vague else ""]
    return hashlib.sha256("\x1f".join(part or "" for part in parts).encode()).hexdigest()


def finding(
    told: Told, *, predicate: str | None, object_class: str | None, operation: str, decision: Decision,
    claims: tuple[str, ...], before: Quantity | None, after: Quantity | None, place: str | None, said_in: str | None,
    as_of: str | None, said_on: str | None, speaker: str | None, hedged: bool, baseline: Baseline,
    ahead: tuple[str, ...] = (),
) -> Finding:  # fmt: skip
    """The finding of one unit and company.

    `as_of` is the date it holds for and `place` where; `said_on` and `said_in` are what the sentence and those before
    it give: only these are part of the fingerprint, so that a page that grows says nothing anew. A finding without
    `said_on` carries the rule `as_of.implied`. The dates `ahead` that its text fixes
    (as `Fixed.rule`) stand last among its rules.
    """
    rules = decision.rules if said_on or not as_of else (*decision.rules, "as_of.implied")
    if decision.outcome.alerts and operation not in _FIX_NOTHING:
        rules = (*rules, *ahead)
    named = [m for m in told.mentions if m.surface]
    first = named[0] if named else None
    method = first.method if first else "carried"
    if method == "fuzzy":
        confidence = "fuzzy"
    elif told.record:
        confidence = "record"
    else:
        confidence = "rule" if predicate else "untyped"
    modality = "denied" if operation == "deny" else "hedged" if hedged else "reported" if speaker else "asserted"
    return Finding(
        source=told.source,
        url=told.url,
        entity=told.entity,
        outcome=decision.outcome,
        predicate=predicate,
        object_class=object_class,
        operation=operation,
        claims=claims,
        before=before,
        after=after,
        place=place,
        as_of=as_of,
        speaker=speaker,
        modality=modality,
        quote=told.quote,
        start=told.start,
        end=told.start + len(told.quote),
        surface=first.surface if first else "",
        method=method,
        severity=baseline.severity(told.source_class.value, predicate, decision.outcome.value),
        confidence=confidence,
        rules=rules,
        language=told.language,
        fingerprint=fingerprint(told.entity, predicate, object_class, said_in, operation, after, said_on, told.quote),
        marks=tuple((m.start, m.end) for m in named),
    )
