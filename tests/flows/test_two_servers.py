"""A second Prefect server, started by mistake: what happens to it, what `doctor` says, and that all is done once."""

import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from claimwatch.errors import ClaimwatchError
from claimwatch.pipeline.operations.deployments import deploy
from claimwatch.pipeline.operations.scheduler import inspect_scheduler, wanted
from claimwatch.store import Store
from claimwatch.store.tables import reads
from demo.world import World
from tests.flows.local_prefect import PROJECT, LocalPrefect, start_prefect, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def first(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalPrefect]:
    """The server that is meant to run, with its environment around this process."""
    settings = {
        "CLAIMWATCH_HOME": str(tmp_path / "var"), "CLAIMWATCH_UPSTREAM": world.url, "CLAIMWATCH_PACE": "off",
        "CLAIMWATCH_NOW": "2026-11-09T06:00:00Z", "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    }  # fmt: skip
    with start_prefect(tmp_path / "home", settings) as running:
        for name, value in running.environment.items():
            if name.startswith(("PREFECT_", "CLAIMWATCH_")):
                monkeypatch.setenv(name, value)
        yield running


def healthy(url: str) -> bool | None:
    try:
        return httpx.get(f"{url}/health", timeout=5).is_success or None
    except httpx.TransportError:
        return None


def rivals() -> list[str]:
    return [problem.why for problem in inspect_scheduler() if "lock each other out" in problem.why]


def all_scheduled(server: LocalPrefect) -> Counter[tuple[Any, Any]] | None:
    """How often each time of each deployment is scheduled, once every deployment has one."""
    runs = server.ask("/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}})
    times = Counter((row["deployment_id"], row["expected_start_time"]) for row in runs)
    return times if len({deployment for deployment, _ in times}) == len(wanted()) else None


def start_run(server: LocalPrefect, name: str) -> str:
    (deployment,) = server.ask("/deployments/filter", {"deployments": {"name": {"any_": [name]}}})

    def made() -> httpx.Response | None:
        """Two servers on one file lock each other out now and then; whoever asks asks again."""
        answer = httpx.post(f"{server.api_url}/deployments/{deployment['id']}/create_flow_run", json={}, timeout=60)
        return None if answer.status_code >= 500 else answer.raise_for_status()

    return str(wait_for("a run", 120, made).json()["id"])


def deployed() -> bool | None:
    """Whether it could be deployed between two servers that lock each other out now and then."""
    try:
        deploy()
    except ClaimwatchError:
        return None
    return True


def ended(server: LocalPrefect, ids: list[str]) -> Counter[str] | None:
    rows = server.ask("/flow_runs/filter", {"flow_runs": {"id": {"any_": ids}}})
    states = Counter(str(row["state_type"]) for row in rows)
    return states if set(states) <= {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else None


def test_a_second_server(first: LocalPrefect, tmp_path: Path) -> None:
    port = first.api_url.rpartition(":")[2].removesuffix("/api")
    words = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port"]
    ended_at_once = subprocess.run(
        [*words, port], cwd=PROJECT, env=first.environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended_at_once.returncode != 0
    assert f"Port {port} is already in use" in ended_at_once.stdout + ended_at_once.stderr
    assert rivals() == []

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        other = str(probe.getsockname()[1])
    url = f"http://127.0.0.1:{other}/api"
    second = replace(first, api_url=url, environment=first.environment | {"PREFECT_API_URL": url})
    with second.process("second", *words[3:], other) as process:
        wait_for("the second server's start", 300, partial(healthy, url))
        wait_for("the deployments", 300, deployed)
        (why,) = rivals()
        assert f"{first.environment['PREFECT_HOME']}{os.sep}prefect.db" in why
        assert str(process.pid) in why
        times = wait_for("a scheduled run of each deployment", 180, partial(all_scheduled, first))
        assert set(times.values()) == {1}, "a time was scheduled twice"
        ids = [start_run(first, "uhrp"), start_run(second, "uhrp")]
        worker = ("worker", "start", "--pool", "claimwatch", "--type", "process", "--install-policy", "never")
        with second.process("worker", *worker):
            assert wait_for("the end of both runs", 300, partial(ended, first, ids)) == {"COMPLETED": 2}
    with closing(Store(f"sqlite:///{tmp_path}/var/claimwatch.db")) as store, store.read() as connection:
        done = Counter((row.source, row.status) for row in connection.execute(select(reads.c.source, reads.c.status)))
    assert done["uhrp", "good"] == 1
    assert set(done.values()) == {1}, "the schedule may have woken others meanwhile, each of them once"
    assert rivals() == []
