"""Commands in one write where the server offers PIPELINING (RFC 2920), so that they cost one round trip and not three.

The SMTP library reads one answer to one command. For as long as several are due, this stands in for its protocol on
the same connection, and gives it back.
"""

import asyncio
from collections.abc import Sequence

import aiosmtplib

MOST_BYTES = 1 << 15  # of all answers


async def ask_together(
    client: aiosmtplib.SMTP, commands: Sequence[bytes], timeout_s: float
) -> tuple[aiosmtplib.SMTPResponse | None, ...]:
    """Send commands at once and wait for an answer to each, in their order; None stands for each that did not come
    before the connection was lost, `timeout_s` seconds passed without one, or something came that is no answer.

    Where one is None, or more came than was asked for (all are None then), the connection is of no more use.
    """
    protocol, transport = client.protocol, client.transport
    if protocol is None or not isinstance(transport, asyncio.Transport) or transport.is_closing():
        return (None,) * len(commands)
    answers = _Answers(protocol, len(commands))
    transport.set_protocol(answers)
    try:
        transport.write(b"".join(command + b"\r\n" for command in commands))
        count = -1
        while not answers.complete.done() and len(answers.came) > count:
            count = len(answers.came)  # a whole answer and not a byte: each command has its time, as it had by itself
            await asyncio.wait((answers.complete, answers.next()), timeout=timeout_s, return_when="FIRST_COMPLETED")
    finally:
        transport.set_protocol(protocol)
    came = answers.came if len(answers.came) <= len(commands) and not answers.left_over else []
    return (*came, *[None] * (len(commands) - len(came)))


class _Answers(asyncio.Protocol):
    """Gathers answers; what happens to the connection is passed on to the protocol whose place this takes."""

    def __init__(self, instead_of: asyncio.BaseProtocol, wanted: int) -> None:
        self.came: list[aiosmtplib.SMTPResponse] = []
        self.complete: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._instead_of, self._wanted = instead_of, wanted
        self._next = self.complete
        self._lines: list[bytes] = []
        self._rest = b""
        self._size = 0

    def next(self) -> asyncio.Future[None]:
        """Done when one more answer has come."""
        self._next = asyncio.get_running_loop().create_future()
        return self._next

    @property
    def left_over(self) -> bool:
        """Whether something has come that is no whole answer."""
        return bool(self._rest or self._lines)

    def data_received(self, data: bytes) -> None:
        """Takes answers apart, of one line or several (`250-`)."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._size += len(data)
        for line in lines:
            self._lines.append(line)
            if line[3:4] != b"-":
                self._take()
        if len(self.came) >= self._wanted or self._size > MOST_BYTES:
            self._end()

    def _take(self) -> None:
        lines, self._lines = self._lines, []
        code = lines[-1][:3]
        if not code.isdigit() or any(line[:3] != code for line in lines):
            self._lines = lines  # left over: nothing that follows can be trusted
            self._end()
            return
        text = "\n".join(line[4:].strip().decode("utf-8", "surrogateescape") for line in lines)
        self.came.append(aiosmtplib.SMTPResponse(int(code), text))
        if not self._next.done() and self._next is not self.complete:
            self._next.set_result(None)

    def _end(self) -> None:
        if not self.complete.done():
            self.complete.set_result(None)

    def pause_writing(self) -> None:
        """Passed on."""
        self._instead_of.pause_writing()

    def resume_writing(self) -> None:
        """Passed on."""
        self._instead_of.resume_writing()

    def eof_received(self) -> bool | None:
        """No more will come; the connection ends."""
        self._end()
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """No more will come."""
        self._instead_of.connection_lost(exc)
        self._end()
