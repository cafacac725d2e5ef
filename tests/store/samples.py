"""Rows for tests of the store, with what a test does not care about filled in."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from claimwatch.models import (
    Development,
    Edition,
    Entry,
    Field,
    Finding,
    Outcome,
    Publication,
    Quantity,
    Read,
    ReadStatus,
    Rendered,
    Subscriber,
)
from claimwatch.store import editions, outbox, reads, subscribers
from claimwatch.store.reads import CaptureRow

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def publication(text: str = "A sentence about Hikvision.", **changes: object) -> Publication:
    """A publication of the source `uhrp`."""
    values: dict[str, object] = {
        "source": "uhrp",
        "key": "https://uhrp.org/one/",
        "url": "https://uhrp.org/one/",
        "title": "One",
        "kind": "statement",
        "language": "en",
        "published_on": date(2026, 11, 2),
    }
    return Publication(text=text, **(values | changes))  # type: ignore[arg-type]


def entry(citation: str = "84 FR 54004", **changes: object) -> Entry:
    """A row of the Entity List."""
    text = f"CHINA | Hangzhou Hikvision Digital Technology Co., Ltd. | {citation}"
    values: dict[str, object] = {
        "source": "entity_list",
        "list_name": "supplement-4",
        "key": "china/hikvision",
        "url": "https://www.ecfr.gov/",
        "name": "Hangzhou Hikvision Digital Technology Co., Ltd.",
        "text": text,
        "subject": (8, 55),
        "fields": (Field("country", "CHINA"), Field("citation", citation)),
        "language": "en",
    }
    return Entry(**(values | changes))  # type: ignore[arg-type]


def finding(**changes: object) -> Finding:
    """An alerting finding; every field holds something, so that a round trip shows what is lost."""
    values: dict[str, object] = {
        "source": "uhrp",
        "url": "https://uhrp.org/one/",
        "entity": "hikvision",
        "outcome": Outcome.UPDATE,
        "predicate": "state_ownership",
        "object_class": "share",
        "operation": "assert",
        "claims": ("A25",),
        "before": Quantity(42.0, "percent", "eq", None, "42 percent"),
        "after": Quantity(40.8, "percent", "approx", "2024-06", "about 40.8 per cent"),
        "place": "CN",
        "as_of": "2024-06-30",
        "speaker": "UHRP",
        "modality": "asserted",
        "quote": "A sentence about Hikvision.",
        "start": 0,
        "end": 27,
        "surface": "Hikvision",
        "method": "exact",
        "severity": "S3",
        "confidence": "rule",
        "rules": ("cue", "value-changed"),
        "language": "en",
        "fingerprint": "f" * 64,
        "marks": ((17, 26),),
    }
    return Finding(**(values | changes))  # type: ignore[arg-type]


def development(key: str = "d" * 64, *, version: int = 1) -> Development:
    """One happening, at a state version."""
    return Development(
        key=key,
        outcome=Outcome.UPDATE,
        predicate="state_ownership",
        object_class="share",
        operation="assert",
        place="CN",
        companies=("hikvision",),
        happened_on=date(2024, 6, 30),
        severity="S3",
        state=f"state {version}",
        state_version=version,
        first_seen_at=NOW,
    )


def read(status: ReadStatus = ReadStatus.GOOD, *, at: datetime = NOW, source: str = "uhrp") -> Read:
    """A read of a source."""
    reason = None if status is ReadStatus.GOOD else "the page is a wall"
    return Read(
        source=source, status=status, started_at=at, finished_at=at, containers=10, kept=9, skipped=(("old", 1),),
        reason=reason,
    )  # fmt: skip


def add_capture(
    connection: Connection, *, sha256: str | None = "a" * 64, at: datetime = NOW, url: str = "https://uhrp.org/one/"
) -> int:
    """A good capture of a good read, "not modified" where there is no `sha256`; returns its id."""
    read_id = reads.record_read(connection, read(at=at), "parsers.uhrp:1")
    row = CaptureRow(
        kind="page",
        url=url,
        final_url=url,
        status=200 if sha256 else 304,
        headers=(("etag", '"1"'),),
        content_type="text/html",
        charset="utf-8",
        fetched_at=at,
        sha256=sha256,
        size=10 if sha256 else None,
        good=True,
    )
    return reads.record_capture(connection, read_id, row)


def add_edition(
    connection: Connection, told: list[tuple[int, int]], *, period: str = "2026-W46", at: datetime = NOW
) -> int:
    """A frozen weekly edition that told `told`; returns its id."""
    edition = Edition(
        series="weekly",
        period=period,
        starts_at=at - timedelta(days=7),
        ends_at=at,
        frozen_at=at,
        first=False,
        items=(),
        folded=(),
        context=0,
        coverage=(),
        baseline_version="0" * 64,
    )
    return editions.save_edition(connection, edition, Rendered("Subject", "<p>html</p>", "text"), told)


def add_reader(connection: Connection, address: str = "reader@example.org") -> Subscriber:
    """An active subscriber."""
    return subscribers.add_subscriber(connection, address, None, "en", "Europe/Oslo", NOW)


def add_message(
    connection: Connection, edition_id: int, reader: Subscriber, *, expires_at: datetime = NOW + timedelta(days=14)
) -> int | None:
    """A message that is ready to be sent."""
    return outbox.save_message(
        connection,
        edition_id=edition_id,
        subscriber=reader,
        message_id=f"<{edition_id}.{reader.id}@example.org>",
        mime=b"Subject: x\r\n\r\nx\r\n",
        created_at=NOW,
        expires_at=expires_at,
    )
