"""Sign-ins of analysts: a request for a link, the link used once, the session that begins with it and ends.

The store keeps no secret that would open anything: of what a browser holds only the sha256.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, insert, or_, select, update

from claimwatch.store.rows import inserted_id
from claimwatch.store.tables import sign_ins

_T = sign_ins


@dataclass(frozen=True, slots=True)
class SignIn:
    """One request for a link and what became of it. `goes_on_to` is the page that was wanted, `used_at` when the link
    was used: the session has run since then, until `ended_at`."""

    id: int
    address: str
    goes_on_to: str
    at: datetime
    expires_at: datetime
    tries: int
    used_at: datetime | None
    ended_at: datetime | None


def save_request(
    connection: Connection, address: str | None, browser: str, goes_on_to: str, at: datetime, expires_at: datetime
) -> int:
    """Keep a request by the browser that holds the secret `browser`; returns its id. Its mail is due at once.

    With None for the address (it is no analyst's) the row is written all the same, so that nobody can tell the
    difference; it holds no address and no mail is due.
    """
    return inserted_id(
        connection.execute(
            insert(_T).values(
                address=address or "",
                browser_sha256=_sha256(browser),
                goes_on_to=goes_on_to,
                at=at,
                expires_at=expires_at,
                state="void" if address is None else "waiting",
                tries=0,
            )
        )
    )


def find_request(connection: Connection, id_: int, browser: str, now: datetime) -> SignIn | None:
    """A request that this browser made and that can still be used; None otherwise."""
    query = select(_T).where(_usable(id_, browser, now))
    row = connection.execute(query).first()
    return None if row is None else _sign_in(row._mapping)


def use_request(connection: Connection, id_: int, browser: str, session: str, now: datetime) -> SignIn | None:
    """Use a request up and begin the session that the secret `session` opens; None where it cannot be used (again)."""
    values = {"used_at": now, "session_sha256": _sha256(session)}
    used = connection.execute(update(_T).where(_usable(id_, browser, now)).values(**values)).rowcount
    return _find(connection, id_) if used else None


def find_session(connection: Connection, id_: int, session: str, since: datetime) -> SignIn | None:
    """The session that a secret opens, unless it has ended or began before `since`."""
    open_ = (_T.c.id == id_) & (_T.c.session_sha256 == _sha256(session)) & (_T.c.used_at > since)
    row = connection.execute(select(_T).where(open_, _T.c.ended_at.is_(None))).first()
    return None if row is None else _sign_in(row._mapping)


def end_session(connection: Connection, id_: int, now: datetime) -> None:
    """Sign out."""
    connection.execute(update(_T).where(_T.c.id == id_, _T.c.ended_at.is_(None)).values(ended_at=now))


def is_mail_due(connection: Connection, now: datetime, real: float) -> bool:
    """Whether the mail of any request is due."""
    return connection.execute(select(_T.c.id).where(_mail_due(now, real)).limit(1)).first() is not None


def claim_mail(connection: Connection, now: datetime, real: float, lease_s: float) -> SignIn | None:
    """The next request whose mail is due, put off by `lease_s` so that no other process sends it meanwhile."""
    query = select(_T).where(_mail_due(now, real)).order_by(_T.c.id).limit(1).with_for_update(skip_locked=True)
    row = connection.execute(query).first()
    if row is None:
        return None
    values = {"next_try_at": real + lease_s, "tries": row.tries + 1}
    connection.execute(update(_T).where(_T.c.id == row.id).values(**values))
    return _find(connection, row.id)


def settle_mail(
    connection: Connection, id_: int, state: str, *, reason: str | None = None, next_try_at: float | None = None
) -> None:
    """Note what became of a request's mail: `sent`, `refused`, or `waiting` for another try. `reason` is why."""
    values = {"state": state, "reason": reason, "next_try_at": next_try_at}
    connection.execute(update(_T).where(_T.c.id == id_).values(**values))


def tidy(connection: Connection, now: datetime, session_lasts: timedelta) -> None:
    """Delete requests that expired unused, and sessions that are over by their age."""
    unused = _T.c.used_at.is_(None) & (_T.c.expires_at <= now)
    connection.execute(delete(_T).where(or_(unused, _T.c.used_at <= now - session_lasts)))


def _usable(id_: int, browser: str, now: datetime) -> ColumnElement[bool]:
    this = (_T.c.id == id_) & (_T.c.browser_sha256 == _sha256(browser)) & (_T.c.state != "void")
    return this & _T.c.used_at.is_(None) & (_T.c.expires_at > now)


def _mail_due(now: datetime, real: float) -> ColumnElement[bool]:
    free = or_(_T.c.next_try_at.is_(None), _T.c.next_try_at <= real)
    return (_T.c.state == "waiting") & (_T.c.expires_at > now) & free


def _find(connection: Connection, id_: int) -> SignIn:
    return _sign_in(connection.execute(select(_T).where(_T.c.id == id_)).one()._mapping)


def _sign_in(row: RowMapping) -> SignIn:
    return SignIn(
        id=row["id"],
        address=row["address"],
        goes_on_to=row["goes_on_to"],
        at=row["at"],
        expires_at=row["expires_at"],
        tries=row["tries"],
        used_at=row["used_at"],
        ended_at=row["ended_at"],
    )


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
