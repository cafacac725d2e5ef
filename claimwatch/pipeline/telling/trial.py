"""A trial: the present edition's mail to one address, with [test] in its subject. Nothing of it is kept."""

from dataclasses import dataclass, replace
from email.utils import parseaddr

from claimwatch.delivery import open_transport
from claimwatch.errors import UsageError
from claimwatch.models import Subscriber
from claimwatch.pipeline.telling.build import TRIAL, archived, compose_mail, preview
from claimwatch.pipeline.watch import Watch
from claimwatch.store import editions


@dataclass(frozen=True, slots=True)
class Trial:
    """A test mail that was handed over: what it was called, and what the taker said."""

    recipient: str
    subject: str
    answer: str


def send_trial(watch: Watch, address: str, series: str = "weekly") -> Trial:
    """Send the edition that is due, or else the last one, as it stands in the archive.

    Touches neither outbox nor ledger. Raises `UsageError` when there is no edition yet, `DeliveryFailed` when it could
    not be handed over.
    """
    now = watch.now()
    due = preview(watch, series)
    if due is not None:
        edition, rendered = due
        period = edition.period
    else:
        with watch.store.read() as connection:
            last = editions.last_edition(connection, series)
        if last is None:
            raise UsageError(f"there is no {series} edition to send: `claimwatch poll` and `claimwatch digest` first")
        rendered, period = archived(last), last.period
    marked = replace(rendered, subject=f"[test] {rendered.subject}")
    recipient = Subscriber(0, address, None, rendered.language, watch.settings.timezone, True, now)
    key = f"{TRIAL}:{series}:{period}:{now.isoformat()}"
    _, mime = compose_mail(watch, marked, series, period, recipient, now, key=key)
    with open_transport(watch.settings.smtp_url.get_secret_value()) as transport:
        receipt = transport.send(parseaddr(watch.settings.sender)[1], address, mime)
    return Trial(address, marked.subject, receipt.text)
