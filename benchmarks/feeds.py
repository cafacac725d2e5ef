"""Feeds polled over loopback: the first poll of all, and the poll when nothing has changed, against a bare httpx loop.

The feeds are served by a process of their own (`python -m benchmarks.feeds COUNT`, which prints its address): five
entries each with their whole text, an ETag, and 304 to whoever sends it back.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx

from claimwatch.baseline import load_baseline
from claimwatch.captures import CaptureStore
from claimwatch.models import ReadStatus
from claimwatch.pipeline import Watch
from claimwatch.pipeline.reading.poll import due_sources
from claimwatch.pipeline.reading.round import poll_all
from claimwatch.settings import load_settings
from claimwatch.sources import load_sources
from claimwatch.store import Store
from tests.upstream import Handle, Upstream

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 9, 6, tzinfo=UTC)
HOST = "feeds.example"
ENTRIES = 5
SOURCE = """
feed_{n}:
  name: Feed {n}
  home: https://{host}/
  class: press
  parser: parsers.feed
  every: 1h
  skip_older: true
  pages: [{{kind: feed, group: feed, url: "https://{host}/{n}"}}]
  limits: {{max_bytes: 1000000, timeout: 20s, pace: 0s, max_pages: 20}}
  expect: {{min: 1, max: 50, max_shrink: 0.5}}
  terms: {{read_on: 2026-11-22, note: "Made up, for a benchmark."}}
"""


def feed(number: int) -> bytes:
    """One RSS feed with five entries of some sentences each."""
    items = "".join(
        f"<item><title>Item {at} of feed {number}</title><link>https://{HOST}/{number}/item-{at}</link>"
        f"<guid>https://{HOST}/{number}/item-{at}</guid><pubDate>Mon, 0{at + 1} Nov 2026 06:00:00 GMT</pubDate>"
        f"<content:encoded>&lt;p&gt;{'The committee met and heard the report of the day. ' * 8}&lt;/p&gt;"
        "</content:encoded></item>"
        for at in range(1, ENTRIES + 1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Feed {number}</title><link>https://{HOST}/</link><description>Made up</description>{items}"
        "</channel></rss>"
    ).encode()


def _serve(count: int) -> None:
    with Upstream() as upstream:
        for number in range(count):
            upstream.on(f"/{HOST}/{number}", _conditional(feed(number), f'"{number}"'))
        print(upstream.url, flush=True)
        sys.stdin.read()  # until whoever started us goes away


def _conditional(body: bytes, etag: str) -> Handle:
    def handle(request: BaseHTTPRequestHandler) -> None:
        unchanged = request.headers.get("If-None-Match") == etag
        request.send_response(304 if unchanged else 200)
        request.send_header("ETag", etag)
        if not unchanged:
            request.send_header("Content-Type", "application/rss+xml; charset=utf-8")
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if not unchanged:
            request.wfile.write(body)

    return handle


@contextmanager
def served(count: int) -> Iterator[str]:
    """The address of so many feeds, while they are served."""
    command = [sys.executable, "-m", "benchmarks.feeds", str(count)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        yield server.stdout.readline().strip()
        server.stdin.close()


def polls(count: int) -> dict[str, float]:
    """Seconds of the first poll, of the poll of unchanged feeds, and of a bare httpx loop over each."""
    with tempfile.TemporaryDirectory(prefix="claimwatch-bench-") as folder, served(count) as url:
        home = Path(folder)
        sources = home / "sources.yaml"
        sources.write_text("".join(SOURCE.format(n=n, host=HOST) for n in range(count)), encoding="utf-8")
        taken: dict[str, float] = {}
        tags: list[str] = []
        taken["bare first"] = _bare(url, count, tags)
        taken["first"] = _ours(home, sources, url, NOW, "good")
        taken["bare again"] = _bare(url, count, tags)
        taken["again"] = _ours(home, sources, url, NOW + timedelta(hours=2), "unchanged")
    return taken


def _bare(url: str, count: int, tags: list[str]) -> float:
    begun = time.perf_counter()
    with httpx.Client() as client:
        known = [*tags, *[""] * (count - len(tags))]
        answers = [
            client.get(f"{url}/{HOST}/{number}", headers={"If-None-Match": known[number]} if known[number] else {})
            for number in range(count)
        ]
    taken = time.perf_counter() - begun
    tags[:] = [answer.headers["ETag"] for answer in answers]
    return taken


def _ours(home: Path, sources: Path, url: str, at: datetime, what: str) -> float:
    settings = load_settings(home=home, upstream=url, now=at, sources=sources, pace="off")
    baseline = load_baseline(ROOT / "baselines")
    with closing(Store(settings.database_url.get_secret_value())) as store:
        watch = Watch(
            settings=settings,
            store=store,
            captures=CaptureStore(settings.captures_url),
            baseline=baseline,
            sources=load_sources(sources),
            now=lambda: at,
        )
        _ = watch.comparer, watch.scanner  # compiled once for a process, whatever it polls
        begun = time.perf_counter()
        reads = poll_all(watch, due_sources(watch))
        taken = time.perf_counter() - begun
        bad = [read for read in reads if read.status is not ReadStatus.GOOD]
        if bad or len(reads) != len(watch.polled):
            raise RuntimeError(f"{len(watch.polled) - len(reads)} were not read, and not well ({what}): {bad[:3]}")
        return taken


def main(arguments: Sequence[str]) -> int:
    """Serve so many feeds."""
    _serve(int(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
