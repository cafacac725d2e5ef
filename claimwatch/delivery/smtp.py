"""SMTP submission, command by command, so that it is known how far a message came when something fails."""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import aiosmtplib

from claimwatch.delivery.answers import Verdict, read_answer
from claimwatch.delivery.receipt import NotTaken, OutcomeUnknown, Receipt
from claimwatch.delivery.together import ask_together

COMMAND_TIMEOUT_S = 60.0
# RFC 5321 4.5.3.2.6: the server may take ten minutes over the final dot; giving up earlier makes duplicates.
DATA_TIMEOUT_S = 600.0
_GOOD = ((250,), (250, 251), (354,))  # answers to MAIL, RCPT and DATA
_CERT_HAS_EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED


@dataclass(frozen=True, slots=True)
class Relay:
    """The server that takes our mail. `tls` is `implicit`, `starttls` (demanded, not offered) or `none`."""

    host: str
    port: int
    tls: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)


class SmtpTransport:
    """One connection to the relay, opened at the first message, used for the next ones, opened anew when lost."""

    def __init__(self, relay: Relay, *, data_timeout_s: float = DATA_TIMEOUT_S) -> None:
        self._relay = relay
        self._data_timeout_s = data_timeout_s
        self._runner: asyncio.Runner | None = None
        self._client: aiosmtplib.SMTP | None = None
        self._wire: asyncio.BaseTransport | None = None  # the client forgets its own when it is cut off
        self._phase = "connect"

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            self._runner.run(self._close())
            self._runner.close()
            self._runner = None

    def send(self, mail_from: str, to: str, message: bytes) -> Receipt:
        """Hand over one message, inside `with`. Raises `NotTaken`, `OutcomeUnknown` where no answer came.

        It is permanent only for what the relay says of this recipient or message; what it says of us (login,
        policy, certificate) is ours to mend and never the recipient's fault.
        """
        assert self._runner is not None, "an SMTP transport is used inside `with`"
        return self._runner.run(self._send(mail_from, to, message))

    def probe(self) -> datetime | None:
        """Connect and log in, as `send` would, and send nothing; gives until when the server's certificate holds.

        None where the connection is in the clear. Inside `with`. Raises `NotTaken`.
        """
        assert self._runner is not None, "an SMTP transport is used inside `with`"
        client = self._runner.run(self._connected())
        certificate = client.get_transport_info("peercert") or {}
        until = certificate.get("notAfter")
        return None if until is None else datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC)

    async def _send(self, mail_from: str, to: str, message: bytes) -> Receipt:
        for address in (mail_from, to):
            # The library drops what follows a control character instead of refusing it.
            if (
                not address.isascii()
                or not address.isprintable()
                or any(c in address for c in " <>")
                or "@" not in address
            ):
                verdict = Verdict.RECIPIENT if address is to else Verdict.OURS
                raise NotTaken(f"{address!r} is not an address that SMTP can carry", verdict)
        client = await self._connected()
        try:
            await (self._announce_at_once if client.supports_extension("pipelining") else self._announce)(
                client, mail_from, to
            )
            self._phase = "the final dot"
            answer = await _hand_over(client, message, self._data_timeout_s)
        except (aiosmtplib.SMTPException, OSError) as error:
            if isinstance(error, aiosmtplib.SMTPResponseException) and 400 <= error.code < 600:
                await self._reset(error.code)
                step = "DATA" if self._phase == "the final dot" else self._phase
                raise _refused(self._relay, step, to, error.code, error.message) from None
            # No answer, or none that can be read.
            await self._close()
            what = f"{self._where} gave no answer to {self._phase} for {to} ({type(error).__name__})"
            if self._phase == "the final dot":
                raise OutcomeUnknown(f"{what}; it may have taken the message, look in its log") from None
            why = f"{what}; it was not sent and will be tried again"
            raise NotTaken(why, Verdict.RELAY, phase=self._phase) from None
        return Receipt(f"{answer.code} {answer.message}")

    async def _announce(self, client: aiosmtplib.SMTP, mail_from: str, to: str) -> None:
        """From whom and to whom, up to the server's 354: it has taken nothing yet."""
        self._phase = "MAIL FROM"
        await client.mail(mail_from, timeout=COMMAND_TIMEOUT_S)
        self._phase = "RCPT TO"
        await client.rcpt(to, timeout=COMMAND_TIMEOUT_S)
        self._phase = "DATA"
        answer = await client.execute_command(b"DATA", timeout=COMMAND_TIMEOUT_S)
        if answer.code != 354:
            raise aiosmtplib.SMTPDataError(answer.code, answer.message)

    async def _announce_at_once(self, client: aiosmtplib.SMTP, mail_from: str, to: str) -> None:
        """The same by one round trip, where the server offers PIPELINING."""
        commands = (f"MAIL FROM:<{mail_from}>".encode(), f"RCPT TO:<{to}>".encode(), b"DATA")
        answers = await ask_together(client, commands, COMMAND_TIMEOUT_S)
        for phase, answer, wanted in zip(("MAIL FROM", "RCPT TO", "DATA"), answers, _GOOD, strict=True):
            self._phase = phase
            if answer is None:
                raise aiosmtplib.SMTPServerDisconnected("no answer")
            if answer.code not in wanted:
                if answers[-1] is not None and answers[-1].code in _GOOD[-1]:
                    await self._cut()  # it waits for a message to nobody, and anything would be taken for that
                raise aiosmtplib.SMTPResponseException(answer.code, answer.message)

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        relay = self._relay
        client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            use_tls=relay.tls == "implicit",
            start_tls=False,  # done below: aiosmtplib's default goes on in plain text where STARTTLS is not offered
            timeout=COMMAND_TIMEOUT_S,
        )
        try:
            await client.connect()
            await client.ehlo()
            if relay.tls == "starttls":
                if not client.supports_extension("starttls"):
                    await _drop(client, client.transport)
                    why = f"{self._where} does not offer STARTTLS; ask its operator, or set tls=none"
                    raise NotTaken(why, Verdict.OURS, phase="connect")
                await client.starttls()
                await client.ehlo()
            if relay.username is not None and relay.password is not None:
                await client.login(relay.username, relay.password)
        except (aiosmtplib.SMTPException, OSError) as error:
            await _drop(client, client.transport)
            verdict, why = _why_not(error)
            raise NotTaken(f"{self._where}: {why}", verdict, phase="connect") from None
        self._client, self._wire = client, client.transport
        return client

    async def _reset(self, code: int) -> None:
        """Makes the connection fit for the next message, or gives it up."""
        if self._client is None:
            return
        if code == 421:
            await self._close()
            return
        try:
            await self._client.rset(timeout=COMMAND_TIMEOUT_S)
        except (aiosmtplib.SMTPException, OSError):
            await self._close()

    async def _close(self) -> None:
        if self._client is None:
            return
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):  # a server that is gone needs no goodbye
            await self._client.quit(timeout=5.0)
        await self._cut()

    async def _cut(self) -> None:
        """End the connection without a word."""
        client, self._client = self._client, None
        if client is not None:
            await _drop(client, self._wire)

    @property
    def _where(self) -> str:
        return f"the mail server {self._relay.host}:{self._relay.port}"


async def _hand_over(client: aiosmtplib.SMTP, message: bytes, timeout_s: float) -> aiosmtplib.SMTPResponse:
    """The message and the final dot. The library's own `data` looks for line ends and dots by patterns, which takes
    longer than all else in sending."""
    if client.protocol is None:
        raise aiosmtplib.SMTPServerDisconnected("connection lost")
    lines = b"\r\n".join(message.splitlines()).replace(b"\r\n.", b"\r\n..")
    client.protocol.write((b"." if lines.startswith(b".") else b"") + lines + b"\r\n.\r\n")
    answer = await client.protocol.read_response(timeout=timeout_s)
    if answer.code != 250:
        raise aiosmtplib.SMTPDataError(answer.code, answer.message)
    return answer


async def _drop(client: aiosmtplib.SMTP, transport: asyncio.BaseTransport | None) -> None:
    client.close()
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()  # a server that does not end TLS in order must not keep the socket open
    await asyncio.sleep(0)  # the loop closes the socket in its next round, which may be its last


def _why_not(error: Exception) -> tuple[Verdict, str]:
    # Never the library's own words on a login: they may hold what was sent.
    if isinstance(error, aiosmtplib.SMTPAuthenticationError) and 400 <= error.code < 500:
        return Verdict.RELAY, f"cannot check our login at present ({error.code})"
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return Verdict.OURS, f"refuses our login ({error.code}); correct user and password in CLAIMWATCH_SMTP_URL"
    if isinstance(error, aiosmtplib.SMTPNotSupported) or type(error) is aiosmtplib.SMTPException:
        why = "offers no login that we know; leave user and password out of CLAIMWATCH_SMTP_URL, or ask its operator"
        return Verdict.OURS, why
    if _has_expired(error.__cause__) or _has_expired(error):
        return (
            Verdict.OURS,
            "shows a certificate that has expired; renew it, or set this machine's clock",
        )
    if isinstance(error.__cause__, ssl.SSLError) or isinstance(error, ssl.SSLError):
        why = "shows a certificate that cannot be trusted or no TLS; renew it, or name the host it was made for"
        return Verdict.OURS, why
    if isinstance(error, aiosmtplib.SMTPResponseException):
        verdict = Verdict.RELAY if error.code < 500 else Verdict.OURS
        return verdict, f"refuses the connection ({error.code}); ask its operator"
    return Verdict.RELAY, f"cannot be reached ({type(error).__name__}); check host and port in CLAIMWATCH_SMTP_URL"


def _has_expired(error: BaseException | None) -> bool:
    return isinstance(error, ssl.SSLCertVerificationError) and error.verify_code == _CERT_HAS_EXPIRED


def _refused(relay: Relay, phase: str, to: str, code: int, text: str) -> NotTaken:
    answer = read_answer(phase, code, text)
    said = answer.text
    for secret in (relay.password, relay.username):
        said = said.replace(secret, "***") if secret else said
    reason = f"the mail server {relay.host}:{relay.port} answered {code} {said} to {phase} for {to}"
    return NotTaken(reason, answer.verdict, answer=answer)
