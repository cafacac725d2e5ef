"""Many sources read side by side: most of a read is waiting for a host, and hosts do not wait for each other."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from queue import SimpleQueue

from claimwatch.fetching import Client
from claimwatch.models import Read
from claimwatch.pipeline.knowledge import Knowing
from claimwatch.pipeline.reading.keep import chain_captures
from claimwatch.pipeline.reading.poll import poll_with
from claimwatch.pipeline.watch import Watch

AT_ONCE = 4


class _Stopped(Exception):
    """The round was ended while this source was being read: nothing of it is kept, and it is due still."""


def poll_all(
    watch: Watch,
    slugs: Sequence[str],
    *,
    force: bool = False,
    believe: bool = False,
    progress: Callable[[str, str], None] = lambda _slug, _url: None,
) -> list[Read]:
    """Read sources as `poll` does, up to `AT_ONCE` at a time; the reads that were made, in the order of `slugs`.

    Each has its own lease and transactions, and none learns of another. `progress` is told the source and the address
    asked for, from any thread. What `poll` raises ends the round: reads that are under way end at their next page.
    """
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

    with ExitStack() as stack:
        stack.callback(chain_captures, watch)
        for _ in range(AT_ONCE):
            clients.put(stack.enter_context(watch.client()))
        pool = stack.enter_context(ThreadPoolExecutor(AT_ONCE, "read"))
        under_way = [pool.submit(read, slug) for slug in slugs]
        try:
            wait(under_way, return_when=FIRST_EXCEPTION)
        finally:
            ended.set()  # without effect where all are done
            pool.shutdown(cancel_futures=True)
    return [made for future in under_way if (made := _outcome(future, under_way)) is not None]


def _outcome(future: Future[Read | None], among: Sequence[Future[Read | None]]) -> Read | None:
    """What a read came to, or what ended the round."""
    error = None if future.cancelled() else future.exception()
    if future.cancelled() or isinstance(error, _Stopped):
        ended_by = [other.exception() for other in among if not other.cancelled()]
        error = next(other for other in ended_by if other is not None and not isinstance(other, _Stopped))
    if error is not None:
        raise error
    return future.result()
