"""The archive: editions that went out, and each item with its history. What pages and feeds show of both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from claimwatch.editions import Period, assemble
from claimwatch.models import Candidate, Development, Edition, Evidence, Origin, Standing
from claimwatch.pipeline.telling.otherwise import with_otherwise
from claimwatch.pipeline.telling.tellable import as_reviewed, today_of
from claimwatch.pipeline.watch import Watch
from claimwatch.store import archive, decisions, developments, findings, items, states
from claimwatch.store.archive import Issue, Told
from claimwatch.store.editions import EditionRow
from claimwatch.store.finding_rows import FindingRow
from claimwatch.store.items import ItemRow, Whereabouts
from claimwatch.store.releases import released_version, rule
from claimwatch.store.states import State

PER_PAGE = 30
MOST_EVIDENCE = 100
MOST_BESIDE = 200  # findings about the same claim, among which it is looked who says otherwise


@dataclass(frozen=True, slots=True)
class Correction:
    """What was said afterwards to be wrong. `issue` is the correction that readers were sent, if one went out.
    `item` is the key of the one item that it is about, None for a whole edition."""

    why: str
    at: datetime
    item: str | None
    issue: Issue | None


@dataclass(frozen=True, slots=True)
class BackIssue:
    """An edition that went out, with what stands around it. `items` are what it told, each in an edition of its own:
    the mail itself is frozen, these are made from the evidence that it had."""

    edition: EditionRow
    earlier: Issue | None
    later: Issue | None
    corrections: tuple[Correction, ...]
    items: tuple[tuple[Told, Edition | None], ...]


@dataclass(frozen=True, slots=True)
class Current:
    """A development as it stands now. `told` is an edition of it alone, None where nothing of it is left to tell."""

    row: ItemRow
    told: Edition | None


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A finding that tells of an item, as evidence, and what it stands in."""

    finding: FindingRow
    where: Whereabouts


@dataclass(frozen=True, slots=True)
class History:
    """One item with all that became of it. `tellings` are the editions that told it and the state that each told.

    `more` counts the evidence beyond what is shown. `standing` is what analysts decided. `otherwise` is what other
    sources say against it, of what may be shown.
    """

    current: Current
    states: tuple[State, ...]
    tellings: tuple[tuple[Issue, int], ...]
    corrections: tuple[tuple[Issue, Correction], ...]
    evidence: tuple[EvidenceRow, ...]
    more: int
    standing: Standing
    otherwise: tuple[EvidenceRow, ...] = ()

    @property
    def known_as(self) -> str | None:
        """The key of the item that it is part of by an analyst's word."""
        last = self.standing.last
        return last.other if last is not None and last.action.value == "same_as" else None


def back_issues(watch: Watch, *, series: Sequence[str] = (), before: int | None = None) -> tuple[list[Issue], bool]:
    """A page of the editions that went out, newest first, and whether there are more."""
    with watch.store.read() as connection:
        found = archive.issues(connection, series=series, before=before, limit=PER_PAGE + 1)
    return found[:PER_PAGE], len(found) > PER_PAGE


def editions_about(
    watch: Watch, *, company: str | None = None, source: str | None = None, outcome: str | None = None, limit: int
) -> list[tuple[Issue, datetime | None]]:
    """The editions that went out and told of such things, newest first, each with when it was corrected last."""
    with watch.store.read() as connection:
        return archive.issues_about(connection, company=company, source=source, outcome=outcome, limit=limit)


def back_issue(watch: Watch, series: str, period: str) -> BackIssue | None:
    """One edition; None where none went out of that name."""
    with watch.store.read() as connection:
        row = archive.find_issue(connection, series, period)
        if row is None:
            return None
        earlier, later = archive.neighbours(connection, series, row.id)
        told = archive.told_in(connection, row.id)
        return BackIssue(
            row,
            earlier,
            later,
            tuple(_corrections(connection, row.id, series, period)),
            _as_told(connection, watch, told, row.frozen_at),
        )


def current_items(
    watch: Watch,
    *,
    company: str | None = None,
    source: str | None = None,
    outcome: str | None = None,
    limit: int = PER_PAGE,
) -> list[Current]:
    """What polls found, the newest state first, as a reader is told of it today."""
    with watch.store.read() as connection:
        rows = items.newest_items(
            connection,
            today_of(watch),
            company=company,
            source=source,
            outcome=outcome,
            shown=rule(connection, watch.settings.review),
            limit=limit,
        )
        evidence = findings.evidence_of_all(connection, [row.id for row in rows], watch.sources)
        decided = _decided(connection, [row.development.key for row in rows])
        return [
            Current(row, _alone(watch, row.development, evidence[row.id], decided.get(row.development.key, Standing())))
            for row in rows
        ]


def history(watch: Watch, key: str) -> History | None:
    """One item; None where there never was one of that key, or nothing of it has been released yet."""
    with watch.store.read() as connection:
        row = items.find_item(connection, key)
        if row is None:
            return None
        found = rule(connection, watch.settings.review)
        version = released_version(connection, found, row.id)
        if version is None:
            return None
        gone_through = [one for one in states.states_of(connection, row.id) if one.version <= version]
        now = gone_through[-1] if gone_through and version < row.development.state_version else None
        row = replace(row, development=in_state(row.development, now))
        standing = decisions.standing_of(connection, key)
        ids = findings.finding_ids(connection, row.id, found)
        shown = findings.find_findings(connection, ids[-MOST_EVIDENCE:], watch.sources)[::-1]
        live = [one for one in shown if one.status == "open"]
        watched = [one for one in live if one.origin is Origin.WATCH] or live
        if now is not None:
            row = replace(row, development=about_only(row.development, [one.evidence for one in watched]))
        now_told = as_reviewed(watch, row.development, tuple(one.evidence for one in watched), standing)
        told = _edition_of(watch, with_otherwise(connection, watch, {row.id: now_told}, found, MOST_BESIDE)[row.id])
        against = _rows_of(connection, watch, told)
        tellings = archive.tellings(connection, row.id)
        corrections = [
            (issue, correction)
            for issue in {issue.id: issue for issue, _ in tellings}.values()
            for correction in _corrections(connection, issue.id, issue.series, issue.period)
            if correction.item in (None, key)
        ]
        places = items.whereabouts(connection, [one.evidence.id for one in (*shown, *against)])
        return History(
            Current(row, told),
            tuple(gone_through),
            tuple(tellings),
            tuple(corrections),
            tuple(EvidenceRow(one, places[one.evidence.id]) for one in shown),
            max(len(ids) - MOST_EVIDENCE, 0),
            standing,
            tuple(EvidenceRow(one, places[one.evidence.id]) for one in against),
        )


def _rows_of(connection: Connection, watch: Watch, told: Edition | None) -> list[FindingRow]:
    """The findings that contradict the one item of an edition, in its order, as analysts labelled them."""
    against = told.items[0].otherwise if told is not None else ()
    rows = {one.evidence.id: one for one in findings.find_findings(connection, [e.id for e in against], watch.sources)}
    return [replace(rows[evidence.id], evidence=evidence) for evidence in against]


def _corrections(connection: Connection, edition_id: int, series: str, period: str) -> list[Correction]:
    """What was said to be wrong with an edition; the correction sent for each was frozen at the same time."""
    sent = {issue.frozen_at: issue for issue in archive.corrections_of(connection, series, period)}
    keys = {one.key for one in archive.told_in(connection, edition_id)}
    corrections = []
    for recall in archive.recalls(connection, edition_id):
        key, colon, text = recall.why.partition(": ")
        of_item = bool(colon) and key in keys
        corrections.append(
            Correction(text if of_item else recall.why, recall.at, key if of_item else None, sent.get(recall.at))
        )
    return corrections


def _as_told(
    connection: Connection, watch: Watch, told: Sequence[Told], frozen_at: datetime
) -> tuple[tuple[Told, Edition | None], ...]:
    """The items of an edition in the state that it told, from the evidence that it had, withdrawn since or not."""
    ids = [one.development_id for one in told]
    known = developments.find_developments(connection, ids)
    evidence = findings.evidence_ever(connection, ids, watch.sources)
    then = states.states_of_all(connection, ids)
    decided = _decided(connection, [one.key for one in told])
    items_ = []
    for one in told:
        had = [each for each in evidence[one.development_id] if each.first_seen_at <= frozen_at]
        state = in_state(known[one.development_id], then.get((one.development_id, one.version)))
        items_.append((one, _alone(watch, about_only(state, had), had, decided.get(one.key, Standing()))))
    return tuple(items_)


def about_only(development: Development, evidence: Sequence[Evidence]) -> Development:
    """A development without the companies and the place that came to it with other evidence."""
    named = {one.finding.entity for one in evidence}
    left = tuple(slug for slug in development.companies if slug in named)
    place = development.place if development.place in {one.finding.place for one in evidence} else None
    return replace(development, companies=left or development.companies, place=place)


def in_state(development: Development, state: State | None) -> Development:
    if state is None or state.outcome is None:
        return development
    return replace(
        development,
        outcome=state.outcome,
        severity=state.severity or development.severity,
        happened_on=state.happened_on,
        state_version=state.version,
    )


def _decided(connection: Connection, keys: Sequence[str]) -> dict[str, Standing]:
    """What was decided about these developments; most were never decided on."""
    return {key: decisions.standing_of(connection, key) for key in items.decided_on(connection, keys)}


def _alone(watch: Watch, development: Development, evidence: Sequence[Evidence], standing: Standing) -> Edition | None:
    """A development in an edition of its own, as it would have been told on the day on which it was seen first."""
    return _edition_of(watch, as_reviewed(watch, development, tuple(evidence), standing))


def _edition_of(watch: Watch, candidate: Candidate) -> Edition | None:
    if not candidate.evidence or not candidate.development.outcome.alerts:
        return None
    seen_at = candidate.development.first_seen_at
    day = Period("daily", f"{seen_at:%Y-%m-%d}", seen_at, seen_at)
    return assemble(day, seen_at, [candidate], (), (), 0, watch.baseline, first=True)
