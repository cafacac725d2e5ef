"""What is known now: the baseline of the files, and over it what analysts accepted and taught up to a moment.

A thing is measured by what was known when it was first seen. So an acceptance changes nothing that was found before,
and a replay comes to the same.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from claimwatch.baseline.overlay import before, overlay
from claimwatch.models import Action, Decision, Evidence, Fact, Finding, Lesson, Outcome, Standing, standing
from claimwatch.pipeline.labels import labelled_evidence
from claimwatch.pipeline.watch import Watch
from claimwatch.store import cases, decisions, findings
from claimwatch.store.finding_rows import FindingRow

_AT_ONCE = 300  # developments that are asked for in one statement
_STRENGTH = (Outcome.REVERSAL, Outcome.UPDATE, Outcome.PENDING, Outcome.DENIAL, Outcome.NEW)


@dataclass
class Knowledge:
    """What analysts accepted and taught, in the order in which they did; `at` lays it over a watch's baseline."""

    watch: Watch
    facts: tuple[Fact, ...]
    lessons: tuple[tuple[datetime, Lesson], ...]
    _known: dict[tuple[int, int], Watch] = field(default_factory=dict)

    def now(self) -> Watch:
        """The watch with everything that is known."""
        return self._with(len(self.facts), len(self.lessons))

    def at(self, moment: datetime) -> Watch:
        """The watch with what was known before a moment (aware UTC)."""
        return self._with(
            bisect_left(self.facts, moment, key=lambda fact: fact.accepted_at),
            bisect_left(self.lessons, moment, key=lambda lesson: lesson[0]),
        )

    def _with(self, facts: int, lessons: int) -> Watch:
        """Made once for each state of knowledge: compiling a baseline takes a moment."""
        key = (facts, lessons)
        if key not in self._known:
            files = before(self.watch.files or self.watch.baseline, self.facts[facts:])
            known = overlay(files, self.facts[:facts], [lesson for _, lesson in self.lessons[:lessons]])
            self._known[key] = self.watch.with_baseline(known)
        return self._known[key]


def knowledge(watch: Watch) -> Knowledge:
    """All that analysts accepted and taught and did not take back."""
    with watch.store.read() as connection:
        every = decisions.all_decisions(connection)
        facts = tuple(_all_facts(connection, watch, every))
    taught = [one for one in every if one.lessons and one.undone_by is None]
    return Knowledge(watch, facts, tuple((one.at, lesson) for one in taught for lesson in one.lessons))


def with_knowledge(watch: Watch) -> Watch:
    """The watch with everything that is known now."""
    return knowledge(watch).now()


class Knowing:
    """The watch with everything that is known, brought up to date whenever it is asked for; for several threads."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._upto: tuple[int, int] | None = None
        self._lock = threading.Lock()

    def now(self) -> Watch:
        """What is known now. Decisions are only ever added, so where there are no more of them it is as it was."""
        with self._lock:
            with self._watch.store.read() as connection:
                upto = decisions.how_many(connection)
            if upto != self._upto:
                self._watch, self._upto = with_knowledge(self._watch), upto
            return self._watch


def accepted_facts(watch: Watch) -> tuple[Fact, ...]:
    """The facts that analysts accepted, oldest first."""
    return knowledge(watch).facts


def _all_facts(connection: Connection, watch: Watch, every: Sequence[Decision]) -> Iterator[Fact]:
    """The facts of all that was accepted, in that order; in few statements, for there may be thousands."""
    on: dict[str, list[Decision]] = {}
    for one in every:
        on.setdefault(one.development, []).append(one)
    whole = (one for one in every if one.finding is None)  # one let in by its name says nothing of the others
    accepted = [one for one in whole if one.action is Action.ACCEPT and one.undone_by is None]
    standings = {one.development: standing(on[one.development]) for one in accepted}
    known: set[tuple[str, Finding]] = set()  # who accepts what somebody accepted before adds nothing
    kept = [one for one in accepted if standings[one.development].action is not Action.DISMISS]  # dismissed later
    for begin in range(0, len(kept), _AT_ONCE):
        some = kept[begin : begin + _AT_ONCE]
        ids = cases.development_ids(connection, [one.development for one in some])
        moved = {one.development: _moved(standings[one.development]) for one in some}
        rows = findings.findings_of_all(connection, list(ids.values()), sum(moved.values(), ()), watch.sources)
        by_development: dict[int | None, list[FindingRow]] = {}
        for row in rows:
            by_development.setdefault(row.development_id, []).append(row)
        by_id = {row.evidence.id: row for row in rows}
        for one in some:
            key = one.development
            own = by_development.get(ids[key], [])
            own = own + [by_id[id_] for id_ in moved[key] if id_ in by_id and by_id[id_].development_id != ids[key]]
            for fact in _facts(watch, one, standings[key], sorted(own, key=lambda row: -row.evidence.id)):
                if (key, fact.finding) not in known:
                    known.add((key, fact.finding))
                    yield fact


def _moved(now: Standing) -> tuple[int, ...]:
    return now.last.moved if now.last is not None and now.action is Action.SAME_AS else ()


def _facts(watch: Watch, accepted: Decision, standing: Standing, rows: Sequence[FindingRow]) -> list[Fact]:
    """What a development told of when it was accepted, each thing once; `rows` are its findings, newest first."""
    there = tuple(
        row.evidence
        for row in rows
        if row.status == "open" and row.evidence.first_seen_at <= accepted.at and row.evidence.finding.method != "fuzzy"
    )
    evidence = labelled_evidence(there, _labelled_by(standing, accepted), watch.files or watch.baseline)
    told = [one for one in evidence if one.finding.outcome.alerts]
    once = {one.finding.fingerprint: one for one in sorted(told, key=_weakness, reverse=True)}
    document = f"R{accepted.id:02d}"
    return [
        Fact(
            id=document + _letters(number),
            document=document,
            finding=one.finding,
            source_name=one.source_name,
            title=one.title,
            published_on=one.published_on,
            accepted_at=accepted.at,
            who=accepted.who,
            why=accepted.why,
        )
        for number, one in enumerate(sorted(once.values(), key=_weakness))
    ]


def _labelled_by(standing: Standing, accepted: Decision) -> Standing:
    """A label that came after the acceptance is part of it: the analyst put right what was accepted."""
    if standing.relabel is None or standing.relabel.at >= accepted.at:
        return standing
    return replace(standing, relabel=replace(standing.relabel, at=accepted.at))


def _weakness(one: Evidence) -> tuple[int, str, int]:
    return _STRENGTH.index(one.finding.outcome), one.finding.severity, one.id


def _letters(number: int) -> str:
    """a, b, … z, aa, ab, …"""
    more, last = divmod(number, 26)
    return (_letters(more - 1) if more else "") + chr(ord("a") + last)
