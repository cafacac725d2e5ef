"""Names in doubt: what would alert if the name in it were a watched company's, and what analysts say to it."""

from dataclasses import dataclass

from claimwatch.errors import UsageError
from claimwatch.models import Action, Decision
from claimwatch.pipeline.reviewing.deciding import let_in
from claimwatch.pipeline.reviewing.desk import Piece, piece_of
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, cases, decisions, doubtful, finding_changes, findings

__all__ = ["Doubts", "RuledOut", "let_in", "list_doubts", "rule_out", "take_back"]

PAGE = 10
_LATELY = 5


@dataclass(frozen=True, slots=True)
class RuledOut:
    """A finding whose name an analyst said is not the company's."""

    piece: Piece
    decision: Decision


@dataclass(frozen=True, slots=True)
class Doubts:
    """One page of the findings whose name waits, counted from 1, and those that were ruled out last."""

    pieces: tuple[Piece, ...]
    page: int
    pages: int
    total: int
    ruled_out: tuple[RuledOut, ...]


def list_doubts(watch: Watch, page: int = 1) -> Doubts:
    """One page of the names in doubt, the gravest and newest first. A page beyond the last one is empty."""
    with watch.store.read() as connection:
        ids, total = doubtful.waiting_ids(connection, limit=PAGE, offset=(max(page, 1) - 1) * PAGE)
        settled = [
            now
            for key in doubtful.last_ruled_out(connection, _LATELY)
            if (now := _settled(decisions.decisions_on(connection, key))) is not None
        ]
        out = [one.finding for one in settled if one.finding is not None]
        rows = {row.evidence.id: row for row in findings.find_findings(connection, [*ids, *out], watch.sources)}
        texts = cases.texts_of(connection, list(rows))
    pieces = {id_: piece_of(watch, row.evidence, texts[id_], dismissed=id_ in out) for id_, row in rows.items()}
    ruled_out = tuple(RuledOut(pieces[one.finding], one) for one in settled if one.finding in pieces)
    return Doubts(tuple(pieces[id_] for id_ in ids), page, -(-total // PAGE), total, ruled_out)


def rule_out(watch: Watch, finding_id: int, who: str, why: str) -> Decision:
    """Say that the name in a finding is not the company's: it is told to nobody and waits no more.

    Raises `UsageError` for one that does not wait, and without a reason.
    """
    if not why.strip():
        raise UsageError("Write down why.")
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        row = findings.find_finding(connection, finding_id, watch.sources)
        waits = row is not None and row.evidence.finding.method == "fuzzy" and row.development_id is None
        if row is None or not waits or row.status != "open":
            raise UsageError(f"Finding {finding_id} does not wait any more.")
        finding_changes.set_dismissed(connection, finding_id, dismissed=True)
        said = Decision(
            id=0, development=doubtful.key_of(finding_id), action=Action.DISMISS, who=who, at=now, state_version=0,
            why=why.strip(), finding=finding_id, not_the_company=True,
        )  # fmt: skip
        return decisions.save_decision(connection, said)


def take_back(watch: Watch, finding_id: int, who: str) -> Decision:
    """Let a name wait again that was ruled out. Raises `UsageError` where it is not."""
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        key = doubtful.key_of(finding_id)
        last = _settled(decisions.decisions_on(connection, key))
        if last is None:
            raise UsageError(f"Finding {finding_id} is not ruled out any more.")
        finding_changes.set_dismissed(connection, finding_id, dismissed=False)
        undo = Decision(id=0, development=key, action=Action.UNDO, who=who, at=now, state_version=0, undoes=last.id)
        return decisions.save_decision(connection, undo)


def _settled(decided: list[Decision]) -> Decision | None:
    """The decision that holds; None where it was taken back."""
    held = [one for one in decided if one.action is Action.DISMISS and one.undone_by is None]
    return held[-1] if held else None
