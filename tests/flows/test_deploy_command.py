"""`claimwatch deploy` on a real server: the same however often, paused stays paused, and a killed run is `Crashed`."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from claimwatch.pipeline.deployments import Deployed, deploy
from claimwatch.pipeline.scheduler import automations, inspect_scheduler, wanted
from tests.flows.local_prefect import PROJECT, LocalPrefect, start_prefect, wait_for

pytestmark = pytest.mark.slow
CRASHED_WITHIN_S = 120


@pytest.fixture(scope="module")
def silent_upstream() -> Iterator[str]:
    """An upstream that takes connections and never answers, so that a run lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory, silent_upstream: str) -> Iterator[LocalPrefect]:
    """A server with nothing on it."""
    home = tmp_path_factory.mktemp("deploy")
    settings = {
        "CLAIMWATCH_HOME": str(home / "var"),
        "CLAIMWATCH_UPSTREAM": silent_upstream,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    }
    with start_prefect(home / "home", settings) as running:
        yield running


@pytest.fixture
def here(prefect: LocalPrefect, monkeypatch: pytest.MonkeyPatch) -> LocalPrefect:
    """The same, with its environment around this process."""
    for name, value in prefect.environment.items():
        if name.startswith(("PREFECT_", "CLAIMWATCH_")):
            monkeypatch.setenv(name, value)
    return prefect


def names(prefect: LocalPrefect) -> dict[str, Any]:
    return {str(row["name"]): row for row in prefect.ask("/deployments/filter", {})}


def test_a_second_deployment_changes_nothing_and_paused_stays_paused(here: LocalPrefect) -> None:
    first = deploy()
    assert first.pool_made
    assert set(first.deployments) == set(wanted()) == set(names(here))
    assert first.automations_made == tuple(one["name"] for one in automations())
    before = names(here)
    paused = before["uhrp"]
    (schedule,) = paused["schedules"]
    where = f"{here.api_url}/deployments/{paused['id']}/schedules/{schedule['id']}"
    httpx.patch(where, json={"active": False}, timeout=30).raise_for_status()
    second = deploy()
    assert second == Deployed(False, first.deployments, (), (), ("uhrp",), ())
    after = names(here)
    assert {name: row["id"] for name, row in before.items()} == {name: row["id"] for name, row in after.items()}
    assert [one["slug"] for one in after["uhrp"]["schedules"]] == ["wake"]
    assert len(here.ask("/automations/filter", {})) == 1
    (automation,) = here.ask("/automations/filter", {})
    off = httpx.patch(f"{here.api_url}/automations/{automation['id']}", json={"enabled": False}, timeout=30)
    off.raise_for_status()
    assert deploy().automations_changed == (automation["name"],)
    (automation,) = here.ask("/automations/filter", {})
    assert automation["enabled"] is True
    httpx.patch(where, json={"active": True}, timeout=30).raise_for_status()

    # The doctor's view of it: nothing is wrong once the scheduler has come round.
    def schedules_everything() -> bool | None:
        problems = inspect_scheduler(datetime.now(UTC) + timedelta(minutes=10))
        return True if not problems else None

    wait_for("a healthy scheduler", 120, schedules_everything)


def test_schedules_that_nobody_runs_and_deployments_that_are_gone_are_seen(here: LocalPrefect) -> None:
    deploy()
    late = inspect_scheduler(datetime.now(UTC) + timedelta(days=2))
    assert "worker" in [problem.what for problem in late]
    gone = names(here)["tidy"]
    httpx.delete(f"{here.api_url}/deployments/{gone['id']}", timeout=30).raise_for_status()
    (problem,) = [problem for problem in inspect_scheduler() if problem.what == "tidy"]
    assert problem.do == "claimwatch deploy"
    deploy()
    assert "tidy" in names(here)


def _state(prefect: LocalPrefect, deployment: object, state: str) -> Any:
    found = prefect.ask(
        "/flow_runs/filter",
        {
            "deployments": {"id": {"any_": [deployment]}},
            "flow_runs": {"state": {"type": {"any_": [state]}}},
        },
    )
    return found[0] if found else None


def _heartbeat(prefect: LocalPrefect, run_id: object) -> Any:
    answer = httpx.post(
        f"{prefect.api_url}/events/filter",
        json={
            "filter": {
                "event": {"name": ["prefect.flow-run.heartbeat"]},
                "resource": {"id": [f"prefect.flow-run.{run_id}"]},
            }
        },
        timeout=30,
    )
    answer.raise_for_status()
    return answer.json()["events"] or None


def test_a_run_whose_worker_was_killed_is_crashed_within_two_minutes(here: LocalPrefect) -> None:
    deploy()
    deployment = names(here)["council-on-ethics"]["id"]
    here.command("deployment", "run", "poll/council-on-ethics")
    words = ["worker", "start", "--pool", "claimwatch", "--type", "process", "--install-policy", "never"]
    with (here.logs / "killed-worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "prefect", *words],
            cwd=PROJECT,
            env=here.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            run = wait_for("the run's start", 120, partial(_state, here, deployment, "RUNNING"))
            wait_for("a heartbeat of the run", 90, partial(_heartbeat, here, run["id"]))
        finally:
            family = [*psutil.Process(worker.pid).children(recursive=True), psutil.Process(worker.pid)]
            for process in family:
                os.kill(process.pid, signal.SIGKILL)
            worker.wait()
    killed_at = time.monotonic()
    wait_for("Crashed", CRASHED_WITHIN_S + 30, partial(_state, here, deployment, "CRASHED"))
    assert time.monotonic() - killed_at < CRASHED_WITHIN_S


def test_without_a_server_it_says_what_to_set(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "claimwatch", "deploy"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "PREFECT_API_URL is not set" in done.stderr
