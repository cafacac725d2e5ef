"""Text without what does not tell names apart: case, accents, width, invisible characters, kinds of space and dash.

Folding works on one character at a time and knows no context, so that each folded character stands for exactly one
place in the raw text. Only runs of space become one space, which changes no other offset.
"""

import re
import unicodedata

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
_RUNS = re.compile(r"\s{2,}|[^\S ]")


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


def fold(text: str) -> str:
    """The folded text: lower case, plain letters, one space for each run of white space."""
    return _RUNS.sub(" ", text.lower() if text.isascii() else text.translate(_TABLE))


def offsets(text: str) -> list[int]:
    """For each character of `fold(text)` the index of the raw character that it comes from."""
    places: list[int] = []
    after_space = False
    for index, char in enumerate(text):
        for folded in _TABLE[ord(char)]:
            if folded == " " and after_space:
                continue
            after_space = folded == " "
            places.append(index)
    return places


def unmask(text: str) -> str:
    """The text, as long as before, with look-alike letters made Latin in words that mix Latin with another alphabet.

    Words in one alphabet are left alone: a Russian word is not a disguise.
    """
    if _OTHER_LETTERS.search(text) is None:
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
