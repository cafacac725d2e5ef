"""How analysts sign in: they ask for a link, the browser that asked uses it once, and a session begins.

Whether an address is an analyst's cannot be told from the answer, nor from what is done for it: the same rows are
written for both. The store decides what is used up and what has ended; a cookie only opens what the store holds.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr

from claimwatch import tokens
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, consents, sign_ins
from claimwatch.store.sign_ins import SignIn

LINK_LASTS = timedelta(minutes=15)
SESSION_LASTS = timedelta(hours=12)
PER_ADDRESS, PER_VISITOR, WITHIN = 5, 20, timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A session that has just begun: the cookie that opens it, and the page that was wanted."""

    cookie: str
    goes_on_to: str


def analyst_named(watch: Watch, address: str) -> str | None:
    """The analyst of that address as the settings write it, upper and lower case alike; None for everybody else."""
    known = {parseaddr(one)[1].casefold(): parseaddr(one)[1] for one in watch.settings.analysts}
    return known.get(address.strip().casefold())


def ask(watch: Watch, address: str, *, goes_on_to: str, visitor: str) -> str | None:
    """Keep a request for a link, whose mail `send_sign_in_mails` sends; returns the secret that the browser is to hold.

    None when this visitor asks too often. A secret says nothing of the address: one that is no analyst's, and one
    that was asked for too often, get no mail.
    """
    now, real, browser = watch.now(), time.time(), secrets.token_urlsafe(32)
    with watch.store.write() as connection:
        advance_clock(connection, now)
        sign_ins.tidy(connection, now, SESSION_LASTS)
        if consents.note_use(connection, f"sign-in visitor {visitor}", real, within=WITHIN) > PER_VISITOR:
            return None
        often = consents.note_use(connection, f"sign-in address {address}", real, within=WITHIN) > PER_ADDRESS
        known = None if often else analyst_named(watch, address)
        sign_ins.save_request(connection, known, browser, goes_on_to, now, now + LINK_LASTS)
    return browser


def find_request(watch: Watch, token: str, browser: str) -> SignIn | None:
    """The request that a link means, if this browser made it and it can still be used."""
    said = tokens.read_sign_in(watch.settings, token)
    if said is None:
        return None
    with watch.store.read() as connection:
        asked = sign_ins.find_request(connection, said[0], browser, watch.now())
    return asked if asked is not None and int(asked.at.timestamp()) == said[1] else None


def begin(watch: Watch, token: str, browser: str) -> Session | None:
    """Use the link up and begin a session; None for a link that this browser cannot use (any more)."""
    asked = find_request(watch, token, browser)
    if asked is None or analyst_named(watch, asked.address) is None:
        return None
    now, secret = watch.now(), secrets.token_urlsafe(32)
    with watch.store.write() as connection:
        advance_clock(connection, now)
        used = sign_ins.use_request(connection, asked.id, browser, secret, now)
    if used is None:  # used meanwhile
        return None
    return Session(tokens.session_cookie(watch.settings, used.id, secret), used.goes_on_to)


def find_session(watch: Watch, cookie: str) -> SignIn | None:
    """The session that a cookie opens, as long as its analyst is one; None otherwise."""
    said = tokens.read_session_cookie(watch.settings, cookie)
    if said is None:
        return None
    with watch.store.read() as connection:
        found = sign_ins.find_session(connection, *said, since=watch.now() - SESSION_LASTS)
    return found if found is not None and analyst_named(watch, found.address) is not None else None


def end(watch: Watch, session: SignIn) -> None:
    """Sign out: the cookie opens nothing any more."""
    with watch.store.write() as connection:
        sign_ins.end_session(connection, session.id, watch.now())
