"""Lets go what is old and nothing rests on. `python -m flows.tidy` does so now."""

import logging
import sys

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from claimwatch import pipeline
from claimwatch.logs import fields
from claimwatch.pipeline.operations.upkeep import Upkeep, upkeep
from claimwatch.settings import load_settings

log = logging.getLogger("claimwatch.flows.tidy")


@task(name="forget", cache_policy=NO_CACHE)
def forget() -> Upkeep:
    """One pass of retention, as the settings CLAIMWATCH_KEEP_…_DAYS have it."""
    with pipeline.open_watch(load_settings()) as watch:
        done = upkeep(watch)
    said = fields(captures=done.captures, reads=done.reads, mails=done.mails, people=done.people)
    counts = (done.captures, done.reads, done.mails, done.people)
    log.info("let go: %d bodies, %d reads, %d mails, %d people", *counts, extra=said)
    return done


@flow(name="tidy")
def tidy() -> Upkeep:
    """What is old goes; what anybody was told of stays."""
    return forget()


if __name__ == "__main__":
    from flows.by_hand import by_hand  # brings the whole server along, which a worker's run has no use for

    sys.exit(by_hand(tidy))
