"""`claimwatch deploy` on a real server: the same however often, paused stays paused, and a killed run is `Crashed`."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import select

from claimwatch.pipeline.operations.deployments import Deployed, deploy
from claimwatch.pipeline.operations.scheduler import automations, inspect_scheduler, wanted
from claimwatch.store import Store
from claimwatch.store.tables import reads, source_states
from demo.world import World
from tests.flows.local_prefect import PROJECT, LocalPrefect, start_prefect, wait_for

pytestmark = pytest.mark.slow
CRASHED_WITHIN_S = 120


class Gate(World):
    """The sample world, which answers nobody before it is `opened`: a run lasts as long as the test wants."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = threading.Event()

    def answer(self, target: str, wants_gzip: bool, known: str | None) -> tuple[int, dict[str, str], bytes]:
        """Waits, then answers."""
        self.opened.wait()
        return super().answer(target, wants_gzip, known)


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    """The publisher of all tests here."""
    with Gate() as world:
        yield world
        world.opened.set()  # whoever still waits for an answer keeps the server from closing


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory, gate: Gate) -> Iterator[LocalPrefect]:
    """A server with nothing on it."""
    home = tmp_path_factory.mktemp("deploy")
    settings = {
        "CLAIMWATCH_HOME": str(home / "var"),
        "CLAIMWATCH_UPSTREAM": gate.url,
        "CLAIMWATCH_PACE": "off",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    }
    Store(f"sqlite:///{home}/var/claimwatch.db").close()  # so that nobody who looks into it is the one to make it
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
    where = f"/deployments/{paused['id']}/schedules/{schedule['id']}"
    here.send("PATCH", where, {"active": False})
    second = deploy()
    assert second == Deployed(False, first.deployments, (), (), ("uhrp",), ())
    after = names(here)
    assert {name: row["id"] for name, row in before.items()} == {name: row["id"] for name, row in after.items()}
    assert [one["slug"] for one in after["uhrp"]["schedules"]] == ["wake"]
    assert len(here.ask("/automations/filter", {})) == 1
    (automation,) = here.ask("/automations/filter", {})
    here.send("PATCH", f"/automations/{automation['id']}", {"enabled": False})
    assert deploy().automations_changed == (automation["name"],)
    (automation,) = here.ask("/automations/filter", {})
    assert automation["enabled"] is True
    here.send("PATCH", where, {"active": True})

    # The doctor's view of it: nothing is wrong once the scheduler has come round.
    def schedules_everything() -> bool | None:
        problems = inspect_scheduler(datetime.now(UTC) + timedelta(minutes=10))
        return True if not problems else None

    wait_for("a healthy scheduler", 120, schedules_everything)


def test_schedules_that_nobody_runs_and_deployments_that_are_gone_are_seen(here: LocalPrefect) -> None:
    deploy()

    # Not at once: a server that has just started schedules when its scheduler comes round.
    def sees_late_runs() -> bool | None:
        late = inspect_scheduler(datetime.now(UTC) + timedelta(days=2))
        return True if "worker" in [problem.what for problem in late] else None

    wait_for("runs that nobody takes", 120, sees_late_runs)
    gone = names(here)["tidy"]
    here.send("DELETE", f"/deployments/{gone['id']}")
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
    which = {
        "filter": {
            "event": {"name": ["prefect.flow-run.heartbeat"]},
            "resource": {"id": [f"prefect.flow-run.{run_id}"]},
        }
    }
    return prefect.send("POST", "/events/filter", which)["events"] or None


@contextmanager
def worker_to_be_killed(prefect: LocalPrefect, name: str) -> Iterator[None]:
    """A worker that is killed at the end of the block, with all that it started: as when a machine loses its power."""
    words = ["worker", "start", "--pool", "claimwatch", "--type", "process", "--install-policy", "never"]
    with (prefect.logs / f"{name}.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "prefect", *words],
            cwd=PROJECT,
            env=prefect.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield
        finally:
            for process in [*psutil.Process(worker.pid).children(recursive=True), psutil.Process(worker.pid)]:
                os.kill(process.pid, signal.SIGKILL)
            worker.wait()


def _open_store(prefect: LocalPrefect) -> Store:
    return Store(f"sqlite:///{prefect.environment['CLAIMWATCH_HOME']}/claimwatch.db")


def _reader(prefect: LocalPrefect, slug: str) -> str | None:
    """Who has the lease of a source, by the store."""
    with closing(_open_store(prefect)) as store, store.read() as connection:
        return connection.execute(select(source_states.c.lease_owner).where(source_states.c.slug == slug)).scalar()


def _reads(prefect: LocalPrefect, slug: str) -> list[str] | None:
    """How the reads of a source ended, by the store."""
    with closing(_open_store(prefect)) as store, store.read() as connection:
        return list(connection.execute(select(reads.c.status).where(reads.c.source == slug)).scalars()) or None


def test_a_run_whose_worker_was_killed_is_crashed_within_two_minutes_and_the_next_schedule_repairs(
    here: LocalPrefect, gate: Gate
) -> None:
    deploy()
    row = names(here)["council-on-ethics"]
    schedules = f"/deployments/{row['id']}/schedules"
    for schedule in row["schedules"]:  # it must not come in between
        here.send("PATCH", f"{schedules}/{schedule['id']}", {"active": False})
    # A run that was late already stays when its schedule is paused: so it is between 20 and 21 minutes past the hour.
    for due in here.ask("/flow_runs/filter", {"deployments": {"id": {"any_": [row["id"]]}}}):
        here.send("DELETE", f"/flow_runs/{due['id']}")
    here.command("deployment", "run", "poll/council-on-ethics")
    with worker_to_be_killed(here, "first-worker"):
        run = wait_for("the run's start", 120, partial(_state, here, row["id"], "RUNNING"))
        killed = wait_for("the lease of the source", 120, partial(_reader, here, "council_on_ethics"))
        wait_for("a heartbeat of the run", 90, partial(_heartbeat, here, run["id"]))
    killed_at = time.monotonic()
    # Its own schedule comes once an hour. This one comes each minute.
    minutely = [{"schedule": {"interval": 60}, "active": True, "slug": "minutely"}]
    here.send("POST", schedules, minutely)
    crashed = wait_for("Crashed", CRASHED_WITHIN_S + 30, partial(_state, here, row["id"], "CRASHED"))
    assert time.monotonic() - killed_at < CRASHED_WITHIN_S
    assert crashed["id"] == run["id"]
    assert _reader(here, "council_on_ethics") == killed, "its lease is left lying"
    assert _reads(here, "council_on_ethics") is None
    gate.opened.set()
    with worker_to_be_killed(here, "second-worker"):
        assert wait_for("the read by the next run", 240, partial(_reads, here, "council_on_ethics")) == ["good"]
        done = wait_for("the end of that run", 60, partial(_state, here, row["id"], "COMPLETED"))
    assert done["auto_scheduled"] is True
    assert _reader(here, "council_on_ethics") is None, "the lease was given back"


def test_without_a_server_it_says_what_to_set(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "claimwatch", "deploy"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "PREFECT_API_URL is not set" in done.stderr
