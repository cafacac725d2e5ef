"""Suppressions: addresses that no mail may reach, kept as keyed hashes with reason and date.

The key is made once and kept in `meta`, apart from the keys that sign tokens: those rotate, and a suppression must
outlive them. The hash hides an erased address from whoever reads the table; it is still personal data, since
who holds the whole database can try addresses against it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select, update

from claimwatch.store.rows import insert_once
from claimwatch.store.tables import meta, suppressions

FEW = 100  # addresses that are looked up one by one, rather than in all that is suppressed
_KEY = "address_key"
# Asked for each message that leaves, so made once.
_GET_KEY = select(meta.c.value).where(meta.c.key == _KEY)
_HELD = select(suppressions.c.reason, suppressions.c.source, suppressions.c.at, suppressions.c.until).where(
    suppressions.c.address_hmac == bindparam("hashed"), suppressions.c.lifted_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why an address gets no mail. `until` is None where it holds for good."""

    reason: str
    source: str
    at: datetime
    until: datetime | None


def address_hmac(connection: Connection, text: str) -> str:
    """The keyed hash of an address, upper and lower case alike; makes the key on first use, so it needs `write()`."""
    key = _key(connection)
    if key is None:
        insert_once(connection, meta, key=_KEY, value=secrets.token_hex(32))
        key = _key(connection)  # another process may have been first, with another key
        assert key is not None, "the key was just inserted"
    return _hash(key, text)


def is_suppressed(connection: Connection, address: str, now: datetime | None = None) -> bool:
    """Whether an address may get no mail. Without `now` a suppression that ends some day still counts."""
    return find_suppression(connection, address, now) is not None


def find_suppression(connection: Connection, address: str, now: datetime | None = None) -> Suppression | None:
    """The suppression of an address that holds (at `now`), or None."""
    key = _key(connection)
    if key is None:
        return None  # nothing has ever been suppressed
    row = connection.execute(_HELD, {"hashed": _hash(key, address)}).first()
    if row is None or (now is not None and row.until is not None and row.until <= now):
        return None
    return Suppression(*row)


def suppressed_among(connection: Connection, addresses: Iterable[str], now: datetime | None = None) -> set[str]:
    """Those of many addresses that may get no mail (at `now`), as they were given."""
    key = _key(connection)
    if key is None:
        return set()
    hashes = {address: _hash(key, address) for address in addresses}
    query = select(suppressions.c.address_hmac).where(suppressions.c.lifted_at.is_(None))
    if len(hashes) <= FEW:
        query = query.where(suppressions.c.address_hmac.in_(hashes.values()))
    if now is not None:
        query = query.where(or_(suppressions.c.until.is_(None), suppressions.c.until > now))
    held = set(connection.execute(query).scalars())
    return {address for address, hashed in hashes.items() if hashed in held}


def suppress(
    connection: Connection, address: str, reason: str, *, source: str, at: datetime, until: datetime | None = None
) -> None:
    """Let no mail reach an address from now on. A suppression that is there already takes the new reason and date."""
    hashed = address_hmac(connection, address)
    values = {"reason": reason, "source": source, "at": at, "until": until, "lifted_at": None}
    if not insert_once(connection, suppressions, address_hmac=hashed, **values):
        connection.execute(update(suppressions).where(suppressions.c.address_hmac == hashed).values(**values))


def lift(connection: Connection, address: str, at: datetime) -> bool:
    """Let mail reach an address again; False where nothing held it back. The row stays, with the date."""
    hashed = address_hmac(connection, address)
    held = (suppressions.c.address_hmac == hashed) & suppressions.c.lifted_at.is_(None)
    return connection.execute(update(suppressions).where(held).values(lifted_at=at)).rowcount == 1


def _key(connection: Connection) -> str | None:
    key: str | None = connection.execute(_GET_KEY).scalar()
    return key


def _hash(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.strip().casefold().encode(), hashlib.sha256).hexdigest()
