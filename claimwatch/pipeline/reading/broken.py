"""What nobody foresaw while a source was read: kept as a read that failed, written to the log, and raised at the end.

A fault of ours, or of `sources.yaml`, in one source must not cost the news of the others. One of the machine (a full
disk, a database that is away, a clock that went back) is none of a source: nothing is noted, what is due stays due.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from claimwatch.errors import ClaimwatchError, ClockWentBack, ReadFailed, SourcesInvalid
from claimwatch.logs import fields
from claimwatch.models import Read, ReadStatus, SourceSpec
from claimwatch.pipeline.reading.harvest import Crawl
from claimwatch.pipeline.reading.keep import keep_read
from claimwatch.pipeline.reading.pause import next_due_at
from claimwatch.store import reads

_LOG = logging.getLogger("claimwatch.reading")


class ReadsBroke(ClaimwatchError):
    """Something unforeseen ended the read of one source, or of several. `reads` are all that were made meanwhile, in
    their order; those that broke are among them as reads that are not good, unless even that could not be kept."""

    def __init__(self, message: str, made: Sequence[Read]) -> None:
        super().__init__(message)
        self.reads = tuple(made)


def is_of_source(error: Exception) -> bool:
    """Whether an error is of the one source that was being read, and not of the machine below all of them."""
    return not isinstance(error, OSError | ClockWentBack) and type(error) is not ClaimwatchError


def described(error: Exception) -> str:
    """An error for an operator: in our own words where there are some."""
    return str(error) if isinstance(error, ClaimwatchError | OSError) else f"{type(error).__name__}: {error}"


def keep_broken(
    connection: Connection,
    spec: SourceSpec,
    parser: str,
    crawl: Crawl,
    error: Exception,
    started_at: datetime,
    finished_at: datetime,
) -> Read:
    """Keep the report of a read that `error` ended, what had arrived until then, and when the source is due again.

    Editions print the reason, so that of an error in nobody's words it gives the kind alone.
    """
    plain = isinstance(error, SourcesInvalid | ReadFailed)
    read = Read(
        source=spec.slug,
        status=ReadStatus.BAD if crawl.captures else ReadStatus.FAILED,
        started_at=started_at,
        finished_at=finished_at,
        requests=len(crawl.captures),
        failures=tuple(crawl.failures),
        reason=str(error) if plain else f"this program broke while it was read ({type(error).__name__})",
    )
    state = reads.source_state(connection, spec.slug)
    keep_read(connection, read, parser, crawl.captures)
    reads.note_read(connection, read, next_due_at(connection, spec, read, None, state.failures), state=state)
    return read


def all_broken(errors: Mapping[str, Exception], made: Sequence[Read]) -> ReadsBroke:
    """What ended reads, by source, as one error; what ended several is said once."""
    lines = [f"{what} (while reading {', '.join(slugs)})" for what, (slugs, _) in _grouped(errors).items()]
    return ReadsBroke("\n".join(lines), made)


def log_broken(errors: Mapping[str, Exception]) -> None:
    """Write to the log what ended reads, by source, with where it came up unless it is said in our own words.

    Not from a thread that reads: there Prefect cannot tell whose line it is.
    """
    for what, (slugs, error) in _grouped(errors).items():
        trace = None if isinstance(error, ClaimwatchError | OSError) else error
        said = fields(source=" ".join(slugs), error=type(error).__name__)
        _LOG.error("reading %s broke: %s", ", ".join(slugs), what, exc_info=trace, extra=said)


def _grouped(errors: Mapping[str, Exception]) -> dict[str, tuple[list[str], Exception]]:
    """By what an error says: the sources that it ended, and the first of it."""
    groups: dict[str, tuple[list[str], Exception]] = {}
    for slug, error in errors.items():
        cause = error.__cause__ if isinstance(error, ReadsBroke) and isinstance(error.__cause__, Exception) else error
        groups.setdefault(described(cause), ([], cause))[0].append(slug)
    return groups
