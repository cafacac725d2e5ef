"""Drain the outbox: each frozen message is leased, its attempt noted before the first byte, and then settled.

First what came back is read, so that nobody is written to whom no mail reaches, and the mails leave that are no
editions: a reader waits before a page for the one that confirms.

Several connections send at once, one message each, so that never more messages than connections can be in doubt.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from threading import Event, Lock

from sqlalchemy import Connection

from claimwatch.delivery import NotTaken, Receipt, Route, Transport, Verdict, read_route, return_path
from claimwatch.errors import ClaimwatchError
from claimwatch.pipeline.lease import this_owner
from claimwatch.pipeline.mailing.bounces import ReturnedMail, note_refusal, read_bounces
from claimwatch.pipeline.mailing.doubts import Doubts
from claimwatch.pipeline.mailing.letters import PATIENCE_S
from claimwatch.pipeline.mailing.probes import send_probes
from claimwatch.pipeline.mailing.signup_mail import send_signup_mails
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, leases, outbox, relays
from claimwatch.store.leases import Claimed, Settlement
from claimwatch.store.relays import Pause

LEASE_S = 1800.0  # longer than all steps of one attempt may take, the 600 s for DATA included
BACK_OFF_S = (300.0, 900.0, 3600.0, 10800.0, 21600.0)
LOOK_EVERY_S = 1.0  # how often it is asked whether alerts or second tries go before the rest
WAITING = ("ready", "deferred", "in_doubt", "sending")


@dataclass(slots=True)
class DeliveryReport:
    """What became of the messages that were due.

    `failed` were tried and are not accepted, `waiting` are still to be sent, `doubtful` were sent again after an
    attempt that ended without an answer. `in_doubt` may have been taken and wait for evidence, `proved` were settled
    by it; `possible_duplicates` counts all that were ever sent again without. `pauses` say why nothing more is sent.
    `letters` are mails that are no editions and were taken, `returned` what was found in the box of returned mail, None
    where none is read.
    """

    accepted: int = 0
    failed: int = 0
    waiting: int = 0
    expired: int = 0
    doubtful: int = 0
    in_doubt: int = 0
    proved: int = 0
    possible_duplicates: int = 0
    held: int = 0
    letters: int = 0
    returned: ReturnedMail | None = None
    pauses: list[Pause] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Everything that was due was accepted, and what came back could be read."""
        unread = self.returned is not None and self.returned.fault is not None
        return self.failed == 0 and not unread and not (self.pauses and self.waiting)


def deliver(
    watch: Watch, *, progress: Callable[[str], None] = lambda _line: None, resume: bool = False
) -> DeliveryReport:
    """Send every message that is due; safe to run twice at once and after a crash. `resume` lifts all pauses first.

    A temporary failure puts a message off with growing pauses, a permanent one refuses it, and where the mail server
    speaks of us or is away everything waits; none of these raises. Raises `ClaimwatchError` where the store fails.
    """
    route = read_route(watch.settings.smtp_url.get_secret_value())
    with watch.store.write() as connection:
        advance_clock(connection, watch.now())
        if resume:
            relays.resume(connection)
    returned = _read_returned(watch)
    letters = send_signup_mails(watch) + send_probes(watch)
    doubts = Doubts(watch, route)
    proved = doubts.settle()
    with watch.store.write() as connection:
        expired = outbox.expire_messages(connection, watch.now())
        due = leases.find_due(connection, watch.now(), time.time(), 1, doubts.asked_at)
    passing = _Pass(watch, route, doubts, progress)
    if due:
        passing.run()
    report = passing.report
    report.failed, report.errors = len(passing.failures), list(passing.failures.values())
    report.expired, report.proved, report.letters, report.returned = expired, proved, letters, returned
    if returned is not None and returned.fault is not None:
        report.errors.append(returned.fault)
    with watch.store.read() as connection:
        counts = outbox.count_messages(connection)
        report.possible_duplicates = outbox.count_possible_duplicates(connection)
        report.pauses = relays.pauses(connection, time.time())
    report.waiting = sum(counts.get(state, 0) for state in WAITING)
    report.in_doubt, report.held = counts.get("in_doubt", 0), counts.get("held", 0)
    return report


def _read_returned(watch: Watch) -> ReturnedMail | None:
    """A box that cannot be read keeps no mail back."""
    if watch.settings.bounces_box is None:
        return None
    try:
        return read_bounces(watch)
    except ClaimwatchError as error:
        return ReturnedMail(fault=str(error))


@dataclass(slots=True)
class _Turn:
    """A connection that has sent (`done`) and waits for its next `step`."""

    done: tuple[Claimed, Receipt | NotTaken] | None
    served: bool = False
    step: Claimed | float | None = None
    error: BaseException | None = None


class _Pass:
    """One pass over the outbox: what its connections share."""

    def __init__(self, watch: Watch, route: Route, doubts: Doubts, progress: Callable[[str], None]) -> None:
        self.report = DeliveryReport()
        self.failures: dict[int, str] = {}  # by message: what was said last
        self._watch = watch
        self._route = route
        self._doubts = doubts
        self._progress = progress
        self._owner = this_owner()
        self._lock = Lock()  # one transaction at a time: SQLite would take turns too, but with longer waits
        self._queue: list[_Turn] = []
        self._queue_lock = Lock()
        self._stop = Event()
        self._plain, self._look_again_at = False, 0.0
        bounces = watch.settings.bounces
        self._mail_from = parseaddr(watch.settings.sender)[1] if bounces is None else None

    def run(self) -> None:
        """Send over all connections until nothing is due or the relay wants no more; raises what one of them raises."""
        with ThreadPoolExecutor(self._route.connections, thread_name_prefix="smtp") as threads:
            sending = [threads.submit(self._drain) for _ in range(self._route.connections)]
            try:
                for one in sending:
                    one.result()
            finally:
                self._stop.set()  # a failure of one, or Ctrl-C: the others finish the message they are at

    def _drain(self) -> None:
        with self._route.open() as transport:
            step = self._next(None)
            while step is not None and not self._stop.is_set():
                if isinstance(step, float):
                    self._stop.wait(step)
                    step = self._next(None)
                else:
                    step = self._next((step, self._send(transport, step)))

    def _send(self, transport: Transport, claimed: Claimed) -> Receipt | NotTaken:
        # The lease and the attempt are committed: from here on a crash leaves a trace.
        self._progress(claimed.recipient)
        mail_from = self._mail_from or return_path(self._watch.settings.bounces or "", claimed.message_id)
        try:
            return transport.send(mail_from, claimed.recipient, claimed.mime)
        except NotTaken as error:
            return error

    def _next(self, done: tuple[Claimed, Receipt | NotTaken] | None) -> Claimed | float | None:
        """Settle what was sent and lease the next. Seconds: ask again then. None: all is done.

        Whoever gets the lock does so for all connections that wait for it meanwhile, in one transaction.
        """
        turn = _Turn(done)
        with self._queue_lock:
            self._queue.append(turn)
        with self._lock:
            if not turn.served:
                with self._queue_lock:
                    turns, self._queue = self._queue, []
                self._serve(turns)
        if turn.error is not None:
            raise turn.error
        return turn.step

    def _serve(self, turns: list["_Turn"]) -> None:
        try:
            steps = self._exchange(turns)
        except BaseException as error:
            for turn in turns:
                turn.served, turn.error = True, error
            return
        for turn, step in zip(turns, steps, strict=True):  # committed: only now may anything be sent
            turn.served, turn.step = True, step

    def _exchange(self, turns: list["_Turn"]) -> list[Claimed | float | None]:
        real, now, settings = time.time(), self._watch.now(), self._watch.settings
        with self._watch.store.write() as connection:
            self._settle(connection, [turn.done for turn in turns if turn.done is not None], now, real)
            if self._stop.is_set():
                return [None] * len(turns)
            due = self._find_due(connection, now, real, len(turns))
            given, against = 0, None
            if due:
                rate, daily = settings.mail_rate, settings.mail_daily
                given, against = relays.admit_some(connection, self._route.name, real, len(due), rate=rate, daily=daily)
            claimed = leases.lease_messages(connection, due[:given], self._owner, now, real, LEASE_S)
            self.report.doubtful += sum(one.doubtful for one in claimed)
            steps: list[Claimed | float | None] = [*claimed]
            if isinstance(against, Pause):
                wait = against.until - real
                against = wait if wait <= PATIENCE_S else None
            steps += [against] * (len(due) - given)
            if len(due) < len(turns):
                at = leases.next_due_at(connection, now, real, PATIENCE_S)
                steps += [None if at is None else max(0.01, at - real)] * (len(turns) - len(due))
        return steps

    def _find_due(self, connection: Connection, now: datetime, real: float, most: int) -> list[int]:
        """The next messages. Whether anything goes before those that were never tried is asked once a second."""
        if real >= self._look_again_at:
            self._plain = leases.is_plain(connection, now, real, LOOK_EVERY_S)
            self._look_again_at = real + LOOK_EVERY_S
        due = leases.find_due(connection, now, real, most, self._doubts.asked_at, plain=self._plain)
        if self._plain and len(due) < most:
            self._plain = False
            due = leases.find_due(connection, now, real, most, self._doubts.asked_at)
        return due

    def _settle(
        self, connection: Connection, done: list[tuple[Claimed, Receipt | NotTaken]], now: datetime, real: float
    ) -> None:
        relay, ended = self._route.name, list[tuple[Claimed, Settlement]]()
        taken = sum(isinstance(came, Receipt) for _, came in done)
        if taken:
            self.report.accepted += taken
            relays.note_success(connection, relay)
        for claimed, came in done:
            if isinstance(came, Receipt):
                self.failures.pop(claimed.id, None)
                ended.append((claimed, Settlement("accepted", came.text, phase="DATA", queue_id=came.queue_id)))
            else:
                self.failures[claimed.id] = f"{claimed.recipient}: {came}"
                ended.append((claimed, self._setback(connection, claimed, came, real)))
        leases.settle_messages(connection, ended, self._owner, now)
        if any(how.state == "refused" for _, how in ended):
            relays.judge_refusals(connection, relay, real)
        for claimed, came in done:
            if isinstance(came, NotTaken):
                note_refusal(connection, self._watch.settings, claimed, came.verdict, str(came), now)

    def _setback(self, connection: Connection, claimed: Claimed, came: NotTaken, real: float) -> Settlement:
        """What becomes of a message that was not taken, or of which nobody knows; the relay may get a pause."""
        state, again, doubted_at = "deferred", None, None
        if came.verdict.permanent:
            state = "refused"
        elif came.verdict is Verdict.UNKNOWN:
            # Sent again later, with the same Message-ID and counted, unless evidence says first what became of it.
            state, again, doubted_at = "in_doubt", real + self._doubts.wait_s(claimed.series), real
        elif came.verdict is Verdict.RELAY:
            again = relays.note_failure(connection, self._route.name, str(came), real).until
        elif came.verdict is Verdict.OURS:
            relays.note_ours(connection, self._route.name, str(came), real)
            again = real
        else:
            again = real + BACK_OFF_S[min(claimed.attempt, len(BACK_OFF_S)) - 1]
        code, enhanced = (came.answer.code, came.answer.enhanced) if came.answer else (None, None)
        return Settlement(state, str(came), again, doubted_at, came.phase, code, enhanced)
