"""Many sources read side by side: most of a read is waiting for a host, and hosts do not wait for each other."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from contextvars import copy_context
from queue import SimpleQueue

from claimwatch.fetching import Client
from claimwatch.models import Read
from claimwatch.pipeline.knowledge import Knowing
from claimwatch.pipeline.reading.broken import ReadsBroke, all_broken, log_broken, tie
from claimwatch.pipeline.reading.poll import poll_with
from claimwatch.pipeline.watch import Watch

AT_ONCE = 4


class _Stopped(BaseException):
    """The round was ended while this source was being read: nothing of it is kept, and it is due still. No error."""


def poll_all(
    watch: Watch,
    slugs: Sequence[str],
    *,
    force: bool = False,
    believe: bool = False,
    progress: Callable[[str, str], None] = lambda _slug, _url: None,
    report: Callable[[str, Read | None], None] = lambda _slug, _read: None,
) -> list[Read]:
    """Read sources as `poll` does, up to `AT_ONCE` at a time; the reads that were made, in the order of `slugs`.

    Each has its own lease and transactions, and none learns of another. `progress` is told the source and the address
    asked for, from any thread; `report` is told what `poll` gave for a source as soon as it is read, from this one.

    What `poll` raises for a source keeps no other from being read. It is logged, and when all are read, it is raised
    as one `ReadsBroke`, which has the reads; so is what fails when they are tied into the chain. An interrupt ends the
    round: what is under way ends at its next page. Raises `UsageError` for an unknown slug, before anything is read.
    """
    for slug in slugs:
        watch.source(slug)
    knowing, ended = Knowing(watch), threading.Event()
    clients: SimpleQueue[Client] = SimpleQueue()

    def read(slug: str) -> Read | None:
        def on_page(url: str) -> None:
            if ended.is_set():
                raise _Stopped
            progress(slug, url)

        client = clients.get()
        try:
            return poll_with(client, knowing.now(), slug, force=force, believe=believe, progress=on_page)
        finally:
            clients.put(client)

    made: dict[Future[Read | None], Read] = {}
    errors: dict[str, Exception] = {}
    untied: Exception | None = None

    def end() -> None:
        nonlocal untied
        log_broken(_in_order(slugs, errors))  # first: nothing that fails at the end may hide it
        untied = tie(watch)

    with ExitStack() as stack:
        stack.callback(end)  # also of a round that is interrupted
        for _ in range(AT_ONCE):
            clients.put(stack.enter_context(watch.client()))
        pool = stack.enter_context(ThreadPoolExecutor(AT_ONCE, "read"))
        # Threads do not inherit the context, and without it Prefect cannot tell whose line of the log it is.
        under_way = {pool.submit(copy_context().run, read, slug): slug for slug in slugs}
        try:
            for future in as_completed(under_way):
                slug = under_way[future]
                came: tuple[Read | None, ...]
                if isinstance(error := future.exception(), Exception):
                    errors[slug] = error
                    came = error.reads if isinstance(error, ReadsBroke) else ()
                else:
                    came = (future.result(),)  # raises what is no error of the source: an interrupt
                for done in came:
                    report(slug, done)
                    if done is not None:
                        made[future] = done
        finally:
            ended.set()  # without effect where all are done
            pool.shutdown(cancel_futures=True)
    reads = [made[future] for future in under_way if future in made]
    broken = _in_order(slugs, errors)
    if first := next(iter(broken.values()), untied):
        raise all_broken(broken, reads, untied) from first
    return reads


def _in_order(slugs: Sequence[str], errors: Mapping[str, Exception]) -> dict[str, Exception]:
    return {slug: errors[slug] for slug in slugs if slug in errors}
