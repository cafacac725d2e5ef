"""What a decision does to developments and findings, and how it is taken back."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from claimwatch.claims.accepted import lessons_of
from claimwatch.claims.decided import made_one, relabelled
from claimwatch.errors import UsageError
from claimwatch.models import Action, Decision, Development, Label, Lesson, Standing, Verdict
from claimwatch.pipeline.develop import refold
from claimwatch.pipeline.knowledge import with_knowledge
from claimwatch.pipeline.labels import labelled_evidence
from claimwatch.pipeline.watch import Watch
from claimwatch.store import cases, decisions, developments, finding_changes, findings


def whole_key(connection: Connection, beginning: str) -> str:
    """The one key of a development that begins so. Raises `UsageError` where there is none, or several."""
    keys = cases.find_keys(connection, beginning) if beginning else []
    if beginning in keys:
        return beginning
    if len(keys) != 1:
        many = "several developments" if keys else "no development"
        raise UsageError(f"there is {many} of the key {beginning!r}; `claimwatch findings queue` shows those there are")
    return keys[0]


def development_of(connection: Connection, key: str) -> Development:
    """The development of that key, which is one."""
    return developments.find_development(connection, id_of(connection, key)).development


def id_of(connection: Connection, key: str) -> int:
    """The id of the development of that key, which is one."""
    id_ = cases.development_id(connection, key)
    assert id_ is not None, "a key that was found has a development"
    return id_


@dataclass(frozen=True, slots=True)
class Effects:
    """The development `key` under the transaction of a decision."""

    connection: Connection
    watch: Watch
    key: str

    def take(self, row: Decision, verdict: Verdict, development: Development) -> Decision:
        """Do what a verdict asks for; returns the decision with what it changed. Raises `UsageError` where it cannot.

        What accepting, snoozing and commenting do, the row itself does.
        """
        acting = {
            Action.DISMISS: self._dismiss, Action.RELABEL: self._relabel, Action.SAME_AS: self._join,
            Action.UNDO: self._undo,
        }  # fmt: skip
        act = acting.get(verdict.action)
        return row if act is None else act(row, verdict, development)

    def _dismiss(self, row: Decision, verdict: Verdict, development: Development) -> Decision:
        if verdict.not_the_company:
            row = replace(row, lessons=self._lessons(verdict.finding))
        if verdict.finding is None:
            return row
        id_ = id_of(self.connection, self.key)
        counting = [one.evidence.id for one in findings.findings_of(self.connection, id_)]
        if counting == [verdict.finding]:
            return replace(row, finding=None)  # with the last of its findings it is dismissed itself
        finding_changes.set_dismissed(self.connection, verdict.finding, dismissed=True)
        refold(self.connection, id_)
        return replace(row, state_version=development_of(self.connection, self.key).state_version)

    def _lessons(self, finding: int | None) -> tuple[Lesson, ...]:
        """What is learned of the names in the findings that are dismissed."""
        rows = findings.findings_of(self.connection, id_of(self.connection, self.key))
        dismissed = [row.evidence for row in rows if finding in (None, row.evidence.id)]
        texts = cases.texts_of(self.connection, [one.id for one in dismissed])
        found = [lesson for one in dismissed for lesson in lessons_of(one.finding, texts[one.id], self.watch.baseline)]
        return tuple(dict.fromkeys(found))

    def _relabel(self, row: Decision, verdict: Verdict, development: Development) -> Decision:
        label = verdict.label
        if label is None or label == Label():
            raise UsageError("say what it is: --outcome, --predicate or --claims")
        baseline = with_knowledge(self.watch).baseline if label.claims else self.watch.baseline
        if label.predicate is not None and label.predicate not in baseline.predicates:
            raise UsageError(f"{label.predicate!r} is no kind of claim; there are {', '.join(baseline.predicates)}")
        unknown = [id_ for id_ in label.claims or () if id_ not in baseline.claims]
        if unknown:
            raise UsageError(f"there is no claim {unknown[0]!r}; `claimwatch baseline show` lists them")
        # What an earlier label said and this one leaves open still holds.
        before = decisions.standing_of(self.connection, self.key).label or Label()
        whole = Label(
            label.outcome or before.outcome,
            label.predicate or before.predicate,
            before.claims if label.claims is None else label.claims,
        )
        became = relabelled(development, whole, self._severity(replace(row, label=whole), development))
        developments.save_development(self.connection, became, row.at)
        return replace(row, label=whole, was=development, became=became, state_version=became.state_version)

    def _severity(self, row: Decision, development: Development) -> str:
        """That of the gravest of its findings, under the new label."""
        id_ = id_of(self.connection, self.key)
        evidence = tuple(findings.evidence_of(self.connection, id_, self.watch.sources))
        shown = labelled_evidence(evidence, Standing(row, row, row.id), self.watch.baseline)
        return min((one.finding.severity for one in shown), default=development.severity)

    def _join(self, row: Decision, verdict: Verdict, development: Development) -> Decision:
        """Make two developments one. The one that readers know stays, or else the other one that was named."""
        connection = self.connection
        other_key = decisions.joined_to(connection, whole_key(connection, verdict.other or ""))
        if whole_key(connection, verdict.other or "") == self.key:
            raise UsageError(f"{self.key} is itself; name the other development that it is")
        if other_key == self.key:
            raise UsageError(f"{self.key} and {verdict.other} are one already")
        other = development_of(connection, other_key)
        gone, stays = development, other
        if self._is_told(development) and not self._is_told(other):
            gone, stays = other, development
        became = made_one(stays, gone, told=self._told_in(stays) <= self._told_in(gone))
        moved = findings.finding_ids(connection, id_of(connection, gone.key))
        finding_changes.move_findings(connection, moved, id_of(connection, stays.key))
        developments.save_development(connection, became, row.at)
        return replace(
            row,
            development=gone.key,
            state_version=gone.state_version,
            other=stays.key,
            moved=tuple(moved),
            was=stays,
            became=became,
        )

    def _is_told(self, development: Development, version: int | None = None) -> bool:
        """Whether an edition that is on its way or has left told of it (in a state)."""
        id_ = id_of(self.connection, development.key)
        told = cases.told_in(self.connection, id_)
        return any(one.state == "frozen" and version in (None, one.state_version) for one in told)

    def _told_in(self, development: Development) -> set[str]:
        """The series that have told the present state of a development: each has readers of its own."""
        told = cases.told_in(self.connection, id_of(self.connection, development.key))
        return {one.series for one in told if one.state == "frozen" and one.state_version >= development.state_version}

    def _undo(self, row: Decision, verdict: Verdict, development: Development) -> Decision:
        undone = self._undone(verdict)
        if undone.action is Action.DISMISS and undone.finding is not None:
            finding_changes.set_dismissed(self.connection, undone.finding, dismissed=False)
            self._refold(self.key)
        elif undone.action is Action.ACCEPT and undone.finding is not None:
            finding_changes.move_findings(self.connection, [undone.finding], None)
            self._refold(self.key)
        elif undone.action is Action.SAME_AS and undone.other is not None:
            holder = decisions.joined_to(self.connection, undone.other)
            left = set(findings.finding_ids(self.connection, id_of(self.connection, holder)))
            back = [id_ for id_ in undone.moved if id_ in left]
            finding_changes.move_findings(self.connection, back, id_of(self.connection, self.key))
        self._restore(undone, row.at)
        return replace(row, undoes=undone.id)

    def _undone(self, verdict: Verdict) -> Decision:
        """The decision to take back: the one named, or the last."""
        made = [
            one
            for one in decisions.decisions_on(self.connection, self.key)
            if one.action not in (Action.UNDO, Action.COMMENT)
        ]
        if verdict.undoes is not None:
            made = [one for one in made if one.id == verdict.undoes]
            if made and made[0].undone_by is not None:
                raise UsageError(f"decision {verdict.undoes} was taken back before")
        standing_ones = [one for one in made if one.undone_by is None]
        if not standing_ones:
            held = [joint.key for joint in decisions.joints(self.connection) if joint.other == self.key]
            if held:
                raise UsageError(f"{held[-1]} was joined to {self.key}; undo that one")
            raise UsageError(f"there is nothing to undo about {self.key}; `claimwatch findings show` lists decisions")
        return standing_ones[-1]

    def _restore(self, undone: Decision, at: datetime) -> None:
        """Bring the development that a decision changed back to what it was; a state that readers were told is left."""
        if undone.was is None or undone.became is None:
            return
        present = development_of(self.connection, undone.was.key)
        if present != undone.became:
            self._refold(undone.was.key)
            return
        raised = present.state_version != undone.was.state_version
        told = raised and self._is_told(present, present.state_version)
        version = present.state_version + 1 if told else undone.was.state_version
        developments.save_development(self.connection, replace(undone.was, state_version=version), at)

    def _refold(self, key: str) -> None:
        id_ = id_of(self.connection, key)
        refold(self.connection, id_)
