"""What is known now: the baseline of the files, and over it what analysts accepted and taught up to a moment.

A thing is measured by what was known when it was first seen. So an acceptance changes nothing that was found before,
and a replay comes to the same.
"""

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from claimwatch.baseline.overlay import overlay
from claimwatch.models import Action, Decision, Evidence, Fact, Lesson, Outcome, Standing
from claimwatch.pipeline.labels import labelled_evidence
from claimwatch.pipeline.watch import Watch
from claimwatch.store import cases, decisions, findings

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
            files = self.watch.files or self.watch.baseline
            known = overlay(files, self.facts[:facts], [lesson for _, lesson in self.lessons[:lessons]])
            self._known[key] = self.watch.with_baseline(known)
        return self._known[key]


def knowledge(watch: Watch) -> Knowledge:
    """All that analysts accepted and taught and did not take back."""
    with watch.store.read() as connection:
        every = decisions.all_decisions(connection)
        accepted = [one for one in every if one.action is Action.ACCEPT and one.undone_by is None]
        facts = tuple(fact for one in accepted for fact in _facts(connection, watch, one))
    taught = [one for one in every if one.lessons and one.undone_by is None]
    return Knowledge(watch, facts, tuple((one.at, lesson) for one in taught for lesson in one.lessons))


def with_knowledge(watch: Watch) -> Watch:
    """The watch with everything that is known now."""
    return knowledge(watch).now()


def accepted_facts(watch: Watch) -> tuple[Fact, ...]:
    """The facts that analysts accepted, oldest first."""
    return knowledge(watch).facts


def _facts(connection: Connection, watch: Watch, accepted: Decision) -> list[Fact]:
    """What a development told of when it was accepted, each thing once; nothing if it was dismissed later."""
    standing = decisions.standing_of(connection, accepted.development)
    if standing.action is Action.DISMISS:
        return []
    id_ = cases.development_id(connection, accepted.development)
    assert id_ is not None, "a decision is about a development"
    moved = standing.last.moved if standing.last is not None and standing.action is Action.SAME_AS else ()
    rows = findings.findings_by_id(connection, id_, moved, watch.sources)
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
