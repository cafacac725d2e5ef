"""Reads sources. `python -m flows.poll [SOURCE]` reads one, or all that are due, on Prefect's temporary server."""

import itertools
import logging
import sys
import time

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from claimwatch import pipeline
from claimwatch.logs import Value, fields
from claimwatch.models import Read, ReadStatus
from claimwatch.settings import load_settings

log = logging.getLogger("claimwatch.flows.poll")


@task(name="read", task_run_name="read-{slug}", cache_policy=NO_CACHE)
def read(slug: str, force: bool) -> Read | None:
    """One read of one source; None where it is not due or somebody else is reading it. No retries: see the next run."""
    log.info("%s: reading", slug, extra=fields(source=slug))
    pages, begun = itertools.count(1), time.monotonic()

    def progress(_url: str) -> None:
        if (page := next(pages)) % 25 == 0:
            log.info("%s: page %d", slug, page, extra=fields(source=slug, page=page))

    with pipeline.open_watch(load_settings()) as watch:
        outcome = pipeline.poll(watch, slug, force=force, progress=progress)
    _log_read(slug, outcome, time.monotonic() - begun)
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


def _log_read(slug: str, read: Read | None, took_s: float) -> None:
    if read is None:
        log.info("%s: not due, or being read elsewhere", slug, extra=fields(source=slug, status="not due"))
        return
    unread = read.status in (ReadStatus.BAD, ReadStatus.FAILED)
    skipped = sum(count for _, count in read.skipped)
    said: dict[str, Value] = {
        "source": slug, "status": read.status.value, "kept": read.kept, "skipped": skipped, "new": read.new,
        "changed": read.changed, "gone": read.gone, "requests": read.requests, "seconds": round(took_s, 1),
    }  # fmt: skip
    if unread:
        log.warning("%s: unread (%s): %s", slug, read.status, read.reason, extra=fields(**said))
        return
    log.info(
        f"{slug}: {read.status}, {read.kept} kept, {skipped} skipped, {read.new} new, "
        f"{read.changed} changed in {read.requests} requests and {took_s:.1f} s",
        extra=fields(**said),
    )


if __name__ == "__main__":
    from flows.by_hand import by_hand  # brings the whole server along, which a worker's run has no use for

    sys.exit(by_hand(poll, *sys.argv[1:2]))
