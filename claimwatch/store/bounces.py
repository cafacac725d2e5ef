"""What came back: each report once, what it counts against an address, the rests and probes that follow from it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select, update

from claimwatch.store.rows import insert_once
from claimwatch.store.tables import bounces, messages, meta, probes, rests, subscribers

OPEN = ("waiting", "sent")  # probes of which it is not known yet how they end


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail of ours that a report speaks of, and to whom it went. One of `message_id` and `probe_id` is set."""

    subscriber_id: int
    recipient: str
    message_id: int | None = None
    probe_id: int | None = None


@dataclass(frozen=True, slots=True)
class Bounce:
    """One report. `kind`, `harm` and `status` say what it said, `points` what it counts, `effect` what was done:
    `none`, `counted`, `probed`, `suppressed`, or `stranger` where it speaks of no mail of ours."""

    key: str
    at: datetime
    kind: str
    harm: str | None
    status: str | None
    text: str
    points: int = 0
    effect: str = "none"
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """A mail that asks an address whether it is still there."""

    id: int
    subscriber_id: int
    recipient: str
    message_id: str
    tries: int
    due_at: datetime


def find_sent(connection: Connection, message_id: str | None, token: str | None) -> Sent | None:
    """The mail of a Message-ID and of the token in a return path; None where either is not ours.

    A token alone is looked for through all Message-IDs, which is slow; both together, or a Message-ID alone, are quick.
    """
    for column, row in ((messages.c.message_id, messages), (probes.c.message_id, probes)):
        ends = column.like(f"%.{token}@%") if token is not None else None
        tries = [and_(column == message_id, ends) if ends is not None else column == message_id] if message_id else []
        for there in [*tries, *([ends] if ends is not None else [])]:
            query = select(row.c.id, row.c.subscriber_id, row.c.recipient).where(there, row.c.recipient != "")
            found = connection.execute(query.limit(1)).first()
            if found is not None:
                ids = (found.id, None) if row is messages else (None, found.id)
                return Sent(found.subscriber_id, found.recipient, *ids)
    return None


def save_bounce(connection: Connection, bounce: Bounce, sent: Sent | None) -> bool:
    """Keep a report; False where it is kept already, and so has had its effect."""
    return insert_once(
        connection,
        bounces,
        key=bounce.key,
        at=bounce.at,
        kind=bounce.kind,
        harm=bounce.harm,
        points=bounce.points,
        effect=bounce.effect,
        status=bounce.status,
        text=bounce.text,
        message_id=sent.message_id if sent else None,
        probe_id=sent.probe_id if sent else None,
        subscriber_id=sent.subscriber_id if sent else None,
    )


def note_effect(connection: Connection, key: str, effect: str) -> None:
    """Note what was done about a report."""
    connection.execute(update(bounces).where(bounces.c.key == key).values(effect=effect))


def points_since(connection: Connection, subscriber_id: int, since: datetime) -> int:
    """What counts against a reader's address since a time: of each day (UTC) the worst report only."""
    days: dict[date, int] = {}
    query = select(bounces.c.at, bounces.c.points).where(bounces.c.subscriber_id == subscriber_id, bounces.c.at > since)
    for at, points in connection.execute(query):
        days[at.date()] = max(points, days.get(at.date(), 0))
    return sum(days.values())


def forgive(connection: Connection, subscriber_id: int) -> None:
    """Nothing counts against a reader's address any more, and their mail rests no longer."""
    connection.execute(update(bounces).where(bounces.c.subscriber_id == subscriber_id).values(points=0))
    connection.execute(delete(rests).where(rests.c.subscriber_id == subscriber_id))
    open_ = and_(probes.c.subscriber_id == subscriber_id, probes.c.state.in_(OPEN))
    connection.execute(update(probes).where(open_).values(state="dropped"))


def rest_of(connection: Connection, subscriber_id: int) -> tuple[datetime, int] | None:
    """Until when a reader's mail rests or last rested, and for which time in a row; None where it never did."""
    query = select(rests.c.until, rests.c.times).where(rests.c.subscriber_id == subscriber_id)
    row = connection.execute(query).first()
    return None if row is None else (row.until, row.times)


def rest(connection: Connection, subscriber_id: int, until: datetime, times: int, reason: str) -> None:
    """Let a reader's mail wait until a time; a longer rest that holds already stays."""
    values = {"until": until, "times": times, "reason": reason}
    if not insert_once(connection, rests, subscriber_id=subscriber_id, **values):
        shorter = and_(rests.c.subscriber_id == subscriber_id, rests.c.until < until)
        connection.execute(update(rests).where(shorter).values(**values))


def add_probe(connection: Connection, sent: Sent, message_id: str, due_at: datetime) -> bool:
    """Have an address asked; False where it is being asked already. `message_id` is the header of the mail to come."""
    open_ = and_(probes.c.subscriber_id == sent.subscriber_id, probes.c.state.in_(OPEN))
    if connection.execute(select(probes.c.id).where(open_)).first() is not None:
        return False
    values = {"subscriber_id": sent.subscriber_id, "recipient": sent.recipient, "message_id": message_id}
    return insert_once(connection, probes, **values, state="waiting", tries=0, due_at=due_at)


def count_probes(connection: Connection, subscriber_id: int) -> int:
    """How often a reader's address was asked, ever."""
    query = select(func.count()).select_from(probes).where(probes.c.subscriber_id == subscriber_id)
    return connection.execute(query).scalar_one()


def is_probe_due(connection: Connection, now: datetime, real: float) -> bool:
    """Whether any probe is due."""
    return connection.execute(select(probes.c.id).where(_due(now, real)).limit(1)).first() is not None


def claim_probe(connection: Connection, now: datetime, real: float, lease_s: float) -> Probe | None:
    """The next probe that is due, put off by `lease_s` so that no other process sends it meanwhile."""
    query = select(probes).where(_due(now, real)).order_by(probes.c.id).limit(1)
    row = connection.execute(query.with_for_update(skip_locked=True, of=probes)).first()
    if row is None:
        return None
    values = {"tries": row.tries + 1, "next_try_at": real + lease_s}
    connection.execute(update(probes).where(probes.c.id == row.id).values(**values))
    return Probe(row.id, row.subscriber_id, row.recipient, row.message_id, row.tries + 1, row.due_at)


def settle_probe(
    connection: Connection,
    probe_id: int,
    state: str,
    *,
    reason: str | None = None,
    next_try_at: float | None = None,
    sent_at: datetime | None = None,
) -> bool:
    """Note what became of a probe: `sent`, `bounced`, or `waiting` for another try. False where it is closed."""
    values: dict[str, object] = {"state": state, "reason": reason, "next_try_at": next_try_at}
    if sent_at is not None:
        values["sent_at"] = sent_at
    open_ = and_(probes.c.id == probe_id, probes.c.state.in_(OPEN))
    return connection.execute(update(probes).where(open_).values(**values)).rowcount == 1


def pass_probes(connection: Connection, sent_before: datetime) -> int:
    """Of probes that were sent before a time nothing came back: their readers are forgiven. Returns how many."""
    quiet = and_(probes.c.state == "sent", probes.c.sent_at <= sent_before)
    rows = connection.execute(select(probes.c.id, probes.c.subscriber_id).where(quiet).with_for_update()).all()
    for id_, subscriber_id in rows:
        connection.execute(update(probes).where(probes.c.id == id_).values(state="passed"))
        forgive(connection, subscriber_id)
    return len(rows)


def mark_bounced(connection: Connection, message_id: int, reason: str) -> None:
    """A message that was taken came back: its reader was not told, and the ledger owes them what it told."""
    taken = and_(messages.c.id == message_id, messages.c.state.in_(("accepted", "in_doubt", "sending")))
    values = {"state": "bounced", "reason": reason, "next_try_at": None, "lease_owner": None, "lease_until": None}
    connection.execute(update(messages).where(taken).values(**values))


def list_bounces(connection: Connection, since: datetime | None = None) -> list[Bounce]:
    """The reports, oldest first, with the address that each was found to speak of."""
    columns = (bounces.c.key, bounces.c.at, bounces.c.kind, bounces.c.harm, bounces.c.status, bounces.c.text)
    query = select(*columns, bounces.c.points, bounces.c.effect, subscribers.c.address).outerjoin(
        subscribers, subscribers.c.id == bounces.c.subscriber_id
    )
    if since is not None:
        query = query.where(bounces.c.at >= since)
    return [Bounce(*row) for row in connection.execute(query.order_by(bounces.c.id))]


def count_bounces(connection: Connection, since: datetime) -> dict[tuple[str, str | None], int]:
    """Reports of our mail since a time, by (kind, harm)."""
    query = select(bounces.c.kind, bounces.c.harm, func.count()).where(bounces.c.at >= since)
    rows = connection.execute(query.where(bounces.c.effect != "stranger").group_by(bounces.c.kind, bounces.c.harm))
    return {(kind, harm): count for kind, harm, count in rows}


def read_position(connection: Connection, key: str) -> str | None:
    """Where reading of a box goes on, as `keep_position` kept it under `key`."""
    return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()


def keep_position(connection: Connection, key: str, position: str) -> None:
    """Keep where reading of a box goes on."""
    if not insert_once(connection, meta, key=key, value=position):
        connection.execute(update(meta).where(meta.c.key == key).values(value=position))


def _due(now: datetime, real: float) -> ColumnElement[bool]:
    """Its time has come, and its reader has not left since."""
    in_time = or_(probes.c.next_try_at.is_(None), probes.c.next_try_at <= real)
    there = exists().where(subscribers.c.id == probes.c.subscriber_id, subscribers.c.active.is_(True))
    return and_(probes.c.state == "waiting", probes.c.due_at <= now, in_time, there)
