"""Prefect's server as seen from outside, over its API: is it there, does it schedule, does anybody run that?

Nothing here imports Prefect, so that the dead-man check lives on when Prefect does not. The server is the one that
PREFECT_API_URL names; where that is not set, Prefect is not used on this machine, and nothing is asked.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any

import httpx
import yaml

from claimwatch.errors import ClaimwatchError
from claimwatch.pipeline.operations.rivals import inspect_rivals
from claimwatch.pipeline.problem import Problem
from claimwatch.settings import PROJECT

POOL = "claimwatch"
TIMEOUT_S = 20.0
NOBODY_RUNS = timedelta(minutes=30)
NEW = timedelta(minutes=5)  # the scheduler's loop has not come round yet
_BUSY = 503  # another writer holds its SQLite file: nothing was done, and Prefect's own client asks again
_PAUSES_S = (0.5, 1.0, 2.0, 4.0)
_RESTART = "systemctl restart claimwatch-server"


class SchedulerDown(ClaimwatchError):
    """Prefect's server cannot be reached, or refuses."""


def api_url() -> str | None:
    """Where Prefect's server is; None where none is in use."""
    return os.environ.get("PREFECT_API_URL", "").rstrip("/") or None


class PrefectServer:
    """Prefect's API. Every method raises `SchedulerDown`."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, path: str) -> Any:
        """What is at a path."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: object) -> Any:
        """What a filter finds, or what was made."""
        return self._ask("POST", path, body)

    def put(self, path: str, body: object) -> None:
        """Put something in place of what was there."""
        self._ask("PUT", path, body)

    def _ask(self, method: str, path: str, body: object) -> Any:
        try:
            answer = self._client.request(method, path, json=body)
            for pause in _PAUSES_S:
                if answer.status_code != _BUSY:
                    break
                time.sleep(pause)
                answer = self._client.request(method, path, json=body)
            answer.raise_for_status()
            return answer.json() if answer.content else None
        except httpx.HTTPStatusError as error:
            code = error.response.status_code
            raise SchedulerDown(f"Prefect's server answers {code} to {method} {path}") from error
        except (httpx.HTTPError, ValueError) as error:
            raise SchedulerDown(f"Prefect's server at {self._client.base_url} gives no answer ({error})") from error


@contextmanager
def open_server(url: str) -> Iterator[PrefectServer]:
    """A connection to Prefect's API, with the login of PREFECT_API_AUTH_STRING where it is set."""
    user, _, password = os.environ.get("PREFECT_API_AUTH_STRING", "").partition(":")
    login = httpx.BasicAuth(user, password) if user else None
    # No proxy: the server is on this machine or on the house's own network.
    with httpx.Client(base_url=url, auth=login, timeout=TIMEOUT_S, trust_env=False) as client:
        yield PrefectServer(client)


def wanted() -> dict[str, list[str]]:
    """The deployments of prefect.yaml, each with the slugs of its schedules."""
    document = yaml.safe_load((PROJECT / "prefect.yaml").read_text(encoding="utf-8"))
    return {one["name"]: [schedule["slug"] for schedule in one["schedules"]] for one in document["deployments"]}


def inspect_scheduler(real_now: datetime | None = None) -> list[Problem]:
    """What is wrong with Prefect's server and its workers; nothing where no server is in use."""
    url = api_url()
    if url is None:
        return []
    now = real_now or datetime.now(UTC)
    problems = inspect_rivals()
    try:
        with open_server(url) as server:
            problems += [*_settings_problems(server), *_deployment_problems(server, now)]
            problems += _worker_problems(server, now)
    except SchedulerDown as error:
        do = f"{_RESTART}; journalctl -u claimwatch-server"
        problems.append(Problem("scheduler", str(error), do, "scheduler"))
    return problems


def _settings_problems(server: PrefectServer) -> list[Problem]:
    """Another version, telemetry that is on, a database that grows for ever."""
    problems = []
    theirs, ours = server.get("/admin/version"), version("prefect")
    if theirs != ours:
        why = f"the server is Prefect {theirs}, we are {ours}: what they say to each other may be misunderstood"
        problems.append(Problem("Prefect", why, f"./dev setup, then {_RESTART} claimwatch-worker", "scheduler"))
    settings = server.get("/admin/settings")["server"]
    if settings["analytics_enabled"]:
        do = f"set PREFECT_SERVER_ANALYTICS_ENABLED=false where the server starts, then {_RESTART}"
        problems.append(Problem("Prefect", "the server's telemetry is on", do, "notice"))
    if os.environ.get("DO_NOT_TRACK", "").lower() not in ("1", "true"):
        do = "set DO_NOT_TRACK=1 in the environment of server, worker and commands"
        problems.append(Problem("Prefect", "the client's telemetry is on", do, "notice"))
    vacuum = set(settings["services"]["db_vacuum"]["enabled"] or ())
    if not {"events", "flow_runs"} <= vacuum:
        do = f"set PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED=events,flow_runs where the server starts, then {_RESTART}"
        problems.append(Problem("Prefect", "the server never forgets old runs or events", do, "notice"))
    return problems


def _deployment_problems(server: PrefectServer, now: datetime) -> list[Problem]:
    """Deployments that are missing, paused, or of which nothing is scheduled."""
    there = {row["name"]: row for row in server.post("/deployments/filter", {})}
    deploy = "claimwatch deploy"
    problems = [
        Problem(name, "Prefect knows no such deployment: nobody wakes it", deploy, "scheduler")
        for name in wanted()
        if name not in there
    ]
    for name in wanted():
        if (row := there.get(name)) is None:
            continue
        active = [schedule for schedule in row["schedules"] if schedule["active"]]
        if row["paused"] or not active:
            do = f"Prefect's pages, or `prefect deployment schedule ls` and `resume`, of {name}"
            problems.append(Problem(name, "it is paused: nobody wakes it", do, "notice"))
        elif not _scheduled(server, row["id"], now) and now - _time(row["updated"]) > NEW:
            do = f"{_RESTART}, and look for errors of its Scheduler: journalctl -u claimwatch-server"
            problems.append(Problem(name, "no run of it is scheduled, although its schedule is on", do, "scheduler"))
    names = {row["name"] for row in server.post("/automations/filter", {})}
    for one in automations():
        if one["name"] not in names:
            why = "Prefect has no such automation: killed runs stay `Running`"
            problems.append(Problem(one["name"], why, deploy, "scheduler"))
    return problems


def _scheduled(server: PrefectServer, deployment_id: str, now: datetime) -> bool:
    runs = {
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "expected_start_time": {"after_": now.isoformat()},
    }
    which = {"deployments": {"id": {"any_": [deployment_id]}}, "flow_runs": runs}
    return bool(server.post("/flow_runs/count", which))


def _worker_problems(server: PrefectServer, now: datetime) -> list[Problem]:
    """Runs that are long due and that no worker has taken."""
    due = {
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "expected_start_time": {"before_": (now - NOBODY_RUNS).isoformat()},
    }
    late = server.post("/flow_runs/count", {"flow_runs": due})
    if not late:
        return []
    why = f"{late} runs are over {NOBODY_RUNS.seconds // 60} minutes late: nobody runs them"
    do = "systemctl restart claimwatch-worker; journalctl -u claimwatch-worker"
    return [Problem("worker", why, do, "scheduler")]


def automations() -> list[dict[str, Any]]:
    """The automations of deploy/automations.yaml, as Prefect's API takes them."""
    document = yaml.safe_load((PROJECT / "deploy" / "automations.yaml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = document["automations"]
    return found


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
