"""Relays: what the servers that take our mail said of us, when each may be asked again, and how much it was given."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from claimwatch.store.tables import attempts, messages, relays

WINDOW = 200  # attempts that the circuit breaker looks back on
REFUSED_SHARE = 0.05
OURS_S, REFUSALS_S = 3600.0, 6 * 3600.0  # a pause that nobody lifts ends by itself, and the next mail tries again
# After failure upon failure of the relay itself: too many connections pass in seconds, an outage does not.
RESTS_S = (2.0, 15.0, 60.0, 300.0, 900.0, 3600.0)

# Run for each message that leaves, so made once.
_ROW = select(relays).where(relays.c.relay == bindparam("name")).with_for_update()
_CHANGE = update(relays).where(relays.c.relay == bindparam("name"))
_WELL = _CHANGE.where(relays.c.failures > 0)


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a relay is given nothing: `kind` is `relay` (it is away or busy), `ours` (it refuses us, not a reader),
    `refusals` (too many readers refused) or `daily` (the day's budget is spent). `until` is real time in seconds."""

    relay: str
    kind: str
    reason: str
    until: float


def pauses(connection: Connection, real: float) -> list[Pause]:
    """The pauses that hold at `real`, in real time."""
    columns = (relays.c.relay, relays.c.pause, relays.c.reason, relays.c.paused_until)
    rows = connection.execute(select(*columns).where(relays.c.paused_until > real).order_by(relays.c.relay))
    return [Pause(*row) for row in rows]


def admit(
    connection: Connection, relay: str, real: float, *, rate: float | None, daily: int | None
) -> Pause | float | None:
    """Whether the relay may be given one more message now: None (it counts as given), seconds to wait, or a pause.

    `rate` is messages a second at most, with up to a second's worth saved up; `daily` is messages a UTC day at most.
    """
    return admit_some(connection, relay, real, 1, rate=rate, daily=daily)[1]


def admit_some(
    connection: Connection, relay: str, real: float, wanted: int, *, rate: float | None, daily: int | None
) -> tuple[int, Pause | float | None]:
    """How many of `wanted` messages the relay may be given now (they count as given), and what stands against the rest:
    None, seconds to wait, or a pause; as `admit`."""
    row = _row(connection, relay)
    if row["paused_until"] is not None and row["paused_until"] > real:
        return 0, Pause(relay, row["pause"], row["reason"], row["paused_until"])
    today = datetime.fromtimestamp(real, UTC).date()
    sent = row["sent"] if row["sent_on"] == today else 0
    given, values = wanted, dict[str, object]()
    against: Pause | float | None = None
    if daily is not None and sent + wanted > daily:
        given = max(0, daily - sent)
        midnight = (real // 86400 + 1) * 86400
        reason = f"{sent + given} messages were handed over today, and CLAIMWATCH_MAIL_DAILY is {daily}"
        against = Pause(relay, "daily", reason, midnight)
    if rate is not None and given:
        most = max(rate, 1.0)
        gained = rate * max(0.0, real - (row["tokens_at"] or real))
        tokens = most if row["tokens"] is None else min(most, row["tokens"] + gained)
        if tokens < given:
            given = int(tokens)
            against = float((given + 1 - tokens) / rate)
        values = {"tokens": tokens - given, "tokens_at": real}
    if given:
        connection.execute(_CHANGE, {"name": relay, "sent_on": today, "sent": sent + given} | values)
    if isinstance(against, Pause):
        _pause(connection, against, real)
    return given, against


def note_success(connection: Connection, relay: str) -> None:
    """The relay took a message: it is well."""
    connection.execute(_WELL, {"name": relay, "failures": 0})


def note_failure(connection: Connection, relay: str, reason: str, real: float) -> Pause:
    """The relay is away or busy: it rests, longer each time. Several connections that fail at once count as one."""
    row = _row(connection, relay)
    if row["paused_until"] is not None and row["paused_until"] > real:
        return Pause(relay, row["pause"], row["reason"], row["paused_until"])
    rest = RESTS_S[min(row["failures"], len(RESTS_S) - 1)]
    connection.execute(update(relays).where(relays.c.relay == relay).values(failures=row["failures"] + 1))
    return _pause(connection, Pause(relay, "relay", reason, real + rest), real)


def note_ours(connection: Connection, relay: str, reason: str, real: float) -> Pause:
    """The relay refuses us (login, policy, certificate): ours to mend, so everything waits for it."""
    return _pause(connection, Pause(relay, "ours", reason, real + OURS_S), real)


def judge_refusals(connection: Connection, relay: str, real: float) -> Pause | None:
    """The circuit breaker: a pause where over 5 % of the last 200 attempts were refused. Fewer attempts than that
    count as if the rest had gone well, so that one bad address on a short list stops nothing."""
    row = _row(connection, relay)
    newest = (
        select(attempts.c.id, attempts.c.result)
        .where(attempts.c.id > row["judged_from"], attempts.c.result.is_not(None))
        .order_by(attempts.c.id.desc())
        .limit(WINDOW)
        .subquery()
    )
    refused = connection.execute(select(func.count()).where(newest.c.result == "refused")).scalar_one()
    if refused <= WINDOW * REFUSED_SHARE:
        return None
    last = connection.execute(select(func.max(attempts.c.id))).scalar_one()
    connection.execute(update(relays).where(relays.c.relay == relay).values(judged_from=last))
    reason = f"{refused} of the last {WINDOW} attempts at most were refused for good"
    return _pause(connection, Pause(relay, "refusals", reason, real + REFUSALS_S), real)


def resume(connection: Connection) -> int:
    """Lift every pause, by hand; returns how many held. The day's budget begins anew as well.

    What was put off until the end of a pause because the relay was away is due at once.
    """
    begun = select(func.max(relays.c.paused_at)).where(relays.c.paused_until == messages.c.next_try_at)
    put_off = (messages.c.state == "deferred") & messages.c.next_try_at.in_(
        select(relays.c.paused_until).where(relays.c.pause.is_not(None), relays.c.paused_until.is_not(None))
    )
    connection.execute(update(messages).where(put_off).values(next_try_at=begun.scalar_subquery()))
    values = {"pause": None, "reason": None, "paused_at": None, "paused_until": None, "failures": 0, "sent": 0}
    return connection.execute(update(relays).where(relays.c.pause.is_not(None)).values(**values)).rowcount


def _pause(connection: Connection, pause: Pause, real: float) -> Pause:
    values = {"pause": pause.kind, "reason": pause.reason, "paused_at": real, "paused_until": pause.until}
    connection.execute(update(relays).where(relays.c.relay == pause.relay).values(**values))
    return pause


def _row(connection: Connection, relay: str) -> dict[str, Any]:
    row = connection.execute(_ROW, {"name": relay}).first()
    if row is None:
        with suppress(IntegrityError), connection.begin_nested():  # another process may be first
            connection.execute(insert(relays).values(relay=relay, failures=0, sent=0, judged_from=0))
        row = connection.execute(_ROW, {"name": relay}).one()
    return dict(row._mapping)
