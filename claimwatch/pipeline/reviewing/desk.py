"""The review desk: which developments wait for an analyst, and all that is needed to judge one.

What analysts do with it: `decide` and `decide_many`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from claimwatch.claims.sentences import split
from claimwatch.editions import alert_period, assemble
from claimwatch.editions.display import clean
from claimwatch.models import (
    Action,
    Candidate,
    CaseState,
    Claim,
    Decision,
    Development,
    Document,
    Evidence,
    Outcome,
    Standing,
    standing,
)
from claimwatch.pipeline.knowledge import with_knowledge
from claimwatch.pipeline.labels import labelled, labelled_evidence
from claimwatch.pipeline.reviewing.deciding import Decided, decide, decide_many, let_in, whole_key
from claimwatch.pipeline.reviewing.reasons import reasons
from claimwatch.pipeline.telling.tellable import today_of
from claimwatch.pipeline.watch import Watch
from claimwatch.store import cases, decisions, developments, finding_rows, findings, queue
from claimwatch.store.cases import ToldIn

__all__ = [
    "PAGE", "Case", "CaseLine", "CasePage", "Decided", "Near", "Piece", "case_lines", "decide", "decide_many",
    "get_case", "let_in", "list_cases", "list_waiting", "piece_of",
]  # fmt: skip

PAGE = 50
_AROUND = 700  # how far, in characters, the sentence before or after is looked for; it is shown shorter


@dataclass(frozen=True, slots=True)
class Near:
    """A baseline claim that a finding is measured by, and the document it stands in."""

    claim: Claim
    document: Document | None


@dataclass(frozen=True, slots=True)
class Piece:
    """One finding of a case: the sentence before it and the one after, the nearest claims, and why it came out so.

    `before` and `after` are empty where the finding opens or closes its text, or is a row. `dismissed`: it was
    dismissed alone, and counts no more.
    """

    evidence: Evidence
    before: str
    after: str
    nearest: tuple[Near, ...]
    reasons: tuple[str, ...]
    dismissed: bool


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A development in the queue. `tags` are short remarks: `back since 2026-11-09`, `moved on`, `decided by …`."""

    key: str
    development: Development
    headline: str
    lead: Evidence
    findings: int
    state: CaseState
    until: date | None
    tags: tuple[str, ...]
    version: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of the queue, counted from 1; `total` is how many cases there are on all of its `pages`."""

    cases: tuple[CaseLine, ...]
    page: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Case:
    """A development with all that is needed to judge it. `development` and evidence are as analysts labelled them.

    `version` goes with every decision: it is refused where somebody has decided since, or a source told more. `other`
    is the key of the development that this one was joined to; `joined` are those that were joined to this one.
    `told` are the editions that told of it.
    """

    key: str
    development: Development
    headline: str
    state: CaseState
    until: date | None
    tags: tuple[str, ...]
    pieces: tuple[Piece, ...]
    decisions: tuple[Decision, ...]
    told: tuple[ToldIn, ...]
    other: str | None
    joined: tuple[str, ...]
    version: str


def list_cases(
    watch: Watch,
    *,
    state: CaseState = CaseState.OPEN,
    company: str | None = None,
    source: str | None = None,
    outcome: Outcome | None = None,
    page: int = 1,
    size: int = PAGE,
) -> CasePage:
    """One page of the cases in a state, the gravest first, then the newest. A page beyond the last one is empty."""
    with watch.store.read() as connection:
        wanted = queue.Wanted(state, today_of(watch), company, source, outcome)
        ids = queue.cases_after(connection, wanted, None, size, offset=(max(page, 1) - 1) * size)
        total = queue.count_cases(connection, wanted)
        lines = case_lines(connection, watch, ids)
    return CasePage(lines, page, -(-total // size), total)


def case_lines(connection: Connection, watch: Watch, ids: Sequence[int]) -> tuple[CaseLine, ...]:
    """Developments as the queue shows them, in that order."""
    evidence = findings.evidence_of_all(connection, ids, watch.sources)
    found = developments.find_developments(connection, ids)
    standings = decisions.standings_on(connection, [one.key for one in found.values()])
    return tuple(_line(watch, found[id_], standings[found[id_].key], evidence[id_]) for id_ in ids)


def list_waiting(watch: Watch) -> tuple[Evidence, ...]:
    """What would alert if its name were certain: near misses, and names that were another's before; oldest first."""
    with watch.store.read() as connection:
        rows = findings.list_findings(connection, watch.sources, waiting=True)
    return tuple(row.evidence for row in rows)


def get_case(watch: Watch, key: str) -> Case:
    """A development by its key or the beginning of it. Raises `UsageError` where there is none, or several."""
    with watch.store.read() as connection:
        key = whole_key(connection, key)
        id_ = cases.development_id(connection, key)
        assert id_ is not None
        development = developments.find_development(connection, id_).development
        decided = decisions.decisions_on(connection, key)
        now = standing(decided)
        # Of one that is part of another the findings stand there; they are shown here as well.
        moved = now.last.moved if now.last is not None and now.action is Action.SAME_AS else ()
        rows = findings.findings_by_id(connection, id_, moved, watch.sources)
        evidence = labelled_evidence(tuple(row.evidence for row in rows), now, watch.baseline)
        texts = cases.texts_of(connection, [one.id for one in evidence])
        told = tuple(cases.told_in(connection, id_))
        joined = tuple(joint.key for joint in decisions.joints(connection) if joint.other == key)
    if any(id_ not in watch.baseline.claims for one in evidence for id_ in one.finding.claims):
        watch = with_knowledge(watch)  # a claim that an analyst accepted
    dismissed = {row.evidence.id for row in rows if row.status == finding_rows.DISMISSED}
    shown = labelled(development, now.label, watch.baseline)
    return Case(
        key=key,
        development=shown,
        headline=_headline(watch, shown, evidence),
        state=now.state(development.state_version, today_of(watch)),
        until=now.last.until if now.last else None,
        tags=_tags(now, development, today_of(watch)),
        pieces=tuple(piece_of(watch, one, texts[one.id], dismissed=one.id in dismissed) for one in evidence),
        decisions=tuple(decided),
        told=told,
        other=now.last.other if now.last else None,
        joined=joined,
        version=now.seen(development.state_version),
    )


def _line(watch: Watch, development: Development, now: Standing, evidence: list[Evidence]) -> CaseLine:
    pieces = labelled_evidence(tuple(evidence), now, watch.baseline)
    shown = labelled(development, now.label, watch.baseline)
    lead = _lead(shown, pieces)
    today = today_of(watch)
    return CaseLine(
        key=development.key,
        development=shown,
        headline=_headline(watch, shown, pieces),
        lead=lead,
        findings=len(pieces),
        state=now.state(development.state_version, today),
        until=now.last.until if now.last else None,
        tags=_tags(now, development, today),
        version=now.seen(development.state_version),
    )


def _lead(development: Development, evidence: tuple[Evidence, ...]) -> Evidence:
    return min(evidence, key=lambda one: (one.finding.outcome is not development.outcome, one.finding.severity))


def _headline(watch: Watch, development: Development, evidence: tuple[Evidence, ...]) -> str:
    """As an edition would word it; what no edition tells, by its outcome and its title."""
    if not evidence:
        return ""
    if development.outcome.alerts:
        one = Candidate(development, evidence, told_before=False, reviewed=False)
        told = assemble(alert_period(watch.now()), watch.now(), [one], (), (), 0, watch.baseline, first=False)
        return told.items[0].headline
    known, lead = watch.baseline.companies, evidence[0]
    names = ", ".join(known[slug].name if slug in known else slug for slug in development.companies)
    return f"{development.outcome.value}: {clean(lead.title or lead.source_name, 110)} — {names}"


def piece_of(watch: Watch, evidence: Evidence, text: str, *, dismissed: bool) -> Piece:
    """A finding with what is needed to judge it; `text` is the whole text in which it stands."""
    before, after = around(text, evidence.finding.start, evidence.finding.end)
    claims = [watch.baseline.claims[id_] for id_ in evidence.finding.claims if id_ in watch.baseline.claims]
    nearest = tuple(Near(claim, watch.baseline.documents.get(claim.document)) for claim in claims)
    return Piece(evidence, before, after, nearest, reasons(evidence.finding), dismissed)


def around(text: str, start: int, end: int) -> tuple[str, str]:
    """The sentence before [start, end) of a text and the one after it, each empty where there is none near."""
    first = max(0, start - _AROUND)
    window = text[first : end + _AROUND]
    units = [(first + unit.start, first + unit.end) for unit in split(window)]
    before = [unit for unit in units if unit[1] <= start]
    after = [unit for unit in units if unit[0] >= end]
    return (
        text[slice(*before[-1])] if before else "",
        text[slice(*after[0])] if after else "",
    )


def _tags(standing: Standing, development: Development, today: date) -> tuple[str, ...]:
    last = standing.last
    if last is None:
        return ()
    tags = []
    if last.action is Action.SNOOZE and last.until is not None and last.until <= today:
        tags.append(f"back since {last.until}")
    elif not standing.covers(development.state_version) and last.action is not Action.SAME_AS:
        tags.append(f"moved on since {last.who} decided")
    if standing.relabel is not None:
        tags.append(f"labelled by {standing.relabel.who}")
    return tuple(tags)
