"""A real SMTP server on loopback for the tests: TLS and login as asked, answers as told."""

import asyncio
import ipaddress
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "digest", "s3cret-word"
Answer = Callable[[Envelope], str]


class Sink:
    """Listens on `port`, keeps what it took in `taken`, counts clients in `connections`.

    `answer` decides what DATA is answered with, `recipient` what RCPT is. With `pipelining` it is offered.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        login: bool = False,
        answer: Answer = lambda _envelope: "250 2.0.0 kept as Q1",
        recipient: Answer | None = None,
        pipelining: bool = False,
    ) -> None:
        self.taken: list[Envelope] = []
        self.connections = 0
        self._answer = answer
        self._recipient = recipient
        self._pipelining = pipelining
        self._options: dict[str, Any] = {}
        if tls is not None and not implicit:
            self._options |= {"tls_context": tls, "require_starttls": True}
        if login:
            self._options |= {
                "authenticator": _authenticate,
                "auth_required": True,
                "auth_require_tls": tls is not None,
            }
        self._tls = tls if implicit else None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp-sink")

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._server, "127.0.0.1", 0, ssl=self._tls)

    def _server(self) -> SMTP:
        self.connections += 1
        return SMTP(self, hostname="sink.example", loop=self._loop, **self._options)

    async def _hang_up(self) -> None:
        self._listener.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes a recipient, or answers as told."""
        envelope.rcpt_tos.append(address)
        answer = self._recipient(envelope) if self._recipient else "250 2.1.5 welcome"
        if not answer.startswith("2"):
            envelope.rcpt_tos.pop()  # or DATA would be let through
        return answer

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offers what was told."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]] if self._pipelining else responses

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Takes a message, or answers as told; `drop` closes the connection without an answer."""
        answer = self._answer(envelope)
        if answer == "drop":
            self.taken.append(envelope)
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return "250 nobody reads this"
        if answer.startswith("250"):
            self.taken.append(envelope)
        return answer

    def __enter__(self) -> Self:
        self._thread.start()
        self._listener = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port = int(self._listener.sockets[0].getsockname()[1])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=known)  # not handled: the server itself answers 535


def make_certificate(folder: Path, *, lasts: timedelta = timedelta(days=1)) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost and 127.0.0.1, and a server context with it. One that `lasts` less than no time has
    expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + lasts)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return path, context
