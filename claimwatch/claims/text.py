"""Text as the comparison reads it: folded without moving an offset."""

import re
import unicodedata

_SAME = {
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "−": "-", "\xa0": " ", "\u202f": " ", "\u2009": " ",
    "\n": " ", "\r": " ", "\t": " ", "\u00ad": " ", "\u200b": " ", "\ufeff": " ",
}  # fmt: skip
_WORD = re.compile(r"[a-zæøåäöüé0-9]+(?:[.,][0-9]+)*|[㐀-鿿]", re.IGNORECASE)


class _Table(dict[int, str]):
    """What each character folds to, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold(chr(code))
        return folded


def _fold(char: str) -> str:
    if char in _SAME:
        return _SAME[char]
    lowered = char.lower()
    if len(lowered) == 1 and not ("\uff01" <= char <= "\uff5e"):
        return lowered
    wide = unicodedata.normalize("NFKC", char).lower()
    return wide if len(wide) == 1 else char


_TABLE = _Table()


def fold(text: str) -> str:
    """Lower case, plain quotes and hyphens, white space as blanks; one character for one, so offsets stay true."""
    if text.isascii():
        return text.lower().replace("\n", " ").replace("\r", " ").replace("\t", " ")
    return text.translate(_TABLE)


def words(text: str) -> list[str]:
    """The words of a text in folded form; a Chinese character counts as one word, a number stays whole."""
    return _WORD.findall(fold(text))


def squeezed(text: str) -> str:
    """Folded words joined by single blanks: the form under which two sentences are the same."""
    return " ".join(words(text))


def word_gap(text: str, start: int, end: int) -> int:
    """How many words lie between two offsets, in either order."""
    low, high = sorted((start, end))
    return len(_WORD.findall(text[low:high]))


def word_set(text: str) -> frozenset[str]:
    """The words of a blank-separated list."""
    return frozenset(text.split())
