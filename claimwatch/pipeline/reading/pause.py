"""When a source is read next: its cadence, a back-off after failures, and what its host asked of us."""

from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from sqlalchemy import Connection

from claimwatch.errors import FailureKind, FetchFailed, ReadFailed
from claimwatch.models import Read, ReadStatus, SourceSpec
from claimwatch.store import hosts

_FIRST = {FailureKind.TEMPORARY: timedelta(minutes=5), FailureKind.SOFT: timedelta(minutes=15)}
_DOUBLINGS = 12
_JITTER = 0.1


def next_due_at(
    connection: Connection, spec: SourceSpec, read: Read, error: ReadFailed | None, failures: int
) -> datetime:
    """When the source is due after `read` (aware UTC); `error` is why it failed, `failures` how many did before it.

    A good read and one held for an operator wait the cadence. After a failure the source is asked again soon, then
    ever later, up to its cadence: a wall is not climbed by running against it. Never before a rest is over that the
    host asked for.
    """
    pause = spec.every
    if not read.status.good and read.status is not ReadStatus.HELD:
        pause = _back_off(spec, read, error.kind if error is not None else FailureKind.SOFT, failures)
    due_at = read.started_at + pause
    names = {urlsplit(page.url).hostname or "" for page in spec.pages}
    rests = [rest.until if (rest := hosts.rest_of(connection, name)) is not None else due_at for name in names]
    if isinstance(error, FetchFailed) and error.retry_after_s is not None:
        due_at = max(due_at, read.finished_at + timedelta(seconds=error.retry_after_s))
    return max(due_at, min(rests))  # of several hosts, one that does not rest is reason enough to come


def _back_off(spec: SourceSpec, read: Read, kind: FailureKind, failures: int) -> timedelta:
    """Up to a tenth shorter than it would be, so that sources which failed together do not come back together.

    Never longer: a clock that ticks in cadences must find the source due.
    """
    first = _FIRST.get(kind, spec.every)
    pause = min(first * (1 << min(failures, _DOUBLINGS)), spec.every)
    seed = sha256(f"{spec.slug} {read.started_at.isoformat()}".encode()).digest()
    return pause * (1 - _JITTER * int.from_bytes(seed[:4]) / 2**32)
