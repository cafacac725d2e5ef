"""Two texts side by side, word by word: what went and what came. Pure, and bounded however big the texts are.

Lines are compared first, then the words within lines that differ; what is too big for that is shown as gone and come
whole. Long stretches that are the same are left out and counted.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_LINES = 4_000  # of both texts together; beyond it a text counts as one line
# Pairs of words that are compared in one change, and in all changes of a text; fewer where difflib cannot set aside
# words that come again and again, as it does from 200 words on.
MOST_PAIRS, MOST_PAIRS_OF_FEW, ALL_PAIRS = 1_000_000, 60_000, 1_000_000
_AROUND = 2
_WORD = re.compile(r"\s+|[^\W_]+\s*|.\s*", re.S)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one side; `changed` where the other side has not got it."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line or a change beside what it was. `skipped` counts lines that are the same and are left out here."""

    old: tuple[Run, ...]
    new: tuple[Run, ...]
    skipped: int = 0


def compare(old: str, new: str) -> tuple[Row, ...]:
    """The rows in which `new` differs from `old`, each with two lines around it; none where they are the same."""
    if old == new:
        return ()
    before, after = old.splitlines(), new.splitlines()
    if len(before) + len(after) > MOST_LINES:
        return (Row(_whole(old), _whole(new)),)
    rows: list[Row] = []
    left = ALL_PAIRS
    blocks = SequenceMatcher(None, before, after).get_opcodes()
    for number, (what, i, j, k, m) in enumerate(blocks):
        if what == "equal":
            rows += _same(before[i:j], first=number == 0, last=number == len(blocks) - 1)
            continue
        gone, come = "\n".join(before[i:j]), "\n".join(after[k:m])
        words = _WORD.findall(gone), _WORD.findall(come)
        pairs = len(words[0]) * len(words[1])
        most = MOST_PAIRS if len(words[1]) >= 200 else MOST_PAIRS_OF_FEW
        if pairs == 0 or pairs > min(most, left):
            rows.append(Row(_whole(gone), _whole(come)))
            continue
        left -= pairs
        rows.append(Row(*_words(*words)))
    return tuple(rows)


def _same(lines: Sequence[str], *, first: bool, last: bool) -> Iterator[Row]:
    """Lines that are the same: those next to a change, and how many there are between."""
    head = 0 if first else _AROUND
    tail = 0 if last else _AROUND
    if len(lines) <= head + tail + 1:
        yield from (_plain(line) for line in lines)
        return
    yield from (_plain(line) for line in lines[:head])
    yield Row((), (), skipped=len(lines) - head - tail)
    yield from (_plain(line) for line in lines[len(lines) - tail :])


def _plain(line: str) -> Row:
    run = (Run(line, changed=False),)
    return Row(run, run)


def _whole(text: str) -> tuple[Run, ...]:
    return (Run(text, changed=True),) if text else ()


def _words(before: list[str], after: list[str]) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    sides: tuple[list[Run], list[Run]] = ([], [])
    for what, i, j, k, m in SequenceMatcher(None, before, after).get_opcodes():
        for side, words in ((sides[0], before[i:j]), (sides[1], after[k:m])):
            if words:
                side.append(Run("".join(words), changed=what != "equal"))
    return tuple(sides[0]), tuple(sides[1])
