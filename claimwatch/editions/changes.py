"""Which words of a changed row or wording are new, and which are gone: a long one is not read twice to find them."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from claimwatch.editions.display import Piece, clean

MOST_WORDS = 2000  # compared word by word; of what is longer, all between the first and the last change counts as one
_APART = " … "
_SHORT = 4


@dataclass(frozen=True, slots=True)
class Change:
    """The text as it is now in pieces, `marked` where it is new; and in words what came in and what went out."""

    now: tuple[Piece, ...]
    added: str
    gone: str


def change_between(before: str, after: str, limit: int) -> Change | None:
    """What changed, each text at most about `limit` characters, cut round the first new words.

    None where no words are new or gone, and where less than half of either text stayed: then it is another text, and
    marks would say no more than that.
    """
    old, new = clean(before).split(" "), clean(after).split(" ")
    begin, end = _same_ends(old, new)
    middle_old, middle_new = old[begin : len(old) - end], new[begin : len(new) - end]
    kept_new = [True] * begin + [False] * len(middle_new) + [True] * end
    kept_old = [True] * begin + [False] * len(middle_old) + [True] * end
    if len(middle_old) + len(middle_new) <= MOST_WORDS:
        for at_old, at_new, size in SequenceMatcher(None, middle_old, middle_new, autojunk=False).get_matching_blocks():
            if size == 1 and len(middle_new[at_new]) < _SHORT:
                continue  # an "of" between two new names is no sign that it stayed
            kept_old[begin + at_old : begin + at_old + size] = [True] * size
            kept_new[begin + at_new : begin + at_new + size] = [True] * size
    if all(kept_new) and all(kept_old):
        return None
    if sum(kept_new) * 2 < min(len(old), len(new)):
        return None
    return Change(_window(new, kept_new, limit), _other(new, kept_new, limit), _other(old, kept_old, limit))


def _same_ends(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many words are the same from the beginning, and of the rest from the end."""
    most = min(len(old), len(new))
    begin = next((at for at in range(most) if old[at] != new[at]), most)
    end = next((at for at in range(most - begin) if old[-1 - at] != new[-1 - at]), most - begin)
    return begin, end


def _runs(words: list[str], kept: list[bool]) -> list[tuple[bool, str]]:
    pairs = groupby(zip(kept, words, strict=True), key=lambda pair: pair[0])
    return [(same, " ".join(word for _, word in run)) for same, run in pairs]


def _other(words: list[str], kept: list[bool], limit: int) -> str:
    """The words that were not kept; a mark by itself says nothing."""
    runs = (text for same, text in _runs(words, kept) if not same and any(map(str.isalnum, text)))
    return clean(_APART.join(runs), limit)


def _window(words: list[str], kept: list[bool], limit: int) -> tuple[Piece, ...]:
    """The text, cut to `limit` characters: it begins a little before the first new words."""
    first = next((at for at, same in enumerate(kept) if not same), 0)
    low, room = first, limit // 3
    while low > 0 and (room := room - len(words[low - 1]) - 1) >= 0:
        low -= 1
    if len(" ".join(words)) <= limit:
        low = 0
    high, room = low, limit
    while high < len(words) and (room := room - len(words[high]) - 1) >= -1:
        high += 1
    pieces = [Piece(text, not same) for same, text in _runs(words[low:high], kept[low:high])]
    if high <= first:  # the first new word is too long: as much of it as there is room for
        low, high, pieces = first, first + 1, [Piece(clean(words[first], limit), True)]
    spaced = [Piece(f"{piece.text} ", piece.marked) for piece in pieces[:-1]] + pieces[-1:]
    head, tail = [Piece("… ", False)] * (low > 0), [Piece(" …", False)] * (high < len(words))
    return (*head, *spaced, *tail)
