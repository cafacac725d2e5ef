"""Consent: append-only rows of who agreed to what, when and to which words; and requests that wait for a click."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from claimwatch.models import Topics
from claimwatch.store.rows import inserted_id
from claimwatch.store.suppressions import address_hmac
from claimwatch.store.tables import consent_events, form_uses, signups

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Consent:
    """One event: `kind` is `requested`, `confirmed`, `vouched`, `changed` or `ended`; `source` is where it came from.

    `series` are those that it is about, `text_version` names the words that were agreed to, None where there were none.
    """

    kind: str
    series: tuple[str, ...]
    source: str
    at: datetime
    text_version: str | None = None


@dataclass(frozen=True, slots=True)
class Signup:
    """What somebody asked for on the page, for an address that may not be theirs.

    `kind` is `confirm`, or `known` where the address subscribes already and is only told so. `subscriber_id` is whose
    it is since it was confirmed.
    """

    address: str
    kind: str
    language: str
    timezone: str
    series: tuple[str, ...]
    topics: Topics
    text_version: str
    at: datetime
    expires_at: datetime
    id: int = 0
    tries: int = 0
    subscriber_id: int | None = None


def note_consent(connection: Connection, subscriber_id: int, consent: Consent) -> None:
    """Write down one event; nothing here is ever changed, only erased with the subscriber."""
    connection.execute(
        insert(consent_events).values(
            subscriber_id=subscriber_id,
            kind=consent.kind,
            series=list(consent.series),
            text_version=consent.text_version,
            source=consent.source,
            at=consent.at,
        )
    )


def list_consents(connection: Connection, subscriber_id: int) -> list[Consent]:
    """What a subscriber agreed to and ended, oldest first."""
    table = consent_events
    query = select(table.c.kind, table.c.series, table.c.source, table.c.at, table.c.text_version)
    rows = connection.execute(query.where(table.c.subscriber_id == subscriber_id).order_by(table.c.id))
    return [Consent(kind, tuple(series), source, at, version) for kind, series, source, at, version in rows]


def save_signup(connection: Connection, signup: Signup, *, void: bool = False) -> int:
    """Keep a request; its mail is due at once. Returns its id.

    `void`: no mail is due and the address is not kept; the row is written all the same, so that nobody can tell the
    difference.
    """
    return inserted_id(
        connection.execute(
            insert(signups).values(
                address="" if void else signup.address,
                kind=signup.kind,
                language=signup.language,
                timezone=signup.timezone,
                series=list(signup.series),
                companies=list(signup.topics.companies),
                sources=list(signup.topics.sources),
                severity=signup.topics.severity,
                text_version=signup.text_version,
                at=signup.at,
                expires_at=signup.expires_at,
                state="void" if void else "waiting",
                tries=0,
                subscriber_id=signup.subscriber_id,
            )
        )
    )


def find_signup(connection: Connection, signup_id: int, now: datetime) -> Signup | None:
    """A request that has not expired, or None."""
    there = (signups.c.id == signup_id) & (signups.c.expires_at > now)
    row = connection.execute(select(signups).where(there)).mappings().first()
    if row is None:
        return None
    return Signup(
        address=row["address"],
        kind=row["kind"],
        language=row["language"],
        timezone=row["timezone"],
        series=tuple(row["series"]),
        topics=Topics(tuple(row["companies"]), tuple(row["sources"]), row["severity"]),
        text_version=row["text_version"],
        at=row["at"],
        expires_at=row["expires_at"],
        id=row["id"],
        tries=row["tries"],
        subscriber_id=row["subscriber_id"],
    )


def is_mail_due(connection: Connection, now: datetime, real: float) -> bool:
    """Whether the mail of any request is due."""
    return connection.execute(select(signups.c.id).where(_due(now, real)).limit(1)).first() is not None


def claim_signup(connection: Connection, now: datetime, real: float, lease_s: float) -> Signup | None:
    """The next request whose mail is due, put off by `lease_s` so that no other process sends it meanwhile."""
    query = select(signups.c.id, signups.c.tries).where(_due(now, real)).order_by(signups.c.id).limit(1)
    row = connection.execute(query.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    values = {"next_try_at": real + lease_s, "tries": row.tries + 1}
    connection.execute(update(signups).where(signups.c.id == row.id).values(**values))
    return find_signup(connection, row.id, now)


def settle_signup(
    connection: Connection, signup_id: int, state: str, *, reason: str | None = None, next_try_at: float | None = None
) -> None:
    """Note what became of a request's mail: `sent`, `refused`, or `waiting` for another try. `reason` is why."""
    values = {"state": state, "reason": reason, "next_try_at": next_try_at}
    connection.execute(update(signups).where(signups.c.id == signup_id).values(**values))


def confirm_signup(connection: Connection, signup_id: int, subscriber_id: int) -> None:
    """Note whose request it was; it is kept until it expires, so that a second click finds it."""
    connection.execute(update(signups).where(signups.c.id == signup_id).values(subscriber_id=subscriber_id))


def forget_signups(connection: Connection, address: str) -> int:
    """Delete every request for an address; returns how many."""
    theirs = func.lower(signups.c.address) == address.strip().lower()
    return connection.execute(delete(signups).where(theirs)).rowcount


def count_stuck(connection: Connection) -> int:
    """Requests whose mail was refused, or was put off more than once."""
    stuck = (signups.c.state == "refused") | ((signups.c.state == "waiting") & (signups.c.tries > 1))
    return connection.execute(select(func.count()).where(stuck)).scalar_one()


def tidy(connection: Connection, now: datetime, real: float) -> None:
    """Delete requests that have expired, confirmed or not, and uses of forms that are a day old (in real time)."""
    connection.execute(delete(signups).where(signups.c.expires_at <= now))
    connection.execute(delete(form_uses).where(form_uses.c.at < real - DAY_S))


def note_use(connection: Connection, what: str, real: float, *, within: timedelta) -> int:
    """Count one use of a form under `what` (such as `address a@example.org`); returns the uses `within` that time,
    this one included. Only a keyed hash is kept, until `tidy`. `real` is real time in seconds."""
    key = address_hmac(connection, what)
    connection.execute(insert(form_uses).values(key=key, at=real))
    recent = (form_uses.c.key == key) & (form_uses.c.at > real - within.total_seconds())
    return connection.execute(select(func.count()).where(recent)).scalar_one()


def _due(now: datetime, real: float) -> ColumnElement[bool]:
    in_time = or_(signups.c.next_try_at.is_(None), signups.c.next_try_at <= real)
    return and_(signups.c.state == "waiting", signups.c.expires_at > now, in_time)
