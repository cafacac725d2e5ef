"""Probes: before an address is given up, it is asked once more, by a mail of its own whose return says enough."""

from datetime import datetime, timedelta
from email.utils import parseaddr

from sqlalchemy import Connection

from claimwatch.delivery import Verdict, return_path
from claimwatch.pipeline.mailing.letters import LEASE_S, Fate, Post, send_letters
from claimwatch.pipeline.mailing.signup_mail import Letter, note_id, write_note
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import Settings
from claimwatch.store import bounces, subscribers, suppressions
from claimwatch.store.bounces import Probe, Sent
from claimwatch.tokens import preferences_url

ASK_AFTER = timedelta(days=1)  # what is wrong at the reader's end is often mended in a day
QUIET = timedelta(days=3)  # word of a mail that cannot be delivered comes within this
LETTERS = {
    "en": Letter(
        "Does mail from Claimwatch reach you?",
        "Mail from Claimwatch to this address has come back. We write once more to see whether it works again.\n\n"
        "You need not do anything: if this mail arrives, the next ones will be sent as before. If it comes back, too, "
        "we stop writing to this address.\n\nThis page shows what you get and lets you change it:\n\n{link}\n"
        "\n-- \nClaimwatch\n{postal}\n{operator}\n",
    ),
    "nb": Letter(
        "Når e-post fra Claimwatch fram til deg?",
        "E-post fra Claimwatch til denne adressen har kommet i retur. Vi skriver en gang til for å se om den virker "
        "igjen.\n\nDu trenger ikke gjøre noe: Kommer denne e-posten fram, sendes de neste som før. Kommer også den i "
        "retur, slutter vi å skrive til adressen.\n\nDenne siden viser hva du får, og lar deg endre det:\n\n{link}\n"
        "\n-- \nClaimwatch\n{postal}\n{operator}\n",
    ),
}


def ask_address(connection: Connection, settings: Settings, sent: Sent, now: datetime) -> bool:
    """Have the address of a mail that came back asked in a day; until it is known their mail rests.

    False where it is being asked already.
    """
    number = bounces.count_probes(connection, sent.subscriber_id)
    message_id = note_id(settings, f"probe\n{sent.subscriber_id}\n{number}")
    bounces.rest(connection, sent.subscriber_id, now + ASK_AFTER + QUIET, 1, "their address is being asked")
    return bounces.add_probe(connection, sent, message_id, now + ASK_AFTER)


def give_up(
    connection: Connection, probe_id: int, recipient: str, reason: str, status: str | None, now: datetime
) -> bool:
    """A probe came back: no mail reaches the address any more. False where the probe was closed before."""
    if not bounces.settle_probe(connection, probe_id, "bounced", reason=reason):
        return False
    # Not the server's words: they often hold the address, and a suppression outlives an erasure.
    why = f"mail came back, and so did the mail that asked ({status or 'refused'})"
    suppressions.suppress(connection, recipient, why, source="bounce", at=now)
    return True


def send_probes(watch: Watch) -> int:
    """Forgive those of whom nothing came back, and send every probe that is due; returns how many were taken."""
    with watch.store.write() as connection:
        bounces.pass_probes(connection, watch.now() - QUIET)
    return send_letters(watch, _Probes(watch))


class _Probes:
    """Addresses that are to be asked."""

    what = "ask an address"

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def due(self, connection: Connection, real: float) -> bool:
        return bounces.is_probe_due(connection, self._watch.now(), real)

    def claim(self, connection: Connection, real: float) -> Probe | None:
        return bounces.claim_probe(connection, self._watch.now(), real, LEASE_S)

    def post(self, one: Probe) -> Post:
        settings = self._watch.settings
        with self._watch.store.read() as connection:
            member = subscribers.find_member(connection, one.subscriber_id)
        language = member.subscriber.language if member is not None else settings.language
        mime = write_note(
            settings,
            one.recipient,
            LETTERS.get(language, LETTERS["en"]),
            link=preferences_url(settings, one.subscriber_id),
            message_id=one.message_id,
            at=one.due_at,
            language=language if language in LETTERS else "en",
        )
        mail_from = parseaddr(settings.sender)[1]
        if settings.bounces is not None:
            mail_from = return_path(settings.bounces, one.message_id)
        return Post(mail_from, one.recipient, mime, one.tries)

    def settle(self, connection: Connection, one: Probe, fate: Fate) -> None:
        now = self._watch.now()
        if fate.state == "refused" and fate.verdict is Verdict.RECIPIENT:
            give_up(connection, one.id, one.recipient, fate.reason or "refused", None, now)
            return
        if fate.state == "refused":
            # Not for this address's fault, so it proves nothing against it.
            bounces.forgive(connection, one.subscriber_id)
            return
        later, sent_at = fate.next_try_at, now if fate.state == "sent" else None
        bounces.settle_probe(connection, one.id, fate.state, reason=fate.reason, next_try_at=later, sent_at=sent_at)
