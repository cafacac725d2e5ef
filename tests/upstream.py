"""A loopback web server for tests: a function for each path writes whatever the test needs, broken answers included."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

Handle = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came: `target` is the raw text of the request line, header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]


def reply(status: int = 200, body: bytes | str = b"", **headers: str) -> Handle:
    """A handler with one fixed answer. Header names are written with `_` for `-`."""
    data = body.encode() if isinstance(body, str) else body
    named = {"content-type": "text/html; charset=utf-8", "content-length": str(len(data))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}

    def handle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in named.items():
            request.send_header(name, value)
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(data)

    return handle


class Upstream:
    """The server; a context manager. Unknown paths answer 404. `released` ends handlers that wait on it.

    With `tls` it speaks https; a client that hangs up in the handshake does not disturb it.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Received] = []
        self.released = threading.Event()
        self._handles: dict[str, Handle] = {}
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                upstream.requests.append(Received(self.command, self.path, headers))
                handle = upstream._handles.get(self.path.partition("?")[0], reply(404, "no such page"))
                try:
                    handle(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the client had enough, which many tests are about

            do_HEAD = do_GET  # noqa: N815 (the base class calls it so)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # Threads are joined at the end, so that no socket outlives its test.
        self._server.daemon_threads = False
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The address of the server, without trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    def on(self, path: str, handle: Handle) -> None:
        """Answer requests for `path` (raw, without query) with `handle`."""
        self._handles[path] = handle

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
