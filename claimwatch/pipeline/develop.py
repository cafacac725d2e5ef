"""Which development a stored finding tells of, and what of it is still to be told.

What a poll finds moves a development on, and an edition tells it. What `backfill` and `replay` find joins a
development that a poll found or an edition told without changing it, and otherwise waits as history: never told, and
no reason not to tell it when a poll comes upon it. Why: docs/decisions/0009-history-is-not-news.md.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from claimwatch.claims import assign
from claimwatch.claims.dates import as_date
from claimwatch.claims.decided import relabelled
from claimwatch.claims.developments import DAYS, joined, sentence_fact
from claimwatch.models import Decision, Development, Entry, Finding, Origin, Outcome, Publication
from claimwatch.store import decisions, developments, findings
from claimwatch.store.developments import Known, Near
from claimwatch.store.finding_rows import FindingRow

# Findings of one publication with the id of the development that each tells of.
Beside = Sequence[tuple[Finding, int]]
_MONTH = len("2020-06")


def develop(
    connection: Connection,
    finding: Finding,
    what: Publication | Entry,
    seen_at: datetime,
    origin: Origin = Origin.WATCH,
    beside: Beside = (),
) -> tuple[int | None, bool]:
    """The id of the development that an alerting finding tells of, and whether a reader has something to be told.

    Near misses of names wait for review and tell nothing: None. `seen_at` is aware UTC. `beside` is what the same
    publication told before, each with the id of its development.
    """
    if not finding.outcome.alerts or finding.method == "fuzzy":
        return None, False
    return tell_of(connection, finding, what.published_on, seen_at, origin, beside)


def tell_of(
    connection: Connection,
    finding: Finding,
    published_on: date | None,
    seen_at: datetime,
    origin: Origin,
    beside: Beside = (),
) -> tuple[int, bool]:
    """The same of a finding that alerts, whatever its name is: an analyst may have let it in."""
    near = near_to(finding, published_on, seen_at)
    development, before = _assigned(connection, finding, published_on, seen_at, beside, near)
    if near is not None and before is None and developments.is_taken(connection, development.key):
        # One of its kind had this day when it was made, and has another since: the key is taken.
        development, before = _assigned(connection, finding, published_on, seen_at, beside, None)
    stays = development.key if before and not before.joined else decisions.joined_to(connection, development.key)
    if stays != development.key:
        # An analyst made it one with another, which has told, and goes on to tell, what is found of either.
        before = developments.find_by_key(connection, stays)
        development = joined(before.development, finding, seen_at)
    watching = origin is Origin.WATCH
    if before is None:
        return developments.save_development(connection, development, seen_at), watching
    if before.watched or before.told:
        if not watching:
            return before.id, False
        moved = development.state_version != before.development.state_version or not before.watched
        developments.change_development(connection, before.id, before.development, development, seen_at)
        return before.id, moved
    if watching:
        # So far it was history only, which no reader was told of: it is told as the poll found it.
        fresh = assign(finding, published_on, seen_at, [])
        development = replace(fresh, key=development.key, state_version=before.development.state_version)
    developments.change_development(connection, before.id, before.development, development, seen_at)
    return before.id, watching


def near_to(finding: Finding, published_on: date | None, seen_at: datetime) -> Near | None:
    """When a development must have been for `assign` to join a finding to it, generously; None: at any time.

    Of thousands of one kind only these are read. That the choice is the same as of all is held by a test.
    """
    if finding.outcome is Outcome.REVERSAL:
        return None  # it may tell again what was taken back years ago
    told_on = published_on or seen_at.date()
    spans, dates_ = [_span(told_on, told_on)], {told_on.isoformat()[:_MONTH]}
    if finding.as_of is not None:
        first = as_date(finding.as_of)
        assert first is not None, "a date is told"
        spans.append(_span(first, first if len(finding.as_of) > _MONTH else _later(first, 30)))
        dates_.add(finding.as_of[:_MONTH])
    return Near(tuple(spans), tuple(sorted(dates_)))


def _span(first: date, last: date) -> tuple[date, date]:
    return _later(first, -DAYS), _later(last, DAYS)


def _later(day: date, days: int) -> date:
    """So many days later, or as near to it as there are dates."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def _assigned(
    connection: Connection,
    finding: Finding,
    published_on: date | None,
    seen_at: datetime,
    beside: Beside,
    near: Near | None,
) -> tuple[Development, Known | None]:
    """The development of a finding as it is then, and as it is stored; None where it is a new one."""
    alike = developments.developments_like(connection, finding, sentence_fact(finding), near)
    known = {like.development.key: like for like in alike}
    keys = {like.id: key for key, like in known.items()}
    told = [(one, keys[id_]) for one, id_ in beside if id_ in keys]
    development = assign(finding, published_on, seen_at, [like.development for like in known.values()], told)
    return development, known.get(development.key)


def refold(connection: Connection, development_id: int) -> None:
    """Bring a development in line with the findings that are left of it, after some were withdrawn or changed.

    What polls found decides; where a later state rested on withdrawn findings alone, it is the told one again.
    """
    known = developments.find_development(connection, development_id)
    left = findings.findings_of(connection, development_id)
    left = [row for row in left if row.origin is Origin.WATCH] or left
    if not left:
        return  # with nothing to tell of it, it is not told; what an edition told of it stays told
    relabel = decisions.standing_of(connection, known.development.key).relabel
    folded = _folded(left, relabel)
    version = known.development.state_version
    told = developments.last_told(connection, development_id)
    told_all = told is not None and not any(row.evidence.first_seen_at > told[1] for row in left)
    if told is not None and told_all and not (relabel is not None and relabel.at > told[1]):
        version = told[0]
    developments.save_development(
        connection,
        replace(
            folded,
            key=known.development.key,
            first_seen_at=known.development.first_seen_at,
            state_version=version,
        ),
    )


def _folded(rows: Sequence[FindingRow], relabel: Decision | None) -> Development:
    """What findings, oldest first, tell of together; what an analyst said of it comes in when it was said."""
    first = rows[0].evidence
    folded = assign(first.finding, first.published_on, first.first_seen_at, [])
    for row in rows[1:]:
        evidence = row.evidence
        if relabel is not None and evidence.first_seen_at > relabel.at:
            folded, relabel = _relabelled(folded, relabel), None
        # All of them belong to it: an analyst may have joined what happened on other days.
        folded = joined(folded, evidence.finding, evidence.first_seen_at)
    return folded if relabel is None else _relabelled(folded, relabel)


def _relabelled(folded: Development, relabel: Decision) -> Development:
    if relabel.label is None or relabel.became is None:
        return folded
    return relabelled(folded, relabel.label, relabel.became.severity)
