"""How bytes leave: into a local Maildir, or by SMTP over one connection that is used again.

`open_transport` takes `maildir:PATH`, `smtp://USER:PASSWORD@HOST:587?tls=starttls`, `smtp://HOST:25?tls=none` or
`smtps://USER:PASSWORD@HOST`; SMTP takes `connections=N` as well, how many may be open at once (4). Credentials never
come into an error's text.
"""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

from claimwatch.delivery.maildir import MaildirTransport
from claimwatch.delivery.receipt import Receipt
from claimwatch.delivery.smtp import Relay, SmtpTransport
from claimwatch.errors import SettingsInvalid

__all__ = ["Route", "Transport", "open_transport", "read_route"]

CONNECTIONS, MOST_CONNECTIONS = 4, 32
_SHAPES = (
    "maildir:PATH, smtp://USER:PASSWORD@HOST:587?tls=starttls, smtp://HOST:25?tls=none or smtps://USER:PASSWORD@HOST, "
    f"with connections=1 to {MOST_CONNECTIONS} where {CONNECTIONS} is not right"
)


class Transport(Protocol):
    """A way out for messages; a context manager that holds at most one connection."""

    def send(self, mail_from: str, to: str, message: bytes) -> Receipt:
        """Hand over one message from one bare address to another. Raises `NotTaken`, `OutcomeUnknown` among it."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Route:
    """Where mail goes: the `name` of the relay (`host:port`, or `maildir:PATH`), and how many connections it gets.

    Exactly one of `maildir` and `relay` is set.
    """

    name: str
    connections: int
    maildir: str | None = None
    relay: Relay | None = field(default=None, repr=False)

    def open(self) -> Transport:
        """A transport over one connection; nothing is opened before the first `send`."""
        if self.relay is not None:
            return SmtpTransport(self.relay)
        return MaildirTransport(self.maildir or "")


def open_transport(url: str) -> Transport:
    """The transport of an address. Raises `SettingsInvalid`."""
    return read_route(url).open()


def read_route(url: str) -> Route:
    """What an address says. Raises `SettingsInvalid`."""
    scheme, _, rest = url.partition(":")
    if scheme == "maildir" and rest:
        path = unquote(rest.removeprefix("//"))
        return Route(f"maildir:{path}"[:255], 1, maildir=path)
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    options = parse_qs(parts.query)
    tls = options.get("tls", ["starttls"])[-1]
    connections = options.get("connections", [str(CONNECTIONS)])[-1]
    usable = parts.hostname and port != -1 and tls in ("starttls", "none") and connections.isdecimal()
    if scheme not in ("smtp", "smtps") or not usable or not 1 <= int(connections) <= MOST_CONNECTIONS:
        raise SettingsInvalid(f"CLAIMWATCH_SMTP_URL names no way to send mail; write {_SHAPES}")
    if scheme == "smtps":
        tls = "implicit"
    relay = Relay(
        host=parts.hostname or "",
        port=port or {"implicit": 465, "starttls": 587, "none": 25}[tls],
        tls=tls,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )
    return Route(f"{relay.host}:{relay.port}", int(connections), relay=relay)
