"""The project's own baseline loads; every kind of fault is named with its file, its id and what to do."""

import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.errors import BaselineInvalid
from claimwatch.models import Baseline, Outcome, SourceClass

ROOT = Path(__file__).parents[2] / "baselines"

ONTOLOGY = """
predicates:
  listed_on: {label: entry on a list, group: legal_status, objects: [entity_list, other]}
  ownership_share: {label: share, group: quantity, objects: [state, other], units: [percent]}
severity:
  - [official, "*", "*", S2]
  - [ngo, "*", "*", S3]
  - [press, "*", "*", S3]
  - [official, listed_on, NEW, S1]
  - [official, untyped, NEW, S4]
  - [official, "*", RESTATEMENT, S5]
  - [official, ownership_share, "*", S3]
"""
COMPANIES = """
others: [somebody]
generic_words: [co, ltd, technology, 技术]
companies:
  acme:
    name: Acme
    aliases:
      - {name: "Acme Technology Co., Ltd.", kind: legal, evidence: the registry}
      - {name: Acme, kind: short, ambiguous: true, cues: [camera], evidence: the registry}
    traps: [Acme Road]
"""
CLAIMS = """
claims:
  - {id: A01, document: A, subjects: [acme], predicate: listed_on, object: a list, object_class: entity_list,
     places: [US, 'NO'], as_of: '2019-10', attributed_to: author, modality: asserted, quote: Acme is listed,
     span: [0, 14]}
  - {id: A02, document: A, subjects: [acme, somebody], predicate: ownership_share, object: [the state, others],
     object_class: state, attributed_to: author, modality: asserted, quote: 42% is theirs, span: [16, 29], value: 42,
     unit: percent, comparator: eq, restates: A01}
"""
METADATA = """
{id: A, title: A text, kind: report, publisher: null, date: 2020-05-04, language: en, rights: its author's}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A baseline of one document, one company and two claims, in a folder of its own."""
    root = tmp_path / "baselines"
    (root / "documents").mkdir(parents=True)
    (root / "ontology.yaml").write_text(ONTOLOGY, encoding="utf-8")
    (root / "companies.yaml").write_text(COMPANIES, encoding="utf-8")
    (root / "claims.yaml").write_text(CLAIMS, encoding="utf-8")
    (root / "documents" / "text.txt").write_text("Acme is listed. 42% is theirs.", encoding="utf-8")
    (root / "documents" / "text.yaml").write_text(METADATA, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def own() -> Baseline:
    return load_baseline(ROOT)


def test_the_small_baseline_loads(small: Path) -> None:
    baseline = load_baseline(small)
    listed, share = baseline.claims["A01"], baseline.claims["A02"]
    assert listed.places == ("US", "NO")
    assert listed.as_of == "2019-10"
    assert share.object == "the state, others"
    assert (share.value, share.unit, share.comparator, share.restates) == (42.0, "percent", "eq", "A01")
    assert baseline.companies["acme"].traps == ("Acme Road",)
    assert baseline.companies["acme"].aliases[1].cues == ("camera",)
    assert baseline.newest_document_on.isoformat() == "2020-05-04"
    assert baseline.triggers == {}


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("claims.yaml", "'NO'", "NO", r"claims\.yaml: A01: places\.1: False is not a place; .*put it in quotes"),
        ("claims.yaml", "'NO'", "Norway", r"A01: places\.1: 'Norway' is not a known place"),
        (
            "claims.yaml",
            "quote: Acme is listed",
            "quote: Acme was listed",
            r"A01: the quote does not stand in documents/text\.txt",
        ),
        ("claims.yaml", "[0, 14]", "[1, 15]", r"A01: the quote does not stand at 1-15 .* but at 0-14"),
        ("claims.yaml", "id: A02", "id: A01", r"A01: the id stands twice"),
        ("claims.yaml", "document: A,", "document: Z,", r"A01: document 'Z' is not known"),
        ("claims.yaml", "predicate: listed_on", "predicate: listing", r"A01: predicate 'listing' is not in ontology"),
        (
            "claims.yaml",
            "object_class: entity_list",
            "object_class: lists",
            r"A01: object class 'lists' is not one of listed_on: entity_list, other",
        ),
        ("claims.yaml", "subjects: [acme]", "subjects: [acne]", r"A01: subject 'acne' is neither a company nor"),
        ("claims.yaml", "comparator: eq", "comparator: around", r"A02: comparator: Input should be 'eq'"),
        ("claims.yaml", "modality: asserted", "modality: sure", r"A01: modality: Input should be 'asserted'"),
        ("claims.yaml", "unit: percent", "unit: euros", r"A02: unit 'euros' is not one of ownership_share: percent"),
        ("claims.yaml", "unit: percent, ", "", r"A02: value, unit and comparator come together"),
        ("claims.yaml", "restates: A01", "restates: A09", r"A02: restates 'A09', which is not another claim"),
        ("claims.yaml", "restates: A01", "restates: A02", r"A02: restates 'A02', which is not another claim"),
        ("claims.yaml", "'2019-10'", "October 2019", r"A01: as_of: 'October 2019' is not a date"),
        ("claims.yaml", "modality: asserted", "mood: asserted", r"A01: mood: Extra inputs are not permitted"),
        ("claims.yaml", "claims:", "claim:", r"claims\.yaml: 'claims' is missing or empty"),
        (
            "companies.yaml",
            "Acme Technology Co., Ltd.",
            "Technology Co., Ltd.",
            r"companies\.yaml: acme: 'Technology Co., Ltd\.' holds generic words only",
        ),
        ("companies.yaml", "name: Acme, kind", "name: 技术, kind", r"acme: '技术' holds generic words only"),
        (
            "companies.yaml",
            "kind: short",
            "kind: nick",
            r"companies\.yaml: acme: aliases\.1\.kind: Input should be 'legal'",
        ),
        ("companies.yaml", "cues: [camera]", "cues: []", r"acme: aliases\.1: an ambiguous form needs cues"),
        (
            "companies.yaml",
            "ambiguous: true, ",
            "",
            r"acme: aliases\.1: cues, denials and presumed belong to ambiguous",
        ),
        ("companies.yaml", "    traps", "    trap", r"acme: trap: Extra inputs are not permitted"),
        ("companies.yaml", "others: [somebody]", "others: [NO]", r"companies\.yaml: others: False is not a string"),
        (
            "companies.yaml",
            "    name: Acme\n",
            "    name: Acme\n    name: Acme\n",
            r"companies\.yaml: .*'name' stands twice",
        ),
        (
            "ontology.yaml",
            "[entity_list, other]",
            "[entity_list]",
            r"ontology\.yaml: listed_on: objects must .* end with 'other'",
        ),
        (
            "ontology.yaml",
            "listed_on, NEW, S1",
            "listing, NEW, S1",
            r"severity row .*: predicate 'listing' is not in ontology",
        ),
        ("ontology.yaml", "listed_on, NEW, S1", "listed_on, NEWS, S1", r"outcome 'NEWS' is not one of NEW, UPDATE"),
        ("ontology.yaml", "listed_on, NEW, S1", "listed_on, NEW, high", r"severity 'high' is not one of S1"),
        ("ontology.yaml", 'ngo, "*", "*"', 'ngo, "*", NEW', r"severity has no row for ngo and UPDATE"),
        ("ontology.yaml", "severity:", "severities:", r"ontology\.yaml: 'severity' is missing or empty"),
        ("documents/text.yaml", "its author's", "''", r"documents/text\.yaml: rights: String should have at least 1"),
        ("documents/text.yaml", "2020-05-04", "2020-15-04", r"documents/text\.yaml: .*month"),
        ("documents/text.yaml", "{id", "[id", r"documents/text\.yaml: .*"),
    ],
)
def test_a_fault_is_named_with_its_file_and_what_is_wrong(
    small: Path, name: str, old: str, new: str, fault: str
) -> None:
    path = small / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BaselineInvalid) as error:
        load_baseline(small)
    assert re.search(fault, str(error.value)), str(error.value)


def test_all_faults_are_listed_at_once(small: Path) -> None:
    path = small / "claims.yaml"
    path.write_text(CLAIMS.replace("[0, 14]", "[3, 4]").replace("restates: A01", "restates: B99"), encoding="utf-8")
    (small / "ontology.yaml").write_text(ONTOLOGY.replace("S1", "S0"), encoding="utf-8")
    with pytest.raises(BaselineInvalid) as error:
        load_baseline(small)
    message = str(error.value)
    assert "3 fault(s)" in message
    assert all(part in message for part in ("A01: the quote", "A02: restates", "ontology.yaml: severity row"))


@pytest.mark.parametrize("name", ["claims.yaml", "companies.yaml", "ontology.yaml", "documents/text.yaml"])
def test_a_missing_file_is_named(small: Path, name: str) -> None:
    (small / name).unlink()
    with pytest.raises(BaselineInvalid, match=re.escape(f"{name}: cannot be read")):
        load_baseline(small)


@pytest.mark.parametrize(
    ("body", "said"),
    [(b'{"claim": {"bi', "is not JSON"), (b"version https://git-lfs.example/", "is not JSON"), (b"[]", "object")],
)
def test_weights_that_were_cut_off_are_a_fault_at_once(small: Path, body: bytes, said: str) -> None:
    """Not only when a text first names somebody: then a source would fail, and readers be told that nothing is new."""
    (small / "classifier.json").write_bytes(body)
    with pytest.raises(BaselineInvalid, match=rf"classifier\.json: .*{said}.*; run \./dev train"):
        load_baseline(small)
    (small / "classifier.json").write_bytes(b"{}")
    assert load_baseline(small).classifier == b"{}"


def test_a_form_means_one_company(small: Path) -> None:
    second = '  other: {name: Other, aliases: [{name: "acme", kind: short, evidence: none}]}\n'
    (small / "companies.yaml").write_text(COMPANIES + second, encoding="utf-8")
    with pytest.raises(BaselineInvalid, match="other: 'acme' already means acme"):
        load_baseline(small)


def test_triggers_are_kept_as_they_stand(small: Path) -> None:
    (small / "triggers").mkdir()
    (small / "triggers" / "nn.yaml").write_text("undo: [trekkje]\n", encoding="utf-8")
    assert load_baseline(small).triggers == {"nn": {"undo": ["trekkje"]}}


def _nothing_in_it(root: Path) -> None:
    shutil.copytree(root, root.parent / "copy")


def _one_byte(root: Path) -> None:
    (root / "companies.yaml").write_text(COMPANIES + "\n", encoding="utf-8")


def _one_file(root: Path) -> None:
    (root / "triggers").mkdir()
    (root / "triggers" / "en.yaml").write_text("{a: b}", encoding="utf-8")


@pytest.mark.parametrize(("change", "moves"), [(_nothing_in_it, False), (_one_byte, True), (_one_file, True)])
def test_the_version_follows_the_bytes(small: Path, change: Callable[[Path], None], moves: bool) -> None:
    before = load_baseline(small).version
    change(small)
    assert (load_baseline(small).version != before) is moves
    assert re.fullmatch("[0-9a-f]{64}", before)


def test_the_most_specific_severity_wins(small: Path) -> None:
    baseline = load_baseline(small)
    assert baseline.severity("official", "listed_on", "NEW") == "S1"
    assert baseline.severity("official", "listed_on", "UPDATE") == "S2"
    assert baseline.severity("official", None, "NEW") == "S4"
    assert baseline.severity("official", "ownership_share", "UPDATE") == "S3"
    assert baseline.severity("official", "ownership_share", "RESTATEMENT") == "S5"
    assert baseline.severity("ngo", None, "NEW") == "S3"


def test_our_own_baseline_is_whole(own: Baseline) -> None:
    assert len(own.claims) == 72
    assert Counter(claim.document for claim in own.claims.values()) == {"A": 30, "B": 42}
    assert own.newest_document_on.isoformat() == "2023-10-17"
    assert set(own.companies) == {"hikvision", "dahua"}
    assert all(document.rights for document in own.documents.values())
    # Every class but `other` of a claimed predicate must be reachable; a claim in `other` would match anything odd.
    assert not [claim.id for claim in own.claims.values() if claim.object_class == "other"]


def test_the_recommendation_is_not_pre_judged(own: Baseline) -> None:
    claim = own.claims["A09"]
    assert (claim.predicate, claim.places, claim.status) == ("divestment_recommendation", ("NO",), "active")
    assert "withdr" not in claim.notes.lower()


def test_restated_claims_share_a_cell_with_what_they_restate(own: Baseline) -> None:
    for later, earlier in (("B28", "B03"), ("B29", "B04"), ("B30", "B05")):
        one, other = own.claims[later], own.claims[earlier]
        assert one.restates == earlier
        assert (one.subjects, one.predicate, one.object_class) == (other.subjects, other.predicate, other.object_class)


def test_legal_effect_by_an_official_source_is_the_most_serious(own: Baseline) -> None:
    assert own.severity(SourceClass.OFFICIAL, "divestment_recommendation", Outcome.REVERSAL) == "S1"
    assert own.severity(SourceClass.OFFICIAL, "divestment_recommendation", Outcome.NEW) == "S2"
    assert own.severity(SourceClass.OFFICIAL, "listed_on", Outcome.PENDING) == "S2"
    assert own.severity(SourceClass.NGO, "listed_on", Outcome.NEW) == "S3"
    assert own.severity(SourceClass.PRESS, None, Outcome.NEW) == "S4"
    assert {own.severity(source, "calls_for", Outcome.RESTATEMENT) for source in SourceClass} == {"S5"}


def test_the_entity_list_names_are_dated(own: Baseline) -> None:
    listed = {alias.name: alias.listed_on for c in own.companies.values() for alias in c.aliases if alias.listed_on}
    assert str(listed["Dahua Technology"]) == "2019-10-09"
    assert sum(str(day) == "2023-03-28" for day in listed.values()) == 7
