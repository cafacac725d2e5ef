"""What a replay stores: items as they are read now, and their findings.

What only a better parser or another baseline finds is stored as such (origin `replay`), and no edition tells it; what
is no longer found is withdrawn. What a poll found and no edition has told yet is told as it is found now, and not at
all where it is not found any more. Why: docs/decisions/0009-history-is-not-news.md.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from claimwatch.models import Entry, Finding, Link, Origin, Parsed, Publication
from claimwatch.pipeline.develop import develop, refold
from claimwatch.pipeline.reading.compare import Change
from claimwatch.pipeline.reading.differences import Difference, Kind
from claimwatch.pipeline.reading.harvest import Kept
from claimwatch.pipeline.reading.keep import keep_change
from claimwatch.pipeline.watch import Watch
from claimwatch.store import developments, documents, finding_changes, readings
from claimwatch.store.finding_rows import FindingRow
from claimwatch.store.readings import ENTRY, PUBLICATION, Reading

Item = Publication | Entry


@dataclass(frozen=True, slots=True)
class ItemReplay:
    """One item as it is read now. `reading` is None for one that was not stored, `what` for one not found any more.

    `reworded` says that its text or fields are not what was stored.
    """

    key: str
    url: str
    capture_id: int
    reading: Reading | None
    what: Item | None
    reworded: bool
    found: tuple[Finding, ...]
    differences: tuple[Difference, ...]


def keep_item(connection: Connection, watch: Watch, version: str, item: ItemReplay, now: datetime) -> None:
    """Store how one item is read now, at `now` (aware UTC). `version` is the parser's dotted path and version."""
    if item.reading is None:
        assert item.what is not None
        kept = Kept(Parsed(0), 0, Link("", item.url), "")
        change = Change(item.what, None, kept, None, item.found)
        keep_change(connection, watch, change, item.capture_id, parser=version, seen_at=now, origin=Origin.REPLAY)
        return
    revision_id = _store_reading(connection, watch, version, item, item.reading)
    touched: set[int] = set()
    for difference in item.differences:
        if difference.kind is Kind.VANISHES and difference.row is not None:
            finding_changes.withdraw_finding(connection, difference.row.evidence.id)
            if difference.row.development_id is not None:
                touched.add(difference.row.development_id)
    for development_id in sorted(touched):
        refold(connection, development_id)
    keeper = _Keeper(connection, watch.baseline.version, item, item.reading.kind, revision_id, now)
    for difference in item.differences:
        keeper.keep(difference)


def _store_reading(connection: Connection, watch: Watch, version: str, item: ItemReplay, reading: Reading) -> int:
    """The revision that findings of today belong to: a new one where the item is read otherwise."""
    what = item.what
    if what is None or not item.reworded:
        if what is not None:
            readings.note_parser(connection, reading.kind, [reading.revision_id], version)
        return reading.revision_id
    new: int | None
    if isinstance(what, Publication):
        new = documents.save_publication(
            connection, what, reading.stored, link_version=reading.stored.link_version,
            capture_id=reading.capture_id, parser=version, seen_at=reading.last_seen_at,
        )  # fmt: skip
    else:
        new = documents.save_entry(
            connection, what, reading.stored, capture_id=reading.capture_id, parser=version,
            seen_at=reading.last_seen_at,
        )  # fmt: skip
    readings.note_gone(connection, reading)
    assert new is not None, "a reworded item has a new digest"
    if item.found:
        documents.save_mentions(
            connection,
            watch.scanner.scan(what.text, on=what.published_on),
            publication_revision_id=new if reading.kind == PUBLICATION else None,
            entry_revision_id=new if reading.kind == ENTRY else None,
        )
    return new


@dataclass(frozen=True, slots=True)
class _Keeper:
    """Stores what appears in an item or changes."""

    connection: Connection
    baseline_version: str
    item: ItemReplay
    kind: str
    revision_id: int
    now: datetime
    fresh: list[tuple[Finding, int]] = field(default_factory=list)

    def keep(self, difference: Difference) -> None:
        """Store one difference; what vanishes is dealt with elsewhere."""
        row, after, what = difference.row, difference.after, self.item.what
        if after is None or what is None:
            return
        if row is None:
            development_id, _ = develop(self.connection, after, what, self.now, Origin.REPLAY, self._beside())
            self._note(after, development_id)
            finding_changes.save_finding(
                self.connection,
                after,
                publication_revision_id=self._revision(PUBLICATION),
                entry_revision_id=self._revision(ENTRY),
                development_id=development_id,
                baseline_version=self.baseline_version,
                seen_at=self.now,
                origin=Origin.REPLAY,
            )
        elif difference.kind is Kind.STAYS:
            if self.item.reworded:  # it stands in the new revision now
                self._revise(row, after, row.development_id, row.origin)
        elif difference.kind is Kind.APPEARS:
            self._revise(row, after, *self._develop(row, after, what, Origin.REPLAY))
        else:
            self._change(row, after, what)

    def _change(self, row: FindingRow, after: Finding, what: Item) -> None:
        """A finding that is now read otherwise: what waits to be told is told so, what was told is not told again."""
        before, development_id = row.evidence.finding, row.development_id
        waits = self._waits(row)
        same_kind = (before.predicate, before.object_class, before.operation, before.place) == (
            after.predicate, after.object_class, after.operation, after.place,
        )  # fmt: skip
        if development_id is not None and same_kind and after.outcome.alerts and after.method != "fuzzy":
            self._revise(row, after, development_id, row.origin)
        else:
            self._revise(row, after, None, row.origin)
            if development_id is not None:
                refold(self.connection, development_id)
            keeps = waits or row.origin is Origin.BACKFILL
            self._revise(row, after, *self._develop(row, after, what, row.origin if keeps else Origin.REPLAY))
        if waits and development_id is not None:
            refold(self.connection, development_id)

    def _waits(self, row: FindingRow) -> bool:
        """Whether a poll found it, it alerts, and no edition has told it yet."""
        if row.origin is not Origin.WATCH or row.development_id is None:
            return False
        told = developments.last_told(self.connection, row.development_id)
        return told is None or row.evidence.first_seen_at > told[1]

    def _develop(self, row: FindingRow, after: Finding, what: Item, origin: Origin) -> tuple[int | None, Origin]:
        development_id, _ = develop(
            self.connection, after, what, row.evidence.first_seen_at, origin, self._beside(besides=row)
        )
        self._note(after, development_id)
        return development_id, origin

    def _note(self, finding: Finding, development_id: int | None) -> None:
        if development_id is not None:
            self.fresh.append((finding, development_id))

    def _beside(self, besides: FindingRow | None = None) -> list[tuple[Finding, int]]:
        """What else the item tells of developments: as it was stored, and as it was placed in this replay."""
        rows = [one.row for one in self.item.differences if one.row is not None and one.after is not None]
        stored = [
            (row.evidence.finding, row.development_id)
            for row in rows
            if row.development_id is not None and row is not besides
        ]
        return [*stored, *self.fresh]

    def _revise(self, row: FindingRow, after: Finding, development_id: int | None, origin: Origin) -> None:
        finding_changes.revise_finding(
            self.connection,
            row.evidence.id,
            after,
            publication_revision_id=self._revision(PUBLICATION),
            entry_revision_id=self._revision(ENTRY),
            development_id=development_id,
            baseline_version=self.baseline_version,
            origin=origin,
        )

    def _revision(self, kind: str) -> int | None:
        return self.revision_id if kind == self.kind else None
