"""The mails with links to sign in, sent beside the pages. A link is short-lived, so a mail is not tried for long."""

from email.utils import parseaddr

from sqlalchemy import Connection

from claimwatch.pipeline.mailing.letters import Fate, Post, send_letters
from claimwatch.pipeline.mailing.signup_mail import Letter, compose_note
from claimwatch.pipeline.reviewing.sign_in import LINK_LASTS
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import Settings
from claimwatch.store import sign_ins
from claimwatch.store.sign_ins import SignIn
from claimwatch.tokens import sign_in_url

_LEASE_S = 120.0
LETTER = Letter(
    "Sign in to the review desk of Claimwatch",
    "Somebody, presumably you, asked to sign in to the review desk with this address.\n\n"
    f"Open this page within {LINK_LASTS.seconds // 60} minutes, in the browser in which you asked, "
    "and press the button:\n\n{link}\n\n"
    "If it was not you, do nothing: the link is of no use to anybody else.\n\n-- \nClaimwatch\n{postal}\n{operator}\n",
)


def send_sign_in_mails(watch: Watch) -> int:
    """Send the mail of every request that is due; returns how many were taken. See `letters.send_letters`."""
    return send_letters(watch, _SignInMails(watch))


class _SignInMails:
    """Requests whose mail waits."""

    what = "sign in"

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def due(self, connection: Connection, real: float) -> bool:
        return sign_ins.is_mail_due(connection, self._watch.now(), real)

    def claim(self, connection: Connection, real: float) -> SignIn | None:
        return sign_ins.claim_mail(connection, self._watch.now(), real, _LEASE_S)

    def post(self, one: SignIn) -> Post:
        settings = self._watch.settings
        return Post(parseaddr(settings.sender)[1], one.address, _compose(settings, one), one.tries)

    def settle(self, connection: Connection, one: SignIn, fate: Fate) -> None:
        sign_ins.settle_mail(connection, one.id, fate.state, reason=fate.reason, next_try_at=fate.next_try_at)


def _compose(settings: Settings, asked: SignIn) -> bytes:
    link = sign_in_url(settings, asked.id, asked.at)
    name = f"sign-in\n{asked.id}\n{asked.at.isoformat()}"
    return compose_note(settings, asked.address, LETTER, link=link, name=name, at=asked.at, language="en")
