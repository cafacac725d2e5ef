"""Mails to one address that are no editions: to confirm a request, to ask whether an address is still there.

They have no series to leave, so they do not go through the outbox; but they share the relay with it, and so its pace,
its pauses and the day's budget. Each is committed before anything is sent and stays due until it was taken.
"""

import logging
import time
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from claimwatch.delivery import NotTaken, Route, Transport, Verdict, read_route
from claimwatch.pipeline.watch import Watch
from claimwatch.store import relays
from claimwatch.store.relays import Pause

T = TypeVar("T")
_LOG = logging.getLogger("claimwatch.letters")
LEASE_S = 900.0
BACK_OFF_S = (60.0, 300.0, 900.0, 3600.0, 10800.0)
PATIENCE_S = 5.0  # a rest that is over sooner is waited for; a longer one is left to the next pass


@dataclass(frozen=True, slots=True)
class Post:
    """One mail to hand over, for the `tries`-th time."""

    mail_from: str
    to: str
    mime: bytes
    tries: int


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of it: `sent`, `refused`, or `waiting` until `next_try_at` (real time); `reason` says why not."""

    state: str
    reason: str | None = None
    next_try_at: float | None = None
    verdict: Verdict | None = None


class Letters(Protocol[T]):
    """One kind of such mails in the store."""

    what: str

    def due(self, connection: Connection, real: float) -> bool:
        """Whether any is due."""
        ...

    def claim(self, connection: Connection, real: float) -> T | None:
        """The next that is due, put off so that nobody else sends it meanwhile."""
        ...

    def post(self, one: T) -> Post:
        """The mail itself."""
        ...

    def settle(self, connection: Connection, one: T, fate: Fate) -> None:
        """Note what became of it."""
        ...


def send_letters(watch: Watch, letters: Letters[T]) -> int:
    """Send every mail of a kind that is due and that the relay may be given now; returns how many were taken.

    Safe to run twice at once. A failure puts a mail off with growing pauses or ends it; none raises.
    """
    route, taken = read_route(watch.settings.smtp_url.get_secret_value()), 0
    step = _next(watch, route, letters)
    if step is None:
        return 0
    with route.open() as transport:
        while step is not None:
            if isinstance(step, float):
                time.sleep(step)
            else:
                taken += _send(watch, route, transport, letters, *step)
            step = _next(watch, route, letters)
    return taken


def _next(watch: Watch, route: Route, letters: Letters[T]) -> tuple[T] | float | None:
    """The next mail, in a tuple; or seconds to wait for the relay; None: nothing is due, or the relay wants nothing."""
    settings, real = watch.settings, time.time()
    with watch.store.read() as connection:  # mostly there is none: no lock is taken for that
        if not letters.due(connection, real):
            return None
    with watch.store.write() as connection:
        wait = relays.admit(connection, route.name, real, rate=settings.mail_rate, daily=settings.mail_daily)
        if isinstance(wait, Pause):
            wait = wait.until - real
            return wait if wait <= PATIENCE_S else None
        if wait is not None:
            return wait
        one = letters.claim(connection, real)
        return None if one is None else (one,)


def _send(watch: Watch, route: Route, transport: Transport, letters: Letters[T], one: T) -> bool:
    post = letters.post(one)
    try:
        transport.send(post.mail_from, post.to, post.mime)
    except NotTaken as error:
        came: NotTaken | None = error
    else:
        came = None
    with watch.store.write() as connection:
        if came is None:
            relays.note_success(connection, route.name)
            fate = Fate("sent")
        else:
            fate = _setback(connection, route.name, post, came, time.time())
            how = "refused" if fate.state == "refused" else "put off"
            _LOG.warning("a mail to %s was %s: %s", letters.what, how, came)
        letters.settle(connection, one, fate)
    return fate.state == "sent"


def _setback(connection: Connection, relay: str, post: Post, came: NotTaken, real: float) -> Fate:
    """What becomes of a mail that was not taken; the relay may get a pause, as from the outbox."""
    if came.verdict.permanent:
        return Fate("refused", str(came), verdict=came.verdict)
    again = real + BACK_OFF_S[min(post.tries, len(BACK_OFF_S)) - 1]
    if came.verdict is Verdict.RELAY:
        again = relays.note_failure(connection, relay, str(came), real).until
    elif came.verdict is Verdict.OURS:
        relays.note_ours(connection, relay, str(came), real)
    return Fate("waiting", str(came), again, came.verdict)
