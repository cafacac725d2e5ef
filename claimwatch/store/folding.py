"""Text as the search compares it: plain small letters and digits, one space between words.

`tilrådning` and `TILRADNING` are one word, `Østlandet` and `ostlandet` too. A Chinese character is a word of its own,
so that a name of two of them is found within a sentence. SQLite calls `fold` from its triggers; PostgreSQL has the
same in a function of its own (migration 0010), and a test holds the two to each other.
"""

import unicodedata

# Letters that Unicode does not take apart. `ß` and the like are what casefold() makes of them.
_LETTERS = {"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"}
# Scripts that set no space between words: Chinese and Japanese.
_WHOLE = ((0x3005, 0x3007), (0x3041, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x3134F))


class _Table(dict[int, str]):
    """What each character becomes, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


def _fold_character(char: str) -> str:
    lower = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(_fold_part(part) for part in lower)


def _fold_part(char: str) -> str:
    if char in _LETTERS:
        return _LETTERS[char]
    if any(low <= ord(char) <= high for low, high in _WHOLE):
        return f" {char} "
    category = unicodedata.category(char)
    if category[0] in "LN":
        return char
    # Marks and invisible characters (soft hyphens) are within a word, everything else is between words.
    return "" if category in ("Mn", "Me", "Cf") else " "


_TABLE = _Table()


def fold(text: str | None) -> str:
    """The words of a text, folded; words are set apart by one or more spaces."""
    return (text or "").translate(_TABLE)


def fold_character(char: str) -> str:
    """What one character becomes: nothing, one or several characters, with spaces where it ends a word."""
    return _TABLE[ord(char)]


def words_in(text: str) -> list[str]:
    """The folded words of a text."""
    return fold(text).split()
