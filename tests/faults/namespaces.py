"""Hosts on one machine: each with a network, a name and a home of its own, and nothing in common but a few ports.

A host's network holds nothing but its own loopback. What is to be reached from there (database, object store, mail
server, publishers) listens on the same port of that loopback, and is carried to the real one, as a cable would.
"""

import ctypes
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self, TypeVar

import pytest

from claimwatch.settings import PROJECT
from tests.system import require

T = TypeVar("T")
NEW_NETWORK = 0x40000000  # CLONE_NEWNET of sched.h
# In the new mount namespace every host's home is at the same path, and is seen by nobody else.
START = """
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=0700,size=300m none "$1"
hostname "$2"
shift 2
exec "$@"
"""


def needs_namespaces() -> None:
    """Skips the test where no host can be made."""
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("namespaces can be made by root on Linux only")
    for program in ("unshare", "ip", "mount"):
        require(program)


class Host:
    """One host; a context manager. `home` is where its home is mounted, for its own processes; `ports` are carried."""

    def __init__(self, name: str, home: Path, ports: Sequence[int], environment: dict[str, str]) -> None:
        self.name = name
        self._home = home
        self._ports = ports
        self._environment = environment
        self._inside = ThreadPoolExecutor(1, initializer=_enter_new_network)  # one thread, in that network for good
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._home.mkdir(exist_ok=True)
        self._inside.submit(subprocess.run, ["ip", "link", "set", "lo", "up"], check=True).result()
        for port in self._ports:
            listening = self._inside.submit(socket.create_server, ("127.0.0.1", port)).result()
            self._open.enter_context(listening)
            self._open.callback(listening.shutdown, socket.SHUT_RDWR)  # closing alone would not end its accept
            threading.Thread(target=_carry_all, args=(listening, port), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()
        self._inside.shutdown()

    def start(self, *command: str) -> "subprocess.Popen[str]":
        """A process of this host, at work; its output is piped, errors included."""
        unshare = [
            shutil.which("unshare") or "unshare",
            "--mount",
            "--uts",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
        ]
        words = [*unshare, "sh", "-c", START, "host", str(self._home), self.name, *command]
        return self._do(
            lambda: subprocess.Popen(
                words,
                cwd=PROJECT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )

    def _do(self, what: Callable[[], T]) -> T:
        return self._inside.submit(what).result()


def _enter_new_network() -> None:
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "no network of its own could be made")


def _carry_all(listening: socket.socket, port: int) -> None:
    """From the host's loopback to ours, until it is shut."""
    with suppress(OSError):
        while True:
            near = listening.accept()[0]
            threading.Thread(target=_connect, args=(near, port), daemon=True).start()


def _connect(near: socket.socket, port: int) -> None:
    # Where nobody is there, the other side sees a connection that ends.
    with near, suppress(OSError), socket.create_connection(("127.0.0.1", port)) as far:
        back = threading.Thread(target=_carry, args=(far, near), daemon=True)
        back.start()
        _carry(near, far)
        back.join()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)
