"""The board of claims: how each claim of the baseline stands today, and what was found about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection

from claimwatch.claims.contradictions import Contradiction, contradictions, told_with
from claimwatch.claims.corroboration import publishers
from claimwatch.models import Candidate, Claim, Development, Document, Outcome, Predicate, Standing
from claimwatch.pipeline.showing.archive import about_only, in_state
from claimwatch.pipeline.telling.otherwise import as_labelled
from claimwatch.pipeline.telling.tellable import as_reviewed
from claimwatch.pipeline.watch import Watch
from claimwatch.store import cases, decisions, developments, finding_claims, findings, states
from claimwatch.store.finding_claims import About, Tally
from claimwatch.store.finding_rows import FindingRow
from claimwatch.store.releases import EVERYTHING, Rule, released_version, rule

PER_PAGE = 25
_MOST_COMPARED = 200  # restatements, each of which is held against what others said


class ClaimStatus(StrEnum):
    """How a claim stands, gravest first. CORROBORATED: it was said again since, by anybody, and by nobody otherwise."""

    REVERSED = "reversed"
    UPDATED = "updated"
    DISPUTED = "disputed"
    PENDING = "pending"
    CORROBORATED = "corroborated"
    STANDS = "stands"


# What of a claim is no longer as it was, and what only bears on it.
_CHANGES = {Outcome.REVERSAL: ClaimStatus.REVERSED, Outcome.UPDATE: ClaimStatus.UPDATED}
_DOUBTS = {Outcome.DENIAL: ClaimStatus.DISPUTED, Outcome.PENDING: ClaimStatus.PENDING}


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim. `told` are the findings foremost about it by outcome and month, oldest first.

    `restated` counts publications and list entries that say it again, whoever publishes them. `change` is the
    development that decides the status, with the one finding that says so; None where none does. `also` are statuses
    that hold beside the first.
    """

    claim: Claim
    document: Document
    status: ClaimStatus
    also: tuple[ClaimStatus, ...]
    restated: int
    told: tuple[Tally, ...]
    change: Candidate | None

    def count(self, outcome: Outcome) -> int:
        """How many findings of one outcome are foremost about it."""
        return sum(tally.count for tally in self.told if tally.outcome is outcome)


@dataclass(frozen=True, slots=True)
class Board:
    """All claims by predicate, in the order of the ontology. `since` is the date from which findings are shown."""

    groups: tuple[tuple[Predicate, tuple[ClaimRow, ...]], ...]
    since: date
    today: date

    @property
    def rows(self) -> tuple[ClaimRow, ...]:
        """The claims without their groups."""
        return tuple(row for _, rows in self.groups for row in rows)

    def count(self, status: ClaimStatus) -> int:
        """How many claims stand so first of all."""
        return sum(row.status is status for row in self.rows)


@dataclass(frozen=True, slots=True)
class AboutRow:
    """A finding that concerns a claim; `about` says how, and where it stands."""

    about: About
    finding: FindingRow


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """One claim with one page of the findings that concern it, newest first; `total` counts them all.

    `disputes` are those of the page that contradict each other. `restated_by` are the publishers that say it again
    independently of each other, by its newest restatements.
    """

    row: ClaimRow
    since: date
    today: date
    about: tuple[AboutRow, ...]
    total: int
    disputes: tuple[Contradiction, ...] = ()
    restated_by: tuple[str, ...] = ()


def board(watch: Watch) -> Board:
    """The board as it stands now."""
    with watch.store.read() as connection:
        shown = rule(connection, watch.settings.review)
        tallies = finding_claims.tallies(connection, shown=shown)
        rows = _rows(connection, watch, tuple(watch.baseline.claims.values()), tallies, shown)
    groups = (
        (predicate, tuple(row for row in rows if row.claim.predicate == name))
        for name, predicate in watch.baseline.predicates.items()
    )
    today = watch.now().date()
    return Board(tuple(group for group in groups if group[1]), _since(watch, tallies, today), today)


def claim_file(watch: Watch, claim_id: str, *, page: int = 1) -> ClaimFile | None:
    """Everything about one claim; None where there is no such claim. `page` counts from 1."""
    claim = watch.baseline.claims.get(claim_id)
    if claim is None:
        return None
    with watch.store.read() as connection:
        shown = rule(connection, watch.settings.review)
        tallies = finding_claims.tallies(connection, claim_id, shown)
        (row,) = _rows(connection, watch, (claim,), tallies, shown)
        if row.change is not None and shown == EVERYTHING:  # who tells what waits is not counted for anybody
            row = replace(row, change=_counted(connection, watch, row.change))
        total = finding_claims.count_about(connection, claim_id, shown)
        about = finding_claims.findings_about(
            connection, claim_id, limit=PER_PAGE, offset=(page - 1) * PER_PAGE, shown=shown
        )
        rows = {
            one.evidence.id: one
            for one in findings.find_findings(connection, [one.finding_id for one in about], watch.sources)
        }
        foremost = [rows[one.finding_id] for one in about if one.position == 0]
        disputes = contradictions(as_labelled(connection, watch, foremost))
        again = finding_claims.restating(connection, claim_id, _MOST_COMPARED, shown)
        said_again = findings.find_findings(connection, again, watch.sources)
        restated_by = publishers(one.evidence for one in said_again)
    today = watch.now().date()
    told = tuple(AboutRow(one, rows[one.finding_id]) for one in about)
    return ClaimFile(row, _since(watch, tallies, today), today, told, total, disputes, restated_by)


def _rows(
    connection: Connection, watch: Watch, claims: Sequence[Claim], tallies: Sequence[Tally], shown: Rule
) -> tuple[ClaimRow, ...]:
    told: dict[str, list[Tally]] = {}
    for tally in tallies:
        told.setdefault(tally.claim, []).append(tally)
    restated = finding_claims.corroborations(connection, claims[0].id if len(claims) == 1 else None, shown)
    judged = {claim.id: _judge(told.get(claim.id, ()), restated.get(claim.id, 0)) for claim in claims}
    deciding = [tally.newest for _, _, tally in judged.values() if tally is not None]
    changes = _changes(connection, watch, deciding, shown)
    return tuple(
        ClaimRow(
            claim=claim,
            document=watch.baseline.documents[claim.document],
            status=status,
            also=also,
            restated=restated.get(claim.id, 0),
            told=tuple(told.get(claim.id, ())),
            change=changes.get(tally.newest) if tally is not None else None,
        )
        for claim, (status, also, tally) in zip(claims, judged.values(), strict=True)
    )


def _changes(connection: Connection, watch: Watch, ids: Sequence[int], shown: Rule) -> dict[int, Candidate]:
    """The developments that findings tell of, each with that finding, by its id."""
    rows = findings.find_findings(connection, ids, watch.sources)
    told = [row.development_id for row in rows if row.development_id is not None]
    known = developments.find_developments(connection, told)
    settled = decisions.standings_of_some(connection, [one.key for one in known.values()])
    return {
        row.evidence.id: as_reviewed(
            watch, _released(connection, row, one, shown), (row.evidence,), settled.get(one.key, Standing())
        )
        for row in rows
        if row.development_id is not None and (one := known.get(row.development_id)) is not None
    }


def _released(connection: Connection, row: FindingRow, now: Development, shown: Rule) -> Development:
    """The development that a finding tells of, in the newest state that may be shown."""
    if shown == EVERYTHING or row.development_id is None:
        return now
    version = released_version(connection, shown, row.development_id)
    if version is None or version >= now.state_version:
        return now
    gone_through = [one for one in states.states_of(connection, row.development_id) if one.version <= version]
    return about_only(in_state(now, gone_through[-1] if gone_through else None), (row.evidence,))


def _counted(connection: Connection, watch: Watch, change: Candidate) -> Candidate:
    """A development, of which one finding is shown, with all who tell of it independently of each other."""
    id_ = cases.development_id(connection, change.development.key)
    told = findings.evidence_of(connection, id_, watch.sources) if id_ is not None else []
    return replace(change, publishers=told_with(change.evidence[0], told))


def _judge(told: Sequence[Tally], restated: int) -> tuple[ClaimStatus, tuple[ClaimStatus, ...], Tally | None]:
    """The status of a claim, what holds beside it, and the finding that decides it.

    The newest reversal or update decides, in a month that has both the reversal; a denial or a pending change decides
    only where there is neither.
    """
    newest: dict[Outcome, Tally] = {}
    for tally in told:
        if tally.outcome not in newest or tally.told_in >= newest[tally.outcome].told_in:
            newest[tally.outcome] = tally
    changes = sorted(
        (newest[outcome] for outcome in _CHANGES if outcome in newest),
        key=lambda tally: (tally.told_in, tally.outcome is Outcome.REVERSAL),
    )
    doubts = [newest[outcome] for outcome in _DOUBTS if outcome in newest]
    deciding = next(iter([*reversed(changes), *doubts]), None)
    beside = [_DOUBTS[tally.outcome] for tally in doubts if tally is not deciding]
    if deciding is None:
        return (ClaimStatus.CORROBORATED if restated else ClaimStatus.STANDS), (), None
    return (_CHANGES | _DOUBTS)[deciding.outcome], tuple(beside), deciding


def _since(watch: Watch, tallies: Sequence[Tally], today: date) -> date:
    """The baseline's first date, or that of the oldest finding if that is older; no more than 15 years back."""
    dated = [document.date for document in watch.baseline.documents.values() if document.date is not None]
    first = min([*dated, *(tally.told_in for tally in tallies)], default=today)
    return max(date(min(first, today).year, 1, 1), date(today.year - 15, 1, 1))
