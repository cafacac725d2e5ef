"""How long the server takes for each page, with 100,000 findings and 20,000 documents, on SQLite and PostgreSQL.

    .venv/bin/python -m benchmarks.web [--findings N] [--documents N] [--requests N] [--postgresql URL] [--write]

The world is made up, from fixed seeds: documents of some 3,000 characters, five findings in each, a fifth of them in
developments, a hundred editions. What is measured is the time within the application, from a request to its whole
answer, one at a time, in the process of the pages, without the network; and the time that its processor spent on it,
which does not depend on what else the machine does (of PostgreSQL only our side of it). A few requests warm up; ETags
are not sent, so that every answer is made. `--write` writes docs/performance-web.md.
"""

import argparse
import asyncio
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Connection, insert, text

from claimwatch.baseline import load_baseline
from claimwatch.editions.addresses import claim_path, document_path, item_path, publication_path
from claimwatch.models import Baseline, Outcome
from claimwatch.settings import PROJECT, load_settings
from claimwatch.sources import load_sources
from claimwatch.store import Store
from claimwatch.store import tables as t
from claimwatch.web.app import create_app

GOAL_MS = 50.0
NOW = datetime(2026, 11, 16, 6, tzinfo=UTC)
BEGIN = date(2019, 10, 1)
PAGE = PROJECT / "docs" / "performance-web.md"
_WORDS = (
    "procurement", "ban", "export", "control", "committee", "report", "surveillance", "camera", "region",
    "authority", "hearing", "licence", "policy", "ministry", "statement", "company", "review", "decision",
    "annual", "filing", "supplier", "contract", "guidance", "notice", "Østlandet", "utelukkelse",
    "observasjon", "tilrådning", "selskap", "beslutning", "rådet", "offentlig",
    "海康威视", "大华股份", "实体清单", "监控",
)  # fmt: skip
_OUTCOMES = [outcome.value for outcome in Outcome]
_WEIGHTS = (18, 12, 3, 4, 3, 40, 20)
_BATCH, _WARM_UP = 2000, 5


@dataclass(frozen=True, slots=True)
class Timing:
    """What requests for one page took, in milliseconds; `cpu` is the processor's time for one, on average, `size` that
    of an answer in bytes."""

    name: str
    path: str
    p50: float
    p99: float
    cpu: float
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
                    f"{one.size:8,d} bytes"
                )
    if asked.write:
        PAGE.write_text(report(timings, asked.findings, asked.documents, asked.requests), encoding="utf-8")
    return 1 if any(one.p50 > GOAL_MS for some in timings.values() for one in some) else 0


def fill(url: str, *, findings: int, documents: int) -> None:
    """Make the world in an empty store."""
    baseline, draw = load_baseline(PROJECT / "baselines"), random.Random(20261116)  # noqa: S311 (a made-up world)
    sources = [slug for slug, spec in load_sources(PROJECT / "sources.yaml").items() if spec.enabled]
    store = Store(url)
    with store.write() as connection:
        _fill_reads(connection, draw, sources)
        _fill_documents(connection, draw, sources, documents)
        _fill_developments(connection, draw, baseline, findings // 5)
    with store.write() as connection:
        _fill_findings(connection, draw, baseline, sources, findings, documents)
        _fill_editions(connection, draw, baseline, findings // 5)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if store.is_sqlite else "VACUUM ANALYZE"))
    store.close()


def measure(home: Path, url: str, requests: int) -> list[Timing]:
    """The time that the application takes for each page."""
    settings = load_settings(
        home=home, database_url=url, now=NOW, sender="Claimwatch <claimwatch@example.org>",
        operator="operator@example.org", postal_address="1 Street, 0001 Oslo", public_url="https://claimwatch.example",
    )  # fmt: skip
    app = create_app(settings)
    return asyncio.run(_measure(app, requests))


def pages(connection: Connection, baseline: Baseline) -> list[tuple[str, str]]:
    """The pages, by name and address."""
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


def report(timings: dict[str, list[Timing]], findings: int, documents: int, requests: int) -> str:
    """The page of documentation."""
    names = list(timings)
    lines = [
        "# How fast the pages are",
        "",
        f"Server time of each page with {findings:,} findings and {documents:,} documents, one request at a time, "
        f"{requests} of each, no ETag sent. The goal is under {GOAL_MS:.0f} ms. `processor` is the time that the "
        "process of the pages worked on a request: what a page costs where the machine has other things to do as well.",
        "",
        "Made by `.venv/bin/python -m benchmarks.web --write`; its first lines say what it measures, on what world.",
        f"Last run: {platform.system()} on {platform.machine()}, {os.cpu_count()} cores with a load of "
        f"{os.getloadavg()[0]:.0f}, Python {platform.python_version()}. Times in milliseconds.",
        "",
        "| page | " + " | ".join(f"{name} p50 | p99 | processor" for name in names) + " |",
        "| --- | " + " | ".join("--: | --: | --:" for _ in names) + " |",
    ]
    for rows in zip(*timings.values(), strict=True):
        cells = " | ".join(f"{_cell(row.p50)} | {_cell(row.p99)} | {_cell(row.cpu)}" for row in rows)
        lines.append(f"| {rows[0].name} | {cells} |")
    for name, some in timings.items():
        over = [sum(getattr(one, what) > GOAL_MS for one in some) for what in ("p50", "p99", "cpu")]
        counted = f"over the goal by p50 {over[0]}, by p99 {over[1]}, by processor {over[2]} of {len(some)} pages"
        lines += ["", f"{name}: {counted}."]
    return "\n".join(lines) + "\n"


def _cell(ms: float) -> str:
    return f"**{ms:.1f}**" if ms > GOAL_MS else f"{ms:.1f}"


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.web", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--postgresql", metavar="URL", help="an empty database to measure on as well")
    parser.add_argument("--write", action="store_true", help="write docs/performance-web.md")
    return parser.parse_args(arguments)


def _databases(folder: Path, postgresql: str | None) -> Iterator[tuple[str, str]]:
    yield "SQLite", f"sqlite:///{folder / 'claimwatch.db'}"
    if postgresql is not None:
        yield "PostgreSQL", postgresql


async def _measure(app: FastAPI, requests: int) -> list[Timing]:
    timings = []
    async with app.router.lifespan_context(app):
        watch = app.state.site.watch
        with watch.store.read() as connection:
            wanted = pages(connection, watch.baseline)
        for name, path in wanted:
            taken = []
            for _ in range(_WARM_UP):
                status, size = await _ask(app, path)
                if status != 200:
                    raise RuntimeError(f"{path} answered {status}")
            spent = time.process_time()
            for _ in range(requests):
                began = time.perf_counter()
                await _ask(app, path)
                taken.append((time.perf_counter() - began) * 1000)
            cpu = (time.process_time() - spent) * 1000 / requests
            at = statistics.quantiles(taken, n=100, method="inclusive")
            timings.append(Timing(name, path, at[49], at[98], cpu, size))
    return timings


async def _ask(app: FastAPI, path: str) -> tuple[int, int]:
    """One request, straight to the application; its status and the size of its answer."""
    bare, _, query = path.partition("?")
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": bare, "raw_path": bare.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", b"claimwatch.example")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
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


def _insert(connection: Connection, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            connection.execute(insert(table), batch)
            batch = []
    if batch:
        connection.execute(insert(table), batch)


def _day(draw: random.Random) -> date:
    return BEGIN + timedelta(days=draw.randrange((NOW.date() - BEGIN).days))


def _at(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 6, tzinfo=UTC)


def _sentence(draw: random.Random, company: str, number: int) -> str:
    return f"{company.capitalize()} {' '.join(draw.choices(_WORDS, k=16))} finding {number}."


def _fill_reads(connection: Connection, draw: random.Random, sources: Sequence[str]) -> None:
    """Ninety days of hourly and daily reads, now and then a failed one."""
    ids = 0
    for slug in sources:
        rows = []
        for hours in range(90 * 24, 0, -4):
            ids += 1
            at = NOW - timedelta(hours=hours)
            bad = draw.random() < 0.02
            rows.append({
                "id": ids, "source": slug, "purpose": "watch", "status": "failed" if bad else "good", "started_at": at,
                "finished_at": at, "requests": 3, "containers": 20, "kept": 20, "skipped": [], "new": 0, "changed": 0,
                "gone": 0, "first": False, "warnings": [], "failures": [], "reason": "no answer" if bad else None,
                "parser": "bench:1",
            })  # fmt: skip
        known = {column.name for column in t.reads.columns}
        connection.execute(insert(t.reads), [{name: row[name] for name in row if name in known} for row in rows])
    capture = {
        "id": 1, "read_id": 1, "kind": "page", "url": "https://example.org/", "final_url": "https://example.org/",
        "status": 200, "headers": [], "content_type": "text/html", "charset": "utf-8", "fetched_at": NOW,
        "sha256": "a" * 64, "size": 10, "good": True,
    }  # fmt: skip
    connection.execute(insert(t.captures).values(capture))


def _fill_documents(connection: Connection, draw: random.Random, sources: Sequence[str], count: int) -> None:
    days = [_day(draw) for _ in range(count)]
    _insert(connection, t.publications, ({
        "id": number, "source": sources[number % len(sources)], "key": f"https://example.org/{number}",
        "digest": f"{number:064}", "first_seen_at": _at(days[number - 1]), "last_seen_at": NOW,
    } for number in range(1, count + 1)))  # fmt: skip
    _insert(connection, t.publication_revisions, ({
        "id": number, "publication_id": number, "number": 1, "digest": f"{number:064}",
        "url": f"https://example.org/{number}", "title": f"A {draw.choice(_WORDS)} on {draw.choice(_WORDS)}",
        "kind": "statement", "language": "en", "capture_id": 1, "parser": "bench:1", "seen_at": _at(days[number - 1]),
        "text": f"Document {number}. " + " ".join(draw.choices(_WORDS, k=330)), "published_on": days[number - 1],
    } for number in range(1, count + 1)))  # fmt: skip
    _insert(connection, t.mentions, ({
        "publication_revision_id": number, "entity": company, "start": 0, "end": 9, "surface": company.capitalize(),
        "method": "exact", "alias": company,
    } for number in range(1, count + 1) for company in ("hikvision", "dahua")[: 1 + number % 2]))  # fmt: skip


def _fill_developments(connection: Connection, draw: random.Random, baseline: Baseline, count: int) -> None:
    claims = list(baseline.claims.values())
    days = [_day(draw) for _ in range(count)]
    kinds = draw.choices(_OUTCOMES[:5], _WEIGHTS[:5], k=count)

    def rows() -> Iterator[dict[str, Any]]:
        for number in range(1, count + 1):
            claim = claims[number % len(claims)]
            yield {
                "id": number, "key": f"{number:020x}", "outcome": kinds[number - 1], "predicate": claim.predicate,
                "object_class": claim.object_class, "operation": "assert", "place": "NO",
                "companies": [("hikvision", "dahua")[number % 2]], "happened_on": days[number - 1],
                "published_on": days[number - 1], "severity": f"S{1 + number % 5}", "state": f"outcome={number}",
                "state_version": 1, "first_seen_at": _at(days[number - 1]),
            }  # fmt: skip

    _insert(connection, t.developments, rows())
    _insert(connection, t.development_states, ({
        "development_id": number, "version": 1, "outcome": kinds[number - 1], "severity": "S3",
        "happened_on": days[number - 1], "at": _at(days[number - 1]),
    } for number in range(1, count + 1)))  # fmt: skip


def _fill_findings(
    connection: Connection, draw: random.Random, baseline: Baseline, sources: Sequence[str], count: int, documents: int
) -> None:
    claims = list(baseline.claims.values())
    outcomes = draw.choices(_OUTCOMES, _WEIGHTS, k=count)
    days = [_day(draw) for _ in range(count)]

    def rows() -> Iterator[dict[str, Any]]:
        for number in range(1, count + 1):
            document, outcome, claim = number % documents + 1, outcomes[number - 1], claims[number % len(claims)]
            company = ("hikvision", "dahua")[number % 2]
            quote = _sentence(draw, company, number)
            alerts = Outcome(outcome).alerts
            yield {
                "id": number, "publication_revision_id": document,
                "development_id": 1 + number % (count // 5) if alerts else None,
                "source": sources[document % len(sources)], "url": f"https://example.org/{document}",
                "entity": company, "outcome": outcome, "predicate": claim.predicate,
                "object_class": claim.object_class, "operation": "assert", "claims": [claim.id], "place": "NO",
                "speaker": "The Institute", "modality": "asserted", "quote": quote, "start": 0, "end": len(quote),
                "surface": company.capitalize(), "method": "exact", "severity": f"S{1 + number % 5}",
                "confidence": "rule", "rules": ["bench"], "language": "en", "fingerprint": f"{number:064}",
                "marks": [[0, len(company)]], "status": "open", "origin": "watch",
                "baseline_version": baseline.version, "first_seen_at": _at(days[number - 1]),
            }  # fmt: skip

    _insert(connection, t.findings, rows())
    _insert(connection, t.finding_claims, ({
        "claim_id": claims[number % len(claims)].id, "finding_id": number, "position": 0,
        "outcome": outcomes[number - 1], "told_in": days[number - 1].replace(day=1),
        "publication_id": number % documents + 1, "entry_id": None,
    } for number in range(1, count + 1)))  # fmt: skip


def _fill_editions(connection: Connection, draw: random.Random, baseline: Baseline, developments: int) -> None:
    """A hundred weeks, twenty items each, as long as real ones."""
    html = (PROJECT / "tests" / "golden" / "mail").glob("*.html")
    body = max(
        (path.read_text(encoding="utf-8") for path in html), key=len, default="<html><head></head><body></body></html>"
    )
    for number in range(1, 101):
        at = NOW - timedelta(weeks=101 - number)
        year, week, _ = (at - timedelta(days=7)).isocalendar()
        connection.execute(insert(t.editions).values(
            id=number, series="weekly", period=f"{year}-W{week:02}", starts_at=at - timedelta(days=7), ends_at=at,
            frozen_at=at, first=False, subject=f"Claimwatch W{week:02}: 20 new", html=body, text=body[:5000],
            outcomes=[["NEW", 20]], baseline_version=baseline.version, state="frozen",
        ))  # fmt: skip
        told = draw.sample(range(1, developments + 1), 20)
        connection.execute(insert(t.edition_items), [
            {"edition_id": number, "development_id": id_, "state_version": 1, "position": position}
            for position, id_ in enumerate(told)
        ])  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
