"""Numbers in words as digits in their place: "fifty-five thousand", "a quarter of a million", "two in five".

English, Bokmål, Nynorsk; Chinese is read by `chinese_amounts`. What is written
instead is never longer, so that offsets stay what they were.
"""

import re
from fractions import Fraction

from claimwatch.claims.text import spaced

_SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_NORWEGIAN = (
    "null", "en ett ein eit éin én", "to", "tre", "fire", "fem", "seks", "sju syv", "åtte", "ni", "ti",
    "elleve", "tolv", "tretten", "fjorten", "femten", "seksten", "sytten", "atten", "nitten",
)  # fmt: skip
_NO_SMALL = {word: number for number, words in enumerate(_NORWEGIAN) for word in words.split()}
_NO_TENS = {
    "tjue": 20, "tretti": 30, "førti": 40, "femti": 50, "seksti": 60, "sytti": 70, "åtti": 80, "nitti": 90,
}  # fmt: skip
_NO_COMPOUND = {
    tens + word: base + number
    for tens, base in _NO_TENS.items()
    for word, number in _NO_SMALL.items()
    if 0 < number < 10
}
_SCALES = {
    "thousand": 1000, "million": 10**6, "billion": 10**9,
    "tusen": 1000, "millioner": 10**6, "millionar": 10**6, "milliard": 10**9, "milliarder": 10**9,
}  # fmt: skip
_HUNDREDS = {"hundred": 100, "hundre": 100, "dozen": 12, "dusin": 12}
_PARTS = {
    "half": Fraction(1, 2), "third": Fraction(1, 3), "quarter": Fraction(1, 4), "fifth": Fraction(1, 5),
    "sixth": Fraction(1, 6), "eighth": Fraction(1, 8), "tenth": Fraction(1, 10), "halvparten": Fraction(1, 2),
    "tredel": Fraction(1, 3), "firedel": Fraction(1, 4), "fjerdedel": Fraction(1, 4), "femtedel": Fraction(1, 5),
    "tidel": Fraction(1, 10),
}  # fmt: skip
# Words that are numbers only beside a greater one: "a hundred", "one thousand", "en million".
_VALUES = {
    "en": {**_SMALL, **_TENS, "a": 1},
    "no": {**_NO_SMALL, **_NO_TENS, **_NO_COMPOUND},
}
_ALONE = {
    "en": frozenset({"a", "zero", "one"}),
    "no": frozenset({"en", "ett", "ein", "eit", "én", "éin", "null", "to", "ti", "fire"}),
}
_WORD = re.compile(r"[a-zæøåé]+")
_BETWEEN = re.compile(r"(?:\s|-)(?:(?:and|og)\s)?")
_ONE_OF = re.compile(
    r"\b(?P<part>\d+) +(?:in|out of|av|of) (?P<every>every |hver |kvar )?"
    r"(?P<whole>3|4|5|6|8|10|100|hundred|hundre)\b(?! *[%,.]?\d)"
)
_PART_OF = re.compile(
    rf"\b(?:a|one|en|ein) (?P<part>{'|'.join(_PARTS)})\b(?!-| (?:of a )?(?:party|country|time|year|paper))"
)
_PARTS_OF = re.compile(
    r"\b(?P<times>two|three|four|to|tre|fire)[ -]"
    r"(?P<part>third|quarter|fifth|tenth|tredel|fjerdedel|femtedel)(?:s|er|ar)\b"
)
_PART_MILLION = re.compile(r"\b(?:a )?(?P<part>half|quarter)(?: of)?(?: a|-a)?[ -]million\b")

_DIGIT = re.compile(r"\d|_")
# English words of which one stands in every number in words, and parts of the further words that follow an article.
_ENGLISH = frozenset({*_SMALL, *_TENS, *_PARTS, "dozen", "dozens", "tens", "hundreds", "scores"})
_LARGE = ("hundre", "dozen", "dusin", "thousand", "tusen", "million", "milliard", "billion", "trillion")


def are_possible(folded: str, language: str) -> bool:
    """Whether a folded text may hold a number: half of all sentences do not, and need no further look.

    In English only English words are looked for, though `in_digits` knows the Norwegian parts, too.
    """
    if language in ("nb", "nn") or not folded.isascii() or _DIGIT.search(folded):
        return True
    return not _ENGLISH.isdisjoint(spaced(folded).split()) or any(part in folded for part in _LARGE)


def in_digits(folded: str, language: str) -> str:
    """A folded text with its numbers in words as digits, padded by blanks to the length that they had."""
    if language.startswith("zh"):
        return folded
    folded = _PART_MILLION.sub(lambda m: _padded(m, str(int(_PARTS[m["part"]] * 10**6))), folded)
    folded = _PARTS_OF.sub(lambda m: _padded(m, _percent(_times(m["times"]) * _PARTS[m["part"]])), folded)
    folded = _PART_OF.sub(lambda m: _padded(m, _percent(_PARTS[m["part"]])), folded)
    folded = _sequences(folded, "no" if language in ("nb", "nn") else "en")
    return _ONE_OF.sub(_shared, folded)


def _times(word: str) -> int:
    return (_SMALL | _NO_SMALL)[word]


def _percent(part: Fraction) -> str:
    return f"{round(part * 100)}%"


def _shared(match: re.Match[str]) -> str:
    """ "Two in five", "42 of every hundred" as a percentage; "two of five cameras" is a count."""
    part, whole = int(match["part"]), int(match["whole"]) if match["whole"].isdigit() else 100
    if part >= whole or (" of " in match[0] and not match["every"]):
        return match[0]
    return _padded(match, f"{part * 100 / whole:.3g}%")


def _padded(match: re.Match[str], digits: str) -> str:
    return digits.ljust(len(match[0])) if len(digits) <= len(match[0]) else match[0]


def _sequences(folded: str, language: str) -> str:
    values, alone = _VALUES[language], _ALONE[language]
    written: list[str] = []
    at = 0
    words = list(_WORD.finditer(folded))
    index = 0
    while index < len(words):
        run = _run(folded, words, index, values)
        if run:
            start, end = run[0].start(), run[-1].end()
            digits = str(_total([word[0] for word in run], values))
            if not (len(run) == 1 and run[0][0] in alone) and len(digits) <= end - start:
                written += [folded[at:start], digits.ljust(end - start)]
                at = end
            index = words.index(run[-1], index)
        index += 1
    return "".join([*written, folded[at:]])


def _run(folded: str, words: list[re.Match[str]], index: int, values: dict[str, int]) -> list[re.Match[str]]:
    """The words of one number from `index` on; "and" joins only after a hundred or a thousand."""
    run: list[re.Match[str]] = []
    joined = False
    for word in words[index:]:
        if run and word[0] in ("and", "og") and (run[-1][0] in _HUNDREDS or run[-1][0] in _SCALES):
            joined = True
            continue
        if word[0] not in values and not (run and (word[0] in _HUNDREDS or word[0] in _SCALES)):
            break
        if run:
            gap = folded[run[-1].end() : word.start()]
            allowed = _BETWEEN.fullmatch(gap) if joined else gap in (" ", "-", "\n")
            last = values.get(run[-1][0], 100)
            tens = 20 <= last < 100 and values.get(word[0], 100) < 10
            if not allowed or (word[0] in values and last < 100 and not tens) or word[0] == "a":
                break
        elif word[0] in values and word.start() and folded[word.start() - 1] in "-0123456789":
            break
        run.append(word)
        joined = False
    return run


def _total(words: list[str], values: dict[str, int]) -> int:
    total = current = 0
    for word in words:
        if word in _SCALES:
            total, current = total + max(current, 1) * _SCALES[word], 0
        elif word in _HUNDREDS:
            current = max(current, 1) * _HUNDREDS[word]
        else:
            current += values[word]
    return total + current
