"""The files of a baseline into one `Baseline`, or an error that lists every fault with its file and id."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from claimwatch.baseline import checks
from claimwatch.baseline.files import Files
from claimwatch.baseline.shapes import ClaimShape, CompanyShape, DocumentShape, PredicateShape
from claimwatch.errors import BaselineInvalid
from claimwatch.models import Alias, Baseline, Claim, Company, Document, Predicate


def read_baseline(root: Path) -> Baseline:
    """The baseline in the folder `root`, checked as a whole.

    Raises `BaselineInvalid` with every fault found, one a line, each with its file and the id of the item.
    """
    files = Files(root)
    ontology = files.mapping("ontology.yaml")
    predicates = dict(_predicates(files, ontology))
    severities = checks.severities(files.section("ontology.yaml", ontology, "severity", list), predicates, files.faults)
    listing = files.mapping("companies.yaml")
    companies = dict(_companies(files, listing))
    others = _words(files, listing, "others")
    checks.distinctive(companies, _words(files, listing, "generic_words"), files.faults)
    documents = dict(_documents(files))
    claims = dict(_claims(files))
    checks.claims(claims, documents, predicates, frozenset(companies) | frozenset(others), files.faults)
    triggers = {Path(name).stem: files.mapping(name) for name in files.names("triggers/*.yaml")}
    classifier, encoder = (
        files.read(name) if files.names(name) else b"" for name in ("classifier.json", "encoder.onnx")
    )
    if classifier:
        checks.is_object("classifier.json", classifier, files.faults)
    if files.faults:
        raise BaselineInvalid(f"{root}: {len(files.faults)} fault(s)\n  " + "\n  ".join(files.faults))
    return Baseline(files.version, documents, companies, claims, predicates, severities, triggers, classifier, encoder)


def _words(files: Files, data: dict[str, object], key: str) -> tuple[str, ...]:
    words = files.section("companies.yaml", data, key, list)
    assert isinstance(words, list)
    odd = [word for word in words if not isinstance(word, str)]
    if odd:
        files.faults.append(f"companies.yaml: {key}: {odd[0]!r} is not a string; put it in quotes")
    return tuple(word for word in words if isinstance(word, str))


def _predicates(files: Files, data: dict[str, object]) -> Iterator[tuple[str, Predicate]]:
    entries = files.section("ontology.yaml", data, "predicates", dict)
    assert isinstance(entries, Mapping)
    for name, entry in entries.items():
        shape = files.shape(PredicateShape, entry, f"ontology.yaml: {name}")
        if shape is not None:
            yield name, Predicate(name, shape.label, shape.group, tuple(shape.objects), tuple(shape.units))


def _companies(files: Files, data: dict[str, object]) -> Iterator[tuple[str, Company]]:
    entries = files.section("companies.yaml", data, "companies", dict)
    assert isinstance(entries, Mapping)
    for slug, entry in entries.items():
        shape = files.shape(CompanyShape, entry, f"companies.yaml: {slug}")
        if shape is None:
            continue
        aliases = tuple(
            Alias(
                name=row.name,
                entity=slug,
                kind=row.kind,
                script=row.script,
                ambiguous=row.ambiguous,
                cues=tuple(row.cues),
                not_before=tuple(row.not_before),
                not_after=tuple(row.not_after),
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                listed_on=row.listed_on,
                evidence=row.evidence,
                verify=row.verify,
                denials=tuple(row.denials),
                presumed=row.presumed,
            )
            for row in shape.aliases
        )
        yield slug, Company(slug, shape.name, aliases, tuple(shape.traps))


def _documents(files: Files) -> Iterator[tuple[str, Document]]:
    names = files.names("documents/*.txt")
    if not names:
        files.faults.append("documents: holds no .txt file; the baseline needs at least one document")
    seen: dict[str, str] = {}
    for name in names:
        metadata = str(Path(name).with_suffix(".yaml").as_posix())
        shape = files.shape(DocumentShape, files.mapping(metadata), metadata)
        text = files.text(name)
        if shape is None:
            continue
        if shape.id in seen:
            files.faults.append(f"{metadata}: id {shape.id!r} is already taken by {seen[shape.id]}")
            continue
        seen[shape.id] = metadata
        yield (
            shape.id,
            Document(
                shape.id,
                name,
                shape.title,
                shape.kind,
                shape.publisher,
                shape.date,
                shape.language,
                shape.rights,
                text,
            ),
        )


def _claims(files: Files) -> Iterator[tuple[str, Claim]]:
    entries = files.section("claims.yaml", files.mapping("claims.yaml"), "claims", list)
    assert isinstance(entries, list)
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        named = entry.get("id", f"claim number {number}") if isinstance(entry, dict) else f"claim number {number}"
        shape = files.shape(ClaimShape, entry, f"claims.yaml: {named}")
        if shape is None:
            continue
        if shape.id in seen:
            files.faults.append(f"claims.yaml: {shape.id}: the id stands twice")
            continue
        seen.add(shape.id)
        fields = shape.model_dump()
        fields["subjects"], fields["places"] = tuple(shape.subjects), tuple(shape.places)
        fields["span"] = (shape.span[0], shape.span[1])
        yield shape.id, Claim(**fields)
