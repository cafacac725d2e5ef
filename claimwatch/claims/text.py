"""Text as the comparison reads it: folded without moving an offset."""

import re
import unicodedata

from claimwatch.mentions.fold import beyond_ascii, simplified

_SAME = {
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "−": "-", "\xa0": " ", "\u202f": " ", "\u2009": " ",
    "\n": " ", "\r": " ", "\t": " ", "\u00ad": " ", "\u200b": " ", "\ufeff": " ",
}  # fmt: skip
# Up to this many kinds of characters are replaced kind by kind, which is many times as fast as one by one.
_FEW = 60
_WORD = re.compile(r"[a-zæøåäöüé0-9]+(?:[.,][0-9]+)*|[㐀-鿿]", re.IGNORECASE)
_NOT_WORD = re.compile(r"\W")
_BLANKS = {code: " " if _NOT_WORD.match(chr(code)) else chr(code) for code in range(128)}
_ASCII_BLANKS = "".join(_BLANKS.values()).encode() + bytes(range(128, 256))


class _Table(dict[int, str]):
    """What each character folds to, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold(chr(code))
        return folded


def _fold(char: str) -> str:
    if char in _SAME:
        return _SAME[char]
    lowered = simplified(char).lower()
    if len(lowered) == 1 and not ("\uff01" <= char <= "\uff5e"):
        return lowered
    wide = unicodedata.normalize("NFKC", char).lower()
    return wide if len(wide) == 1 else char


_TABLE = _Table()
_ASCII = "".join(_fold(chr(code)) for code in range(128)).encode() + bytes(range(128, 256))


def fold(text: str) -> str:
    """Lower case, plain quotes and hyphens, white space as blanks, simplified Chinese characters.

    One character for one, so offsets stay true.
    """
    if text.isascii():
        return text.lower().replace("\n", " ").replace("\r", " ").replace("\t", " ")
    # ASCII as bytes, and of the rest each kind of character once: no loop of ours over the places of a text.
    changed = [char for char in beyond_ascii(text) if _TABLE[ord(char)] != char]
    if len(changed) > _FEW:
        return text.translate(_TABLE)
    folded = text.encode("utf-8", "surrogatepass").translate(_ASCII).decode("utf-8", "surrogatepass")
    for char in changed:
        folded = folded.replace(char, _TABLE[ord(char)])
    return folded


def spaced(folded: str) -> str:
    """A folded text of the same length with a blank for all that is no letter, digit or underscore."""
    if folded.isascii():
        return folded.translate(_BLANKS)
    blank = folded.encode("utf-8", "surrogatepass").translate(_ASCII_BLANKS).decode("utf-8", "surrogatepass")
    for char in beyond_ascii(folded):
        if _NOT_WORD.match(char):
            blank = blank.replace(char, " ")
    return blank


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
