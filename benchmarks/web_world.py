"""The made-up world that `benchmarks.web` measures on: documents, findings, decisions, editions and their mails.

All of it from fixed seeds: documents of some 3,000 characters, five findings in each, a fifth of them in developments,
of which every tenth was decided on; names that wait for review; a hundred editions and one that is held, with a
hundred readers.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, text

from claimwatch.baseline import load_baseline
from claimwatch.models import Baseline, Outcome
from claimwatch.settings import PROJECT
from claimwatch.sources import load_sources
from claimwatch.store import Store
from claimwatch.store import tables as t

NOW = datetime(2026, 11, 16, 6, tzinfo=UTC)
BEGIN = date(2019, 10, 1)
ANALYST = "ann@example.org"
_READERS = 100
_DOUBTFUL = 500  # of so many findings one has a name that waits for review
_ACTIONS = ("accept", "accept", "dismiss", "snooze")
_WORDS = (
    "procurement", "ban", "export", "control", "committee", "report", "surveillance", "camera", "region",
    "authority", "hearing", "licence", "policy", "ministry", "statement", "company", "review", "decision",
    "annual", "filing", "supplier", "contract", "guidance", "notice", "Østlandet", "utelukkelse",
    "observasjon", "tilrådning", "selskap", "beslutning", "rådet", "offentlig",
    "海康威视", "大华股份", "实体清单", "监控",
)  # fmt: skip
_OUTCOMES = [outcome.value for outcome in Outcome]
_WEIGHTS = (18, 12, 3, 4, 3, 40, 20)
_BATCH = 2000


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
        _fill_decisions(connection, findings // 5)
        _fill_editions(connection, draw, baseline, findings // 5)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if store.is_sqlite else "VACUUM ANALYZE"))
    store.close()


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
            alerts, doubtful = Outcome(outcome).alerts, number % _DOUBTFUL == 0
            yield {
                "id": number, "publication_revision_id": document,
                "development_id": 1 + number % (count // 5) if alerts and not doubtful else None,
                "source": sources[document % len(sources)], "url": f"https://example.org/{document}",
                "entity": company, "outcome": outcome, "predicate": claim.predicate,
                "object_class": claim.object_class, "operation": "assert", "claims": [claim.id], "place": "NO",
                "speaker": "The Institute", "modality": "asserted", "quote": quote, "start": 0, "end": len(quote),
                "surface": company.capitalize(), "method": "fuzzy" if doubtful else "exact",
                "severity": f"S{1 + number % 5}",
                "confidence": "rule", "rules": ["bench"], "language": "en", "fingerprint": f"{number:064}",
                "marks": [[0, len(company)]], "status": "open", "origin": "watch",
                "baseline_version": baseline.version, "first_seen_at": _at(days[number - 1]),
            }  # fmt: skip

    _insert(connection, t.findings, rows())
    _insert(connection, t.finding_claims, ({
        "claim_id": claims[number % len(claims)].id, "finding_id": number, "position": 0,
        "outcome": outcomes[number - 1], "told_in": days[number - 1].replace(day=1),
        "publication_id": number % documents + 1, "entry_id": None,
    } for number in range(1, count + 1) if number % _DOUBTFUL))  # fmt: skip


def _fill_decisions(connection: Connection, developments: int) -> None:
    """Every tenth development was decided on: accepted, dismissed or put off."""
    decided = list(enumerate(range(10, developments + 1, 10), start=1))

    def rows() -> Iterator[dict[str, Any]]:
        for number, id_ in decided:
            action = _ACTIONS[number % len(_ACTIONS)]
            yield {
                "id": number, "development": f"{id_:020x}", "action": action, "who": ANALYST, "at": NOW,
                "why": "For the benchmark.", "until": date(2026, 12, 1) if action == "snooze" else None,
                "state_version": 1, "payload": {},
            }  # fmt: skip

    _insert(connection, t.decisions, rows())
    _insert(connection, t.standings, ({
        "development": row["development"], "action": row["action"], "state_version": 1, "until": row["until"],
        "decision_id": row["id"], "version": 1,
    } for row in rows()))  # fmt: skip


def _fill_editions(connection: Connection, draw: random.Random, baseline: Baseline, developments: int) -> None:
    """A hundred weeks and one that is held, twenty items each, as long as real ones."""
    html = (PROJECT / "tests" / "golden" / "mail").glob("*.html")
    body = max(
        (path.read_text(encoding="utf-8") for path in html), key=len, default="<html><head></head><body></body></html>"
    )
    _insert(connection, t.subscribers, ({
        "id": number, "address": f"reader{number}@example.org", "language": "en", "timezone": "Europe/Oslo",
        "active": True, "joined_at": _at(BEGIN),
    } for number in range(1, _READERS + 1)))  # fmt: skip
    for number in range(1, 102):
        held = number == 101
        at = NOW - timedelta(weeks=101 - number)
        year, week, _ = (at - timedelta(days=7)).isocalendar()
        connection.execute(insert(t.editions).values(
            id=number, series="weekly", period=f"{year}-W{week:02}", starts_at=at - timedelta(days=7), ends_at=at,
            frozen_at=at, first=False, subject=f"Claimwatch W{week:02}: 20 new", html=body, text=body[:5000],
            outcomes=[["NEW", 20]], baseline_version=baseline.version, state="held" if held else "frozen",
        ))  # fmt: skip
        _insert(connection, t.messages, ({
            "edition_id": number, "subscriber_id": reader, "recipient": f"reader{reader}@example.org",
            "message_id": f"<{number}.{reader}@example.org>", "mime": body.encode(), "sha256": "a" * 64,
            "state": "held" if held else "accepted", "tries": 1, "expires_at": at + timedelta(days=7),
            "created_at": at,
        } for reader in range(1, _READERS + 1)))  # fmt: skip
        told = draw.sample(range(1, developments + 1), 20)
        connection.execute(insert(t.edition_items), [
            {"edition_id": number, "development_id": id_, "state_version": 1, "position": position}
            for position, id_ in enumerate(told)
        ])  # fmt: skip
