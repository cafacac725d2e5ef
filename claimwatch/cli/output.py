"""What goes to the terminal or the pipe: tables, JSON, progress. Scraped text is hostile and is cleaned on the way."""

import dataclasses
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from claimwatch.errors import worded

# What JSON itself leaves as it is and a terminal would obey or hide.
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` on one line for display: no control, bidi, zero-width, unassigned or unpaired surrogate characters."""
    return "".join(c for c in re.sub(r"[^\S ]+", " ", text) if c.isprintable())


def shorten(text: str, width: int) -> str:
    """`text` cleaned and cut to `width` characters; an ellipsis says that it was cut."""
    shown = clean(text)
    return shown if len(shown) <= width else shown[: width - 1].rstrip() + "…"


def moment(at: datetime | None, timezone: str) -> str:
    """A time for people, in the operator's zone: `2026-11-16 07:00 CET`; `never` where there is none."""
    return "never" if at is None else at.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M %Z")


def write(line: str = "") -> None:
    """One line of text on stdout, cleaned."""
    print(clean(line))


def complain(error: Exception) -> None:
    """An error on stderr, cleaned, each of its lines on one."""
    for number, line in enumerate(worded(error).splitlines()):
        print("claimwatch:" if number == 0 else "           ", clean(line).rstrip(), file=sys.stderr)


def write_table(header: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """A table: fitted to a terminal, or in plain aligned columns where the output is piped.

    However many rows there are, no more than a megabyte of a piped one is held: the widths are known after the last.
    """
    cells = ([clean("" if value is None else str(value)) for value in row] for row in rows)
    if sys.stdout.isatty():
        _write_rich(header, cells, title)
        return
    if title:
        print(clean(title))
    from tempfile import SpooledTemporaryFile

    widths = [len(name) for name in header]
    with SpooledTemporaryFile(max_size=1_000_000) as kept:
        for row in cells:
            widths = [max(width, len(cell)) for width, cell in zip(widths, row, strict=True)]
            kept.write(json.dumps(row).encode() + b"\n")
        kept.seek(0)
        for row in chain([header], map(json.loads, kept)):
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _write_rich(header: Sequence[str], cells: Iterable[list[str]], title: str | None) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", title=title, title_justify="left", title_style="bold")
    for name in header:
        table.add_column(name, overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))  # Text, because square brackets in a string would be markup
    Console().print(table)


def to_json(value: object, *, indent: int | None = None) -> str:
    """JSON that a terminal may show: other scripts stay readable, invisible characters are escaped."""
    text = json.dumps(value, ensure_ascii=False, default=_plain, indent=indent)
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def write_json(value: object) -> None:
    """A JSON document on stdout. Dataclasses become objects, times ISO 8601, durations seconds."""
    print(to_json(value, indent=2))


def write_json_list(values: Iterable[object]) -> None:
    """What `write_json` writes of a list, one value after another: none is held longer than it takes to write it."""
    begun = False
    for value in values:
        one = to_json([value], indent=2).removeprefix("[").removesuffix("\n]")
        print("," if begun else "[", one, sep="", end="")
        begun = True
    print("\n]" if begun else "[]")


def write_json_line(value: object) -> None:
    """One JSON value on a line of its own, flushed, so that a reader of the pipe sees it at once."""
    print(to_json(value), flush=True)


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


@contextmanager
def progress(label: str) -> Iterator[Callable[[str], None]]:
    """A line on stderr that says what is being done; only on a terminal, and gone when the block ends."""
    if not sys.stderr.isatty():
        yield lambda _what: None
        return
    count = 0

    def tell(what: str) -> None:
        nonlocal count
        count += 1
        print(f"\r\x1b[K{label}: {count}  {shorten(what, 70)}", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
