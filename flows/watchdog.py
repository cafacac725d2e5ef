"""Looks for what silence would hide: unread sources, missing editions. `python -m flows.watchdog` looks now.

The timer of deploy/systemd/ does the same without Prefect, for the day on which it is Prefect that is dead.
"""

import logging
import sys

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from claimwatch import pipeline
from claimwatch.errors import ClaimwatchError
from claimwatch.logs import fields
from claimwatch.pipeline.operations import alarm, doctor
from claimwatch.settings import load_settings

log = logging.getLogger("claimwatch.flows.watchdog")


class ProblemsFound(ClaimwatchError):
    """Something needs the operator; the run fails so that it shows wherever runs are watched."""


@task(name="inspect", cache_policy=NO_CACHE)
def inspect() -> tuple[pipeline.Problem, ...]:
    """What is wrong now, and what to do about it; the operator is told by mail of what has begun or is over."""
    with pipeline.open_watch(load_settings()) as watch:
        problems = doctor.look_quickly(watch)
        doctor.measure(watch)
        told = alarm.raise_alarms(watch, problems)
    for failure in told.failures:
        log.error("the operator was not told: %s", failure)
    return problems


@flow(name="watchdog")
def watchdog() -> None:
    """Raises `ProblemsFound` where something is wrong, after a line for each problem in the log."""
    problems = inspect()
    for problem in problems:
        said = fields(kind=problem.kind, what=problem.what)
        log.error("%s: %s. %s", problem.what, problem.why, problem.do, extra=said)
    if problems:
        raise ProblemsFound(f"{len(problems)} to look into: {', '.join(problem.what for problem in problems)}")


if __name__ == "__main__":
    from flows.by_hand import by_hand  # brings the whole server along, which a worker's run has no use for

    sys.exit(by_hand(watchdog))
