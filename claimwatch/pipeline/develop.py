"""Which development a stored finding tells of, and what of it is still to be told.

What a poll finds moves a development on, and an edition tells it. What `backfill` and `replay` find joins a
development that a poll found or an edition told without changing it, and otherwise waits as history: never told, and
no reason not to tell it when a poll comes upon it. Why: docs/decisions/0009-history-is-not-news.md.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from claimwatch.claims import assign
from claimwatch.models import Entry, Finding, Origin, Publication
from claimwatch.store import developments, findings


def develop(
    connection: Connection,
    finding: Finding,
    what: Publication | Entry,
    seen_at: datetime,
    origin: Origin = Origin.WATCH,
) -> tuple[int | None, bool]:
    """The id of the development that an alerting finding tells of, and whether a reader has something to be told.

    Near misses of names wait for review and tell nothing: None. `seen_at` is aware UTC.
    """
    if not finding.outcome.alerts or finding.method == "fuzzy":
        return None, False
    known = {like.development.key: like for like in developments.developments_like(connection, finding)}
    development = assign(finding, what.published_on, seen_at, [like.development for like in known.values()])
    before = known.get(development.key)
    watching = origin is Origin.WATCH
    if before is None:
        return developments.save_development(connection, development), watching
    if before.watched or before.told:
        if not watching:
            return before.id, False
        moved = development.state_version != before.development.state_version or not before.watched
        return developments.save_development(connection, development), moved
    if watching:
        # So far it was history only, which no reader was told of: it is told as the poll found it.
        fresh = assign(finding, what.published_on, seen_at, [])
        development = replace(fresh, key=development.key, state_version=before.development.state_version)
    return developments.save_development(connection, development), watching


def refold(connection: Connection, development_id: int) -> None:
    """Bring a development in line with the findings that are left of it, after some were withdrawn or changed.

    What polls found decides; where a later state rested on withdrawn findings alone, it is the told one again.
    """
    known = developments.find_development(connection, development_id)
    left = findings.findings_of(connection, development_id)
    left = [row for row in left if row.origin is Origin.WATCH] or left
    if not left:
        return  # with nothing to tell of it, it is not told; what an edition told of it stays told
    first = left[0].evidence
    folded = assign(first.finding, first.published_on, first.first_seen_at, [])
    for row in left[1:]:
        evidence = row.evidence
        joined = assign(evidence.finding, evidence.published_on, evidence.first_seen_at, [folded])
        folded = joined if joined.key == folded.key else folded
    version = known.development.state_version
    told = developments.last_told(connection, development_id)
    if told is not None and not any(row.evidence.first_seen_at > told[1] for row in left):
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
