"""One source of the real sources.yaml on a world of ours: published, broken, mended, read, told and looked at."""

import gzip
import hashlib
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

import yaml
from sqlalchemy import select

from claimwatch.models import Coverage, Edition, Read
from claimwatch.pipeline import build, deliver, poll, subscribe
from claimwatch.settings import PROJECT
from claimwatch.store import reads, tables
from tests.faults.worlds import Body, Item, World
from tests.pipeline.bench import MONDAY, WEEK, Bench, body_of
from tests.upstream import Handle, reply

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
FIRST, SECOND, THIRD, FOURTH = (MONDAY + number * WEEK for number in range(4))  # when editions are built
READER = "reader@example.org"
MOST_BYTES = 400_000
TIMEOUT_S = 4  # a busy machine may take over a second to answer itself


def source_of(world: World) -> str:
    """The source as sources.yaml has it, with limits that a test can wait for."""
    every = yaml.safe_load((PROJECT / "sources.yaml").read_text(encoding="utf-8"))
    source: dict[str, Any] = every[world.source]
    source["limits"] |= {"timeout": f"{TIMEOUT_S}s", "max_bytes": MOST_BYTES, "pace": "0s"}
    return yaml.safe_dump({world.source: source}, allow_unicode=True)


def good(body: Body) -> Handle:
    """A publisher's good answer: a validator of its own, and 304 to whom it is known."""
    tag = f'"{hashlib.sha256(body.raw).hexdigest()[:16]}"'
    whole = reply(body=body.raw, content_type=body.content_type, etag=tag)
    same = reply(304, etag=tag)
    return lambda request: (same if request.headers["If-None-Match"] == tag else whole)(request)


@dataclass
class Run:
    """An installation that watches one world. Times only move forward."""

    bench: Bench
    world: World
    editions: list[Edition] = field(default_factory=list)
    _served: set[str] = field(default_factory=set)

    def publish(self, items: list[Item], layout: str = "") -> None:
        """The world as it is from now on, whole and well."""
        pages = self.world.pages(items, layout)
        for gone in self._served - pages.keys():
            self.break_at(gone, reply(404, "<!DOCTYPE html><html><body><h1>Not found</h1></body></html>"))
        for url, body in pages.items():
            self.break_at(url, good(body))
        self._served |= pages.keys()

    def break_at(self, url: str, handle: Handle) -> None:
        """Answer otherwise for one page."""
        parts = urlsplit(url)
        self.bench.upstream.on(f"/{parts.netloc}{parts.path}", handle)

    def read(self, at: datetime) -> Read:
        """One read, due or not."""
        with self.bench.watch(at) as watch:
            read = poll(watch, self.world.source, force=True)
        assert read is not None, "nothing was read"
        return read

    def tell(self, at: datetime) -> Edition:
        """Build and deliver the edition of the week that has just ended."""
        with self.bench.watch(at) as watch:
            edition = build(watch)
            assert edition is not None, "no edition was due"
            report = deliver(watch)
        assert (report.accepted, report.failed) == (1, 0)
        self.editions.append(edition)
        return edition

    def start(self) -> None:
        """The first week: all is well, and the first edition is told."""
        with self.bench.watch(FIRST - DAY) as watch:
            subscribe(watch, READER)
        self.publish(self.world.base())
        read = self.read(FIRST - HOUR)
        assert read.status.value == "good", read.reason
        self.tell(FIRST)

    def times_told(self, item: Item) -> int:
        """In how many delivered mails an item stands. Its mark is looked for without regard to line breaks."""
        return sum(item.mark in " ".join(body_of(mail).replace("\n   > ", " ").split()) for mail in self.bench.mails())

    def coverage(self) -> Coverage:
        """How the last edition says that the source stood."""
        (coverage,) = self.editions[-1].coverage
        return coverage

    def state(self) -> dict[str, object]:
        """Everything that a bad read must leave as it was."""
        wanted = {
            "publications": ("key", "digest", "gone_at"),
            "publication_revisions": ("id", "digest"),
            "entries": ("key", "digest", "gone_at"),
            "entry_revisions": ("id", "digest"),
            "mentions": ("id",),
            "findings": ("id", "outcome", "fingerprint", "development_id"),
            "developments": ("id", "key", "state_version"),
            "validators": ("url", "parser", "etag", "last_modified"),
        }
        state: dict[str, object] = {}
        with self.bench.watch(FIRST) as watch, watch.store.read() as connection:
            for name, columns in wanted.items():
                table = tables.metadata.tables[name]
                rows = connection.execute(select(*(table.c[column] for column in columns))).all()
                state[name] = sorted(tuple(map(str, row)) for row in rows)
            state["held"] = sorted(reads.source_state(connection, self.world.source).held)
        return state


def trickle(body: Body) -> Handle:
    """A few bytes at a time, for longer than anybody waits."""

    def handle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("content-type", body.content_type)
        request.send_header("content-length", str(len(body.raw)))
        request.end_headers()
        for byte in body.raw:  # until the client has had enough and hangs up, which ends the handler
            request.wfile.write(bytes([byte]))
            request.wfile.flush()
            threading.Event().wait(0.05)

    return handle


def packed(raw: bytes) -> bytes:
    """Gzip."""
    return gzip.compress(raw, mtime=0)


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can grow, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
