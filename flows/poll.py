"""Reads sources. `python -m flows.poll [SOURCE]` reads one, or all that are due, on Prefect's temporary server."""

import itertools
import logging
import sys
import time

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from claimwatch import pipeline
from claimwatch.models import Read, ReadStatus
from claimwatch.settings import load_settings

log = logging.getLogger("claimwatch.flows.poll")


@task(name="read", task_run_name="read-{slug}", cache_policy=NO_CACHE)
def read(slug: str, force: bool) -> Read | None:
    """One read of one source; None where it is not due or somebody else is reading it. No retries: see the next run."""
    log.info("%s: reading", slug)
    pages, begun = itertools.count(1), time.monotonic()

    def progress(_url: str) -> None:
        if (page := next(pages)) % 25 == 0:
            log.info("%s: page %d", slug, page)

    with pipeline.open_watch(load_settings()) as watch:
        outcome = pipeline.poll(watch, slug, force=force, progress=progress)
    log.log(*_line(slug, outcome, time.monotonic() - begun))
    return outcome


@flow(name="poll")
def poll(source: str | None = None, force: bool = False) -> list[Read]:
    """Reads `source`, or every source that is due; `force` reads it although it is not. Gives the reads that were made.

    A source that cannot be read does not fail the flow: its read says so, and the watchdog and the edition tell of it.
    """
    if source is not None:
        slugs: tuple[str, ...] = (source,)
    else:
        with pipeline.open_watch(load_settings()) as watch:
            slugs = tuple(watch.polled) if force else pipeline.due_sources(watch)
    # Sources have hosts of their own and wait for them most of the time, so they are read side by side.
    under_way = [read.submit(slug, force) for slug in slugs]
    return [made for future in under_way if (made := future.result()) is not None]


def _line(slug: str, outcome: Read | None, took_s: float) -> tuple[int, str]:
    if outcome is None:
        return logging.INFO, f"{slug}: not due, or being read elsewhere"
    if outcome.status in (ReadStatus.BAD, ReadStatus.FAILED):
        return logging.WARNING, f"{slug}: unread ({outcome.status}): {outcome.reason}"
    skipped = sum(count for _, count in outcome.skipped)
    return logging.INFO, (
        f"{slug}: {outcome.status}, {outcome.kept} kept, {skipped} skipped, {outcome.new} new, "
        f"{outcome.changed} changed in {outcome.requests} requests and {took_s:.1f} s"
    )


if __name__ == "__main__":
    from flows.by_hand import by_hand  # brings the whole server along, which a worker's run has no use for

    sys.exit(by_hand(poll, *sys.argv[1:2]))
