"""What is told, to whom, and how the sources stood."""

from dataclasses import dataclass
from datetime import date, datetime

from claimwatch.models.baseline import Claim, Document
from claimwatch.models.finding import Development, Finding, Outcome
from claimwatch.models.source import SourceClass


@dataclass(frozen=True, slots=True)
class Evidence:
    """One finding as a reader may check it: what, where, when, and the bytes behind it."""

    id: int
    finding: Finding
    source_name: str
    title: str
    published_on: date | None
    effective_on: date | None
    first_seen_at: datetime
    capture_sha256: str | None
    capture_at: datetime | None
    parser: str
    source_class: SourceClass = SourceClass.PRESS


@dataclass(frozen=True, slots=True)
class Candidate:
    """A development that an edition may tell, with its evidence, newest revision first.

    `told_before` says that an earlier state was in an earlier edition of the series, `reviewed` that an analyst has
    looked at it. `publishers` tell of it independently of each other; `otherwise` is what contradicts its strongest.
    """

    development: Development
    evidence: tuple[Evidence, ...]
    told_before: bool
    reviewed: bool
    publishers: tuple[str, ...] = ()
    otherwise: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One development as an edition tells it. `evidence` is never empty; its first is the strongest.

    `claim` and `document` are the baseline claim that it concerns and the document it stands in. `late` says that it
    happened well before the period. `told_before` says that an earlier state of it was in an earlier edition.
    `told_as` is the series in which this very reader was told this very state already (`urgent`, `daily`): such an
    item is no news to them, is not counted, and takes one line. None: it is told here.
    `publishers` tell of it independently of each other, `otherwise` is what other sources say against it.
    `headline` is in English; a mail makes its own in its reader's language from `predicate`, `object_class`,
    `operation` and the ontology's `label` of the predicate, which are None where no kind of claim was recognised.
    """

    development: str
    state_version: int
    outcome: Outcome
    severity: str
    headline: str
    companies: tuple[str, ...]
    place: str | None
    happened_on: date | None
    first_seen_at: datetime
    evidence: tuple[Evidence, ...]
    claim: Claim | None
    document: Document | None
    late: bool
    told_before: bool
    reviewed: bool
    told_as: str | None = None
    predicate: str | None = None
    object_class: str | None = None
    operation: str = "assert"
    label: str | None = None
    publishers: tuple[str, ...] = ()
    otherwise: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """What a source no longer shows: an entry of a list, a page by its title, or a sentence of a page; one is set."""

    entry: str | None = None
    page: str | None = None
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How one source stood in the period. `unread` means: no good read in it. `gaps` name what is missing.

    `pauses` are the times (aware UTC) for which a source that is read again went unread for longer than planned.
    """

    source: str
    name: str
    reads: int
    failed: int
    last_good_at: datetime | None
    newest_on: date | None
    unread: bool
    gaps: tuple[str, ...] = ()
    gone: tuple[Gone, ...] = ()
    pauses: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Edition:
    """What one (series, period) tells, frozen. `starts_at` and `ends_at` are aware UTC, the end exclusive.

    `folded` counts findings that repeat what is known, by source name. `first` marks the edition that says where the
    baseline stands today. An `urgent` edition has no coverage; `last_today` marks the last alert that a reader gets
    that day, after which the rest waits for the next edition. `correction` is what the operator says was wrong: the
    edition then takes back those of its items that it lists, in a mail of its own under the one that told them.
    """

    series: str
    period: str
    starts_at: datetime
    ends_at: datetime
    frozen_at: datetime
    first: bool
    items: tuple[Item, ...]
    folded: tuple[tuple[str, int], ...]
    context: int
    coverage: tuple[Coverage, ...]
    baseline_version: str
    last_today: bool = False
    correction: str | None = None


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who gets mail. `language` is `en` or `nb`, `timezone` an IANA name."""

    id: int
    address: str
    name: str | None
    language: str
    timezone: str
    active: bool
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Rendered:
    """An edition as mail: the subject and both bodies. Deterministic: the same edition gives the same bytes.

    `language` is the language that the words are in, which may differ from the one asked for.
    """

    subject: str
    html: str
    text: str
    language: str = "en"
