"""What an analyst decides about a development: written down, never overwritten, and given effect in one transaction.

Whoever looked at a development says which version of it they saw; where somebody else has decided since, or a source
told more, nothing is changed and `DecidedMeanwhile` says so. Each decision can be taken back by another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from claimwatch.errors import DecidedMeanwhile, UsageError
from claimwatch.models import Action, Decision, Standing, Verdict
from claimwatch.pipeline.develop import tell_of
from claimwatch.pipeline.reviewing.effects import Effects, development_of, id_of, whole_key
from claimwatch.pipeline.telling.held import leave_out
from claimwatch.pipeline.telling.tellable import today_of
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, cases, decisions, developments, finding_changes, finding_claims, findings
from claimwatch.store.cases import ToldIn

__all__ = ["DONE", "Decided", "decide", "decide_many", "let_in", "whole_key"]

DONE = {
    Action.ACCEPT: "accepted", Action.DISMISS: "dismissed", Action.SNOOZE: "snoozed", Action.RELABEL: "labelled",
    Action.SAME_AS: "joined", Action.UNDO: "undid", Action.COMMENT: "commented",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as it was written down, and what it met.

    `version` is the version of the case from now on. `revised` are editions that waited for approval and have changed
    by it; `told` those that had told of the development before, whose readers know nothing of the decision yet.
    """

    decision: Decision
    version: str
    revised: tuple[str, ...] = ()
    told: tuple[ToldIn, ...] = ()


def decide(watch: Watch, key: str, verdict: Verdict, expected_version: str | None = None) -> Decided:
    """Write down what an analyst decides about the development `key` (or the beginning of it), and do it.

    `expected_version` is that of the case as the analyst saw it; without it nothing is compared. Raises
    `DecidedMeanwhile` where the case is not that any more (a comment is never refused for it), `UsageError` for what
    cannot be done.
    """
    return decide_many(watch, key, [verdict], expected_version)[0]


def decide_many(
    watch: Watch, key: str, verdicts: Sequence[Verdict], expected_version: str | None = None
) -> tuple[Decided, ...]:
    """Several decisions about one development and its findings at once: all of them, or none."""
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        key = whole_key(connection, key)
        others = [whole_key(connection, verdict.other) for verdict in verdicts if verdict.other]
        decisions.lock(connection, key, *others)
        if any(verdict.action is not Action.COMMENT for verdict in verdicts):
            _refuse_late(connection, watch, key, expected_version)
        return tuple(_Deciding(connection, watch, key, now).decide(verdict) for verdict in verdicts)


def let_in(watch: Watch, finding_id: int, who: str, why: str | None = None) -> Decided:
    """Say that a doubtful name in a finding is the company's: from now on it tells of a development, as any other.

    Raises `UsageError` for a finding whose name is in no doubt, or that does not alert.
    """
    now = watch.now()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        row = findings.find_finding(connection, finding_id, watch.sources)
        waits = row is not None and row.evidence.finding.method == "fuzzy" and row.evidence.finding.outcome.alerts
        if row is None or not waits or row.development_id is not None or row.status != "open":
            raise UsageError(f"finding {finding_id} does not wait; `claimwatch findings list --waiting` shows which do")
        one = row.evidence
        beside = [
            (other.evidence.finding, other.development_id)
            for other in findings.told_beside(connection, finding_id, watch.sources)
            if other.development_id is not None
        ]
        id_, _ = tell_of(connection, one.finding, one.published_on, one.first_seen_at, row.origin, beside)
        finding_changes.move_findings(connection, [finding_id], id_)
        key = developments.find_development(connection, id_).development.key
        decisions.lock(connection, key)
        return _Deciding(connection, watch, key, now).decide(Verdict(Action.ACCEPT, who, why=why, finding=finding_id))


def _refuse_late(connection: Connection, watch: Watch, key: str, expected: str | None) -> None:
    if expected is None:
        return
    standing = decisions.standing_of(connection, key)
    development = development_of(connection, key)
    if expected == standing.seen(development.state_version):
        return
    known = expected.partition(".")[0]
    since = int(known) if known.isdigit() else 0
    later = [one for one in decisions.decisions_on(connection, key) if one.id > since and one.action != Action.COMMENT]
    if not later:
        raise DecidedMeanwhile("a source has told more of it since you looked; nothing was changed: look again")
    last = later[-1]
    at = f"{last.at.astimezone(watch.zone):%Y-%m-%d %H:%M}"
    raise DecidedMeanwhile(
        f"{last.who} {DONE[last.action]} it on {at}, after you looked; nothing was changed: look again", last
    )


@dataclass(frozen=True, slots=True)
class _Deciding:
    """One development under one transaction."""

    connection: Connection
    watch: Watch
    key: str
    now: datetime

    def decide(self, verdict: Verdict) -> Decided:
        connection, standing = self.connection, decisions.standing_of(self.connection, self.key)
        development = development_of(connection, self.key)
        self._check(verdict, standing)
        row = Decision(
            id=0,
            development=self.key,
            action=verdict.action,
            who=verdict.who.strip(),
            at=self.now,
            state_version=development.state_version,
            why=(verdict.why or "").strip() or None,
            finding=verdict.finding,
            until=verdict.until,
            label=verdict.label,
            not_the_company=verdict.not_the_company,
        )
        row = Effects(connection, self.watch, self.key).take(row, verdict, development)
        saved = decisions.save_decision(connection, row)
        touched = [key for key in (saved.development, self._other(saved)) if key is not None]
        for key in touched:
            finding_claims.link_development(connection, key)
        ids = [id_of(connection, key) for key in touched]
        revised: tuple[str, ...] = ()
        if verdict.action is not Action.COMMENT:
            revised = leave_out(connection, self.watch, ids, saved.who, self.now)
        after = decisions.standing_of(connection, self.key)
        version = after.seen(development_of(connection, self.key).state_version)
        told = tuple(one for one in cases.told_in(connection, ids[0]) if one.state == "frozen")
        return Decided(saved, version, revised, told)

    def _other(self, saved: Decision) -> str | None:
        """The other development that a decision changed."""
        if saved.undoes is None:
            return saved.other
        undone = decisions.find_decision(self.connection, saved.undoes)
        return None if undone is None else undone.other

    def _check(self, verdict: Verdict, standing: Standing) -> None:
        if not verdict.who.strip():
            raise UsageError("say who decides: --who NAME")
        if verdict.action.needs_why and not (verdict.why or "").strip():
            raise UsageError(f"say why: `{verdict.action.value}` needs a reason (--why TEXT)")
        if standing.action is Action.SAME_AS and verdict.action not in (Action.UNDO, Action.COMMENT):
            assert standing.last is not None
            raise UsageError(f"{self.key} is part of {standing.last.other}; decide on that one, or undo it first")
        if verdict.action is Action.SNOOZE and (verdict.until is None or verdict.until <= today_of(self.watch)):
            raise UsageError("say until when it may wait, a day to come: --until 2027-01-31")
        if verdict.finding is not None and verdict.action not in (Action.ACCEPT, Action.DISMISS, Action.COMMENT):
            raise UsageError(f"`{verdict.action.value}` is about a whole development, not about one finding")
        if verdict.finding is not None and verdict.finding not in self._finding_ids():
            raise UsageError(f"finding {verdict.finding} does not tell of {self.key}")

    def _finding_ids(self) -> list[int]:
        return findings.finding_ids(self.connection, id_of(self.connection, self.key))
