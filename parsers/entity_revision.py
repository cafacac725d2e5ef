"""The Entity List read against the page that was read last: only the rows that differ are taken apart.

Of 3,400 rows some ten change in a week, and to read a row takes far longer than to see that its bytes are the same. So
both pages are cut at the ends of their rows, and two short pages are made: the rows that only one of the two has, with
those around them that say which country they stand under and what they continue. These are read as any page is, and
what the new one gives takes the place of what the old one gave. Nothing else on the page may differ, not by a byte, and
the rows that both have must stand in the same order; otherwise the page is read whole.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from claimwatch.models import Page, Parsed, Skip
from parsers.entity_row import COLUMNS

_END = b"</TR>"
_PLAIN = re.compile(rb"\s*<TR(?:\s[^<>]*)?>\s*<TD\b")
_FIRST = re.compile(rb"<TD\b[^<>]*?(?:/>|>(.*?)</TD>)", re.S)
_MARKUP = re.compile(rb"<[^<>]*>|&[^;<>\s]*;")
_SAYS = re.compile(rb"[0-9A-Za-z]")
_MOST = 400  # rows that differ; with more of them a page is read whole
_OF_A_ROW = re.compile(r": (?:the citation reads |\S+ is not a date$)")


def revise(page: Page, before: Page, gave: Parsed, read: Callable[[Page], Parsed]) -> Parsed | None:
    """What `page` gives, the rows that are as they were on `before` by their keys alone (`unread`).

    `gave` is what `before` gave, all its rows by key. None where only reading the page whole can tell. Raises what
    `read` raises for a row that is none.
    """
    told = tuple(warning for warning in gave.warnings if _OF_A_ROW.search(warning))
    if page.body == before.body:
        return replace(gave, warnings=told)
    short = _differing(before.body, page.body)
    if short is None or any("more rows with" in warning for warning in gave.warnings):
        return None
    old, new = (read(replace(page, body=body)) for body in short)
    gone, come = {entry.key for entry in old.entries}, {entry.key for entry in new.entries}
    unread = tuple(key for key in gave.unread if key not in gone)
    if len(unread) != len(gave.unread) - len(gone):
        return None  # what is known is not what that page gave
    # Of rows that share a name the first listed keeps the plain key: whoever comes or goes may rename the others.
    if not {_name_of(key) for key in unread}.isdisjoint(map(_name_of, gone | come)):
        return None
    skipped = Counter(skip.reason for skip in gave.skipped)
    skipped.subtract(skip.reason for skip in old.skipped)
    if any(count < 0 for count in skipped.values()):
        return None
    left = tuple(Skip(reason, "as before") for reason in skipped.elements())
    return replace(
        new,
        containers=len(unread) + len(left) + new.containers,
        skipped=(*left, *new.skipped),
        warnings=(*(warning for warning in told if warning not in old.warnings), *new.warnings),
        unread=unread,
    )


def _name_of(key: str) -> str:
    """Country and name, without what tells namesakes apart."""
    return "|".join(key.split("|")[:2])


def _differing(before: bytes, after: bytes) -> tuple[bytes, bytes] | None:
    """Both pages with only the rows that differ and what these depend on; None where more than rows differ."""
    old, new = before.split(_END), after.split(_END)
    olds, news = set(old), set(new)
    left = [piece not in news for piece in old]
    fresh = [piece not in olds for piece in new]
    if sum(left) + sum(fresh) > _MOST:
        return None
    both = [piece for piece, differs in zip(old, left, strict=True) if not differs]
    if both != [piece for piece, differs in zip(new, fresh, strict=True) if not differs]:
        return None
    differing = [piece for piece in (*olds - news, *news - olds) if not _is_row(piece)]
    wanted, gaps = _gaps(old, left), _gaps(new, fresh)
    if differing or any(_country(wanted.get(at, ())) != _country(gaps.get(at, ())) for at in wanted | gaps):
        return None
    around = {at for at, piece in enumerate(both) if not _is_row(piece)}  # with all that stands between tables
    for at in wanted | gaps:
        around |= _around(both, at)
    return _short(both, wanted, around), _short(both, gaps, around)


def _gaps(pieces: Sequence[bytes], differs: Sequence[bool]) -> dict[int, tuple[bytes, ...]]:
    """The rows that differ, by how many of the others stand before them."""
    gaps: dict[int, tuple[bytes, ...]] = {}
    at = 0
    for piece, alone in zip(pieces, differs, strict=True):
        if alone:
            gaps[at] = (*gaps.get(at, ()), piece)
        else:
            at += 1
    return gaps


def _around(both: Sequence[bytes], at: int) -> set[int]:
    """The rows that those before `at` depend on, or that depend on them: what a row may continue, or what may continue
    it, and the one that names the country of the first of them."""
    found: set[int] = set()
    for back in range(at - 1, -1, -1):
        found.add(back)
        if _is_whole(both[back]):
            break
    for country in range(min(found, default=-1), -1, -1):
        if _country((both[country],)):
            found.add(country)
            break
    for on in range(at, len(both)):
        found.add(on)
        if _is_whole(both[on]):
            break
    return found


def _short(both: Sequence[bytes], gaps: dict[int, tuple[bytes, ...]], around: set[int]) -> bytes:
    pieces: list[bytes] = []
    for at in range(len(both) + 1):
        pieces += gaps.get(at, ())
        if at in around:
            pieces.append(both[at])
    return _END.join(pieces)


def _is_row(piece: bytes) -> bool:
    """Whether a piece is a row of cells and nothing beside it."""
    return _PLAIN.match(piece) is not None and piece.count(b"<TR") == 1 and b"<TABLE" not in piece


def _is_whole(piece: bytes) -> bool:
    """Whether a row is an entry of its own: it has every cell, and the last is not blank."""
    if piece.count(b"<TD") != len(COLUMNS):
        return False
    _, _, cell = piece.rpartition(b"<TD")[2].partition(b">")
    return _says(cell)


def _country(pieces: Sequence[bytes]) -> bytes:
    """What the last of these rows that names a country names; empty where none does."""
    for piece in reversed(pieces):
        first = _FIRST.search(piece) if piece.count(b"<TD") == len(COLUMNS) else None
        if first is not None and _says(first[1] or b""):
            return first[1]
    return b""


def _says(cell: bytes) -> bool:
    return _SAYS.search(_MARKUP.sub(b"", cell)) is not None
