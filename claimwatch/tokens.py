"""Tokens: links in mail that only we can make. Each purpose has a salt of its own, so that one cannot pass for another.

A token is short enough for a mail header (at most 45 characters): the subscriber's number, the series' letter and a
signature (HMAC-SHA1 in URL-safe base64, for which collisions of SHA-1 are no help). Keys rotate: the newest signs, all
are accepted. How long a link works is decided by what it points to in the store, not by the token.
"""

from datetime import datetime
from urllib.parse import urlsplit

from itsdangerous import BadSignature, Signer

from claimwatch.models import SERIES
from claimwatch.settings import Settings, signing_keys

CONFIRM, PREFERENCES, UNSUBSCRIBE = "confirm", "preferences", "unsubscribe"
SIGN_IN, SESSION, FORM = "sign-in", "session", "form"
_LETTERS = {series: series[0] for series in SERIES}


def unsubscribe_url(settings: Settings, subscriber_id: int, series: str) -> str:
    """Where a subscriber ends one series: for List-Unsubscribe (RFC 8058) and for the footer."""
    return _url(settings, UNSUBSCRIBE, f"{subscriber_id}{_LETTERS[series]}")


def preferences_url(settings: Settings, subscriber_id: int) -> str:
    """Where a subscriber chooses series, topics and language."""
    return _url(settings, PREFERENCES, str(subscriber_id))


def preferences_path(settings: Settings, subscriber_id: int) -> str:
    """The same without scheme and host, for links within the pages: they may be reached under another name."""
    return urlsplit(preferences_url(settings, subscriber_id)).path


def confirm_url(settings: Settings, signup_id: int, at: datetime) -> str:
    """Where a request made at a time is confirmed. The time is in it because numbers of deleted requests come again."""
    return _url(settings, CONFIRM, f"{signup_id}-{int(at.timestamp())}")


def read_unsubscribe(settings: Settings, token: str) -> tuple[int, str] | None:
    """The subscriber's number and the series of a token to unsubscribe; None for one that is not ours."""
    said = _read(settings, UNSUBSCRIBE, token)
    series = next((series for series, letter in _LETTERS.items() if said and said.endswith(letter)), None)
    return (int(said[:-1]), series) if said and series else None


def read_preferences(settings: Settings, token: str) -> int | None:
    """The subscriber's number of a token for preferences; None for one that is not ours."""
    said = _read(settings, PREFERENCES, token)
    return int(said) if said else None


def read_confirm(settings: Settings, token: str) -> tuple[int, int] | None:
    """The request's number and its time in whole seconds of a token to confirm; None for one that is not ours."""
    return _numbers(_read(settings, CONFIRM, token))


def sign_in_url(settings: Settings, sign_in_id: int, at: datetime) -> str:
    """Where an analyst who asked at a time signs in. Only the browser that asked can use it."""
    return _url(settings, SIGN_IN, f"{sign_in_id}-{int(at.timestamp())}")


def read_sign_in(settings: Settings, token: str) -> tuple[int, int] | None:
    """The request's number and its time in whole seconds of a token to sign in; None for one that is not ours."""
    return _numbers(_read(settings, SIGN_IN, token))


def session_cookie(settings: Settings, sign_in_id: int, secret: str) -> str:
    """What the browser of a signed-in analyst holds. `secret` is URL-safe text, of which the store knows the hash."""
    return _signer(settings, SESSION).sign(f"{sign_in_id}-{secret}").decode()


def read_session_cookie(settings: Settings, cookie: str) -> tuple[int, str] | None:
    """The sign-in's number and the secret of a cookie; None for one that is not ours."""
    said = _read(settings, SESSION, cookie)
    if not said:
        return None
    number, _, secret = said.partition("-")
    return int(number), secret


def form_token(settings: Settings, whose: str) -> str:
    """What a form of a signed-in analyst carries, so that no other site can send it for them. `whose` names the
    session, or the analyst where a proxy signs in."""
    return _signer(settings, FORM).get_signature(whose).decode()


def holds_form_token(settings: Settings, whose: str, token: str) -> bool:
    """Whether a form carries the token of that session or analyst."""
    return _signer(settings, FORM).verify_signature(whose, token)


def _numbers(said: str | None) -> tuple[int, int] | None:
    if not said:
        return None
    number, _, seconds = said.partition("-")
    return int(number), int(seconds)


def _url(settings: Settings, purpose: str, payload: str) -> str:
    return f"{settings.public_url}/{purpose}/{_signer(settings, purpose).sign(payload).decode()}"


def _read(settings: Settings, purpose: str, token: str) -> str | None:
    try:
        return _signer(settings, purpose).unsign(token).decode()
    except BadSignature:
        return None


def _signer(settings: Settings, purpose: str) -> Signer:
    keys = [key.get_secret_value() for key in signing_keys(settings)]
    # itsdangerous wants the oldest first and signs with the last.
    return Signer(keys[::-1], salt=f"claimwatch.{purpose}", key_derivation="hmac")
