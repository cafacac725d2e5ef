"""The mails that answer a request on the sign-up page: one with the link to confirm, or one that says it is known.

They are no editions and have no series to leave, so they do not go through the outbox of editions. The request is
committed before anything is sent and stays due until its mail was taken, so nothing is lost; a mail that is sent
again after a crash has the same Message-ID, and confirming twice is confirming once.
"""

import hashlib
import hmac
import time
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from sqlalchemy import Connection

from claimwatch.pipeline.mailing.letters import LEASE_S, Fate, Post, send_letters
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import Settings, signing_keys
from claimwatch.store import consents
from claimwatch.store.consents import Signup
from claimwatch.tokens import confirm_url, preferences_url

_WIRE = SMTP.clone(max_line_length=76)


@dataclass(frozen=True, slots=True)
class Letter:
    """The words of one mail in one language; `{link}`, `{operator}` and `{postal}` are filled in."""

    subject: str
    text: str


_FOOT = "\n-- \nClaimwatch\n{postal}\n{operator}\n"
LETTERS = {
    ("en", "confirm"): Letter(
        "Confirm that you want mail from Claimwatch",
        "Somebody, presumably you, asked on our page for mail from Claimwatch to this address.\n\n"
        "To confirm, open this page within 48 hours and press the button:\n\n{link}\n\n"
        "If it was not you, do nothing: you get no mail, and the request is deleted.\n" + _FOOT,
    ),
    ("en", "known"): Letter(
        "You subscribe to Claimwatch already",
        "Somebody, presumably you, asked on our page for mail from Claimwatch to this address. It subscribes already, "
        "so nothing has changed.\n\nThis page shows what you get and lets you change it:\n\n{link}\n" + _FOOT,
    ),
    ("nb", "confirm"): Letter(
        "Bekreft at du vil ha e-post fra Claimwatch",
        "Noen, antakelig du, har på siden vår bedt om e-post fra Claimwatch til denne adressen.\n\n"
        "Bekreft ved å åpne denne siden innen 48 timer og trykke på knappen:\n\n{link}\n\n"
        "Var det ikke deg, trenger du ikke gjøre noe: Du får ingen e-post, og forespørselen slettes.\n" + _FOOT,
    ),
    ("nb", "known"): Letter(
        "Du abonnerer allerede på Claimwatch",
        "Noen, antakelig du, har på siden vår bedt om e-post fra Claimwatch til denne adressen. "
        "Den abonnerer allerede, så ingenting er endret.\n\n"
        "Denne siden viser hva du får, og lar deg endre det:\n\n{link}\n" + _FOOT,
    ),
}


def send_signup_mails(watch: Watch) -> int:
    """Send the mail of every request that is due, and delete what has expired; returns how many were taken.

    Safe to run twice at once. They share the relay's pace, budget and pauses with all other mail. A temporary failure
    puts a request off with growing pauses until it expires, a permanent one ends it; the reason is kept beside it and
    logged, and neither raises.
    """
    with watch.store.write() as connection:
        consents.tidy(connection, watch.now(), time.time())
    return send_letters(watch, _SignupMails(watch))


def compose_letter(settings: Settings, asked: Signup) -> bytes:
    """The bytes of a request's mail; the same request gives the same bytes. The subscriber's address is all it holds
    of what was typed into the page: a form that mails strangers must not carry anybody's text."""
    letter = LETTERS.get((asked.language, asked.kind), LETTERS["en", asked.kind])
    known = asked.kind == "known" and asked.subscriber_id is not None
    link = preferences_url(settings, asked.subscriber_id or 0) if known else confirm_url(settings, asked.id, asked.at)
    return compose_note(
        settings,
        asked.address,
        letter,
        link=link,
        name=f"signup\n{asked.id}\n{asked.at.isoformat()}",
        at=asked.at,
        language=asked.language,
    )


def compose_note(
    settings: Settings, address: str, letter: Letter, *, link: str, name: str, at: datetime, language: str
) -> bytes:
    """The bytes of a mail with a link that somebody asked for; `name` is its own, and its first line the kind."""
    message_id = note_id(settings, name)
    return write_note(settings, address, letter, link=link, message_id=message_id, at=at, language=language)


def write_note(
    settings: Settings, address: str, letter: Letter, *, link: str, message_id: str, at: datetime, language: str
) -> bytes:
    """The same with a Message-ID that was given away before."""
    domain = parseaddr(settings.sender)[1].rpartition("@")[2]
    message = EmailMessage(policy=_WIRE)
    message["From"] = settings.sender
    message["To"] = address
    if settings.reply_to:
        message["Reply-To"] = settings.reply_to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    text = letter.text.format(link=link, operator=parseaddr(settings.operator)[1], postal=settings.postal_address)
    message.set_content(text, cte="quoted-printable")
    message["Content-Language"] = language
    mime = message.as_bytes()
    if settings.dkim_key is None or settings.dkim_selector is None:
        return mime
    from claimwatch.delivery.signing import load_signer  # most leave it to their mail server

    return load_signer(settings.dkim_key.get_secret_value(), settings.dkim_selector, domain).sign(mime, at)


def note_id(settings: Settings, name: str) -> str:
    """The Message-ID of the mail of that name: always the same, and not to be guessed."""
    domain = parseaddr(settings.sender)[1].rpartition("@")[2]
    key = signing_keys(settings)[0].get_secret_value().encode()
    opaque = hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:32]
    return f"<{name.partition(chr(10))[0]}.{opaque}@{domain}>"


class _SignupMails:
    """Requests whose mail waits."""

    what = "confirm"

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def due(self, connection: Connection, real: float) -> bool:
        return consents.is_mail_due(connection, self._watch.now(), real)

    def claim(self, connection: Connection, real: float) -> Signup | None:
        return consents.claim_signup(connection, self._watch.now(), real, LEASE_S)

    def post(self, one: Signup) -> Post:
        settings = self._watch.settings
        return Post(parseaddr(settings.sender)[1], one.address, compose_letter(settings, one), one.tries)

    def settle(self, connection: Connection, one: Signup, fate: Fate) -> None:
        consents.settle_signup(connection, one.id, fate.state, reason=fate.reason, next_try_at=fate.next_try_at)
