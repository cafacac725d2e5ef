"""What analysts accepted, laid over the files: the next version of the baseline. Pure.

A fact becomes a claim of its own, in a document of its own that holds its sentences; a claim whose value it changes is
superseded by it. What was taken back, proposed or rejected is kept as a fact alone: it is known from then on, but as
a claim it would say that the thing holds.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from claimwatch.models import ACCEPTED, Baseline, Claim, Document, Fact, Finding, Lesson, Outcome, Predicate

_ASSERTS = frozenset({Outcome.NEW, Outcome.UPDATE})
_DENIAL = "denial_statement"  # a denial is itself the claim
_RIGHTS = "The rights are with the publisher; quoted as evidence."


def overlay(baseline: Baseline, facts: Sequence[Fact], lessons: Sequence[Lesson]) -> Baseline:
    """The baseline of the files with what analysts accepted and taught; itself where that is nothing.

    Facts that the files hold already (after an export) are not added again; what they supersede is superseded still.
    """
    if not facts and not lessons:
        return baseline
    documents = {one.id: one for one in accepted_documents(facts) if one.id not in baseline.documents}
    every = {**baseline.documents, **documents}
    claims = dict(baseline.claims)
    for fact in facts:
        claim = claim_of(fact, every, baseline.predicates)
        if claim is None:
            continue
        old = _superseded(fact.finding, claims)
        if old is not None:
            claims[old] = replace(claims[old], status="superseded")
        claims.setdefault(fact.id, claim)
    return replace(
        baseline,
        version=baseline.files_version + "+" + _digest(facts, lessons)[:11],
        documents=every,
        claims=claims,
        facts=tuple(facts),
        lessons=tuple(lessons),
    )


def before(baseline: Baseline, later: Sequence[Fact]) -> Baseline:
    """The baseline of the files as it was before `later` was accepted, which an export may have written into them."""
    held = [fact for fact in later if fact.id in baseline.claims]
    if not held:
        return baseline
    gone = {fact.id for fact in held}
    claims = {id_: claim for id_, claim in baseline.claims.items() if id_ not in gone}
    for fact in held:
        old = claims.get(_superseded(fact.finding, baseline.claims) or "")
        if old is not None and old.status == "superseded":
            claims[old.id] = replace(old, status="active")
    return replace(baseline, version=baseline.files_version + "-" + _digest(held, ())[:11], claims=claims)


def accepted_documents(facts: Sequence[Fact]) -> list[Document]:
    """The documents of facts: for each decision one that holds the sentences, in order, and nothing else."""
    by_document: dict[str, list[Fact]] = {}
    for fact in facts:
        by_document.setdefault(fact.document, []).append(fact)
    return [
        Document(
            id=id_,
            file=f"documents/{id_}.txt",
            title=those[0].title or those[0].source_name,
            kind=ACCEPTED,
            publisher=those[0].source_name,
            date=those[0].published_on,
            language=those[0].finding.language,
            rights=_RIGHTS,
            text="\n\n".join(dict.fromkeys(fact.finding.quote for fact in those)) + "\n",
        )
        for id_, those in by_document.items()
    ]


def claim_of(fact: Fact, documents: Mapping[str, Document], predicates: Mapping[str, Predicate]) -> Claim | None:
    """The claim that a fact is; None where it asserts nothing that holds, or is of no kind that the ontology has."""
    finding = fact.finding
    predicate = predicates.get(finding.predicate or "")
    asserts = finding.outcome in _ASSERTS or (finding.outcome is Outcome.DENIAL and finding.predicate == _DENIAL)
    if predicate is None or not asserts or fact.document not in documents:
        return None
    start = documents[fact.document].text.find(finding.quote)
    if start < 0:
        return None
    after = finding.after
    valued = after is not None and after.value is not None and after.unit in predicate.units
    known = finding.object_class in predicate.object_classes
    return Claim(
        id=fact.id,
        document=fact.document,
        subjects=(finding.entity,),
        predicate=predicate.name,
        object=(after.text if after is not None else (finding.object_class or predicate.label)).replace("_", " "),
        object_class=finding.object_class if known and finding.object_class else "other",
        places=(finding.place,) if finding.place else (),
        attributed_to=finding.speaker or fact.source_name,
        modality=finding.modality,
        quote=finding.quote,
        span=(start, start + len(finding.quote)),
        value=after.value if valued and after is not None else None,
        unit=after.unit if valued and after is not None else None,
        comparator=after.comparator if valued and after is not None else None,
        as_of=finding.as_of or (fact.published_on.isoformat() if fact.published_on else None),
        time_bound=True,
        notes=_notes(fact),
    )


def _notes(fact: Fact) -> str:
    said = f"Accepted by {fact.who} on {fact.accepted_at.date()}; found at {fact.finding.url}"
    return f"{said}. {fact.why}" if fact.why else f"{said}."


def _superseded(finding: Finding, claims: Mapping[str, Claim]) -> str | None:
    """The claim whose value a finding changes. One about several companies stays: of the others it still holds."""
    before, after = finding.before, finding.after
    if before is None or after is None or before.value is None or after.value is None or before.unit != after.unit:
        return None
    claim = claims.get(finding.claims[0]) if finding.claims else None
    if claim is None or claim.subjects != (finding.entity,) or claim.predicate != finding.predicate:
        return None
    placed = finding.place is None or not claim.places or finding.place in claim.places
    return claim.id if placed and claim.value is not None else None


def _digest(facts: Sequence[Fact], lessons: Sequence[Lesson]) -> str:
    parts = [*(f"{fact.id}\x1f{fact.finding.fingerprint}" for fact in facts), *map(repr, lessons)]
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()
