"""Who holds a lease: a name that says which process it is, so that one that died need not be waited for."""

import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from claimwatch.errors import ClaimwatchError
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, reads

LEASE = timedelta(minutes=10)  # renewed before a page, if the last time is a while ago; longer than a page may take
RENEWED_FOR = timedelta(minutes=1)
PATIENCE = timedelta(minutes=15)  # a read that hangs gives its lease up sooner


def this_owner() -> str:
    """A name for this process and this piece of work."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def is_dead(owner: str) -> bool:
    """Whether the process of that name ran on this machine and is gone. Of another machine nobody knows: False."""
    host, pid, _ = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@dataclass
class SourceLease:
    """A source that is ours to read or rewrite for as long as the lease is renewed, or until it is `given_back`."""

    watch: Watch
    slug: str
    owner: str
    given_back: bool = False
    _renewed: float = field(default_factory=time.monotonic)

    def renew(self) -> None:
        """Hold it for another while; without effect where it has passed to another, or was renewed just now."""
        if time.monotonic() - self._renewed < RENEWED_FOR.total_seconds():
            return
        with self.watch.store.write(lasting=False) as connection:
            reads.renew_lease(connection, self.slug, self.owner, datetime.now(UTC) + LEASE)
        self._renewed = time.monotonic()

    @contextmanager
    def last_write(self) -> Iterator[Connection | None]:
        """The transaction that ends the work, and with it the lease; None where the lease has passed to another: a
        process that slept past its lease must write nothing."""
        with self.watch.store.write() as connection:
            # On PostgreSQL this waits for whoever else writes what is told: two sources may tell of one development.
            advance_clock(connection, self.watch.now())
            held = reads.end_lease(connection, self.slug, self.owner)
            yield connection if held else None
        self.given_back = True


@contextmanager
def source_lease(watch: Watch, slug: str, *, patience: timedelta | None = None) -> Iterator[SourceLease]:
    """Take the lease of a source, waiting while another process has it; gives it back at the end.

    Raises `ClaimwatchError` when it does not come free in time (real time).
    """
    last = time.monotonic() + (PATIENCE if patience is None else patience).total_seconds()
    while True:
        with free_lease(watch, slug) as lease:
            if lease is not None:
                yield lease
                return
        if time.monotonic() >= last:
            raise ClaimwatchError(f"{slug} is being read by another process; wait until it is done and try again")
        time.sleep(min(1.0, max(0.0, last - time.monotonic())))


@contextmanager
def free_lease(
    watch: Watch, slug: str, wanted: Callable[[Connection], bool] = lambda _connection: True
) -> Iterator[SourceLease | None]:
    """Take the lease of a source and give it back at the end; None where another process has it.

    `wanted` says, in the transaction that would take it, whether it is wanted still: whoever had it a moment ago may
    have done the work.
    """
    owner, now = this_owner(), datetime.now(UTC)
    with watch.store.write(lasting=False) as connection:
        # Before the lease: `last_write` locks them in this order, too; and `wanted` sees what was waited for.
        advance_clock(connection, watch.now())
        taken = wanted(connection) and reads.take_lease(connection, slug, owner, now, now + LEASE, is_dead)
    if not taken:
        yield None
        return
    lease = SourceLease(watch, slug, owner)
    try:
        yield lease
    finally:
        if not lease.given_back:
            with watch.store.write(lasting=False) as connection:
                reads.end_lease(connection, slug, owner)
