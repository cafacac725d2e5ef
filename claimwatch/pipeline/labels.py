"""What analysts say that a development is, laid over what was found. What was found stays in the store as it is."""

from dataclasses import replace

from claimwatch.claims.values import of_claim
from claimwatch.models import Baseline, Claim, Development, Evidence, Finding, Label, Quantity, Standing

ANALYST = "analyst"


def labelled(development: Development, label: Label | None, baseline: Baseline) -> Development:
    """A development under the kind of claim that analysts say; its outcome is in the store already."""
    if label is None or label.predicate is None or label.predicate == development.predicate:
        return development
    return replace(development, predicate=label.predicate, object_class=_object_class(label, baseline))


def labelled_evidence(evidence: tuple[Evidence, ...], standing: Standing, baseline: Baseline) -> tuple[Evidence, ...]:
    """The evidence under what analysts say of it; an outcome counts for what had been seen when they said so."""
    relabel = standing.relabel
    if relabel is None or relabel.label is None:
        return evidence
    return tuple(
        replace(one, finding=_labelled(one, relabel.label, baseline, with_outcome=one.first_seen_at <= relabel.at))
        for one in evidence
    )


def _labelled(one: Evidence, label: Label, baseline: Baseline, *, with_outcome: bool) -> Finding:
    finding = one.finding
    outcome = label.outcome if label.outcome is not None and with_outcome else finding.outcome
    predicate, object_class = finding.predicate, finding.object_class
    if label.predicate is not None and label.predicate != predicate:
        predicate, object_class = label.predicate, _object_class(label, baseline)
    claims, before = finding.claims, finding.before
    if label.claims is not None and label.claims != claims:
        claims = label.claims
        before = _before(baseline.claims.get(claims[0]) if claims else None, finding.after)
    return replace(
        finding,
        outcome=outcome,
        predicate=predicate,
        object_class=object_class,
        claims=claims,
        before=before,
        severity=baseline.severity(one.source_class.value, predicate, outcome.value),
        rules=(*finding.rules, ANALYST),
    )


def _object_class(label: Label, baseline: Baseline) -> str | None:
    """The object of the first claim named that is of this kind; otherwise nobody has said."""
    claims = (baseline.claims.get(id_) for id_ in label.claims or ())
    return next((c.object_class for c in claims if c is not None and c.predicate == label.predicate), None)


def _before(claim: Claim | None, after: Quantity | None) -> Quantity | None:
    """The claim's value, where it is one of the same thing as what is said now."""
    value = None if claim is None else of_claim(claim)
    return value if value is not None and after is not None and value.unit == after.unit else None
