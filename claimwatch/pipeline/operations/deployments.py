"""Bringing Prefect's server to what prefect.yaml and deploy/automations.yaml say, as often as wanted."""

import logging
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import httpx

from claimwatch.errors import ClaimwatchError
from claimwatch.pipeline.operations.scheduler import (
    POOL,
    PrefectServer,
    SchedulerDown,
    api_url,
    automations,
    open_server,
    wanted,
)
from claimwatch.settings import PROJECT

STARTS_WITHIN_S = 300.0  # a server that was started a moment ago makes its tables first: 15 s on an idle machine
_LOG = logging.getLogger("claimwatch.deployments")
_COMPARED = ("description", "enabled", "trigger", "actions")


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deployment came to.

    `paused` are the deployments whose schedules are all paused, as they were before; `left_over` are deployments, and
    schedules as DEPLOYMENT/SLUG, that the server has and prefect.yaml no longer names: Prefect never removes them.
    """

    pool_made: bool
    deployments: tuple[str, ...]
    automations_made: tuple[str, ...]
    automations_changed: tuple[str, ...]
    paused: tuple[str, ...]
    left_over: tuple[str, ...]


def deploy(patience_s: float = STARTS_WITHIN_S) -> Deployed:
    """Make the work pool, the deployments and the automations on the server that PREFECT_API_URL names.

    Waits up to `patience_s` for a server that is only starting. Raises `ClaimwatchError` where none is named, or it
    cannot be reached, is of another version, or refuses.
    """
    url = api_url()
    if url is None:
        raise ClaimwatchError("PREFECT_API_URL is not set: name the server, such as http://127.0.0.1:4200/api")
    with open_server(url) as server:
        _await_server(server, patience_s)
        theirs, ours = server.get("/admin/version"), version("prefect")
        if theirs != ours:
            raise ClaimwatchError(f"the server is Prefect {theirs}, we are {ours}: restart it after ./dev setup")
        pools = server.post("/work_pools/filter", {"work_pools": {"name": {"any_": [POOL]}}})
        if not pools:
            _prefect("work-pool", "create", "--type", "process", POOL)
        _prefect("deploy", "--all")
        made, changed = _bring_automations(server)
        return _compare(server, pool_made=not pools, made=made, changed=changed)


# What a server that is starting answers, or does not. A wrong address is none of these.
_STARTING = (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError, httpx.TimeoutException)


def _await_server(server: PrefectServer, patience_s: float) -> None:
    last, told = time.monotonic() + patience_s, False
    while True:
        try:
            server.get("/health")
            return
        except SchedulerDown as error:
            if time.monotonic() >= last or not isinstance(error.__cause__, _STARTING):
                raise
            if not told:
                _LOG.warning("%s; waiting up to %d s for it to start", error, patience_s)
                told = True
        time.sleep(0.5)


def _prefect(*words: str) -> None:
    """One of Prefect's own commands, in the project's folder, which deployments then remember."""
    command = [sys.executable, "-m", "prefect", "--no-prompt", *words]
    environment = {**os.environ, "DO_NOT_TRACK": "1"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ClaimwatchError(f"`prefect {' '.join(words)}` failed:\n{done.stdout}{done.stderr}")


def _bring_automations(server: PrefectServer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Make those that are missing, and change those that say something else; one of each name stays."""
    made, changed = [], []
    for automation in automations():
        same = {"automations": {"name": {"any_": [automation["name"]]}}}
        there = server.post("/automations/filter", same)
        if not there:
            server.post("/automations/", automation)
            made.append(automation["name"])
        elif not _covers(there[0], {key: automation[key] for key in _COMPARED}):
            server.put(f"/automations/{there[0]['id']}", automation)
            changed.append(automation["name"])
    return tuple(made), tuple(changed)


def _covers(there: Any, wanted_: Any) -> bool:
    """Whether what the server has says all that is wanted; what it adds by itself does not count."""
    if isinstance(wanted_, dict):
        return isinstance(there, dict) and all(_covers(there.get(key), value) for key, value in wanted_.items())
    if isinstance(wanted_, list):
        if not isinstance(there, list) or len(there) != len(wanted_):
            return False
        if all(isinstance(one, str) for one in wanted_):
            return sorted(there) == sorted(wanted_)  # sets come back in any order
        return all(_covers(*pair) for pair in zip(there, wanted_, strict=True))
    return bool(there == wanted_)


def _compare(server: PrefectServer, *, pool_made: bool, made: tuple[str, ...], changed: tuple[str, ...]) -> Deployed:
    asked = wanted()
    there = {row["name"]: row for row in server.post("/deployments/filter", {})}
    ours = {name: row for name, row in there.items() if row["work_pool_name"] == POOL}
    left_over = [name for name in ours if name not in asked]
    paused = []
    for name, slugs in asked.items():
        schedules = ours[name]["schedules"] if name in ours else []
        left_over += [f"{name}/{one['slug']}" for one in schedules if one["slug"] not in slugs]
        if schedules and not any(one["active"] for one in schedules):
            paused.append(name)
    return Deployed(pool_made, tuple(asked), made, changed, tuple(paused), tuple(left_over))
