"""What analysts accepted, as files of a baseline: for a commit that somebody reads before it counts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from claimwatch.baseline.overlay import overlay
from claimwatch.models import ACCEPTED, Baseline, Claim, Document, Fact


@dataclass(frozen=True, slots=True)
class Export:
    """`files` are (name, text) of new files; `claims` and `coverage` belong at the end of the files of these names.

    `ids` are the claims that are new. `by_hand` says what no new claim can: which claims no longer hold as they stand.
    """

    files: tuple[tuple[str, str], ...]
    claims: str
    coverage: str
    ids: tuple[str, ...]
    by_hand: tuple[str, ...]


def export(baseline: Baseline, facts: Sequence[Fact]) -> Export:
    """The files for the facts that the baseline of the files does not hold yet."""
    known = overlay(baseline, facts, ())
    new = [claim for claim in known.claims.values() if claim.id not in baseline.claims]
    documents = [known.documents[id_] for id_ in dict.fromkeys(claim.document for claim in new)]
    files = [
        (name, text)
        for document in documents
        if document.id not in baseline.documents
        for name, text in ((document.file, document.text), _metadata(document))
    ]
    sources = {fact.id: fact.finding.source for fact in facts}
    return Export(
        files=tuple(files),
        claims="".join("\n" + _yaml([_claim(claim)]) for claim in new),
        coverage="".join("\n" + _yaml([_cover(claim, sources[claim.id])]) for claim in new),
        ids=tuple(claim.id for claim in new),
        by_hand=_by_hand(baseline, known, facts),
    )


def _metadata(document: Document) -> tuple[str, str]:
    name = document.file.removesuffix(".txt") + ".yaml"
    values = {
        "id": document.id,
        "title": document.title,
        "kind": ACCEPTED,
        "publisher": document.publisher,
        "date": document.date,
        "language": document.language,
        "rights": document.rights,
    }
    return name, _yaml(values)


def _claim(claim: Claim) -> dict[str, object]:
    """In the order of claims.yaml, without what has its default."""
    values: dict[str, object] = {
        "id": claim.id,
        "document": claim.document,
        "subjects": list(claim.subjects),
        "predicate": claim.predicate,
        "object": claim.object,
        "object_class": claim.object_class,
    }
    if claim.places:
        values["places"] = list(claim.places)
    if claim.value is not None:
        values |= {"value": claim.value, "unit": claim.unit, "comparator": claim.comparator}
    if claim.as_of is not None:
        values["as_of"] = claim.as_of
    values |= {"attributed_to": claim.attributed_to, "modality": claim.modality, "time_bound": claim.time_bound}
    if claim.status != "active":
        values["status"] = claim.status
    return values | {"notes": claim.notes, "quote": claim.quote, "span": list(claim.span)}


def _cover(claim: Claim, source: str) -> dict[str, object]:
    why = f"Where {claim.attributed_to} told of it; say here what a change would look like."
    return {"claims": [claim.id], "second_hand": [source], "why": why}


def _by_hand(baseline: Baseline, known: Baseline, facts: Sequence[Fact]) -> tuple[str, ...]:
    lines = [
        f"{id_}: status: superseded"
        for id_, claim in baseline.claims.items()
        if known.claims[id_].status == "superseded" and claim.status != "superseded"
    ]
    for fact in facts:
        if fact.id not in known.claims:
            concerned = ", ".join(fact.finding.claims) or "no claim"
            lines.append(f"{concerned}: {fact.finding.outcome.value} accepted by {fact.who}: {fact.finding.quote}")
    return tuple(lines)


def _yaml(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=118, default_flow_style=None)
