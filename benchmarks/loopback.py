"""Feeds and a mailbox on loopback, the same for all who are compared: as little work for each request as can be.

Each feed has five entries with their text, an ETag and a Last-Modified, and answers 304 to whoever sends either back.
One entry of every tenth feed is about a watched company. The mail server takes everything and counts it.
"""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

HOST = "feeds.example"
ENTRIES = 5
MODIFIED = "Fri, 06 Nov 2026 06:00:00 GMT"
_DEEDS = ("library", "lighthouse", "museum of clocks", "botanical garden", "ferry line", "glass works", "chess school")
_PLACES = ("Reykjavik", "Lima", "Accra", "Hobart", "Nuuk", "Suva", "Riga", "Quito", "Bergen")


@dataclass
class Served:
    """What was asked for since the last look."""

    whole: int = 0
    unchanged: int = 0
    mails: int = 0


def named(number: int) -> str:
    """A sentence about a watched company, another one for each number up to some thousands."""
    deed, place = _DEEDS[number % len(_DEEDS)], _PLACES[number // len(_DEEDS) % len(_PLACES)]
    return f"Hikvision opened a {deed} in {place} on {1 + number % 28} October {2024 + number // 28 % 3}. "


def feed(number: int, entries: int = ENTRIES) -> bytes:
    """One RSS feed with entries of some sentences each; the first of every tenth feed is about a watched company."""
    return feed_of(number, [named(number // 10) if number % 10 == 0 and at == 0 else "" for at in range(entries)])


def feed_of(number: int, begins: Sequence[str]) -> bytes:
    """One RSS feed with an entry for each of `begins`, which stands before its other sentences."""
    items = "".join(
        f"<item><title>Item {at} of feed {number}</title><link>https://{HOST}/{number}/item-{at}</link>"
        f"<guid>https://{HOST}/{number}/item-{at}</guid><pubDate>Mon, 02 Nov 2026 06:00:{at % 60:02} GMT</pubDate>"
        f"<description>{begin}The committee met.</description>"
        f"<content:encoded>&lt;p&gt;{begin}{'The committee met and heard the report of the day. ' * 8}&lt;/p&gt;"
        "</content:encoded></item>"
        for at, begin in enumerate(begins)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Feed {number}</title><link>https://{HOST}/</link><description>Made up</description>{items}"
        "</channel></rss>"
    ).encode()


class Loopback:
    """Both servers, in a thread; a context manager. `url` is under which the feeds are: `{url}/0`, `{url}/1` …"""

    def __init__(self, feeds: Sequence[bytes]) -> None:
        self.count = len(feeds)
        self.counted = Served()
        self.root = ""
        self.smtp_port = 0
        self._answers: dict[str, tuple[bytes, bytes]] = {}
        for number, body in enumerate(feeds):
            head = f'ETag: "{number}"\r\nLast-Modified: {MODIFIED}\r\n'
            whole = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=utf-8\r\n{head}"
            whole += f"Content-Length: {len(body)}\r\n\r\n"
            self._answers[f"/{HOST}/{number}"] = (
                whole.encode() + body,
                f"HTTP/1.1 304 Not Modified\r\n{head}\r\n".encode(),
            )
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        """Under which the feeds are."""
        return f"{self.root}/{HOST}"

    @property
    def urls(self) -> list[str]:
        """The address of each feed."""
        return [f"{self.url}/{number}" for number in range(self.count)]

    def take(self) -> Served:
        """What was asked for since the last call."""
        counted, self.counted = self.counted, Served()
        return counted

    def answer(self, head: bytes) -> bytes:
        """The answer to a request, given its lines."""
        request, *lines = head.decode("latin-1").split("\r\n")
        path = request.split(" ")[1] if request.count(" ") == 2 else ""
        known = self._answers.get(path)
        if known is None:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        whole, unchanged = known
        sent = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if sent.get("if-none-match") == f'"{path.rpartition("/")[2]}"' or sent.get("if-modified-since") == MODIFIED:
            self.counted.unchanged += 1
            return unchanged
        self.counted.whole += 1
        return whole

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        web = self._loop.run_until_complete(self._loop.create_server(lambda: _Web(self), "127.0.0.1", 0, backlog=500))
        mail = self._loop.run_until_complete(self._loop.create_server(lambda: _Mail(self), "127.0.0.1", 0))
        self.root = f"http://127.0.0.1:{web.sockets[0].getsockname()[1]}"
        self.smtp_port = mail.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        web.close()
        mail.close()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


class _Web(asyncio.Protocol):
    """One client of the feeds; its connection is kept for as long as it likes."""

    def __init__(self, servers: Loopback) -> None:
        self._servers = servers
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            self._transport.write(self._servers.answer(head))
            if b"connection: close" in head.lower():
                self._transport.close()


class _Mail(asyncio.Protocol):
    """One client of the mailbox."""

    def __init__(self, servers: Loopback) -> None:
        self._servers = servers
        self._read = b""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._read += data
        while True:
            end = b"\r\n.\r\n" if self._in_data else b"\r\n"
            line, found, rest = self._read.partition(end)
            if not found:
                return
            self._read = rest
            if self._in_data:
                self._in_data = False
                self._servers.counted.mails += 1
                self._transport.write(b"250 2.0.0 Ok: queued as SINK\r\n")
            else:
                self._command(line[:4].upper())

    def _command(self, verb: bytes) -> None:
        if verb == b"DATA":
            self._in_data = True
            self._transport.write(b"354 go on\r\n")
        elif verb == b"QUIT":
            self._transport.write(b"221 bye\r\n")
            self._transport.close()
        else:
            self._transport.write(b"250 ok\r\n")
