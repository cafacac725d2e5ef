"""Who holds a lease: a name that says which process it is, so that one that died need not be waited for."""

import os
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from claimwatch.errors import ClaimwatchError
from claimwatch.pipeline.watch import Watch
from claimwatch.store import reads

LEASE = timedelta(minutes=10)  # renewed before each page; longer than any one page may take
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


@dataclass(frozen=True)
class SourceLease:
    """A source that is ours to read or rewrite for as long as the lease is renewed."""

    watch: Watch
    slug: str
    owner: str

    def renew(self) -> None:
        """Hold it for another while; without effect where it has passed to another."""
        with self.watch.store.write() as connection:
            reads.renew_lease(connection, self.slug, self.owner, datetime.now(UTC) + LEASE)

    def holds(self, connection: Connection) -> bool:
        """Whether it is still ours: a process that slept past its lease must write nothing."""
        return reads.holds_lease(connection, self.slug, self.owner)


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
def free_lease(watch: Watch, slug: str) -> Iterator[SourceLease | None]:
    """Take the lease of a source and give it back at the end; None where another process has it."""
    owner = this_owner()
    if not _take(watch, slug, owner):
        yield None
        return
    try:
        yield SourceLease(watch, slug, owner)
    finally:
        with watch.store.write() as connection:
            reads.end_lease(connection, slug, owner)


def _take(watch: Watch, slug: str, owner: str) -> bool:
    now = datetime.now(UTC)
    with watch.store.write() as connection:
        return reads.take_lease(connection, slug, owner, now, now + LEASE, is_dead)
