"""Labelled documents, and what is found for each label. The label guide is `gold/README.md` beside the gold sets."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from claimwatch.claims import Comparer, read_records, screen_record
from claimwatch.claims.screen import LANGUAGES
from claimwatch.models import Finding, Outcome

ALERTS = frozenset(outcome.value for outcome in Outcome if outcome.alerts)


def held_out(document_id: str) -> bool:
    """Whether a document belongs to the held-out 30 %, by hash of its id."""
    return int(hashlib.sha256(f"claimwatch-holdout-1:{document_id}".encode()).hexdigest(), 16) % 10 < 3


@dataclass(frozen=True, slots=True)
class Label:
    """One labelled sentence and company (None: about neither), with its document's basis and order."""

    document: str
    basis: str
    entity: str | None
    outcome: str
    accept: frozenset[str]
    alert: bool
    event: str | None
    predicate: str | None
    claims: frozenset[str]
    value: float | None
    place: str | None
    as_of: str | None
    start: int
    end: int
    quote: str
    source: str = ""
    language: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """A label with what was found for it: the finding of that company in that sentence, None where there is none."""

    label: Label
    finding: Finding | None

    @property
    def predicted(self) -> str:
        """The outcome found; NONE where nothing was."""
        return self.finding.outcome.value if self.finding else "NONE"

    @property
    def right(self) -> bool:
        """Right by the lenient reading: in the label's `accept`."""
        return self.predicted in self.label.accept


def labels(document: Mapping[str, Any]) -> list[Label]:
    """The labels of a gold document. Raises `ValueError` where a quote is not in its text."""
    found = []
    for item in document["findings"]:
        start = document["text"].index(item["quote"])
        found.append(
            Label(
                document=document["id"],
                basis=document["basis"],
                entity=item["entity"],
                outcome=item["outcome"],
                accept=frozenset(item["accept"]),
                alert=item["alert"],
                event=item.get("event"),
                predicate=item["predicate"],
                claims=frozenset(item["claims"]),
                value=item.get("value"),
                place=item.get("place"),
                as_of=item.get("as_of"),
                start=start,
                end=start + len(item["quote"]),
                quote=item["quote"],
                source=document["source"],
                language=document["language"],
                published=document["published"],
            )
        )
    return found


def match(label: Label, findings: Sequence[Finding]) -> Finding | None:
    """The finding for a label: same company, more than half of the shorter span shared; for NONE any, alerts first."""

    def shared(finding: Finding) -> float:
        both = min(label.end, finding.end) - max(label.start, finding.start)
        return both / min(label.end - label.start, finding.end - finding.start)

    fitting = [f for f in findings if shared(f) > 0.5 and label.entity in (None, f.entity)]
    return max(
        fitting,
        key=lambda f: (f.outcome.alerts, shared(f)) if label.entity is None else (True, shared(f)),
        default=None,
    )


def readable(lines: Iterable[str]) -> tuple[list[str], Counter[str]]:
    """The documents in languages that are read, and how many of each other language are left out."""
    kept, left_out = [], Counter[str]()
    for line in lines:
        language = json.loads(line)["language"]
        if language.lower() in LANGUAGES:
            kept.append(line)
        else:
            left_out[language] += 1
    return kept, left_out


def score_all(lines: Iterable[str], comparer: Comparer) -> list[Scored]:
    """Every label with what was found for it."""
    known = list(lines)
    return [s for holdout in (True, False) for s in score(known, comparer, holdout=holdout)]


def score(lines: Iterable[str], comparer: Comparer, *, holdout: bool) -> list[Scored]:
    """Every label of the wanted part with what was found for it."""
    scored: list[Scored] = []
    for line in lines:
        document = json.loads(line)
        if held_out(document["id"]) != holdout:
            continue
        record = next(iter(read_records([line], "jsonl")))
        findings = screen_record(comparer, record)
        scored += [Scored(label, match(label, findings)) for label in labels(document)]
    return scored
