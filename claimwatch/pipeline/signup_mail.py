"""The mails that answer a request on the sign-up page: one with the link to confirm, or one that says it is known.

They are no editions and have no series to leave, so they do not go through the outbox of editions. The request is
committed before anything is sent and stays due until its mail was taken, so nothing is lost; a mail that is sent
again after a crash has the same Message-ID, and confirming twice is confirming once.
"""

import hashlib
import hmac
import logging
import time
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from claimwatch.delivery import Transport, load_signer, open_transport
from claimwatch.errors import DeliveryFailed
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import Settings, signing_keys
from claimwatch.store import consents
from claimwatch.store.consents import Signup
from claimwatch.tokens import confirm_url, preferences_url

_LOG = logging.getLogger("claimwatch.signup")
LEASE_S = 900.0
BACK_OFF_S = (60.0, 300.0, 900.0, 3600.0, 10800.0)
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

    Safe to run twice at once. A temporary failure puts a request off with growing pauses until it expires, a permanent
    one ends it; the reason is kept beside it and logged, and neither raises.
    """
    taken = 0
    with watch.store.write() as connection:
        consents.tidy(connection, watch.now(), time.time())
    asked = _claim(watch)
    if asked is not None:
        with open_transport(watch.settings.smtp_url.get_secret_value()) as transport:
            while asked is not None:
                taken += _send(watch, transport, asked)
                asked = _claim(watch)
    return taken


def compose_letter(settings: Settings, asked: Signup) -> bytes:
    """The bytes of a request's mail; the same request gives the same bytes. The subscriber's address is all it holds
    of what was typed into the page: a form that mails strangers must not carry anybody's text."""
    letter = LETTERS.get((asked.language, asked.kind), LETTERS["en", asked.kind])
    known = asked.kind == "known" and asked.subscriber_id is not None
    link = preferences_url(settings, asked.subscriber_id or 0) if known else confirm_url(settings, asked.id, asked.at)
    domain = parseaddr(settings.sender)[1].rpartition("@")[2]
    said = f"signup\n{asked.id}\n{asked.at.isoformat()}".encode()
    opaque = hmac.new(signing_keys(settings)[0].get_secret_value().encode(), said, hashlib.sha256).hexdigest()[:32]
    message = EmailMessage(policy=_WIRE)
    message["From"] = settings.sender
    message["To"] = asked.address
    if settings.reply_to:
        message["Reply-To"] = settings.reply_to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(asked.at)
    message["Message-ID"] = f"<signup.{opaque}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    text = letter.text.format(link=link, operator=parseaddr(settings.operator)[1], postal=settings.postal_address)
    message.set_content(text, cte="quoted-printable")
    message["Content-Language"] = asked.language
    mime = message.as_bytes()
    if settings.dkim_key is None or settings.dkim_selector is None:
        return mime
    return load_signer(settings.dkim_key.get_secret_value(), settings.dkim_selector, domain).sign(mime, asked.at)


def _claim(watch: Watch) -> Signup | None:
    with watch.store.write() as connection:
        return consents.claim_signup(connection, watch.now(), time.time(), LEASE_S)


def _send(watch: Watch, transport: Transport, asked: Signup) -> bool:
    sender = parseaddr(watch.settings.sender)[1]
    try:
        transport.send(sender, asked.address, compose_letter(watch.settings, asked))
    except DeliveryFailed as error:
        state = "refused" if error.permanent else "waiting"
        later = time.time() + BACK_OFF_S[min(asked.tries, len(BACK_OFF_S)) - 1]
        reason: str | None = str(error)
        _LOG.warning("a mail to confirm was %s: %s", "refused" if error.permanent else "put off", error)
    else:
        state, later, reason = "sent", 0.0, None
    with watch.store.write() as connection:
        consents.settle_signup(connection, asked.id, state, reason=reason, next_try_at=later)
    return state == "sent"
