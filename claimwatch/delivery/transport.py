"""How bytes leave: into a local Maildir, or by SMTP over one connection that is used again.

`open_transport` takes `maildir:PATH`, `smtp://USER:PASSWORD@HOST:587?tls=starttls`, `smtp://HOST:25?tls=none` or
`smtps://USER:PASSWORD@HOST`. Credentials never come into an error's text.
"""

from types import TracebackType
from typing import Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

from claimwatch.delivery.maildir import MaildirTransport
from claimwatch.delivery.receipt import OutcomeUnknown, Receipt
from claimwatch.delivery.smtp import Relay, SmtpTransport
from claimwatch.errors import SettingsInvalid

__all__ = ["OutcomeUnknown", "Receipt", "Transport", "open_transport"]

_SHAPES = (
    "maildir:PATH, smtp://USER:PASSWORD@HOST:587?tls=starttls, smtp://HOST:25?tls=none or smtps://USER:PASSWORD@HOST"
)


class Transport(Protocol):
    """A way out for messages; a context manager that holds at most one connection."""

    def send(self, mail_from: str, to: str, message: bytes) -> Receipt:
        """Hand over one message from one bare address to another. Raises `DeliveryFailed`."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_transport(url: str) -> Transport:
    """The transport of an address; nothing is opened before the first `send`. Raises `SettingsInvalid`."""
    scheme, _, rest = url.partition(":")
    if scheme == "maildir" and rest:
        return MaildirTransport(unquote(rest.removeprefix("//")))
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    tls = parse_qs(parts.query).get("tls", ["starttls"])[-1]
    if scheme not in ("smtp", "smtps") or not parts.hostname or port == -1 or tls not in ("starttls", "none"):
        raise SettingsInvalid(f"CLAIMWATCH_SMTP_URL names no way to send mail; write {_SHAPES}")
    if scheme == "smtps":
        tls = "implicit"
    return SmtpTransport(
        Relay(
            host=parts.hostname,
            port=port or {"implicit": 465, "starttls": 587, "none": 25}[tls],
            tls=tls,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )
    )
