"""Eight workers on one PostgreSQL: each source is read once, one edition, one mail for each reader, whatever happens.

The workers are sessions of their own with homes of their own, as on other hosts; they share the database, the address
of the captures and the mail server, and start a process for each round, as Prefect's workers do. What is paused is the
process that has the lease. It runs out by hand: the real ten and thirty minutes are too long for a test.
"""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, select, update

from claimwatch.pipeline import subscribe
from claimwatch.store import LOCK_WAIT, Store, chain
from claimwatch.store.reads import take_lease
from claimwatch.store.tables import developments, editions, findings, messages, reads, source_states
from demo.world import World
from tests.faults.kills import SECRET, WEEKS
from tests.faults.outbox_world import FaultySink, Odds, message_id_of
from tests.faults.postgres import PostgreSQL, postgresql_server
from tests.faults.rounds import Round, open_round, workers

pytestmark = pytest.mark.slow

WORKERS = 8
READERS = 40
SOURCES = ("council_on_ethics", "federal_register", "nbim_exclusions", "uhrp")
# Whoever is paused within a transaction keeps the others waiting until the database ends it.
PATIENCE_S = LOCK_WAIT.total_seconds() + 60
T = TypeVar("T")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgreSQL]:
    with postgresql_server() as running:
        yield running


class SlowSink(FaultySink):
    """Takes one mail, the first that comes, and does not answer before it is `released`; `held` is its Message-ID."""

    def __init__(self, log: Path) -> None:
        super().__init__(log, Odds(), 0)
        self.held: str | None = None
        self.released = threading.Event()
        self._first: Envelope | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Takes it, and answers or waits."""
        self._first = self._first or envelope  # before anything is awaited: else several workers would be the first
        answer = await super().handle_DATA(server, session, envelope)
        if self._first is envelope:
            self.held = message_id_of(envelope)
            await self._loop.run_in_executor(None, self.released.wait, PATIENCE_S)
        return answer


def wait_for(what: Callable[[], T | None], why: str) -> T:
    """What it gives, as soon as that is something."""
    last = time.monotonic() + PATIENCE_S
    while time.monotonic() < last:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError(f"after {PATIENCE_S:.0f} s: {why}")


def rounds(folder: Path, settings: dict[str, Any], phases: tuple[str, ...]) -> list[Round]:
    """A round for each worker, with a home for each."""
    return [Round(settings | {"home": folder / f"worker-{number}"}, phases, SOURCES) for number in range(WORKERS)]


def told_errors(folder: Path) -> str:
    """What the workers wrote."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("worker-*/log")))


def pid_of(owner: str) -> int:
    return int(owner.rsplit(":", 2)[1])


class Hall:
    """What the test sees of the store while the workers are at it."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def reader_of(self, slug: str) -> str | None:
        """Who has the lease of a source."""
        with self.store.read() as connection:
            return connection.execute(select(source_states.c.lease_owner).where(source_states.c.slug == slug)).scalar()

    def reads(self) -> Counter[tuple[str, str]]:
        """How often each source was read, by status."""
        with self.store.read() as connection:
            query = select(reads.c.source, reads.c.status, func.count()).group_by(reads.c.source, reads.c.status)
            return Counter({(source, status): count for source, status, count in connection.execute(query)})

    def states(self) -> Counter[str]:
        """Messages by state."""
        with self.store.read() as connection:
            return Counter(connection.execute(select(messages.c.state)).scalars())


def test_eight_workers_do_everything_once(postgres: PostgreSQL, tmp_path: Path) -> None:
    url = postgres.new_database()
    with ExitStack() as stack:
        world = stack.enter_context(World())
        sink = stack.enter_context(SlowSink(tmp_path / "mail.log"))
        settings: dict[str, Any] = {
            "database_url": url, "captures_url": f"file://{tmp_path}/captures", "upstream": world.url, "pace": "off",
            "secret_key": SECRET, "now": WEEKS[1], "postfix_log": tmp_path / "mail.log", "resend_hours": 0,
            "smtp_url": f"smtp://127.0.0.1:{sink.port}?tls=none&connections=1",
            "sender": "Claimwatch <claimwatch@example.org>", "operator": "operator@example.org",
        }  # fmt: skip
        with open_round(Round(settings | {"home": tmp_path / "worker-0"})) as watch:
            for number in range(READERS):
                subscribe(watch, f"reader{number}@reader.example")
        hall = Hall(Store(url))
        stack.callback(hall.store.close)

        with workers(rounds(tmp_path, settings, ("poll",))):
            poll_with_trouble(hall, postgres)
        every = Counter({(slug, "good"): 1 for slug in SOURCES})
        assert hall.reads() == every, told_errors(tmp_path)
        assert "error: cannot" in told_errors(tmp_path), "the restart disturbed nobody"

        with workers(rounds(tmp_path, settings, ("build", "deliver"))):
            deliver_with_trouble(hall, sink)
            wait_for(lambda: hall.states() == {"accepted": READERS}, f"{hall.states()}: {told_errors(tmp_path)}")
            time.sleep(1)  # for whoever would do it again
        assert hall.states() == {"accepted": READERS}
        assert sorted(Counter(map(message_id_of, sink.taken)).values()) == [1] * READERS
        with hall.store.read() as connection:
            told = [tuple(row) for row in connection.execute(select(editions.c.series, editions.c.period))]
            assert not connection.execute(select(messages.c.id).where(messages.c.possible_duplicate)).all()
            assert chain.find_breaks(connection) == []
            said = connection.execute(select(findings.c.source, findings.c.quote, findings.c.outcome)).all()
            keys = connection.execute(select(developments.c.key)).scalars().all()
        assert told == [("weekly", "2026-W45")]
        assert len(said) > 20
        assert len(set(keys)) == len(keys)
    assert "Traceback" not in told_errors(tmp_path)


def poll_with_trouble(hall: Hall, postgres: PostgreSQL) -> None:
    """While the workers poll, the database is restarted, and one that reads is paused past its lease."""
    wait_for(lambda: hall.reader_of("federal_register"), "nobody reads")
    postgres.restart()
    owner = wait_for(lambda: stopped(hall.reader_of("council_on_ethics")), "nobody reads")
    try:
        if hall.reader_of("council_on_ethics") == owner:  # else it was about to give it back
            with hall.store.write() as connection:
                late = update(source_states).where(source_states.c.lease_owner == owner)
                connection.execute(late.values(lease_until=LONG_AGO))
        everything = {(slug, "good") for slug in SOURCES}
        wait_for(lambda: set(hall.reads()) == everything, "not every source is read")
    finally:
        os.kill(pid_of(owner), signal.SIGCONT)
    wait_for(lambda: is_gone(pid_of(owner)), "the one that was paused does not end")


def stopped(owner: str | None) -> str | None:
    """The owner of a lease, paused; None when there is none, or one that the restart ended before it gave it back."""
    try:
        if owner is not None:
            os.kill(pid_of(owner), signal.SIGSTOP)
    except ProcessLookupError:
        return None
    return owner


def deliver_with_trouble(hall: Hall, sink: SlowSink) -> None:
    """A sender is paused past its lease after the server took the mail, before it said so."""
    held = wait_for(lambda: sink.held, "nobody sends")
    with hall.store.read() as connection:
        taken = messages.c.message_id == held
        owner = connection.execute(select(messages.c.lease_owner).where(taken)).scalar_one()
    os.kill(pid_of(owner), signal.SIGSTOP)
    try:
        with hall.store.write() as connection:
            connection.execute(update(messages).where(taken, messages.c.lease_owner == owner).values(lease_until=0.0))
        wait_for(lambda: hall.states()["accepted"] == READERS, "not every mail is settled")
    finally:
        os.kill(pid_of(owner), signal.SIGCONT)
        sink.released.set()
    wait_for(lambda: is_gone(pid_of(owner)), "the one that was paused does not end")


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_eight_workers_on_an_empty_database_migrate_it_once(postgres: PostgreSQL) -> None:
    url = postgres.new_database()
    with ThreadPoolExecutor(WORKERS) as threads:
        for store in threads.map(Store, [url] * WORKERS):
            with store.read() as connection:
                assert connection.execute(select(reads)).all() == []
            store.close()


def test_two_processes_may_take_the_lease_of_a_source_that_was_never_read(postgres: PostgreSQL) -> None:
    store = Store(postgres.new_database())
    start = threading.Barrier(WORKERS)

    def take(number: int) -> int:
        taken = 0
        for slug in range(20):
            start.wait()
            now = datetime.now(UTC)
            with store.write() as connection:
                taken += take_lease(connection, f"s{slug}", str(number), now, now + timedelta(hours=1))
        return taken

    with ThreadPoolExecutor(WORKERS) as threads:
        assert sum(threads.map(take, range(WORKERS))) == 20
    store.close()
