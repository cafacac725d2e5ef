"""Looks for what silence would hide: unread sources, missing editions. `python -m flows.watchdog` looks now."""

import logging
import sys

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from claimwatch import pipeline
from claimwatch.errors import ClaimwatchError
from claimwatch.settings import load_settings

log = logging.getLogger("claimwatch.flows.watchdog")


class ProblemsFound(ClaimwatchError):
    """Something needs the operator; the run fails so that it shows wherever runs are watched."""


@task(name="inspect", cache_policy=NO_CACHE)
def inspect() -> tuple[pipeline.Problem, ...]:
    """What is wrong now, and what to do about it."""
    with pipeline.open_watch(load_settings()) as watch:
        return pipeline.inspect_watch(watch)


@flow(name="watchdog")
def watchdog() -> None:
    """Raises `ProblemsFound` where something is wrong, after a line for each problem in the log."""
    problems = inspect()
    for problem in problems:
        log.error("%s: %s. %s", problem.what, problem.why, problem.do)
    if problems:
        raise ProblemsFound(f"{len(problems)} to look into: {', '.join(problem.what for problem in problems)}")


if __name__ == "__main__":
    from flows.by_hand import by_hand  # brings the whole server along, which a worker's run has no use for

    sys.exit(by_hand(watchdog))
