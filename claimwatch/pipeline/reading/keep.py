"""Writing a read: its report and captures, and what it changes. One transaction of the caller."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from claimwatch.models import Origin, PageFailure, Publication, Read
from claimwatch.pipeline.develop import develop
from claimwatch.pipeline.reading.compare import Change, Changes
from claimwatch.pipeline.reading.harvest import Captured
from claimwatch.pipeline.watch import Watch
from claimwatch.store import chain, documents, finding_changes, finding_claims, findings, reads

# What no database takes as text (PostgreSQL: NUL), nor a mail. A parser may find it on a page and say so.
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


def writable(read: Read) -> Read:
    """The report of a read with a replacement character for what cannot be stored or mailed in what it says."""
    return replace(
        read,
        skipped=tuple((whole(reason), count) for reason, count in read.skipped),
        warnings=tuple(whole(warning) for warning in read.warnings),
        failures=tuple(PageFailure(whole(one.url), whole(one.reason)) for one in read.failures),
        reason=None if read.reason is None else whole(read.reason),
    )


def whole(text: str) -> str:
    """A text with a replacement sign for each half of a character and NUL, which no database, mail or log takes."""
    return _UNWRITABLE.sub("\ufffd", text)


def keep_read(connection: Connection, read: Read, parser: str, captured: Sequence[Captured]) -> tuple[int, ...]:
    """Keep the report of a read and what arrived, good or not; returns the ids of the captures that hold the bytes.

    `parser` is the parser's dotted path and version. Of a 304 the id is that of the capture that it stands for. Only a
    good read that watches moves validators.
    """
    read_id = reads.record_read(connection, read, parser)
    moves = read.status.good and read.purpose is Origin.WATCH
    ids: list[int] = []
    for one in captured:
        row = replace(one.row, reason=whole(one.row.reason)) if one.row.reason else one.row
        capture_id = reads.record_capture(connection, read_id, row)
        if moves and one.row.good and one.same_as is None:
            reads.set_validator(connection, one.row.url, parser, one.etag, one.last_modified, capture_id)
        ids.append(one.same_as or capture_id)
    return tuple(ids)


def chain_captures(watch: Watch) -> None:
    """Tie what was captured into the chain, in a transaction of its own: on PostgreSQL processes take turns at it."""
    with watch.store.write() as connection:
        chain.extend_chain(connection)


def keep_changes(
    connection: Connection,
    watch: Watch,
    changes: Changes,
    capture_ids: Sequence[int],
    *,
    parser: str,
    seen_at: datetime,
    origin: Origin = Origin.WATCH,
) -> int:
    """Store what a good read changes. `capture_ids` are those of its captures, in order.

    Returns how many developments it tells that no reader was told before, or not in this state.
    """
    told: set[int] = set()
    for change in changes.changes:
        capture_id = capture_ids[change.kept.capture]
        told |= keep_change(connection, watch, change, capture_id, parser=parser, seen_at=seen_at, origin=origin)
    documents.see_entries(connection, changes.seen, seen_at)
    documents.mark_gone(connection, changes.gone, seen_at)
    return len(told)


def keep_change(
    connection: Connection,
    watch: Watch,
    change: Change,
    capture_id: int,
    *,
    parser: str,
    seen_at: datetime,
    origin: Origin = Origin.WATCH,
) -> set[int]:
    """Store a publication or entry and its findings; returns the ids of the developments that are new or moved on."""
    what = change.what
    publication_revision: int | None = None
    entry_revision: int | None = None
    said: dict[tuple[str, str, str], int | None] = {}
    if isinstance(what, Publication):
        if change.stored is not None:
            said = findings.said_before(connection, change.stored.id)
        publication_revision = documents.save_publication(
            connection,
            what,
            change.stored,
            link_version=change.link_version,
            capture_id=capture_id,
            parser=parser,
            seen_at=seen_at,
        )
    else:
        entry_revision = documents.save_entry(
            connection, what, change.stored, capture_id=capture_id, parser=parser, seen_at=seen_at
        )
    if publication_revision is None and entry_revision is None:
        return set()
    if change.findings:
        documents.save_mentions(
            connection,
            watch.scanner.scan(what.text, on=what.published_on),
            publication_revision_id=publication_revision,
            entry_revision_id=entry_revision,
        )
    told: set[int] = set()
    stored: list[int] = []
    # What the page still says of what it said before stands beside what is new on it.
    beside = [
        (finding, development)
        for finding in change.findings
        if (development := said.get((finding.entity, finding.fingerprint, finding.quote))) is not None
    ]
    for finding in change.findings:
        if (finding.entity, finding.fingerprint, finding.quote) in said:
            continue  # an earlier revision of this page said just that
        development_id, moved = develop(connection, finding, what, seen_at, origin, beside)
        if development_id is not None:
            beside.append((finding, development_id))
            if moved:
                told.add(development_id)
        stored.append(
            finding_changes.save_finding(
                connection,
                finding,
                publication_revision_id=publication_revision,
                entry_revision_id=entry_revision,
                development_id=development_id,
                baseline_version=watch.baseline.version,
                seen_at=seen_at,
                origin=origin,
                linked=False,
            )
        )
    finding_claims.link(connection, stored, fresh=True)
    return told
