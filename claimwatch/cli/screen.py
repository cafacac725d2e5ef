"""`claimwatch screen`: any text against the baseline. Reads neither the network nor the store."""

import argparse
import gc
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from claimwatch.cli.arguments import add_command
from claimwatch.cli.output import write_json_line
from claimwatch.errors import ClaimwatchError, UsageError

if TYPE_CHECKING:
    from claimwatch.claims import Comparer
    from claimwatch.cli.arguments import Commands

FORMATS = ("auto", "jsonl", "text")


def add_to(commands: "Commands") -> None:
    """The command of this module."""
    screen = add_command(
        commands,
        "screen",
        "compare any text with the baseline and print findings as JSON lines",
        "Records are objects with source, url, title, published, language and text, one a line; or plain text.",
    )
    screen.add_argument("file", metavar="FILE", help="a file in UTF-8, or - for standard input")
    screen.add_argument("--format", choices=FORMATS, default="auto", help="what the file holds (default: auto)")
    screen.set_defaults(run=screen_file)


def screen_file(arguments: argparse.Namespace) -> int:
    """Print the findings of one record after another."""
    comparer = _comparer()
    from claimwatch.claims import finding_json, read_records, screen_record

    with _opened(arguments.file) as file:
        records = read_records(_lines(file), arguments.format)
        try:
            for record in records:
                for finding in screen_record(comparer, record):
                    write_json_line(finding_json(finding))
        except UsageError as error:  # the input is at fault, not the command line
            raise ClaimwatchError(f"{arguments.file}: {error}") from error
    return 0


def _comparer() -> "Comparer":
    """The comparer of the baseline in the settings. All that is built stays: to look for what may go is put off."""
    collects = gc.isenabled()
    gc.disable()
    try:
        from claimwatch import paths
        from claimwatch.baseline import load_baseline
        from claimwatch.claims import Comparer

        return Comparer(load_baseline(paths.baselines(), home=paths.home()))
    finally:
        if collects:
            gc.enable()


def _opened(name: str) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")


def _lines(file: BinaryIO) -> Iterator[str]:
    """Line by line, so that a stream is screened as it comes and a byte that is not UTF-8 has a line number."""
    for number, line in enumerate(file, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise UsageError(f"line {number} is not UTF-8: {error.reason}") from error
