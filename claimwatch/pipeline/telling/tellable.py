"""What readers may be told of what was found: not what analysts dismissed, put off, or joined to what was told."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from claimwatch.claims.contradictions import told_with
from claimwatch.claims.decided import adds_to
from claimwatch.editions.assemble import in_order
from claimwatch.models import Action, Candidate, Development, Evidence, Standing
from claimwatch.pipeline.labels import labelled, labelled_evidence
from claimwatch.pipeline.watch import Watch
from claimwatch.store import cases, decisions, developments, findings
from claimwatch.store.finding_rows import FindingRow

Pair = tuple[int, int]
AT_ONCE = 500  # findings, or developments, that are read at once


@dataclass(frozen=True, slots=True)
class Alike:
    """Two developments that an analyst made one: who was told `one`, in its state, counts as told `other`.

    With `beside`, only whoever was told that, too: what it tells, the first one does not.
    """

    one: Pair
    other: Pair
    beside: Pair | None = None

    def is_known(self, told: Iterable[Pair]) -> bool:
        """Whether whoever was told these things counts as told `other`."""
        return _in_state(self.one, told) and (self.beside is None or _in_state(self.beside, told))


def today_of(watch: Watch) -> date:
    """The day where the desk stands (`CLAIMWATCH_TIMEZONE`)."""
    return watch.now().astimezone(watch.zone).date()


def tellable(
    connection: Connection, watch: Watch, series: str, *, grave: str | None = None
) -> list[tuple[int, Candidate]]:
    """The developments, by id, whose present state no edition of a series has told and that readers may be told.

    With `grave`, a severity, only those at least as grave, and those of which the series told before.
    """
    told, due = _told_as(connection, series), []
    for id_, development, told_before in developments.untold(connection, series, grave=grave):
        known = told.get(id_, 0)
        if known < development.state_version:
            due.append((id_, development, told_before or known > 0))
    today, found = today_of(watch), list[tuple[int, Candidate]]()
    for begin in range(0, len(due), AT_ONCE):
        found += _candidates(connection, watch, due[begin : begin + AT_ONCE], today)
    return found


def candidate(
    connection: Connection, watch: Watch, id_: int, development: Development, today: date
) -> Candidate | None:
    """A development as readers are told of it, under the label that analysts gave it; None: not for now."""
    return next((one for _, one in _candidates(connection, watch, [(id_, development, False)], today)), None)


def _candidates(
    connection: Connection, watch: Watch, some: Sequence[tuple[int, Development, bool]], today: date
) -> Iterator[tuple[int, Candidate]]:
    """The same of some developments, each with its id and whether it was told before; at most some hundreds of them."""
    standings = decisions.standings_on(connection, [one.key for _, one, _ in some])
    shown = [each for each in some if _is_told(each[1], standings[each[1].key], today)]
    evidence = findings.evidence_of_all(connection, [id_ for id_, _, _ in shown], watch.sources)
    for id_, one, told_before in shown:
        yield id_, as_reviewed(watch, one, tuple(evidence[id_]), standings[one.key], told_before=told_before)


def _is_told(development: Development, standing: Standing, today: date) -> bool:
    return development.outcome.alerts and standing.is_told(development.state_version, today)


def as_reviewed(
    watch: Watch,
    development: Development,
    evidence: tuple[Evidence, ...],
    standing: Standing,
    *,
    told_before: bool = False,
) -> Candidate:
    """A development and its evidence with what analysts said of them."""
    one = Candidate(
        labelled(development, standing.label, watch.baseline),
        labelled_evidence(evidence, standing, watch.baseline),
        told_before,
        reviewed=standing.reviewed(development.state_version),
    )
    return replace(one, publishers=told_with(in_order(one)[0], one.evidence)) if one.evidence else one


def as_told(connection: Connection, development: Development) -> Development:
    """A development as an edition could tell it; of one that analysts called no news since, what it was before."""
    if development.outcome.alerts:
        return development
    earlier = (one.was for one in decisions.decisions_on(connection, development.key) if one.action is Action.RELABEL)
    return next((one for one in earlier if one is not None and one.outcome.alerts), development)


def moved_evidence(connection: Connection, watch: Watch, key: str) -> list[Evidence]:
    """The findings of a development that went to another one when the two were joined, as far as they are there."""
    last = decisions.standing_of(connection, key).last
    if last is None or last.action is not Action.SAME_AS:
        return []
    id_ = cases.development_id(connection, decisions.joined_to(connection, key))
    assert id_ is not None, "what a development was joined to is one"
    there = findings.evidence_of(connection, id_, watch.sources, withdrawn=True)
    return [one for one in there if one.id in last.moved]


def as_decided(connection: Connection, watch: Watch, rows: Sequence[FindingRow]) -> list[FindingRow]:
    """Findings as analysts labelled them; one that they keep from readers is alerted only if it was told before.

    At most some hundreds at a time.
    """
    keys = {row.development for row in rows if row.development is not None}
    standings, today = decisions.standings_of_some(connection, sorted(keys)), today_of(watch)
    return [_as_decided(connection, watch, row, standings.get(row.development or ""), today) for row in rows]


def each_decided(watch: Watch, ids: Sequence[int]) -> Iterator[FindingRow]:
    """The same of findings by their ids, in that order, however many: some at a time are held.

    No transaction is open while the caller shows them, since whoever reads a pipe may take long.
    """
    for begin in range(0, len(ids), AT_ONCE):
        with watch.store.read() as connection:
            rows = findings.find_findings(connection, ids[begin : begin + AT_ONCE], watch.sources)
            rows = as_decided(connection, watch, rows)
        yield from rows


def _as_decided(
    connection: Connection, watch: Watch, row: FindingRow, standing: Standing | None, today: date
) -> FindingRow:
    if standing is None or row.development_id is None:
        return row
    (evidence,) = labelled_evidence((row.evidence,), standing, watch.baseline)
    version = developments.find_development(connection, row.development_id).development.state_version
    told = standing.is_told(version, today) or bool(cases.told_in(connection, row.development_id))
    return replace(row, evidence=evidence, alerted=row.alerted and told)


def alike(connection: Connection) -> tuple[Alike, ...]:
    """The developments that are joined now, by their ids, in the order in which that was decided."""
    found = []
    for joint in decisions.joints(connection):
        one, other = (cases.development_id(connection, key) for key in (joint.key, joint.other))
        if one is not None and other is not None:
            gone = developments.find_development(connection, one).development
            beside = (other, joint.was.state_version) if adds_to(gone, joint.was) else None
            found.append(Alike((one, joint.version), (other, joint.other_version), beside))
    return tuple(found)


def _in_state(pair: Pair, told: Iterable[Pair]) -> bool:
    return any(id_ == pair[0] and version >= pair[1] for id_, version in told)


def through(owed: Iterable[Pair], joined: Iterable[Alike]) -> set[Pair]:
    """What is owed (development id, state version), also where an analyst made it part of another one."""
    whole = set(owed)
    for each in joined:
        if _in_state(each.one, whole):
            whole.add(each.other)
    return whole


def _told_as(connection: Connection, series: str) -> dict[int, int]:
    """The newest state of each development that a series has told through another one that was joined to it."""
    joined = alike(connection)
    told = {
        (id_, one.state_version)
        for each in joined
        for id_ in (each.one[0], each.other[0])
        for one in cases.told_in(connection, id_)
        if one.series == series and one.state != "cancelled"
    }
    for each in joined:
        if each.is_known(told):
            told.add(each.other)
    newest: dict[int, int] = {}
    for id_, version in told:
        newest[id_] = max(version, newest.get(id_, 0))
    return newest
