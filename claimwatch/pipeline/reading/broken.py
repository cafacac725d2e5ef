"""What nobody foresaw while a source was read: kept as a read that failed, written to the log, and raised at the end.

A fault of ours, or of `sources.yaml`, in one source must not cost the news of the others. One of the machine (a full
disk, a database that is away, a clock that went back) is none of a source: nothing is noted, what is due stays due.
"""

import logging
import traceback
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from claimwatch.errors import BaselineInvalid, ClaimwatchError, ClockWentBack, ReadFailed, SourcesInvalid, worded
from claimwatch.logs import fields
from claimwatch.models import Read, ReadStatus, SourceSpec
from claimwatch.pipeline.reading.harvest import Crawl
from claimwatch.pipeline.reading.keep import chain_captures, keep_read, whole, writable
from claimwatch.pipeline.reading.parsing import ParserBroke
from claimwatch.pipeline.reading.pause import next_due_at
from claimwatch.pipeline.watch import Watch
from claimwatch.store import reads

_LOG = logging.getLogger("claimwatch.reading")


class ReadsBroke(ClaimwatchError):
    """Something unforeseen ended the read of one source, or of several. `reads` are all that were made meanwhile, in
    their order; those that broke are among them as reads that are not good, unless even that could not be kept."""

    def __init__(self, message: str, made: Sequence[Read]) -> None:
        super().__init__(message)
        self.reads = tuple(made)


def is_of_source(error: Exception) -> bool:
    """Whether an error is of the one source (or edition) that was being worked on, and not of what is below all: the
    machine, the clock, the baseline."""
    below = OSError | MemoryError | ClockWentBack | BaselineInvalid
    return not isinstance(error, below) and type(error) is not ClaimwatchError


def described(error: Exception) -> str:
    """An error for an operator, on one line: in our own words where there are some."""
    said = str(error.orig) if isinstance(error, DBAPIError) else worded(error)  # not the statement and its values
    line = " ".join(said.split())
    if isinstance(error, ClaimwatchError | OSError):
        return line
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def reason_of(error: Exception) -> str:
    """An error as the reason of a read. Editions print it: of what is not in our own words it gives the kind alone."""
    if isinstance(error, SourcesInvalid):
        return "its parser cannot be loaded"
    return str(error) if isinstance(error, ReadFailed) else kind_of(error)


def kind_of(error: Exception) -> str:
    """The kind of an error as the reason of a read."""
    return f"this program broke while it was read ({type(error).__name__})"


def keep_broken(
    connection: Connection,
    spec: SourceSpec,
    parser: str,
    crawl: Crawl,
    reason: str,
    at: tuple[datetime, datetime],
) -> Read:
    """Keep the report of a read that an error ended, what had arrived until then, and when the source is due again.

    `at` is when the read began and when it was over.
    """
    read = Read(
        source=spec.slug,
        status=ReadStatus.BAD if crawl.captures else ReadStatus.FAILED,
        started_at=at[0],
        finished_at=at[1],
        requests=len(crawl.captures),
        failures=tuple(crawl.failures),
        reason=reason,
    )
    read = writable(read)
    state = reads.source_state(connection, spec.slug)
    keep_read(connection, read, parser, crawl.captures)
    reads.note_read(connection, read, next_due_at(connection, spec, read, None, state.failures), state=state)
    return read


def tie(watch: Watch) -> Exception | None:
    """Tie what was captured into the chain. What that fails at is logged and given back: the reads are kept all the
    same, and whoever comes next ties what they brought."""
    try:
        chain_captures(watch)
    except Exception as error:
        what, said = described(error), fields(error=type(error).__name__)
        log_trace(_LOG, logging.ERROR, f"tying captures into the chain failed: {what}", trace_of(error), said)
        return error
    return None


def all_broken(errors: Mapping[str, Exception], made: Sequence[Read], untied: Exception | None = None) -> ReadsBroke:
    """What ended reads, by source, and what `tie` gave, as one error; what ended several is said once, on a line."""
    lines = [f"{what} (while reading {', '.join(slugs)})" for what, (slugs, _) in _grouped(errors).items()]
    if untied is not None:
        lines.append(f"{described(untied)} (while tying captures into the chain)")
    return ReadsBroke("\n".join(lines), made)


def log_broken(errors: Mapping[str, Exception]) -> None:
    """Write to the log what ended reads, by source, with where it came up unless our own words say all of it.

    When all are read: what ended several is one line.
    """
    for what, (slugs, error) in _grouped(errors).items():
        said = fields(source=" ".join(slugs), error=type(error).__name__)
        log_trace(_LOG, logging.ERROR, f"reading {', '.join(slugs)} broke: {what}", trace_of(error), said)


def log_pages(slug: str, broke: Sequence[ParserBroke]) -> None:
    """Write to the log that the parser of a source broke on pages, with the traceback of the first."""
    if broke:
        said = fields(source=slug, pages=len(broke))
        what = f"{slug}: pages that broke its parser: {len(broke)}, first {broke[0].url}"
        log_trace(_LOG, logging.WARNING, what, broke[0].__cause__, said)


def log_trace(
    log: logging.Logger, level: int, what: str, trace: BaseException | None, said: Mapping[str, object]
) -> None:
    """Write a line to a log, with a traceback if there is one; where that quotes what no log takes, mended."""
    written = "".join(traceback.format_exception(trace)) if trace is not None else ""
    if written == whole(written):
        log.log(level, "%s", whole(what), exc_info=trace, extra=said)
    else:
        log.log(level, "%s\n%s", whole(what), whole(written).rstrip(), extra=said)


def trace_of(error: Exception) -> BaseException | None:
    """What to show the traceback of: of a parser that broke when it was imported, the parser's own."""
    if isinstance(error, SourcesInvalid):
        return None if isinstance(error.__cause__, ImportError) else error.__cause__
    return None if isinstance(error, ClaimwatchError | OSError) else error


def _grouped(errors: Mapping[str, Exception]) -> dict[str, tuple[list[str], Exception]]:
    """By what an error says: the sources that it ended, and the first of it."""
    groups: dict[str, tuple[list[str], Exception]] = {}
    for slug, error in errors.items():
        cause = error.__cause__ if isinstance(error, ReadsBroke) and isinstance(error.__cause__, Exception) else error
        groups.setdefault(described(cause), ([], cause))[0].append(slug)
    return groups
