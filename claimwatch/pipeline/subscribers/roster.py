"""The subscribers as a CSV file: one row for each series of each subscriber, out and in again.

Spreadsheets take a cell that begins with `=`, `+`, `-` or `@` for a formula; such a cell gets an apostrophe in front on
the way out and loses it on the way in.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from claimwatch.errors import UsageError
from claimwatch.models import Member, Subscription, Topics
from claimwatch.pipeline.subscribers.subscribe import Person, join, person, vouched
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, subscribers, suppressions

COLUMNS = ("address", "name", "language", "timezone", "proof_of_life", "series", "companies", "sources", "severity")
MOST_FAULTS = 20  # named one by one
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_YES = {"": True, "yes": True, "no": False}


@dataclass(slots=True)
class Imported:
    """What an import did: addresses added, and addresses left as they are with the reason."""

    added: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def export_csv(watch: Watch) -> str:
    """Who subscribes now, as CSV with a header; whoever left is not in it."""
    with watch.store.read() as connection:
        members = subscribers.list_members(connection)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for member in members:
        for one in member.current:
            writer.writerow([_guard(cell) for cell in _cells(member, one)])
    return out.getvalue()


def import_csv(watch: Watch, text: str) -> Imported:
    """Subscribe everybody in a CSV file whom the operator vouches for, or nobody.

    Only the column `address` must be there. Who subscribes already stays as they are; who has left or is suppressed
    is not written to again by a file. Raises `UsageError` with a line for each fault.
    """
    people = _people(watch, text)
    now = watch.now()
    done = Imported()
    with watch.store.write() as connection:
        advance_clock(connection, now)
        known = {stored.address.lower(): stored for stored in subscribers.list_subscribers(connection)}
        for one in people:
            stored = known.get(one.address.lower())
            held = suppressions.find_suppression(connection, one.address, now)
            if held is not None:
                done.skipped.append((one.address, f"gets no mail since {held.at:%Y-%m-%d}: {held.reason}"))
            elif stored is not None:
                why = "subscribes already" if stored.active else "has left; `claimwatch subscribers add` takes back"
                done.skipped.append((one.address, why))
            else:
                join(connection, watch, one, now, [vouched(one, "import", now)])
                done.added.append(one.address)
    return done


def _people(watch: Watch, text: str) -> list[Person]:
    rows = _rows(text)
    faults: list[str] = []
    first: dict[str, tuple[int, Mapping[str, str]]] = {}
    wanted: dict[str, list[Subscription]] = {}
    for number, row in rows:
        key = row["address"].strip().casefold()
        try:
            one = _subscription(row)
            if key in first and _same(row) != _same(first[key][1]):
                raise UsageError(f"differs from line {first[key][0]} in more than the series and its topics")
            if any(other.series == one.series for other in wanted.get(key, ())):
                raise UsageError(f"names the series {one.series} of {row['address']} a second time")
            _person(watch, row, [one])
        except UsageError as error:
            faults.append(f"line {number}: {error}")
            continue
        first.setdefault(key, (number, row))
        wanted.setdefault(key, []).append(one)
    if faults:
        more = [f"and {len(faults) - MOST_FAULTS} more"] if len(faults) > MOST_FAULTS else []
        raise UsageError("\n".join(["nobody was imported:", *faults[:MOST_FAULTS], *more]))
    return [_person(watch, row, wanted[key]) for key, (_, row) in first.items()]


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    """Line numbers and rows by column, every column there."""
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    # Spreadsheets in countries with a decimal comma write semicolons.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in head and "," not in head else ",")
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        unknown = [name for name in header if name not in COLUMNS]
        if "address" not in header or unknown or len(set(header)) < len(header):
            raise UsageError(f"line 1: the columns are {', '.join(COLUMNS)}; only address must be there")
        rows = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    raise UsageError(f"line {reader.line_num}: {len(cells)} cells where the header has {len(header)}")
                named = dict(zip(header, (_bare(cell.strip()) for cell in cells), strict=True))
                rows.append((reader.line_num, dict.fromkeys(COLUMNS, "") | named))
    except csv.Error as error:
        raise UsageError(f"line {reader.line_num}: not CSV: {error}") from error
    return rows


def _subscription(row: Mapping[str, str]) -> Subscription:
    if row["proof_of_life"].lower() not in _YES:
        raise UsageError(f"proof_of_life is {row['proof_of_life']!r}; write yes or no")
    topics = Topics(tuple(row["companies"].split()), tuple(row["sources"].split()), row["severity"] or None)
    return Subscription(row["series"] or "weekly", topics)


def _person(watch: Watch, row: Mapping[str, str], wanted: list[Subscription]) -> Person:
    return person(
        watch,
        row["address"],
        row["name"] or None,
        row["language"] or None,
        row["timezone"] or None,
        wanted,
        _YES[row["proof_of_life"].lower()],
    )


def _same(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in ("name", "language", "timezone", "proof_of_life"))


def _cells(member: Member, one: Subscription) -> tuple[str, ...]:
    who = member.subscriber
    return (
        who.address,
        who.name or "",
        who.language,
        who.timezone,
        "yes" if member.proof_of_life else "no",
        one.series,
        " ".join(one.topics.companies),
        " ".join(one.topics.sources),
        one.topics.severity or "",
    )


def _guard(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
