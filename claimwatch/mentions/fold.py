"""Text without what does not tell names apart: case, accents, width, invisible characters, kinds of space and dash.

Folding works on one character at a time and knows no context, so that each folded character stands for exactly one
place in the raw text. Only runs of space become one space, which changes no other offset.

Most text is plain: ASCII is folded as bytes, and of the rest each kind of character once, not each place.
"""

import functools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from typing import Protocol

# NFKD turns the trade-mark sign into the letters TM, which would make "DAHUA™" another word.
_SPACES = "™℠®©℗"
_APOSTROPHES = "’‘‛ʼʹʻ′´＇"
_DASHES = "‐‑‒–—―−﹣－⁃"
_PLAIN = {"ı": "i", "ŀ": "l", "ɡ": "g", "ʜ": "h", "ɪ": "i", "ᴋ": "k", "ꓧ": "h"}
# Letters by category, invisible on the page.
_BLANKS = "\u115f\u1160\u3164\uffa0"

# Cyrillic and Greek letters by the Latin ones they look like.
_LOOKALIKES = str.maketrans(
    "АВЕЗНІЈКМОРЅТУХаеһіјкмнорѕтухѵԁԛԝсСпиΑΒΕΗΙΚΜΝΟΡΤΥΧαεικνορτυχη",
    "ABE3HIJKMOPSTYXaehijkmhopstyxvdqwcCnuABEHIKMNOPTYXaeikvoptuxn",
)
_OTHER_LETTERS = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_WORD = re.compile(r"[^\W\d_]+(?:[\u00ad\u200b-\u200d\u2060\ufeff]+[^\W\d_]+)*")
_RUNS = re.compile("  +")
_ASCII_BYTES = bytes(range(128))
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
# Up to this many kinds of characters are replaced kind by kind, which is many times as fast as one by one.
_FEW = 60


class _Table(dict[int, str]):
    """What each character folds to, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


def _fold_character(char: str) -> str:
    if char in _SPACES or char.isspace():
        return " "
    if char in _APOSTROPHES:
        return "'"
    if char in _DASHES:
        return "-"
    if char in _BLANKS:
        return ""
    decomposed = unicodedata.normalize("NFKD", _PLAIN.get(char, char))
    kept = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf"))
    # A second decomposition, for the few letters whose lower case brings a mark of its own.
    lower = unicodedata.normalize("NFKD", kept.casefold())
    return "".join(" " if c.isspace() else c for c in lower if unicodedata.category(c) != "Mn")


_TABLE = _Table()


_ASCII = bytes(ord(_fold_character(chr(code))) for code in range(128)) + bytes(range(128, 256))


def fold(text: str) -> str:
    """The folded text: lower case, plain letters, one space for each run of white space."""
    folded = _fold_ascii(text)
    changed = [char for char in beyond_ascii(text) if _TABLE[ord(char)] != char]
    if len(changed) <= _FEW:
        for char in changed:
            folded = folded.replace(char, _TABLE[ord(char)])
    else:
        folded = _NOT_ASCII.sub(lambda match: match[0].translate(_TABLE), folded)
    return _single_spaced(folded) if "  " in folded else folded


def _single_spaced(text: str) -> str:
    """The text with each run of blanks as one; twice as fast as an expression."""
    first, *rest = [part.lstrip(" ") if number else part for number, part in enumerate(text.split("  "))]
    return " ".join([first, *filter(None, rest[:-1]), *rest[-1:]])


# Of one text this is asked several times in turn: to unmask it, to fold it, and for its offsets.
@functools.lru_cache(maxsize=1)
def _fold_ascii(text: str) -> str:
    """The text, as long as before, with its ASCII characters folded."""
    return text.encode("utf-8", "surrogatepass").translate(_ASCII).decode("utf-8", "surrogatepass")


@functools.lru_cache(maxsize=1)
def beyond_ascii(text: str) -> tuple[str, ...]:
    """The characters of a text beyond ASCII, each once, in order of their code."""
    if text.isascii():
        return ()
    rest = text.encode("utf-8", "surrogatepass").translate(None, _ASCII_BYTES)
    return tuple(sorted(set(rest.decode("utf-8", "surrogatepass"))))


class Places(Protocol):
    """A map of places: `places[i]` is the raw index of the folded character `i`."""

    def __getitem__(self, index: int, /) -> int: ...

    def __len__(self) -> int: ...


class _Shifted:
    """Places that are `shifts[n]` ahead of the folded index from `starts[n]` on."""

    def __init__(self, starts: list[int], shifts: list[int], length: int) -> None:
        self._starts, self._shifts, self._length = starts, shifts, length

    def __getitem__(self, index: int) -> int:
        if not 0 <= index < self._length:
            raise IndexError(index)
        return index + self._shifts[bisect_right(self._starts, index) - 1]

    def __len__(self) -> int:
        return self._length


def offsets(text: str) -> Places:
    """For each character of `fold(text)` the index of the raw character that it comes from.

    What is kept is where the two lengths drift apart, not a number for each character.
    """
    level = _fold_ascii(text)
    changing = "".join(re.escape(char) for char in beyond_ascii(text) if _shifts(_TABLE[ord(char)]))
    regions = list(re.finditer(f"[{changing}][{changing} ]*", level)) if changing else []
    if "  " in level:
        regions += _RUNS.finditer(level)
    starts, shifts, shift, done = [0], [0], 0, 0
    for match in sorted(regions, key=lambda match: match.start()):
        if match.end() <= done:
            continue  # a run of space inside the region before
        at, done = match.start() - shift, match.end()
        for place in _region_places(level, match.start(), done):
            if place - at != shift:
                shift = place - at
                starts.append(at)
                shifts.append(shift)
            at += 1
        if done - at != shift:
            shift = done - at
            starts.append(at)
            shifts.append(shift)
    return _Shifted(starts, shifts, len(text) - shift) if regions else range(len(text))


def _shifts(folded: str) -> bool:
    """Whether what a character folds to may move what comes after it."""
    return len(folded) != 1 or folded == " "


def _region_places(level: str, start: int, end: int) -> Iterator[int]:
    """The raw index of each character that a part of a text folds to."""
    after_space = start > 0 and level[start - 1] == " "
    for index in range(start, end):
        for folded in _TABLE[ord(level[index])]:
            if folded == " " and after_space:
                continue
            after_space = folded == " "
            yield index


def unmask(text: str) -> str:
    """The text, as long as before, with look-alike letters made Latin in words that mix Latin with another alphabet.

    Words in one alphabet are left alone: a Russian word is not a disguise.
    """
    if not _OTHER_LETTERS.search("".join(beyond_ascii(text))):
        return text
    return _WORD.sub(_unmask_word, text)


def _unmask_word(match: re.Match[str]) -> str:
    word = match[0]
    if _OTHER_LETTERS.search(word) is None or not any(_is_latin(char) for char in word):
        return word
    return word.translate(_LOOKALIKES)


def _is_latin(char: str) -> bool:
    return "a" <= _TABLE[ord(char)][:1] <= "z"


def is_plain(raw: str) -> bool:
    """Whether nothing in `raw` is hidden: no invisible characters, no accents that folding takes away."""
    if raw.isascii():
        return True
    decomposed = unicodedata.normalize("NFKD", raw)
    return not any(unicodedata.category(char) in ("Mn", "Cf") or char in _BLANKS for char in decomposed)


def joins(char: str) -> bool:
    """Whether `char` is a letter or digit of a script in which spaces set words apart (the scripts before Thai)."""
    return char < "\u0e00" and char.isalnum()
