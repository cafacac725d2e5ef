"""The hot paths are answered from indexes: what is really sent to the database is explained, on SQLite and PostgreSQL.

Each path is a call of the store on a filled one. Its statements are caught on their way, and the database says how it
goes about them: no table that grows may be read whole.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert

from benchmarks import web_world
from claimwatch.models import CaseState
from claimwatch.store import (
    Store,
    archive,
    bounces,
    cases,
    consents,
    decisions,
    developments,
    documents,
    editions,
    finding_claims,
    findings,
    gone,
    items,
    leases,
    ledger,
    outbox,
    polls,
    queue,
    readings,
    reads,
    reviews,
    search,
    shelf,
    subscribers,
    suppressions,
    texts,
)
from claimwatch.store import tables as t
from tests.faults.postgres import postgresql_server
from tests.store.samples import finding

NOW = web_world.NOW
SINCE = datetime(2024, 1, 5, tzinfo=UTC)
QUERY = search.parse_query('"finding 77"')
NEAR = developments.Near(((SINCE.date(), SINCE.date()),), ("2024-01",))
URL, REAL = "https://example.org/", 1_000.0
# What there are many of. Of the others (sources, hosts, relays, editions and their items) there are some thousands at
# most after years.
BIG = {
    "publications",
    "publication_revisions",
    "entries",
    "entry_revisions",
    "captures",
    "reads",
    "findings",
    "developments",
    "development_states",
    "mentions",
    "messages",
    "attempts",
    "ledger",
    "finding_claims",
    "decisions",
    "standings",
    "subscribers",
    "subscriptions",
    "suppressions",
    "consent_events",
    "capture_chain",
    "search_documents",
    "search_findings",
    "search_document_text",
    "search_finding_text",
    "bounces",
}

pytestmark = pytest.mark.slow  # a filled store takes seconds, and a server as well
Question = Callable[[Connection], object]
PATHS: dict[str, Question] = {
    "is a source due": lambda c: reads.source_state(c, "uhrp"),
    "lease of a source": lambda c: reads.end_lease(c, "uhrp", "me"),
    "last reads of a source": lambda c: (reads.last_read(c, "uhrp"), reads.last_good(c, "uhrp")),
    "reads of a source in a week": lambda c: reads.reads_between(c, "uhrp", SINCE, NOW),
    "reads of sources in a week": lambda c: reads.reads_by_source(c, ["uhrp", "nbim_exclusions"], SINCE, NOW),
    "polls of a source in a week": lambda c: polls.polls_since(c, "uhrp", SINCE, NOW),
    "validator of an address": lambda c: reads.validator(c, URL, "bench:1"),
    "captures of an address": lambda c: gone.missed_since(c, URL, (404,), "gone"),
    "captures by id, with what was read from them": lambda c: readings.kept_pages(c, [1]),
    "publications of a source by key": lambda c: documents.known_publications(c, "uhrp"),
    "newest revision of a publication": lambda c: documents.latest_publication(c, 3),
    "entries of a source by key": lambda c: documents.known_entries(c, "entity_list"),
    "note that a page was asked for": lambda c: gone.note_checked(c, "uhrp", ["https://example.org/5"], NOW),
    "what a publication said before": lambda c: findings.said_before(c, 3),
    "findings of a development": lambda c: findings.evidence_of(c, 5, {}),
    "findings of developments": lambda c: findings.evidence_of_all(c, [5, 6, 7], {}),
    "findings of a claim": lambda c: finding_claims.findings_about(c, "A09", limit=20),
    "findings of a source": lambda c: findings.list_findings(c, {}, source="uhrp"),
    "findings of a source by what they stand in": lambda c: findings.findings_by_item(c, "uhrp"),
    "findings since a day": lambda c: findings.list_findings(c, {}, since=NOW - timedelta(days=1)),
    "findings in a publication": lambda c: findings.findings_in(c, {}, publication_id=3),
    "folded findings of a week": lambda c: findings.folded_between(c, NOW - timedelta(days=7), NOW),
    "the text of a finding": lambda c: cases.texts_of(c, [3]),
    "where findings stand": lambda c: texts.places_of(c, [3, 4]),
    "a development by its key": lambda c: cases.development_id(c, f"{5:020x}"),
    "developments that a finding may tell of": lambda c: developments.developments_like(c, finding(), "said=1", NEAR),
    "findings of a source by their ids": lambda c: findings.list_ids(c, source="uhrp"),
    "findings since a day by their ids": lambda c: findings.list_ids(c, since=NOW - timedelta(days=1)),
    "developments of the same kind": lambda c: developments.kin_of(c, 5),
    "what was last told of a development": lambda c: developments.last_told(c, 5),
    "decisions on a development": lambda c: decisions.decisions_on(c, f"{5:020x}"),
    "standings of developments": lambda c: decisions.standings_of_some(c, [f"{n:020x}" for n in (5, 10, 20)]),
    "links of a decided development": lambda c: finding_claims.link_development(c, f"{10:020x}"),
    "a reader's ledger": lambda c: ledger.told(c, 3),
    "write a reader's ledger": lambda c: ledger.note_told(c, 3, [(5, 1)], None, NOW),
    "release what a message told": lambda c: ledger.release(c, 3, []),
    "what is owed": ledger.owed,
    "messages that told of a development": lambda c: reviews.letters(c, 101, 5),
    "alerts of a reader": lambda c: reviews.alerts_since(c, 3, SINCE),
    "messages of an edition by state": lambda c: reviews.letter_counts(c, 101),
    "claim a message": lambda c: leases.find_due(c, NOW, REAL, 5),
    "when the next message is due": lambda c: leases.next_due_at(c, NOW, REAL, 60.0),
    "messages in doubt": outbox.list_doubts,
    "expire messages": lambda c: outbox.expire_messages(c, NOW),
    "messages cut off": lambda c: outbox.note_cut_off(c, REAL, lambda owner: False, lambda series: 1.0),
    "messages that may have come twice": outbox.count_possible_duplicates,
    "messages cut off long ago": lambda c: outbox.count_lapsed(c, REAL),
    "editions that told of developments": lambda c: editions.told_versions(c, [5, 6, 7]),
    "attempts of late": lambda c: outbox.count_left_over(c, NOW, timedelta(hours=1)),
    "is an address suppressed": lambda c: suppressions.is_suppressed(c, "reader1@example.org", NOW),
    "a subscriber by their address": lambda c: subscribers.find_subscriber(c, "Reader1@example.org"),
    "a subscriber by id": lambda c: subscribers.find_member(c, 3),
    "consents of a subscriber": lambda c: consents.list_consents(c, 3),
    "points against a reader": lambda c: bounces.points_since(c, 3, SINCE),
    "a feed of items": lambda c: items.newest_items(c, NOW.date(), limit=50),
    "a feed of items of a source": lambda c: items.newest_items(c, NOW.date(), source="uhrp", limit=50),
    "a feed of editions": lambda c: archive.issues_about(c, company="dahua", source=None, outcome=None, limit=20),
    "a search for findings": lambda c: search.find_findings(c, QUERY, search.Filters(), limit=20),
    "a search for documents": lambda c: search.find_documents(c, QUERY, search.Filters(), limit=20),
    "an item of the pages": lambda c: items.find_item(c, f"{5:020x}"),
    "editions that told of an item": lambda c: archive.tellings(c, 5),
    "back issues": lambda c: archive.issues(c, limit=20),
    "an edition": lambda c: editions.find_edition(c, "weekly", "2026-W40"),
    "what an edition told": lambda c: archive.told_in(c, 7),
    "a document of the shelf": lambda c: shelf.find_shelved(c, 3),
    "the open cases of the desk": lambda c: queue.cases_after(c, queue.Wanted(CaseState.OPEN, NOW.date()), None, 20),
    "the cases behind one, of a source": lambda c: queue.cases_after(
        c, queue.Wanted(CaseState.OPEN, NOW.date(), source="uhrp"), queue.Spot("S2", SINCE, 5), 20
    ),
    "the cases before one": lambda c: queue.cases_before(
        c, queue.Wanted(CaseState.OPEN, NOW.date()), queue.Spot("S2", SINCE, 5), 20
    ),
    "the decided cases of the desk": lambda c: queue.cases_after(c, queue.Wanted(CaseState.DONE, NOW.date()), None, 20),
}


def fill(url: str, size: int) -> None:
    """A made-up world with something of everything that the paths look for.

    Of everything as much that looking it up pays: a planner that knows a table to be small reads it whole.
    """
    web_world.fill(url, findings=size, documents=size // 5)
    store = Store(url)
    with store.write() as connection:
        suppressions.suppress(connection, "gone@example.org", "asked", source="operator", at=NOW)
        ids = [row[0] for row in connection.execute(t.messages.select().with_only_columns(t.messages.c.id))]
        connection.execute(
            insert(t.ledger),
            [
                {"subscriber_id": at % 100 + 1, "development_id": at // 100 % (size // 5) + 1,
                 "state_version": at // 100 // (size // 5) + 1, "message_id": id_, "at": NOW}
                for at, id_ in enumerate(ids)
            ],
        )  # fmt: skip
        _add_more(connection, size)
        number = {"number": 1, "started_at": NOW}
        connection.execute(insert(t.attempts), [{"message_id": id_, **number} for id_ in ids])
    store.close()


def _add_more(connection: Connection, size: int) -> None:
    """Rows of the tables of which the world has few."""
    numbers = range(1000, 1000 + size)
    capture = {"read_id": 1, "kind": "page", "headers": [], "fetched_at": NOW, "good": True}
    connection.execute(insert(t.captures), [{"id": n, "url": f"{URL}{n}", **capture} for n in numbers])
    entry = {"source": "entity_list", "list_name": "list", "digest": "d", "first_seen_at": NOW, "last_seen_at": NOW}
    connection.execute(insert(t.entries), [{"id": n, "key": str(n), **entry} for n in numbers])
    revision = {
        "number": 1, "digest": "d", "url": URL, "name": "name", "text": "text", "subject_start": 0, "subject_end": 4,
        "fields": [], "language": "en", "capture_id": 1, "parser": "bench:1", "seen_at": NOW,
    }  # fmt: skip
    connection.execute(insert(t.entry_revisions), [{"entry_id": n, **revision} for n in numbers])
    decision = {"action": "accept", "who": "ann", "at": NOW, "state_version": 1, "payload": {}}
    connection.execute(
        insert(t.decisions),
        [{"id": 10 * size + n, "development": f"other-{n}", "undoes": 10 * size + n - 1 if n % 2 else None, **decision}
         for n in numbers],
    )  # fmt: skip
    standing = {"action": "accept", "state_version": 1, "version": 1}
    connection.execute(insert(t.standings), [{"development": f"other-{n}", **standing} for n in numbers])
    reader = {"language": "en", "timezone": "UTC", "active": True, "joined_at": NOW}
    connection.execute(insert(t.subscribers), [{"id": n, "address": f"{n}@example.org", **reader} for n in numbers])
    choice = {"series": "weekly", "companies": [], "sources": [], "started_at": NOW}
    connection.execute(insert(t.subscriptions), [{"subscriber_id": n, **choice} for n in numbers])
    consent = {"kind": "vouched", "series": [], "source": "operator", "at": NOW}
    connection.execute(insert(t.consent_events), [{"subscriber_id": n, **consent} for n in numbers])
    for_good = {"reason": "asked", "source": "operator", "at": NOW}
    connection.execute(insert(t.suppressions), [{"address_hmac": f"{n:064}", **for_good} for n in numbers])


@contextmanager
def caught(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are sent while this lasts, with their values; those that only add rows are left out."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, _context: object, many: bool) -> None:
        if statement.lstrip().split()[0].upper() in ("SELECT", "UPDATE", "DELETE", "WITH"):
            sent.append((statement, values[0] if many else values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def statements(store: Store, path: Question) -> Iterator[tuple[Connection, str, Any]]:
    """What a path sends, on a connection whose transaction is taken back afterwards."""
    with suppress(_Over), store.write() as connection:
        with caught(store.engine) as sent:
            path(connection)
        assert sent, "nothing was asked of the database"
        for statement, values in list(sent):
            yield connection, statement, values
        raise _Over


class _Over(Exception):
    pass


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path_factory.mktemp('plans')}/claimwatch.db"
    fill(url, 300)
    store = Store(url)
    with store.write() as connection:
        # Statistics, where they were taken, would be those of a small world.
        if connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").first():
            connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    store.close()
    store = Store(url)
    yield store
    store.close()


@pytest.mark.parametrize("path", PATHS)
def test_sqlite_reads_no_big_table_whole(lite: Store, path: str) -> None:
    for connection, statement, values in statements(lite, PATHS[path]):
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        assert scanned_lite(plan, statement) == [], f"{statement}\n{plan}"


def scanned_lite(plan: Sequence[str], statement: str) -> list[str]:
    """The big tables that a plan of SQLite goes through from end to end.

    Not one that it follows in the order of an index until a page is full.
    """
    found = []
    paged = "LIMIT" in statement and not any("USE TEMP B-TREE FOR ORDER BY" in step for step in plan)
    for step in plan:
        words = step.split()
        # Every row has a number: to begin at one is no search.
        whole = words[0] == "SCAN" or step.endswith("INTEGER PRIMARY KEY (rowid>?)")
        if whole and "VIRTUAL TABLE" not in step:
            name = _table(words[1], statement)
            if name in BIG and not (paged and "USING" in step):
                found.append(step)
    return found


def _table(name: str, statement: str) -> str:
    """The table behind a name, which may be an alias."""
    words = statement.replace(",", " ").replace("(", " ").replace(")", " ").split()
    for before, here, after in zip(words, words[1:], words[2:], strict=False):
        if here.upper() == "AS" and after == name:
            return before.strip('"')
    return name


def scanned_postgresql(plan: dict[str, Any], *, paged: bool = False) -> list[str]:
    """The big tables that a plan of PostgreSQL reads whole: from end to end, or a whole index.

    Not one that it follows in the order of an index until a page is full.
    """
    found = []
    if plan["Node Type"] in ("Limit", "Sort"):
        paged = plan["Node Type"] == "Limit"
    node, name = plan["Node Type"], plan.get("Relation Name")
    whole_index = node in ("Index Scan", "Index Only Scan") and "Index Cond" not in plan
    if name in BIG and (node == "Seq Scan" or (whole_index and not paged)):
        found.append(f"{node} of {name}: {plan.get('Filter', 'all')}")
    for below in plan.get("Plans", ()):
        found += scanned_postgresql(below, paged=paged)
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with postgresql_server() as running:
        url = running.new_database()
        fill(url, 2000)
        store = Store(url)
        with store.write() as connection:
            connection.exec_driver_sql("ANALYZE")
        yield store
        store.close()


@pytest.mark.parametrize("path", PATHS)
def test_postgresql_reads_no_big_table_whole(server: Store, path: str) -> None:
    for connection, statement, values in statements(server, PATHS[path]):
        # What is small here would be read whole although it has an index, which is right; with many it would not.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
        plan = json.loads(plan) if isinstance(plan, str) else plan
        assert scanned_postgresql(plan[0]["Plan"]) == [], statement


def test_a_whole_read_is_noticed(lite: Store) -> None:
    for connection, statement, values in statements(
        lite, lambda c: c.exec_driver_sql("SELECT quote FROM findings AS f WHERE f.quote = ?", ("x",))
    ):
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        assert scanned_lite(plan, statement) == ["SCAN f"]


def test_every_table_named_here_is_there(lite: Store, tmp_path: Path) -> None:
    with lite.read() as connection:
        there = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master")}
    assert there >= BIG
