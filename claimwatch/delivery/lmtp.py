"""LMTP (RFC 2033): the mail server on this machine hands over what comes back, one mail at a time.

Only what `keep` has kept is answered 250; the mail server holds on to anything else and tries again. LMTP knows no
login, so nobody beyond this machine is listened to.
"""

import asyncio
import contextlib
import fcntl
import ipaddress
import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session

from claimwatch.errors import ClaimwatchError, UsageError

MOST_BYTES = 32 << 20  # above what mail servers pass on; refused for good, as it would be each time
_LOG = logging.getLogger("claimwatch.lmtp")


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen: a socket file, or a loopback address with a port (0 takes a free one)."""

    path: Path | None = None
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"unix:{self.path}" if self.path is not None else f"{host}:{self.port}"


def read_place(text: str) -> Place:
    """The place of `unix:PATH` or `HOST:PORT`. Raises `UsageError`, also for what other machines could reach."""
    kind, _, path = text.partition(":")
    if kind == "unix" and path:
        return Place(Path(path).expanduser())
    host, _, port = text.rpartition(":")
    host = "127.0.0.1" if host == "localhost" else host.removeprefix("[").removesuffix("]")
    try:
        address, number = ipaddress.ip_address(host), int(port)
    except ValueError:
        address, number = None, -1
    if address is None or not 0 <= number <= 65535:
        raise UsageError(f"{text!r} is no place to listen; write unix:PATH or 127.0.0.1:PORT")
    if not address.is_loopback:
        raise UsageError(f"{host} can be reached from elsewhere, and LMTP knows no login; write 127.0.0.1:{port}")
    return Place(host=host, port=number)


async def serve_lmtp(
    place: Place, keep: Callable[[bytes], None], ready: Callable[[Place], None], stop: asyncio.Event
) -> None:
    """Listen until `stop` is set. `keep` gets each mail with its envelope as headers, on a thread of its own, and
    raises `ClaimwatchError` where it cannot be kept; `ready` is told where we listen.

    Raises `ClaimwatchError` where that place cannot be had.
    """
    loop, hall = asyncio.get_running_loop(), _Hall(keep)

    def server() -> LMTP:
        return _Session(hall, loop=loop, hostname="localhost", ident="LMTP", data_size_limit=MOST_BYTES)

    claimed = _claim(place.path) if place.path is not None else None
    try:
        if place.path is not None:
            listening: asyncio.Server = await loop.create_unix_server(server, place.path)
            place.path.chmod(0o666)  # who may come in is for the folder to say, as the mail server is another user
        else:
            listening = await loop.create_server(server, place.host, place.port)
            place = Place(host=place.host, port=int(listening.sockets[0].getsockname()[1]))
    except OSError as error:
        _give_up(claimed)
        raise ClaimwatchError(f"cannot listen on {place}: {error.strerror or error}; name another place") from error
    try:
        ready(place)
        await stop.wait()
    finally:
        listening.close()
        await hall.finish()
        if place.path is not None:
            place.path.unlink(missing_ok=True)
        _give_up(claimed)


def _claim(path: Path) -> int:
    """Hold a socket file for this process: whoever binds it takes it from who had it, without a word to either.

    The system lets go of the lock (of a file beside it) when a process dies. Raises `ClaimwatchError` where somebody
    listens there.
    """
    beside = path.with_name(f"{path.name}.lock")
    try:
        held = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ClaimwatchError(f"cannot listen on unix:{path}: {error.strerror or error}; name another place") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
            probe.connect(str(path))  # nobody of ours, as the lock was free
            raise BlockingIOError
    except BlockingIOError:
        os.close(held)
        raise ClaimwatchError(
            f"somebody listens on unix:{path} already, and mail comes to one of them only; end the other "
            "`claimwatch bounces listen`, or name another place"
        ) from None
    except OSError as error:
        os.close(held)
        raise ClaimwatchError(f"cannot listen on unix:{path}: {error.strerror or error}; name another place") from error
    return held


def _give_up(claimed: int | None) -> None:
    if claimed is not None:
        os.close(claimed)  # the file stays: to remove it would let two hold two locks of one name


class _Session(LMTP):
    """One client. Reports enclose whatever stood in a mail, so a line may be longer than the standard allows."""

    line_length_limit = 1 << 20


class _Hall:
    """What the sessions call."""

    def __init__(self, keep: Callable[[bytes], None]) -> None:
        self._keep = keep
        self._at_work: set[asyncio.Task[None]] = set()

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: LMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient at a time: each is to have an answer of its own."""
        if envelope.rcpt_tos:
            return "452 4.5.3 one recipient at a time"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: LMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep it, then say so."""
        sender = (envelope.mail_from or "").strip("<>")  # the library gives `<>` for nobody
        head = f"Return-Path: <{sender}>\r\nDelivered-To: {envelope.rcpt_tos[0]}\r\n"
        raw = head.encode("ascii", "replace") + (envelope.original_content or b"")
        # Goes on when the client hangs up: a mail that is half written would only be in the way.
        keeping = asyncio.get_running_loop().create_task(asyncio.to_thread(self._keep, raw))
        self._at_work.add(keeping)
        keeping.add_done_callback(self._at_work.discard)
        try:
            await asyncio.shield(keeping)
        except Exception as error:  # whatever it was, another answer would make the mail server give the mail up
            said = str(error) if isinstance(error, ClaimwatchError) else repr(error)
            _LOG.error(
                "a mail was left with the mail server: %s", said, exc_info=not isinstance(error, ClaimwatchError)
            )
            return "451 4.3.0 it cannot be kept at present; try again later"
        return "250 2.0.0 Ok: kept"

    async def finish(self) -> None:
        """Wait for what is being kept."""
        await asyncio.gather(*self._at_work, return_exceptions=True)
