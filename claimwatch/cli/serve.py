"""`claimwatch serve`."""

import argparse
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command
from claimwatch.cli.output import write
from claimwatch.errors import ClaimwatchError

if TYPE_CHECKING:
    from uvicorn import Server

    from claimwatch.cli.arguments import Commands


def add_to(commands: "Commands") -> None:
    """The command of this module."""
    serve = add_command(
        commands,
        "serve",
        "serve the public pages, and the review desk for analysts",
        "Stands behind a proxy that speaks https. Keeps no log of requests: tokens are in their addresses.",
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=_port, default=8000, help="port to listen on (default 8000; 0 takes a free one)")
    serve.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until interrupted."""
    import uvicorn

    from claimwatch.cli.watch import opened
    from claimwatch.logs import to_stderr
    from claimwatch.pipeline.showing.standing import standings
    from claimwatch.settings import load_settings
    from claimwatch.web.app import create_app

    # What is wrong with settings, store or baseline is said plainly, before a server stands around it.
    with opened() as watch:
        app = create_app(settings := load_settings(), tended=True)
        unread = all(one.last_good_at is None for one in standings(watch).values())
    family = socket.AF_INET6 if ":" in arguments.host else socket.AF_INET
    try:
        listening = socket.create_server((arguments.host, arguments.port), family=family)
    except OSError as error:
        where, reason = f"{arguments.host}:{arguments.port}", str(error.strerror).partition(" (while")[0]
        raise ClaimwatchError(
            f"cannot listen on {where}: {reason}; name another with --host, --port (port 0 takes a free one)"
        ) from error
    # The pages read the headers of a proxy themselves, and need to know who really sent them.
    config = uvicorn.Config(app, access_log=False, log_config=None, log_level="warning", proxy_headers=False)
    server = uvicorn.Server(config)
    with to_stderr(settings), listening, _heeded(server):
        write(f"Pages on http://{_shown(arguments.host)}:{listening.getsockname()[1]}/ (Ctrl-C ends)")
        if unread:
            write("No source has been read yet: `claimwatch run` reads them, and sends what is due.")
        sys.stdout.flush()  # whoever reads it from a file or a journal is to know at once
        server.run(sockets=[listening])
    return 0 if server.started else 1


@contextmanager
def _heeded(server: "Server") -> Iterator[None]:
    """Have an interrupt heeded from now on. As an exception it is lost where it falls into a destructor, and the server
    goes on for ever; the server's own handlers only stand once it serves. Raises `KeyboardInterrupt` at the end."""
    interrupted = False

    def heed(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        interrupted = True
        server.handle_exit(number, frame)

    before = signal.signal(signal.SIGINT, heed)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if interrupted:
        raise KeyboardInterrupt


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        port = -1
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; write a number from 0 to 65535")
    return port


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
