"""Several at once on one database: whoever is second waits, and finds what the first one did."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from claimwatch import pipeline
from claimwatch.models import Topics
from claimwatch.pipeline.mailing.bounces import read_bounces
from claimwatch.pipeline.subscribers import signup
from claimwatch.pipeline.subscribers.subscribe import subscribe
from claimwatch.store import Store, advance_clock, bounces, consents, subscribers, suppressions
from claimwatch.store.consents import Signup
from claimwatch.store.rows import insert_once
from claimwatch.store.tables import editions, messages, meta
from claimwatch.store.tables import subscribers as people
from tests.delivery.returned import BOUNCES, MESSAGE_ID, dsn
from tests.e2e.test_postgresql import postgresql  # noqa: F401
from tests.pipeline.bench import MONDAY, NEWS, WEEK, Bench
from tests.pipeline.conftest import bench, engine  # noqa: F401
from tests.store.samples import NOW, add_edition, add_message, add_reader

TIMES = 4


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql"))
    return f"sqlite:///{tmp_path}/claimwatch.db"


@pytest.fixture
def open_store(url: str) -> Iterator[Store]:
    store = Store(url)
    yield store
    store.close()


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """The results of `work`, called by several threads that begin together."""
    barrier = Barrier(TIMES)

    def one(number: int) -> Any:
        barrier.wait(30)
        return work(number)

    with ThreadPoolExecutor(TIMES) as threads:
        return list(threads.map(one, range(TIMES)))


def test_the_key_of_addresses_is_made_once(open_store: Store) -> None:
    def suppress(_number: int) -> str:
        with open_store.write() as connection:
            suppressions.suppress(connection, "a@example.org", "asked", source="test", at=NOW)
            return suppressions.address_hmac(connection, "a@example.org")

    assert len(set(at_once(suppress))) == 1
    with open_store.read() as connection:
        assert suppressions.is_suppressed(connection, "A@example.org", NOW)


def test_the_first_time_is_noted_once_and_a_little_disorder_is_none(open_store: Store) -> None:
    def advance(number: int) -> None:
        with open_store.write() as connection:
            advance_clock(connection, NOW - timedelta(seconds=number))

    at_once(advance)
    with open_store.read() as connection:
        newest = connection.execute(select(meta.c.value).where(meta.c.key == "newest_at")).scalar_one()
    assert newest == NOW.isoformat()


def test_a_row_is_inserted_by_one(open_store: Store) -> None:
    def insert(number: int) -> bool:
        with open_store.write() as connection:
            return insert_once(connection, meta, key="one", value=str(number))

    assert sorted(at_once(insert)) == [False] * (TIMES - 1) + [True]


def test_a_click_that_comes_several_times_subscribes_once(bench: Bench, url: str) -> None:  # noqa: F811
    with bench.watch(database_url=url) as watch:
        with watch.store.write() as connection:
            for _ in range(2):  # two requests for one address
                asked = Signup(
                    address="reader@example.org", kind="confirm", language="en", timezone="UTC", series=("weekly",),
                    topics=Topics(), text_version="1", at=MONDAY, expires_at=MONDAY + WEEK,
                )  # fmt: skip
                consents.save_signup(connection, asked)
        seconds = int(MONDAY.timestamp())
        members = at_once(lambda number: signup.confirm(watch, number % 2 + 1, seconds))
        assert len({member.subscriber.id for member in members if member is not None}) == 1
        assert None not in members
        with watch.store.read() as connection:
            assert connection.execute(select(func.count()).select_from(people)).scalar_one() == 1
            (one,) = subscribers.list_members(connection)
            kinds = [consent.kind for consent in consents.list_consents(connection, one.subscriber.id)]
        assert kinds == ["requested", "confirmed"] * 2


def test_an_edition_is_built_once(bench: Bench, url: str) -> None:  # noqa: F811
    bench.serve_list(items=[{"key": "a", "text": NEWS, "on": "2026-11-03"}])
    with bench.watch(database_url=url) as watch:
        subscribe(watch, "reader@example.org")
        pipeline.poll(watch, "toy")
    with bench.watch(MONDAY + WEEK, database_url=url) as watch:
        built = at_once(lambda _number: pipeline.build(watch))
        assert [edition is None for edition in built].count(False) == 1
        assert at_once(lambda _number: pipeline.deliver(watch).accepted).count(1) == 1
        with watch.store.read() as connection:
            assert connection.execute(select(func.count()).select_from(editions)).scalar_one() == 1
    assert len(bench.mails()) == 1


def test_a_report_that_is_read_by_several_counts_once(bench: Bench, url: str) -> None:  # noqa: F811
    new = bench.home / "returned" / "new"
    new.mkdir(parents=True)
    (new / "1").write_bytes(dsn(status="5.2.2", diagnostic="smtp; 552 5.2.2 full"))
    with bench.watch(database_url=url, bounces=BOUNCES, bounces_box=f"maildir:{new.parent}") as watch:
        with watch.store.write() as connection:
            reader = add_reader(connection)
            add_message(connection, add_edition(connection, []), reader)
            connection.execute(update(messages).values(message_id=MESSAGE_ID))
        done = at_once(lambda _number: read_bounces(watch))
        assert sum(one.bounces for one in done) == 1
        with watch.store.read() as connection:
            assert bounces.points_since(connection, reader.id, MONDAY - WEEK) == 1


def test_readers_are_found_in_two_queries_however_many_there_are(open_store: Store) -> None:
    asked: list[str] = []
    with open_store.write() as connection:
        for number in range(30):
            subscribers.add_subscriber(connection, f"r{number}@example.org", None, "en", "UTC", NOW)
        suppressions.suppress(connection, "R7@example.org", "asked", source="test", at=NOW)
    event.listen(open_store.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    with open_store.read() as connection:
        found = subscribers.list_readers(connection, "weekly", NOW)
    assert len(found) == 29
    assert len([one for one in asked if one.startswith("SELECT")]) <= 3
