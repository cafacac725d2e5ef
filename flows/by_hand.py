"""Flows started by hand: Prefect's temporary server while they run, and a terminal that shows only our own lines."""

import contextlib
import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from prefect import Flow
from prefect.server.api.server import SubprocessASGIServer
from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

from claimwatch.cli.output import complain
from claimwatch.errors import ClaimwatchError
from claimwatch.paths import make_folder
from claimwatch.settings import load_settings, variable


class ServerNotStarted(ClaimwatchError):
    """Prefect's temporary server ended at its start, or took longer than prefect.toml allows."""


class Stopped(ClaimwatchError):
    """Somebody pressed Ctrl-C."""


def by_hand(flow: Flow[..., Any], *parameters: str) -> int:
    """Runs one flow for somebody at a terminal. Gives the exit status: 1 for an error, which is printed as a line."""
    try:
        with terminal(load_settings().home / "prefect-server.log"):
            flow(*parameters)
    except (ClaimwatchError, OSError) as error:
        complain(error)
        return 1
    return 0


@contextlib.contextmanager
def terminal(output: Path) -> Iterator[None]:
    """Where flows are started by hand: `local_server` with `plain_progress`, and Ctrl-C raises `Stopped`."""
    with _stoppable(), plain_progress(), local_server(output):
        yield


@contextlib.contextmanager
def local_server(output: Path) -> Iterator[None]:
    """Flows called inside run on a temporary server on a free loopback port; it writes to the file `output`.

    Where PREFECT_API_URL names a server, that one is used instead. Raises `ServerNotStarted`.
    """
    if PREFECT_API_URL.value():
        yield
        return
    server = SubprocessASGIServer()
    # Without an output of its own the server writes to our terminal, tracebacks of its shutdown included.
    with _stderr_to(output):
        try:
            server.start()
        except RuntimeError as error:
            server.stop()
            raise ServerNotStarted(f"Prefect's temporary server did not start; {output} says why") from error
    try:
        # Nobody will look at the runs' pages of a server that is gone in a minute.
        with temporary_settings({PREFECT_API_URL: server.api_url, PREFECT_LOGGING_TO_API_ENABLED: False}):
            yield
    finally:
        server.stop()


@contextlib.contextmanager
def plain_progress() -> Iterator[None]:
    """Our own log lines go to standard output as they are; Prefect's go nowhere, since every failure is reported."""
    ours, prefects = logging.getLogger("claimwatch"), logging.getLogger("prefect")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("  %(message)s"))
    before = prefects.level, ours.propagate
    ours.addHandler(handler)
    ours.propagate = False
    prefects.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        prefects.setLevel(before[0])
        ours.propagate = before[1]
        ours.removeHandler(handler)


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    # Ctrl-C reaches the temporary server as well. What arrives here is then as often a refused connection.
    stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    except BaseException as error:
        if stopped:
            raise Stopped("stopped by hand") from error
        raise
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _stderr_to(output: Path) -> Iterator[None]:
    make_folder(output.parent, variable("home"))
    sys.stderr.flush()
    ours = os.dup(2)
    try:
        with output.open("ab") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(ours, 2)
        os.close(ours)
