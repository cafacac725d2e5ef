"""Findings for people to read and label: a random sample of what was folded, and what analysts have settled."""

import random
from dataclasses import dataclass

from claimwatch.models import Action, Finding, Outcome
from claimwatch.pipeline.labels import labelled_evidence
from claimwatch.pipeline.watch import Watch
from claimwatch.store import cases, decisions, findings
from claimwatch.store.finding_rows import FindingRow

NONE = "NONE"
_AT_ONCE = 500
_FOLDED = (Outcome.RESTATEMENT, Outcome.CONTEXT)


@dataclass(frozen=True, slots=True)
class GoldFinding:
    """One labelled sentence. `entity` is None and `outcome` NONE where the name was not that of the company."""

    quote: str
    entity: str | None
    outcome: str
    accept: tuple[str, ...]
    predicate: str | None
    claims: tuple[str, ...]
    alert: bool
    value: float | None
    unit: str | None
    place: str | None
    as_of: str | None
    event: str | None


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """One text with the sentences of it that analysts settled."""

    id: str
    source: str
    url: str
    title: str
    published: str | None
    language: str
    text: str
    findings: tuple[GoldFinding, ...]
    basis: str = "real"
    note: str = "settled by analysts"


def folded_sample(watch: Watch, count: int, seed: int) -> tuple[list[FindingRow], int]:
    """`count` of the folded findings that polls made, drawn at random, and how many there are.

    The same seed draws the same ones as long as nothing is added: to see what was folded wrongly, and how often.
    """
    with watch.store.read() as connection:
        ids = findings.folded_ids(connection, _FOLDED)
        drawn = random.Random(seed).sample(ids, min(count, len(ids)))  # noqa: S311 (a sample, not a secret)
        rows = [
            row
            for begin in range(0, len(drawn), _AT_ONCE)
            for row in findings.find_findings(connection, drawn[begin : begin + _AT_ONCE], watch.sources)
        ]
    found = {row.evidence.id: row for row in rows}
    return [found[id_] for id_ in drawn], len(ids)


def gold_documents(watch: Watch) -> list[GoldDocument]:
    """Everything that analysts accepted or labelled, and the names that they said were another's, by document.

    A dismissal for any other reason says that a thing is not worth telling, not what it is: it is left out.
    """
    labelled: dict[tuple[str, str, str], list[tuple[FindingRow, GoldFinding]]] = {}
    with watch.store.read() as connection:
        for key, standing in sorted(decisions.standings_of_all(connection).items()):
            id_ = cases.development_id(connection, key)
            last = standing.last
            if last is None or id_ is None:
                continue
            wrong = last.action is Action.DISMISS and last.not_the_company
            if not wrong and last.action not in (Action.ACCEPT, Action.RELABEL):
                continue
            rows = [
                row
                for row in findings.findings_by_id(connection, id_, (), watch.sources)
                if row.status == "open" and row.evidence.first_seen_at <= last.at
            ]
            evidence = labelled_evidence(tuple(row.evidence for row in rows), standing, watch.baseline)
            texts = cases.texts_of(connection, [one.id for one in evidence])
            for row, one in zip(rows, evidence, strict=True):
                finding = one.finding
                gold = _not_the_company(finding) if wrong else _gold(finding, key)
                labelled.setdefault((finding.source, finding.url, texts[one.id]), []).append((row, gold))
    return [_document(number, text, rows) for number, ((_, _, text), rows) in enumerate(sorted(labelled.items()), 1)]


def _document(number: int, text: str, rows: list[tuple[FindingRow, GoldFinding]]) -> GoldDocument:
    evidence = rows[0][0].evidence
    ordered = sorted(rows, key=lambda row: (row[0].evidence.finding.start, row[1].entity or ""))
    return GoldDocument(
        id=f"rv-{number:03d}",
        source=evidence.finding.source,
        url=evidence.finding.url,
        title=evidence.title,
        published=evidence.published_on.isoformat() if evidence.published_on else None,
        language=evidence.finding.language,
        text=text,
        findings=tuple(gold for _, gold in ordered),
    )


def _gold(finding: Finding, event: str) -> GoldFinding:
    outcome, after = finding.outcome, finding.after
    return GoldFinding(
        quote=finding.quote,
        entity=finding.entity,
        outcome=outcome.value,
        accept=(outcome.value,),
        predicate=finding.predicate,
        claims=finding.claims,
        alert=outcome.alerts,
        value=after.value if after else None,
        unit=after.unit if after else None,
        place=finding.place,
        as_of=finding.as_of,
        event=event if outcome.alerts else None,
    )


def _not_the_company(finding: Finding) -> GoldFinding:
    return GoldFinding(finding.quote, None, NONE, (NONE,), None, (), False, None, None, None, None, None)
