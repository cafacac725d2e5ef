"""What a text says about a company, and what it changes."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

# The operation of what only says that a day has passed which a finding fixed.
DATE_PASSED = "date_passed"


class Outcome(StrEnum):
    """What a finding is, seen from the baseline. The first five alert; the others are folded and counted."""

    NEW = "NEW"
    UPDATE = "UPDATE"
    REVERSAL = "REVERSAL"
    PENDING = "PENDING"
    DENIAL = "DENIAL"
    RESTATEMENT = "RESTATEMENT"
    CONTEXT = "CONTEXT"

    @property
    def alerts(self) -> bool:
        """Whether a reader is told of it."""
        return self not in (Outcome.RESTATEMENT, Outcome.CONTEXT)


@dataclass(frozen=True, slots=True)
class Mention:
    """A watched company in a text. `start`/`end` are code-point offsets in the raw text, `surface` what stands there.

    `method` is `exact`, `confusable` (look-alike letters, invisible characters), `fuzzy` (a near miss, for review),
    or `carried` (named by the page or an earlier sentence; `surface` is empty and the span is the sentence).
    """

    entity: str
    start: int
    end: int
    surface: str
    method: str
    alias: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value as a text gives it. `comparator` is eq, approx, gt, lt or order; `as_of` an ISO date of any precision."""

    value: float | None
    unit: str | None
    comparator: str
    as_of: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one sentence or entry says about one company against the baseline. See `Outcome`.

    `quote` is the exact substring [start, end) of the text: the whole sentence or row. `operation` is what is done
    (assert, add, revise, remove, suspend, propose, call, deny, cite; `DATE_PASSED`). `rules` are the ids of the rules
    that decided, in order. `confidence` is `record`, `rule`, `untyped` or `fuzzy`. `fingerprint` identifies what is
    said, not where.
    """

    source: str
    url: str
    entity: str
    outcome: Outcome
    predicate: str | None
    object_class: str | None
    operation: str
    claims: tuple[str, ...]
    before: Quantity | None
    after: Quantity | None
    place: str | None
    as_of: str | None
    speaker: str | None
    modality: str
    quote: str
    start: int
    end: int
    surface: str
    method: str
    severity: str
    confidence: str
    rules: tuple[str, ...]
    language: str
    fingerprint: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Development:
    """One happening in the world. `key` is stable; `state` is a digest of outcome, value, date and status.

    `state_version` rises by one whenever `state` changes, and only then. `happened_on` is the date that the evidence
    gives, None where it gives none; `published_on` that of the first publication that told of it.
    """

    key: str
    outcome: Outcome
    predicate: str | None
    object_class: str | None
    operation: str
    place: str | None
    companies: tuple[str, ...]
    happened_on: date | None
    severity: str
    state: str
    state_version: int
    first_seen_at: datetime
    published_on: date | None = None
