"""What ties the files of a baseline together. Each check appends its faults, worded for whoever edits the file."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

import orjson

from claimwatch.baseline.shapes import SEVERITIES, UNTYPED
from claimwatch.models import Claim, Company, Document, Outcome, Predicate, SourceClass


def claims(
    known: Mapping[str, Claim],
    documents: Mapping[str, Document],
    predicates: Mapping[str, Predicate],
    subjects: Collection[str],
    faults: list[str],
) -> None:
    """Each claim against the documents, the ontology, the companies and the other claims."""
    for claim in known.values():
        found = (
            *_quote_faults(claim, documents),
            *_word_faults(claim, predicates),
            *_subject_faults(claim, subjects),
        )
        faults += [f"claims.yaml: {claim.id}: {fault}" for fault in found]
        if claim.restates is not None and (claim.restates not in known or claim.restates == claim.id):
            faults.append(f"claims.yaml: {claim.id}: restates {claim.restates!r}, which is not another claim")


def _quote_faults(claim: Claim, documents: Mapping[str, Document]) -> Iterator[str]:
    document = documents.get(claim.document)
    if document is None:
        yield f"document {claim.document!r} is not known"
        return
    start, end = claim.span
    if document.text[start:end] == claim.quote and 0 <= start < end:
        return
    at = document.text.find(claim.quote)
    if at >= 0:
        yield f"the quote does not stand at {start}-{end} of {document.file}, but at {at}-{at + len(claim.quote)}"
    else:
        yield f"the quote does not stand in {document.file}; it must be verbatim: {claim.quote[:60]!r}"


def _word_faults(claim: Claim, predicates: Mapping[str, Predicate]) -> Iterator[str]:
    predicate = predicates.get(claim.predicate)
    if predicate is None:
        yield f"predicate {claim.predicate!r} is not in ontology.yaml"
        return
    if claim.object_class not in predicate.object_classes:
        classes = ", ".join(predicate.object_classes)
        yield f"object class {claim.object_class!r} is not one of {claim.predicate}: {classes}"
    if claim.unit is not None and claim.unit not in predicate.units:
        units = ", ".join(predicate.units) or "none"
        yield f"unit {claim.unit!r} is not one of {claim.predicate}: {units}"


def _subject_faults(claim: Claim, subjects: Collection[str]) -> Iterator[str]:
    for subject in claim.subjects:
        if subject not in subjects:
            yield f"subject {subject!r} is neither a company nor one of the others in companies.yaml"


def distinctive(companies: Mapping[str, Company], generic_words: Iterable[str], faults: list[str]) -> None:
    """Each alias keeps a word that is not generic, stands once, and means one company only."""
    generic = frozenset(word.casefold() for word in generic_words)
    owners: dict[str, str] = {}
    for company in companies.values():
        for alias in company.aliases:
            where = f"companies.yaml: {company.slug}: {alias.name!r}"
            if not _distinctive_words(alias.name, generic):
                faults.append(f"{where} holds generic words only, so it would match everything")
            owner = owners.setdefault(alias.name.casefold(), company.slug)
            if owner != company.slug:
                faults.append(f"{where} already means {owner}; a form means one company")
            elif any(other is not alias and other.name == alias.name for other in company.aliases):
                faults.append(f"{where} stands twice")


def is_object(name: str, body: bytes, faults: list[str]) -> None:
    """A file of weights must at least be a JSON object: what its heads hold is read when a text first needs it."""
    try:
        found = orjson.loads(body)
    except ValueError as error:
        faults.append(f"{name}: is not JSON ({error}); run ./dev train")
        return
    if not isinstance(found, dict):
        faults.append(f"{name}: should hold an object; run ./dev train")


def _distinctive_words(name: str, generic: frozenset[str]) -> list[str]:
    bare = name.casefold()
    for word in sorted((word for word in generic if not word.isascii()), key=len, reverse=True):
        bare = bare.replace(word, " ")
    words = re.findall(r"[^\W_]+(?:['’][^\W_]+)*", bare)
    return [word for word in words if word not in generic and len(word) > 1]


def severities(rows: object, predicates: Mapping[str, Predicate], faults: list[str]) -> dict[tuple[str, str, str], str]:
    """The severity table; every source class and outcome must have an answer for any predicate."""
    table: dict[tuple[str, str, str], str] = {}
    assert isinstance(rows, list)
    sources, outcomes = [*SourceClass], [*Outcome]
    for row in rows:
        where = f"ontology.yaml: severity row {row}"
        if not (isinstance(row, list) and len(row) == 4 and all(isinstance(cell, str) for cell in row)):
            faults.append(f"{where}: should be [source class, predicate, outcome, severity], all strings")
            continue
        source, predicate, outcome, severity = row
        if source not in (*sources, "*"):
            faults.append(f"{where}: source class {source!r} is not one of {', '.join(sources)}")
        if predicate not in predicates and predicate not in (UNTYPED, "*"):
            faults.append(f"{where}: predicate {predicate!r} is not in ontology.yaml")
        if outcome not in (*outcomes, "*"):
            faults.append(f"{where}: outcome {outcome!r} is not one of {', '.join(outcomes)}")
        if severity not in SEVERITIES:
            faults.append(f"{where}: severity {severity!r} is not one of {', '.join(SEVERITIES)}")
        if (source, predicate, outcome) in table:
            faults.append(f"{where}: stands twice")
        table[source, predicate, outcome] = severity
    for source in sources:
        for outcome in outcomes:
            if not any((s, "*", o) in table for s in (source, "*") for o in (outcome, "*")):
                faults.append(f"ontology.yaml: severity has no row for {source} and {outcome} with any predicate")
    return table
