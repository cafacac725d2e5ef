"""A real Prefect server in a process and a home of its own, for tests that deploy, schedule and run."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

PROJECT = Path(__file__).resolve().parents[2]
T = TypeVar("T")


def wait_for(what: str, seconds: float, probe: Callable[[], T | None]) -> T:
    """What `probe` gives once it is not None; fails with `what` after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = probe()
        if found is not None:
            return found
        time.sleep(0.25)
    raise AssertionError(f"{what} did not happen within {seconds:.0f} s")


@dataclass(frozen=True, slots=True)
class LocalPrefect:
    """A running server. `environment` is what commands, workers and runs get; `logs` is where they write."""

    api_url: str
    environment: dict[str, str]
    logs: Path

    def command(self, *words: str) -> str:
        """Runs `prefect WORDS` in the project folder and gives its output; fails with it where the command fails."""
        done = subprocess.run(
            [sys.executable, "-m", "prefect", "--no-prompt", *words],
            cwd=PROJECT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def send(self, method: str, path: str, body: object = None) -> Any:
        """What the server's API answers; None to what has no answer.

        While its SQLite file is locked it says 503 and has done nothing: Prefect's own client asks again, and so do we.
        """

        def answered() -> httpx.Response | None:
            answer = httpx.request(method, f"{self.api_url}{path}", json=body, timeout=60)
            return None if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE else answer

        answer = wait_for(f"an answer to {method} {path}", 120, answered)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def ask(self, path: str, body: dict[str, object]) -> list[dict[str, object]]:
        """What the server's API answers to a filter."""
        rows: list[dict[str, object]] = self.send("POST", path, body)
        return rows

    @contextmanager
    def process(self, name: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """`prefect WORDS` in the background, told to stop by SIGINT at the end."""
        with (self.logs / f"{name}.log").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "prefect", *words],
                cwd=PROJECT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Started from a background job it would inherit an ignored SIGINT, and never stop.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
            try:
                yield process
            finally:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(timeout=30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def log(self, name: str) -> str:
        """What the process `name` has written so far."""
        return (self.logs / f"{name}.log").read_text(errors="replace")


@contextmanager
def start_prefect(home: Path, extra: dict[str, str]) -> Iterator[LocalPrefect]:
    """A server on a free loopback port with an empty database under `home`; `extra` goes into the environment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (home / "prefect").mkdir(parents=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "CLAIMWATCH_"))},
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "DO_NOT_TRACK": "1",
        **extra,
    }
    prefect = LocalPrefect(environment["PREFECT_API_URL"], environment, home)
    with prefect.process("server", "server", "start", "--host", "127.0.0.1", "--port", str(port)) as server:

        def healthy() -> bool | None:
            assert server.poll() is None, prefect.log("server")
            try:
                return httpx.get(f"{prefect.api_url}/health", timeout=5).is_success or None
            except httpx.TransportError:
                return None

        wait_for("the server's start", 900, healthy)  # 15 s on an idle machine
        yield prefect
