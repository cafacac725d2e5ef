"""`claimwatch run` and `claimwatch poll`."""

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_json
from claimwatch.cli.output import moment, progress, write, write_json, write_table
from claimwatch.errors import ClaimwatchError, UsageError

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands
    from claimwatch.models import Read
    from claimwatch.pipeline import ReadsBroke, Watch


def add_to(commands: "Commands") -> None:
    """The commands of this module."""
    run = add_command(
        commands,
        "run",
        "poll what is due, compare, build and send what is due",
        "Exit status 1 when no due source could be read, a message could not be sent, or something unforeseen ended "
        "the read of a source: the news of the others goes out all the same.",
    )
    add_json(run)
    run.set_defaults(run=run_all)
    poll = add_command(
        commands,
        "poll",
        "read sources and compare what they brought with the baseline",
        "Without SOURCE: those that are due. Exit status 1 when one of them could not be read.",
    )
    poll.add_argument("sources", nargs="*", metavar="SOURCE", help="a slug from sources.yaml")
    poll.add_argument("--force", action="store_true", help="read even what is not due (without SOURCE: everything)")
    poll.add_argument(
        "--believe",
        action="store_true",
        help="read the named sources now and take what they say however much changed (after a read that was held)",
    )
    add_json(poll)
    poll.set_defaults(run=poll_sources)


def run_all(arguments: argparse.Namespace) -> int:
    """One round: poll, build, deliver."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline import EditionsBroke, build_due, deliver, due_sources, summarize

    with opened() as watch:
        reads, unread = _read(watch, due_sources(watch))
        broke: list[ClaimwatchError] = [unread] if unread is not None else []
        try:
            built = build_due(watch)
        except EditionsBroke as error:
            built = error.editions
            broke.append(error)
        with progress("sending") as tell:
            report = deliver(watch, progress=tell)
        summary = summarize(watch, reads, built, report, broke)
    if arguments.json:
        write_json(summary)
    else:
        for line in summary.lines():
            write(line)
    return 0 if summary.ok else 1


def poll_sources(arguments: argparse.Namespace) -> int:
    """Read the named sources, or those that are due."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline import due_sources
    from claimwatch.store import reads as stored

    if arguments.believe and not arguments.sources:
        raise UsageError("--believe needs the name of each SOURCE whose changes you have looked at")
    with opened() as watch:
        wanted = tuple(dict.fromkeys(watch.source(slug).slug for slug in arguments.sources))
        everything = tuple(watch.polled) if arguments.force else due_sources(watch)
        done, broke = _read(watch, wanted or everything, force=arguments.force, believe=arguments.believe)
        with watch.store.read() as connection:
            states = {slug: stored.source_state(connection, slug) for slug in wanted or watch.sources}
        zone = watch.settings.timezone
    if arguments.json:
        write_json(done)
    else:
        if done:
            write_reads(done)
        elif not wanted and broke is None:
            write("No source is due. `claimwatch poll --force` reads all the same.")
        for slug in wanted if broke is None else ():
            if slug not in (read.source for read in done):
                write(f"{slug}: not due until {moment(states[slug].next_due_at, zone)}; --force reads it now.")
    if broke is not None:
        raise broke
    return 0 if all(read.status.good for read in done) else 1


def _read(
    watch: "Watch", slugs: Sequence[str], *, force: bool = False, believe: bool = False
) -> "tuple[list[Read], ReadsBroke | None]":
    """The reads that were made, and what ended some of them that nobody foresaw: to be raised when all else is done."""
    from claimwatch.pipeline import ReadsBroke, poll_all

    def on_page(_slug: str, url: str) -> None:
        tell(url)

    try:
        with progress("reading") as tell:
            return poll_all(watch, slugs, force=force, believe=believe, progress=on_page), None
    except ReadsBroke as error:
        return list(error.reads), error


def write_reads(reads: "Iterable[Read]") -> None:
    """Reads as a table, and below it what was skipped, what failed and why."""
    reads = list(reads)
    write_table(
        ("source", "read", "requests", "items", "kept", "skipped", "new", "changed", "gone"),
        [
            (
                read.source,
                read.status.value,
                read.requests,
                read.containers,
                read.kept,
                sum(count for _, count in read.skipped),
                read.new,
                read.changed,
                read.gone,
            )
            for read in reads
        ],
    )
    for read in reads:
        for line in explain(read):
            write(f"{read.source}: {line}")


def explain(read: "Read") -> list[str]:
    """What a read has to say beside its counts: skips by reason, what it could not read, warnings."""
    lines = [f"{count} skipped: {reason}" for reason, count in read.skipped]
    if read.reason:
        lines.append(("" if read.status.good else f"{'held' if read.status == 'held' else 'unread'}: ") + read.reason)
    lines += [
        f"not read: {failure.url}: {failure.reason}"
        for failure in read.failures
        if failure.reason not in (read.reason or "")
    ]
    return lines + [f"warning: {warning}" for warning in read.warnings]
