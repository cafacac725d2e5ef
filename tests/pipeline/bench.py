"""An engine on a loopback upstream, for tests of the pipeline: real store, real HTTP, real mail into a Maildir."""

import json
import mailbox
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

from claimwatch.captures import CaptureStore
from claimwatch.claims import Comparer
from claimwatch.mentions import Scanner
from claimwatch.models import Baseline, Read
from claimwatch.pipeline import Watch, poll
from claimwatch.settings import load_settings
from claimwatch.sources import load_sources
from claimwatch.store import Store
from tests.upstream import Upstream, reply

MONDAY = datetime(2026, 11, 9, 6, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
TOY = """
toy:
  name: The Toy Institute
  home: https://toy.example/
  class: ngo
  parser: tests.pipeline.toy
  every: 6h
  skip_older: true
  pages: [{kind: list, group: list, url: "https://toy.example/list"}]
  limits: {max_bytes: 1000000, timeout: 5s, pace: 0s, max_pages: 20}
  expect: {min: 1, max: 50, max_shrink: 0.5}
  terms: {read_on: 2026-11-22, note: "A source for tests."}
"""
# Sentences that must alert whatever the baseline's words: no source of the baseline speaks of these.
NEWS = "Hikvision opened a museum of clocks in Reykjavik on 3 November 2026."
MORE_NEWS = "Dahua bought a glacier railway in Greenland on 4 November 2026."


@dataclass(frozen=True)
class Engine:
    """Compiled once for all tests: it takes longer than any of them."""

    baseline: Baseline
    comparer: Comparer
    scanner: Scanner


@dataclass
class Bench:
    """One installation: a home of its own, and an upstream that answers for every host."""

    home: Path
    upstream: Upstream
    engine: Engine
    sources: str = TOY

    def serve(self, url: str, body: object, **headers: Any) -> None:
        """Answer for an original address: JSON for anything but text and bytes."""
        raw = body if isinstance(body, str | bytes) else json.dumps(body)
        kind = "text/html" if isinstance(body, str | bytes) else "application/json"
        self.upstream.on("/" + url.removeprefix("https://"), reply(body=raw, **({"content_type": kind} | headers)))

    def serve_list(self, **body: object) -> None:
        """Answer with the toy source's list."""
        self.serve("https://toy.example/list", body)

    def asked(self) -> list[str]:
        """What has been asked for since the last time, as original addresses."""
        targets = ["https:/" + request.target for request in self.upstream.requests]
        self.upstream.requests.clear()
        return targets

    @contextmanager
    def watch(self, at: datetime = MONDAY, **settings_: object) -> Iterator[Watch]:
        """The watch at a given time, with further settings."""
        sources = self.home / "sources.yaml"
        if not sources.exists() or sources.read_text(encoding="utf-8") != self.sources:
            sources.write_text(self.sources, encoding="utf-8")  # not each time: other threads may be reading it
        settings = load_settings(
            home=self.home, upstream=self.upstream.url, now=at, sources=sources,
            sender="Claimwatch <claimwatch@example.org>", operator="operator@example.org",
            **({"pace": "off"} | settings_),
        )  # fmt: skip
        store = Store(settings.database_url.get_secret_value())
        watch = Watch(
            settings=settings,
            store=store,
            captures=CaptureStore(settings.captures_url),
            baseline=self.engine.baseline,
            sources=load_sources(sources),
            now=lambda: at,
        )
        watch.__dict__.update(comparer=self.engine.comparer, scanner=self.engine.scanner)
        try:
            yield watch
        finally:
            store.close()

    def poll(self, at: datetime = MONDAY, slug: str = "toy", *, force: bool = False) -> Read:
        """One read that is due."""
        with self.watch(at) as watch:
            read = poll(watch, slug, force=force)
        assert read is not None, "the source was not due"
        return read

    def mails(self) -> list[EmailMessage]:
        """All mail delivered so far."""
        box = mailbox.Maildir(self.home / "mail", create=False)
        parser = BytesParser(policy=default)
        return [parser.parsebytes(box.get_bytes(key)) for key in sorted(box.keys())]


def body_of(mail: EmailMessage) -> str:
    """The text part of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
