"""Many sources read side by side: most of a read is waiting for a host, and hosts do not wait for each other."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from queue import SimpleQueue

from claimwatch.fetching import Client
from claimwatch.models import Read
from claimwatch.pipeline.knowledge import Knowing
from claimwatch.pipeline.reading.broken import ReadsBroke, all_broken, log_broken
from claimwatch.pipeline.reading.keep import chain_captures
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
    as one `ReadsBroke`, which has the reads. An interrupt ends the round: what is under way ends at its next page.
    Raises `UsageError` for an unknown slug, before anything is read.
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
    errors: dict[Future[Read | None], Exception] = {}
    with ExitStack() as stack:
        stack.callback(chain_captures, watch)
        for _ in range(AT_ONCE):
            clients.put(stack.enter_context(watch.client()))
        pool = stack.enter_context(ThreadPoolExecutor(AT_ONCE, "read"))
        under_way = {pool.submit(read, slug): slug for slug in slugs}
        try:
            for future in as_completed(under_way):
                slug = under_way[future]
                came: tuple[Read | None, ...]
                if isinstance(error := future.exception(), Exception):
                    errors[future] = error
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
    if errors:
        broken = {slug: errors[future] for future, slug in under_way.items() if future in errors}
        log_broken(broken)
        raise all_broken(broken, reads) from next(iter(broken.values()))
    return reads
