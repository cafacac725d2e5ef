"""Text without what does not tell names apart.

That is case, accents, width, invisible characters, kinds of space and dash, and traditional Chinese characters.

Folding works on one character at a time and knows no context, so that each folded character stands for exactly one
place in the raw text. Only runs of space become one space, which changes no other offset.

Most text is plain: ASCII is folded as bytes, and of the rest each kind of character once, not each place.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import ahocorasick_rs

# NFKD turns the trade-mark sign into the letters TM, which would make "DAHUA™" another word.
_SPACES = "™℠®©℗"
_APOSTROPHES = "’‘‛ʼʹʻ′´＇"
_DASHES = "‐‑‒–—―−﹣－⁃"
_PLAIN = {"ı": "i", "ŀ": "l", "ɡ": "g", "ʜ": "h", "ɪ": "i", "ᴋ": "k", "ꓧ": "h"}
_IDEOGRAPH = re.compile(r"[一-鿿]")
# Letters by category, invisible on the page.
_BLANKS = "\u115f\u1160\u3164\uffa0"

# Cyrillic and Greek letters by the Latin ones they look like.
_LOOKALIKES = str.maketrans(
    "АВЕЗНІЈКМОРЅТУХаеһіјкмнорѕтухѵԁԛԝсСпиΑΒΕΗΙΚΜΝΟΡΤΥΧαεικνορτυχη",
    "ABE3HIJKMOPSTYXaehijkmhopstyxvdqwcCnuABEHIKMNOPTYXaeikvoptuxn",
)
_OTHER_LETTERS = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_WORD = re.compile(r"[^\W\d_]+(?:[\u00ad\u200b-\u200d\u2060\ufeff]+[^\W\d_]+)*")
_ASCII_BYTES = bytes(range(128))
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
# Up to this many kinds of characters are replaced kind by kind, which is many times as fast as one by one.
_FEW = 60


class _Table(dict[int, str]):
    """What each character folds to, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        # Twice, for the few characters that decompose into one which itself is folded.
        folded = self[code] = "".join(map(_fold_character, _fold_character(chr(code))))
        return folded


def simplified(char: str) -> str:
    """The simplified Chinese character for a traditional one; any other as it is."""
    return _simplified().get(char, char) if _IDEOGRAPH.match(char) else char


@cache
def _simplified() -> dict[str, str]:
    lines = Path(__file__).with_name("traditional.txt").read_text(encoding="utf-8").splitlines()
    pairs = "".join(line for line in lines if not line.startswith("#"))
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def _fold_character(char: str) -> str:
    if char in _SPACES or char.isspace():
        return " "
    if char in _APOSTROPHES:
        return "'"
    if char in _DASHES:
        return "-"
    if char in _BLANKS:
        return ""
    decomposed = unicodedata.normalize("NFKD", _PLAIN.get(char, simplified(char)))
    kept = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf"))
    # A second decomposition, for the few letters whose lower case brings a mark of its own.
    lower = unicodedata.normalize("NFKD", kept.casefold())
    return "".join(" " if c.isspace() else c for c in lower if unicodedata.category(c) != "Mn")


_TABLE = _Table()


_ASCII = bytes(ord(_fold_character(chr(code))) for code in range(128)) + bytes(range(128, 256))


# Two blanks in a row: the search of one pattern is many times as fast as `in`.
_GAPS = ahocorasick_rs.BytesAhoCorasick([b"  "])


class Places(Protocol):
    """A map of places: `places[i]` is the raw index of the folded character `i`."""

    def __getitem__(self, index: int, /) -> int: ...

    def __len__(self) -> int: ...


class Folded:
    """A text, folded, with the way back.

    `text` is lower case, plain letters, one space for each run of white space. `letters` is `text` with one byte for
    each character, a question mark for those beyond ASCII; these are in `beyond`, each at least once.
    """

    __slots__ = ("_gaps", "_longer", "_raw", "beyond", "letters", "text")

    def __init__(self, raw: str) -> None:
        self._raw = raw
        self.beyond = ""
        self._longer: list[str] = []
        self._gaps: list[int] = []
        data = _bytes(raw)
        if len(data) == len(raw):
            self.letters = data.translate(_ASCII)
            self.text = self.letters.decode("ascii")
        else:
            folds = {char: _TABLE[ord(char)] for char in _beyond_ascii(data)}
            self.beyond = "".join(folds.values())
            self._longer = [char for char, folded in folds.items() if len(folded) != 1]
            self.text = _fold_each(data, [(char, folded) for char, folded in folds.items() if char != folded])
            self.letters = self.text.encode("ascii", "replace")
        if _GAPS.find_matches_as_indexes(self.letters):
            # The blanks that follow another one.
            self._gaps = [at + 1 for _, at, _ in _GAPS.find_matches_as_indexes(self.letters, overlapping=True)]
            between = _between(self._gaps)
            self.text = "".join(map(self.text.__getitem__, between))
            self.letters = b"".join(map(self.letters.__getitem__, between))

    @property
    def disguises(self) -> bool:
        """Whether letters stand in the text that may be taken for Latin ones."""
        return _OTHER_LETTERS.search(self.beyond) is not None

    def places(self) -> Places:
        """For each character of `text` the index of the raw character that it comes from."""
        longer = sorted((at, len(_TABLE[ord(char)])) for char in self._longer for at in _indexes(self._raw, char))
        return _drifted(((at, 0) for at in self._gaps), _drifted(longer, range(len(self._raw))))


def fold(text: str) -> str:
    """The folded text: lower case, plain letters, one space for each run of white space."""
    return Folded(text).text


def _fold_each(data: bytes, changed: Sequence[tuple[str, str]]) -> str:
    """The text with each character folded, runs of space left; `changed` is what those beyond ASCII become."""
    folded = data.translate(_ASCII).decode("utf-8", "surrogatepass")
    if len(changed) > _FEW:
        return _NOT_ASCII.sub(lambda match: match[0].translate(_TABLE), folded)
    for char, becomes in changed:
        folded = folded.replace(char, becomes)
    return folded


def _between(gaps: Sequence[int]) -> Sequence[slice]:
    """What stands before, between and behind the characters at `gaps`."""
    return [*map(slice, (0, *(gap + 1 for gap in gaps)), (*gaps, None))]


def beyond_ascii(text: str) -> list[str]:
    """The characters of a text beyond ASCII, each once, in order of their code."""
    return [] if text.isascii() else _beyond_ascii(_bytes(text))


def _beyond_ascii(data: bytes) -> list[str]:
    return sorted(set(data.translate(None, _ASCII_BYTES).decode("utf-8", "surrogatepass")))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


class _Shifted:
    """Places that are those of `beneath`, `shifts[n]` ahead of the index from `starts[n]` on."""

    def __init__(self, starts: list[int], shifts: list[int], length: int, beneath: Places) -> None:
        self._starts, self._shifts, self._length, self._beneath = starts, shifts, length, beneath

    def __getitem__(self, index: int) -> int:
        if not 0 <= index < self._length:
            raise IndexError(index)
        return self._beneath[index + self._shifts[bisect_right(self._starts, index) - 1]]

    def __len__(self) -> int:
        return self._length


def _drifted(changes: Iterable[tuple[int, int]], beneath: Places) -> Places:
    """The places of a text in which characters became several or none; `changes` are (index, how many it became)."""
    starts, shifts, shift = [0], [0], 0
    for at, count in changes:
        for extra in range(1, count):
            starts.append(at - shift + extra)
            shifts.append(shift - extra)
        if not count:
            starts.append(at - shift)
            shifts.append(shift + 1)
        shift += 1 - count
    return _Shifted(starts, shifts, len(beneath) - shift, beneath) if len(starts) > 1 else beneath


def _indexes(text: str, char: str) -> Iterator[int]:
    at = text.find(char)
    while at >= 0:
        yield at
        at = text.find(char, at + 1)


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
