"""Reads sources. `python -m flows.poll [SOURCE]` reads one, or all that are due, on Prefect's temporary server."""

import logging
import sys
from collections import Counter
from collections.abc import Sequence
from contextvars import copy_context

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from claimwatch import pipeline
from claimwatch.logs import Value, fields
from claimwatch.models import Read, ReadStatus
from claimwatch.settings import load_settings

log = logging.getLogger("claimwatch.flows.poll")


@task(name="read", cache_policy=NO_CACHE)
def read(slugs: Sequence[str], force: bool) -> list[Read]:
    """One read of each source, side by side: sources have hosts of their own, and wait for them most of the time.

    Left out are those that are not due or being read elsewhere. No retries: see the next run. What is raised for one
    fails the task when the others are read.
    """
    asked: Counter[str] = Counter()
    here = copy_context()  # threads do not inherit it, and without it Prefect cannot tell whose line it is

    def progress(slug: str, _url: str) -> None:  # from several threads, but from one for each source
        asked[slug] += 1
        if asked[slug] == 1:
            here.copy().run(log.info, "%s: reading", slug, extra=fields(source=slug))
        elif asked[slug] % 25 == 0:
            said = fields(source=slug, page=asked[slug])
            here.copy().run(log.info, "%s: page %d", slug, asked[slug], extra=said)

    with pipeline.open_watch(load_settings()) as watch:
        return pipeline.poll_all(watch, slugs, force=force, progress=progress, report=_log_read)


@flow(name="poll")
def poll(source: str | None = None, force: bool = False) -> list[Read]:
    """Reads `source`, or every source that is due; `force` reads it although it is not. Gives the reads that were made.

    A source that cannot be read does not fail the flow: its read says so, and the watchdog and the edition tell of it.
    However many there are, they are one task: each costs Prefect more than most reads take.
    """
    if source is not None:
        return read((source,), force)
    with pipeline.open_watch(load_settings()) as watch:
        slugs = tuple(watch.polled) if force else pipeline.due_sources(watch)
    return read(slugs, force)


def _log_read(slug: str, read: Read | None) -> None:
    if read is None:
        log.info("%s: not due, or being read elsewhere", slug, extra=fields(source=slug, status="not due"))
        return
    took_s = (read.finished_at - read.started_at).total_seconds()
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
