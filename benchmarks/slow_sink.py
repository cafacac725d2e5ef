"""A mail server that takes everything and answers each command after a while: a round trip, without a network.

`python -m benchmarks.slow_sink DELAY_MS [pipelining]` prints its port and serves until its input ends. With
`pipelining` it offers that, and answers several commands that come together after one while, as a network would.
"""

import asyncio
import sys


class _Session(asyncio.Protocol):
    """One client; as little work for each mail as can be, since what is measured is the client."""

    def __init__(self, delay_s: float, *, pipelining: bool) -> None:
        self._delay_s = delay_s
        self._offer = b"250-sink.example\r\n250 PIPELINING" if pipelining else b"250 sink.example"
        self._loop = asyncio.get_running_loop()
        self._lines = b""
        self._in_data = False
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._answer(b"220 sink.example ESMTP")

    def data_received(self, data: bytes) -> None:
        if self._in_data:
            self._tail = (self._tail + data)[-5:]
            if self._tail == b"\r\n.\r\n":
                self._in_data, self._tail = False, b""
                self._answer(b"250 2.0.0 Ok: queued as SINK")
            return
        self._lines += data
        while b"\r\n" in self._lines:
            line, _, self._lines = self._lines.partition(b"\r\n")
            self._command(line[:4].upper())

    def _command(self, verb: bytes) -> None:
        if verb == b"EHLO":
            self._answer(self._offer)
        elif verb == b"DATA":
            self._in_data = True
            self._answer(b"354 go on")
        elif verb == b"QUIT":
            self._answer(b"221 bye")
            self._loop.call_later(self._delay_s, self._transport.close)
        else:
            self._answer(b"250 ok")

    def _answer(self, line: bytes) -> None:
        self._loop.call_later(self._delay_s, self._transport.write, line + b"\r\n")


async def _serve(delay_s: float, *, pipelining: bool) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Session(delay_s, pipelining=pipelining), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]) / 1000, pipelining="pipelining" in sys.argv[2:]))
