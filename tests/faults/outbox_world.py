"""An outbox, a mail server that misbehaves, senders that are killed: who got what, how often, what is on record.

Senders are processes of their own that deliver until nothing waits. `python -m tests.faults.outbox_world HOME` forks
one for each line that it reads, tells its number, and how it ended: so only the first has to import everything.
"""

import asyncio
import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, cast

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import and_, insert, select

from claimwatch.captures import CaptureStore
from claimwatch.pipeline import Watch, deliver
from claimwatch.pipeline.mailing import doubts
from claimwatch.settings import Settings, load_settings
from claimwatch.store import Store, relays, suppressions
from claimwatch.store.tables import attempts, editions, messages, subscribers
from tests.delivery.postfix import Postfix
from tests.delivery.sink import Sink

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def open_outbox(settings: Settings) -> Watch:
    """A watch that can deliver and do nothing else: delivery reads neither sources nor baseline."""
    store = Store(settings.database_url.get_secret_value())
    nothing = cast(Any, None)
    return Watch(
        settings=settings,
        store=store,
        captures=CaptureStore(settings.captures_url),
        baseline=nothing,
        sources=nothing,
        now=lambda: NOW,
    )


def fill(store: Store, count: int, *, series: str = "weekly") -> None:
    """An edition with a message of about 2 KB for each of `count` readers: `weekly0@reader.example` and so on."""
    with store.write() as connection:
        edition = {
            "series": series, "period": "2026-W46", "starts_at": NOW, "ends_at": NOW, "frozen_at": NOW, "first": False,
            "subject": "s", "html": "", "text": "", "outcomes": [], "baseline_version": "0",
        }  # fmt: skip
        edition_id = connection.execute(insert(editions).values(**edition)).inserted_primary_key[0]  # type: ignore[index]
        for number in range(count):
            address = f"{series}{number}@reader.example"
            who = {"address": address, "language": "en", "timezone": "UTC", "active": True, "joined_at": NOW}
            reader = connection.execute(insert(subscribers).values(**who)).inserted_primary_key[0]  # type: ignore[index]
            opaque = hashlib.sha256(f"{series} {number}".encode()).hexdigest()[:32]
            message_id = f"<{series}.2026-W46.{opaque}@claimwatch.example>"
            head = f"From: watch@claimwatch.example\r\nTo: {address}\r\nMessage-ID: {message_id}\r\n\r\n"
            mime = (head + ".a line of this mail\r\n" * 80).encode()
            connection.execute(
                insert(messages).values(
                    edition_id=edition_id,
                    subscriber_id=reader,
                    recipient=address,
                    message_id=message_id,
                    mime=mime,
                    sha256=hashlib.sha256(mime).hexdigest(),
                    state="ready",
                    tries=0,
                    created_at=NOW,
                    expires_at=NOW + timedelta(days=14),
                )
            )


@dataclass
class Odds:
    """How often the server does what, of one."""

    busy: float = 0.0  # 421 to MAIL FROM
    greylist: float = 0.0  # 450 to RCPT TO
    trouble: float = 0.0  # 451 to DATA
    lose: float = 0.0  # the connection breaks before the final dot is looked at: not taken
    drop: float = 0.0  # the connection breaks after the message was taken, before the answer
    stall: float = 0.0  # takes the message, and a second over the answer


ALL_FAULTS = Odds(busy=0.01, greylist=0.04, trouble=0.04, lose=0.03, drop=0.05, stall=0.01)


class FaultySink(Sink):
    """Takes mail, keeps a log such as Postfix's, and misbehaves by seeded lots. Readers in `gone` are unknown here."""

    def __init__(self, log: Path, odds: Odds, seed: int, gone: Sequence[str] = ()) -> None:
        super().__init__()
        self.arrived = threading.Event()
        self._log = log.open("a", encoding="utf-8")
        self._odds = odds
        self._lots = random.Random(seed)
        self._gone = frozenset(gone)
        self._note("postfix/master[1]: daemon started")

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes the sender, or is busy."""
        if self._lots.random() < self._odds.busy:
            return "421 4.7.0 too busy"
        envelope.mail_from = address
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes the recipient, puts it off, or does not know it."""
        if address in self._gone:
            return "550 5.1.1 no such user"
        if self._lots.random() < self._odds.greylist:
            return "450 4.2.0 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Takes the message or not, and answers or not."""
        await asyncio.sleep(0.004)
        odds, lot = self._odds, self._lots.random()
        name, id_ = f"Q{len(self.taken)}X{self._lots.randrange(10**6)}", message_id_of(envelope)
        self._note(f"postfix/cleanup[1]: {name}: message-id={id_}")
        if lot < odds.trouble:
            return "451 4.3.0 trouble here"
        if lot < odds.trouble + odds.lose:
            return self._break(server)
        self.taken.append(envelope)
        self._note(f"postfix/qmgr[1]: {name}: from=<x>, size=1, nrcpt=1 (queue active)")
        self.arrived.set()
        if lot < odds.trouble + odds.lose + odds.drop:
            return self._break(server)
        if lot < odds.trouble + odds.lose + odds.drop + odds.stall:
            await asyncio.sleep(1)
        return f"250 2.0.0 Ok: queued as {name}"

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self._log.close()

    def _break(self, server: SMTP) -> str:
        cast(asyncio.WriteTransport, server.transport).abort()
        return "250 nobody reads this"

    def _note(self, line: str) -> None:
        self._log.write(f"{datetime.now(UTC).isoformat()} mail {line}\n")
        self._log.flush()


def message_id_of(envelope: Envelope) -> str:
    """The Message-ID of what arrived."""
    content = cast(bytes, envelope.content)
    return content.partition(b"Message-ID: ")[2].partition(b"\r\n")[0].decode()


@dataclass
class Outcome:
    """What is known afterwards: copies that arrived by Message-ID, and what the store says of each message."""

    copies: Counter[str]
    states: dict[str, str]
    marked: set[str]
    changed: list[str]
    kills: int
    attempts: int
    suppressed: dict[str, int] = field(default_factory=dict)  # copies that had arrived when it was suppressed

    @property
    def lost(self) -> list[str]:
        """Said to be accepted, and never arrived."""
        return [id_ for id_, state in self.states.items() if state == "accepted" and not self.copies[id_]]

    @property
    def twice(self) -> list[str]:
        """Arrived more than once."""
        return [id_ for id_, count in self.copies.items() if count > 1]

    @property
    def unmarked(self) -> list[str]:
        """Arrived more than once, and nobody is told."""
        return [id_ for id_ in self.twice if id_ not in self.marked]


class Sender:
    """The process that delivers, started, killed and started again. A context manager."""

    def __init__(self, home: Path, settings: dict[str, str]) -> None:
        self.settings = load_settings(home=home, **settings)
        environment = os.environ | {f"CLAIMWATCH_{key.upper()}": value for key, value in settings.items()}
        command = [sys.executable, "-m", "tests.faults.outbox_world", str(home)]
        self._nursery = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._nursery.communicate()  # the end of its input ends it

    def kill_often(
        self, kills: int, seed: int, wait: Callable[[], bool], between: Callable[[int], None] = lambda _: None
    ) -> int:
        """Kill it `kills` times, each time a moment after `wait` saw mail arrive, then let it finish.

        Returns how often it really was killed: a sender that is done before is not. `between` is called after each.
        """
        lots, done = random.Random(seed), 0
        while done < kills:
            pid = self._start()
            deadline = time.monotonic() + 30
            while not wait() and time.monotonic() < deadline:
                pass
            time.sleep(lots.uniform(0, 0.06))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            if self._end() == 0:
                return done
            done += 1
            between(done)
        self._start()
        assert self._end() == 0
        return done

    def _start(self) -> int:
        assert self._nursery.stdin is not None
        self._nursery.stdin.write("go\n")
        return self._read()

    def _end(self) -> int:
        return self._read()

    def _read(self) -> int:
        assert self._nursery.stdout is not None
        line = self._nursery.stdout.readline()
        assert line, "the sender's process is gone; see its stderr"
        return int(line)


def outcome(store: Store, copies: Counter[str], changed: list[str], kills: int) -> Outcome:
    """What the store says, beside what arrived."""
    with store.read() as connection:
        rows = connection.execute(select(messages)).all()
        tried = len(connection.execute(select(attempts.c.id)).all())
        assert all(hashlib.sha256(row.mime).hexdigest() == row.sha256 for row in rows)
    states = {row.message_id: row.state for row in rows}
    return Outcome(copies, states, {row.message_id for row in rows if row.possible_duplicate}, changed, kills, tried)


def torture(home: Path, *, count: int, kills: int, seed: int, evidence: bool, odds: Odds = ALL_FAULTS) -> Outcome:
    """Send `count` mails to a faulty server while the sender is killed `kills` times; one in fifty readers is unknown,
    and after every third kill a reader whose mail still waits is suppressed."""
    home.mkdir(parents=True, exist_ok=True)
    gone = [f"weekly{number}@reader.example" for number in range(0, count, 50)]
    with FaultySink(home / "mail.log", odds, seed, gone) as sink:
        settings = {"smtp_url": f"smtp://127.0.0.1:{sink.port}?tls=none", "resend_hours": "0"}
        if evidence:
            settings["postfix_log"] = str(home / "mail.log")
        store = Store(load_settings(home=home, **settings).database_url.get_secret_value())
        fill(store, count)
        before: dict[str, int] = {}

        def suppress_one(done: int) -> None:
            sink.arrived.clear()
            if done % 3:
                return
            with store.write() as connection:
                ready = and_(messages.c.state == "ready", messages.c.message_id.not_in(list(before)))
                waits = select(messages.c.recipient, messages.c.message_id).where(ready)
                row = connection.execute(waits.order_by(messages.c.id.desc()).limit(1)).first()
                if row is not None:
                    suppressions.suppress(connection, row.recipient, "asked", source="test", at=NOW)
                    before[row.message_id] = sum(message_id_of(e) == row.message_id for e in sink.taken)

        with Sender(home, settings) as sender:
            done = sender.kill_often(kills, seed, lambda: sink.arrived.wait(0.05), suppress_one)
        with store.read() as connection:
            frozen = {row.message_id: row.mime for row in connection.execute(select(messages))}
        changed = [id_ for e in sink.taken if frozen[id_ := message_id_of(e)] != e.content]
        result = outcome(store, Counter(message_id_of(e) for e in sink.taken), changed, done)
        result.suppressed = before
        store.close()
    return result


def torture_postfix(home: Path, server: Postfix, *, count: int, kills: int, seed: int) -> Outcome:
    """The same against a real Postfix that does nothing wrong; its log is the evidence, its Maildir is counted."""
    settings = {"smtp_url": server.url, "postfix_log": str(server.log)}
    store = Store(load_settings(home=home, **settings).database_url.get_secret_value())
    fill(store, count)
    seen = server.copies().total()

    def more_arrived() -> bool:
        nonlocal seen
        before, seen = seen, server.copies().total()
        return seen > before

    with Sender(home, settings) as sender:
        done = sender.kill_often(kills, seed, more_arrived)
    result = outcome(store, server.settled_copies(count), [], done)
    store.close()
    return result


def _drain(home: Path) -> None:
    """Deliver until nothing waits, with the pauses of minutes and hours cut to parts of a second."""
    vars(sys.modules["claimwatch.pipeline.mailing.deliver"]).update(BACK_OFF_S=(0.05,))
    vars(doubts).update(SETTLE_S=0.3)
    vars(relays).update(RESTS_S=(0.1,))
    watch = open_outbox(load_settings(home=home))
    while deliver(watch).waiting:
        time.sleep(0.05)
    watch.store.close()


def _nursery(home: Path) -> None:
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _drain(home)
            os._exit(0)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    _nursery(Path(sys.argv[1]))
