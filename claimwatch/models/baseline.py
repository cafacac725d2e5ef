"""What is already known: documents, companies with their aliases, claims, and the words they are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product

from claimwatch.models.fact import Fact, Lesson

ACCEPTED = "accepted finding"  # the kind of a document that holds what analysts accepted, not one of the baseline's own
_FILES = 52


@dataclass(frozen=True, slots=True)
class Alias:
    """One surface form of a company. `valid_from`/`valid_to` bound the text's date, both inclusive.

    An `ambiguous` alias is judged by the nearest of its `cues` (for the company) and `denials` (against it); where
    neither is near, it counts if `presumed` or if an unambiguous name of a watched company stands in the text.
    `not_before` and `not_after` are words (in Chinese: characters) that must not stand directly before or after it.
    """

    name: str
    entity: str
    kind: str
    script: str = "Latn"
    ambiguous: bool = False
    cues: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    listed_on: date | None = None
    evidence: str = ""
    verify: bool = False
    denials: tuple[str, ...] = ()
    presumed: bool = False


@dataclass(frozen=True, slots=True)
class Company:
    """A watched company. `traps` are strings that hold one of its names and are not about it."""

    slug: str
    name: str
    aliases: tuple[Alias, ...]
    traps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A baseline document, verbatim. `date` is None where the document bears none."""

    id: str
    file: str
    title: str
    kind: str
    publisher: str | None
    date: date | None
    language: str
    rights: str
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A checkable assertion with its exact quote.

    Its cells are (subject, predicate, object_class, place), one for each subject and place; no place means any.
    `as_of` is an ISO date of any precision (`2019`, `2019-10`, `2023-10-17`), None where the document gives none.
    """

    id: str
    document: str
    subjects: tuple[str, ...]
    predicate: str
    object: str
    object_class: str
    places: tuple[str, ...]
    attributed_to: str
    modality: str
    quote: str
    span: tuple[int, int]
    value: float | None = None
    unit: str | None = None
    comparator: str | None = None
    as_of: str | None = None
    time_bound: bool = False
    qualifier: str | None = None
    restates: str | None = None
    status: str = "active"
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Predicate:
    """A kind of claim: its words for readers, its group, and the closed list of its object classes."""

    name: str
    label: str
    group: str
    object_classes: tuple[str, ...]
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Baseline:
    """All of it, validated. `version` is the sha256 over the files, so that a change of ours can be told from news.

    `facts` and `lessons` are what analysts accepted and taught since; `baseline.overlay` adds them, as a new version
    that begins as that of the files.
    """

    version: str
    documents: Mapping[str, Document]
    companies: Mapping[str, Company]
    claims: Mapping[str, Claim]
    predicates: Mapping[str, Predicate]
    severities: Mapping[tuple[str, str, str], str]
    triggers: Mapping[str, Mapping[str, object]]
    classifier: bytes = field(default=b"", repr=False)
    encoder: bytes = field(default=b"", repr=False)
    facts: tuple[Fact, ...] = ()
    lessons: tuple[Lesson, ...] = ()

    @property
    def files_version(self) -> str:
        """The part of the version that stands for the files alone."""
        return self.version[:_FILES]

    @property
    def newest_document_on(self) -> date:
        """The date up to which the documents speak; publications since then are read."""
        own = (document for document in self.documents.values() if document.kind != ACCEPTED)
        return max(document.date for document in own if document.date is not None)

    def severity(self, source_class: str, predicate: str | None, outcome: str) -> str:
        """S1 to S5 by the most specific row of the severity table; `predicate` None stands for `untyped`.

        Loading makes sure that there is a row for every source class and outcome.
        """
        kind = predicate or "untyped"
        rows = product((source_class, "*"), (kind, "*"), (outcome, "*"))
        # Fewest stars first; of two with as many, the one that names the outcome.
        ranked = sorted(rows, key=lambda row: (row.count("*"), row[2] == "*", row[1] == "*"))
        return next(self.severities[row] for row in ranked if row in self.severities)
