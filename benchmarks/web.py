"""How long the server takes for each page, with 100,000 findings and 20,000 documents, on SQLite and PostgreSQL.

    .venv/bin/python -m benchmarks.web [--findings N] [--documents N] [--requests N] [--postgresql [URL]] [--write]

The world is made up (`benchmarks.web_world`). What is measured is the time within the application, from a request to
its whole answer, one at a time, in the process of the pages, without the network; and the time that its processor
spent on it, which does not depend on what else the machine does (of PostgreSQL only our side of it). A few requests
warm up; ETags are not sent, so that every answer is made. Some pages are worked out once and kept for a minute, or
until something is stored. `fresh` is what a visitor waits right after that, while what takes long is made anew behind
everybody; `first` is what the very first one waits where nothing is there yet: for the board and the front page that is
the server itself, when it starts. `--write` writes docs/performance-web.md.
"""

import argparse
import asyncio
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Connection, text

from benchmarks.web_world import ANALYST, NOW, fill
from claimwatch import tokens
from claimwatch.editions.addresses import claim_path, document_path, item_path, publication_path
from claimwatch.models import Baseline
from claimwatch.pipeline.reviewing.desk import list_cases
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import PROJECT, load_settings
from claimwatch.store import sign_ins
from claimwatch.web.app import create_app
from claimwatch.web.session import SESSION, cookie_name
from tests.faults.postgres import postgresql_server

GOAL_MS = 50.0
PAGE = PROJECT / "docs" / "performance-web.md"
_WARM_UP, _FRESH = 5, 3


@dataclass(frozen=True, slots=True)
class Timing:
    """What requests for one page took, in milliseconds; `cpu` is the processor's time for one, on average, `fresh` the
    time right after something changed, `first` that with nothing kept (medians), `size` that of an answer in bytes."""

    name: str
    path: str
    p50: float
    p99: float
    cpu: float
    fresh: float
    first: float
    size: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where a page is over the goal."""
    asked = _arguments(arguments)
    timings: dict[str, list[Timing]] = {}
    with TemporaryDirectory(prefix="bench-web-") as folder:
        for name, url in _databases(Path(folder), asked.postgresql):
            began = time.perf_counter()
            fill(url, findings=asked.findings, documents=asked.documents)
            print(f"{name}: filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
            timings[name] = measure(Path(folder), url, asked.requests)
            for one in timings[name]:
                print(
                    f"{name:11} {one.name:34} p50 {one.p50:6.1f} ms  p99 {one.p99:6.1f} ms  cpu {one.cpu:6.1f} ms  "
                    f"fresh {one.fresh:6.1f} ms  first {one.first:6.1f} ms  {one.size:8,d} bytes"
                )
    if asked.write:
        PAGE.write_text(report(timings, asked.findings, asked.documents, asked.requests), encoding="utf-8")
    return 1 if any(one.p50 > GOAL_MS for some in timings.values() for one in some) else 0


def measure(home: Path, url: str, requests: int) -> list[Timing]:
    """The time that the application takes for each page."""
    settings = load_settings(
        home=home, database_url=url, now=NOW, sender="Claimwatch <claimwatch@example.org>",
        operator="operator@example.org", postal_address="1 Street, 0001 Oslo", public_url="https://claimwatch.example",
        analysts=(ANALYST,), secret_key="a key for the benchmark",  # noqa: S106 (of a world that is made up)
    )  # fmt: skip
    app = create_app(settings, tended=True)
    return asyncio.run(_measure(app, requests))


def pages(connection: Connection, baseline: Baseline) -> list[tuple[str, str]]:
    """The public pages, by name and address."""
    key = connection.execute(text("SELECT key FROM developments ORDER BY id DESC LIMIT 1")).scalar_one()
    claim = connection.execute(
        text("SELECT claim_id FROM finding_claims GROUP BY claim_id ORDER BY count(*) DESC LIMIT 1")
    ).scalar()
    return [
        ("Now", "/"),
        ("claims board", "/claims"),
        ("one claim", claim_path(str(claim or next(iter(baseline.claims))))),
        ("documents", "/documents"),
        ("a baseline document", document_path(next(iter(baseline.documents)))),
        ("a publication", publication_path(100)),
        ("back issues", "/editions"),
        ("an edition", "/editions/2026-W40"),
        ("an edition as data", "/editions/2026-W40.json"),
        ("an item", item_path(str(key))),
        ("feed of items, Atom", "/feeds/items.atom"),
        ("feed of items, JSON", "/feeds/items.json"),
        ("feed of items, narrowed", "/feeds/items.atom?company=dahua&source=uhrp&outcome=DENIAL"),
        ("feed of editions", "/feeds/editions.atom"),
        ("feed of editions, narrowed", "/feeds/editions.atom?company=dahua&outcome=DENIAL"),
        ("search: a common word", "/search?q=hikvision"),
        ("search: two words", "/search?q=tilradning+camera"),
        ("search: a rare number", "/search?q=%22finding+77777%22"),
        ("search: Chinese", "/search?q=%E6%B5%B7%E5%BA%B7"),
        ("search: a beginning", "/search?q=observ*"),
        (
            "search: all filters",
            "/search?q=report&company=dahua&source=uhrp&outcome=DENIAL&from=2021-01-01&to=2021-12-31",
        ),
        ("search: filters that nothing passes", "/search?q=hikvision&company=dahua&outcome=DENIAL&to=2019-10-02"),
        ("search documents: common", "/search?q=report&in=documents"),
        ("search documents: filters", "/search?q=report&in=documents&company=dahua&source=uhrp&outcome=DENIAL"),
        ("search documents: rare", "/search?q=%22document+19999%22&in=documents"),
        ("status", "/status"),
        ("metrics", "/metrics"),
        ("about", "/about"),
        ("subscribe", "/subscribe"),
        ("health", "/healthz"),
    ]


def desk_pages(watch: Watch) -> list[tuple[str, str]]:
    """The pages behind the login, by name and address."""
    first = list_cases(watch, size=1)
    case, last = first.cases[0].key, list_cases(watch, size=1, page=min(15_000, first.total)).cases[0].key
    return [
        ("desk: the queue", "/desk"),
        ("desk: its 600th page", f"/desk?after={last}"),
        ("desk: the queue, narrowed", "/desk?company=dahua&source=uhrp&outcome=DENIAL"),
        ("desk: the queue of a source", "/desk?source=uhrp"),
        ("desk: decided", "/desk?state=done"),
        ("desk: snoozed", "/desk?state=snoozed"),
        ("desk: a case", f"/desk/cases/{case}"),
        ("desk: a case far down", f"/desk/cases/{last}"),
        ("desk: after a decision", f"/desk?done={case}"),
        ("desk: names in doubt", "/desk/names"),
        ("desk: editions", "/desk/editions"),
        ("desk: the held edition", "/desk/editions/101"),
        ("desk: a whole text", "/desk/texts/publication/100"),
    ]


def sign_in(watch: Watch) -> str:
    """The cookie of an analyst who is signed in."""
    at, settings = watch.now(), watch.settings
    with watch.store.write() as connection:
        id_ = sign_ins.save_request(connection, ANALYST, "browser", "/desk", at, at + timedelta(minutes=15))
        assert sign_ins.use_request(connection, id_, "browser", "secret", at)
    return f"{cookie_name(settings, SESSION)}={tokens.session_cookie(settings, id_, 'secret')}"


def report(timings: dict[str, list[Timing]], findings: int, documents: int, requests: int) -> str:
    """The page of documentation."""
    names = list(timings)
    lines = [
        "# How fast the pages are",
        "",
        f"Server time of each page with {findings:,} findings and {documents:,} documents, one request at a time, "
        f"{requests} of each, no ETag sent. The goal is under {GOAL_MS:.0f} ms. `processor` is the time that the "
        "process of the pages worked on a request: what a page costs where the machine has other things to do as well. "
        "`fresh` is what a visitor waits right after something was found, decided or sent: what takes long is shown as "
        "it was and made anew behind everybody. `first` is what the first visitor would wait with nothing worked out "
        "yet; the board and the front page are worked out when the server starts.",
        "",
        "Made by `.venv/bin/python -m benchmarks.web --postgresql --write`; its first lines say what it measures, on "
        "what world.",
        f"Last run: {platform.system()} on {platform.machine()}, {os.cpu_count()} cores with a load of "
        f"{os.getloadavg()[0]:.0f}, Python {platform.python_version()}. Times in milliseconds.",
        "",
        "| page | " + " | ".join(f"{name} p50 | p99 | processor | fresh | first" for name in names) + " |",
        "| --- | " + " | ".join("--: | --: | --: | --: | --:" for _ in names) + " |",
    ]
    for rows in zip(*timings.values(), strict=True):
        cells = " | ".join(_cell(ms) for row in rows for ms in (row.p50, row.p99, row.cpu, row.fresh, row.first))
        lines.append(f"| {rows[0].name} | {cells} |")
    for name, some in timings.items():
        over = [sum(getattr(one, what) > GOAL_MS for one in some) for what in ("p50", "p99", "cpu", "fresh", "first")]
        counted = f"over the goal by p50 {over[0]}, by p99 {over[1]}, by processor {over[2]}, fresh {over[3]}, "
        counted += f"first {over[4]} of {len(some)} pages"
        lines += ["", f"{name}: {counted}."]
    return "\n".join(lines) + "\n"


def _cell(ms: float) -> str:
    return f"**{ms:.1f}**" if ms > GOAL_MS else f"{ms:.1f}"


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.web", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument(
        "--postgresql", metavar="URL", nargs="?", const="",
        help="an empty database to measure on as well; without URL on a server of its own, started for this",
    )  # fmt: skip
    parser.add_argument("--write", action="store_true", help="write docs/performance-web.md")
    return parser.parse_args(arguments)


def _databases(folder: Path, postgresql: str | None) -> Iterator[tuple[str, str]]:
    yield "SQLite", f"sqlite:///{folder / 'claimwatch.db'}"
    if postgresql:
        yield "PostgreSQL", postgresql
    elif postgresql is not None:
        with postgresql_server() as server:
            yield "PostgreSQL", server.new_database()


async def _measure(app: FastAPI, requests: int) -> list[Timing]:
    timings = []
    async with app.router.lifespan_context(app):
        watch = app.state.site.watch
        with watch.store.read() as connection:
            wanted = pages(connection, watch.baseline)
        wanted += desk_pages(watch)
        cookie = sign_in(watch)
        for name, path in wanted:
            taken, fresh = [], []
            for _ in range(_WARM_UP):
                status, size = await _ask(app, path, cookie)
                if status != 200:
                    raise RuntimeError(f"{path} answered {status}")
            for _ in range(_FRESH):
                app.state.site.kept.outdate()
                began = time.perf_counter()
                await _ask(app, path, cookie)
                fresh.append((time.perf_counter() - began) * 1000)
                await _settled(app)
            first = []
            for _ in range(_FRESH):
                app.state.site.kept.forget()
                began = time.perf_counter()
                await _ask(app, path, cookie)
                first.append((time.perf_counter() - began) * 1000)
            spent = time.process_time()
            for _ in range(requests):
                began = time.perf_counter()
                await _ask(app, path, cookie)
                taken.append((time.perf_counter() - began) * 1000)
            cpu = (time.process_time() - spent) * 1000 / requests
            at = statistics.quantiles(taken, n=100, method="inclusive")
            news, cold = statistics.median(fresh), statistics.median(first)
            timings.append(Timing(name, path, at[49], at[98], cpu, news, cold, size))
    return timings


async def _settled(app: FastAPI) -> None:
    """Wait until nothing is worked out behind the visitors any more."""
    while app.state.site.kept.busy:
        await asyncio.sleep(0.01)


async def _ask(app: FastAPI, path: str, cookie: str) -> tuple[int, int]:
    """One request, straight to the application; its status and the size of its answer."""
    bare, _, query = path.partition("?")
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": bare, "raw_path": bare.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"claimwatch.example"), (b"cookie", cookie.encode())],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    status, size = 0, 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status, size
        if message["type"] == "http.response.start":
            status = message["status"]
        size += len(message.get("body", b""))

    await app(scope, receive, send)
    return status, size


if __name__ == "__main__":
    sys.exit(main())
