"""How much a sentence tells of: counts, shares and sums beyond the units that a kind of claim measures. Pure.

"Dahua recorders at 31 shelters", "the 64 domes", "eleven public bodies", "800 of the former". For the value of a
finding; what decides the outcome reads `quantities` alone.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from claimwatch.claims.amounts import Amount
from claimwatch.claims.numerals import are_possible, in_digits
from claimwatch.claims.quantities import CURRENCIES, numbers

Span = tuple[int, int]

_YEAR = re.compile(r"(?:19|20)\d\d")
# What the number is of: words up to the first that looks like a plural, in the same phrase.
_NOUN = re.compile(
    r"\s+(?:(?!(?:in|on|at|of|and|to|for|from|by|with|were|are|have|had|was|is|i|på|av|og|til|fra|frå)\b)"
    r"[a-zæøå'-]+\s+){0,3}?(?!(?:has|was|is|its|this|across)\b)"
    r"[a-zæøå'-]{3,}(?:s|er|ar|ene|ane|people|staff)\b"
)
_NO_COUNT_BEFORE = re.compile(
    r"(?:\b(?:article|sections?|rule|part|chapter|footnote|order|act|clause|page|level|version|title|category|phase|annex|"
    r"appendix|paragraph|para|item|question|resolution|regulation|amendment|docket|case|bill|law|table|figure|gate|room|"
    r"channel|platform|line|group|aged?|vote of|by|artikkel|paragraf|kapittel|sak|punkt|side|nr|no|covid)\.?"
    r"|#|/|\d:|\bvotes? to|\d to)\s*$"
)
_NO_COUNT_AFTER = re.compile(
    r"\s*-?\s*(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|times?|votes?|pages?|o'clock|years?-old|"
    r"senators?|lawmakers?|deputies|mps?|members?|parliamentarians?|legislators?|paragraphs?|questions?|"
    r"år|måneder|månader|uker|veker|dager|dagar|timer|timar|stemmer|røyster|ganger|gonger|sider|sentences?|words?|"
    r"degrees|metres|meters|miles|kilomet\w+|km|megapixel\w*)\b|\s*[年月日次天]|[:.]\d|\\\\|\s+(?:mot|to|against)\s+\d+\s+(?:votes?|stemmer|røyster)"
)
# The older of two values, or another's: "against 155 before", "from 170 to 120".
_FORMER_BEFORE = re.compile(
    r"\b(?:against|from|down from|up from|compared (?:with|to)|instead of|rather than|not|previously|formerly|"
    r"used to \w+|once|gave the figure as|short of|mot|frå|fra|tidligere|tidlegare|their|old)\s+"
    r"(?:the|some|about|around|upwards of|more than|over|om lag|rundt)?\s*$"
    r"|(?:从|由|(?:此前|原先|之前|去年|过去|曾|原)(?:的|为|是)?|而非|不是|高于|低于|不及)[约逾近]?$"
)
_FORMER_AFTER = re.compile(
    r"[^.;,\d]{0,25}\b(?:before|earlier|previously|tidligere|tidlegare|in the previous|the year before|a year ago|"
    r"more than|fewer than)\b|\s*(?:(?:per cent|percent|prosent|%)\s*)?(?:->|→|to|til)\s+"
    r"(?:about|around|some|om lag)?\s*\d"
)
_NOW = re.compile(
    r"\b(?:now(?: \w+){0,5}|(?:climb|fall|fell|drop|grow|grew|ris|rose|cut|reduc|increas|trim|shr|slip|økt|auk|sunk)\w*"
    r"[^,;.\d]{0,20} (?:to|at|til)(?: around| about)?|(?:down|up) to|nede i|(?:right|correct)\b.{0,25} is|"
    r"should (?:have )?(?:read|been|be))\s+$"
    r"|(?:[升增减降跌]至|[增加减少下降扩大]到|目前|现在|如今|现为|更正为|改为|应为|达到?)(?:为|是|有)?[约逾近]?$"
)
_WHOLE = re.compile(r"(?:^|\. )of (?:the |its |their |these )?$|\bout of (?:a total of |the |its |their )?$")
_PHRASE = re.compile(r"\d [^.;]*\b(?:in|at|of|on|to|from|where|that|whose|carried)\b [a-z]")
_ONE = re.compile(r"(?:one|én|ein|en) of\b|(?:én|ein|en) av\b")
_SHARES_UNIT = re.compile(r"\s*(?:and|to|or|og|eller|til|->|→)\s+(?:about |around |some |om lag |rundt )?")
_ORDER = re.compile(r"\b(?:thousand|million|billion|tusen|milliard)")
_DEVICES = re.compile(r"\b(?:recorders|domes|doorbells|intercoms|opptakere|opptakarar)$")
_TWO = re.compile(r"\b(?:the|de|dei|these|those|its|both|between|begge|disse|desse)\s+$")


def find(text: str, language: str, dated: Sequence[Span] = ()) -> tuple[Amount, ...]:
    """The numbers of a text that count or measure something, in order; `unit` None where nothing says what.

    `dated` are the spans of its dates. Years, articles, dockets, votes, ages and lengths of time are none.
    """
    if not are_possible(text, language):
        return ()
    digits = in_digits(text, language)
    found = []
    for amount in numbers(digits, language):
        if any(start < amount.end and amount.start < end for start, end in dated):
            continue
        if _ONE.match(text, amount.start) or (amount.unit is None and not _counts(digits, amount)):
            continue
        if amount.unit and not amount.unit.isupper() and _PHRASE.search(digits[amount.start : amount.end]):
            # "61 vulnerabilities in the cameras": what it counts stands before the preposition.
            number = re.search(r"\d[\d.,]*", digits[amount.start :])
            amount = replace(amount, unit=None, end=amount.start + number.end() if number else amount.end)
        noun = _NOUN.match(digits, amount.end) if amount.unit is None else None
        end = noun.end() if noun else amount.end
        blank = re.compile(r"\s*").match(digits, end)
        end += len(text[end : blank.end() if blank else end].rstrip())  # the rest of a number in words
        unit = amount.unit or (noun and ("devices" if _DEVICES.search(noun[0]) else "items"))
        found.append(Amount(amount.value, unit, amount.comparator, amount.start, end))
    return _shared(found, digits)


def _shared(found: list[Amount], digits: str) -> tuple[Amount, ...]:
    """Of two numbers that a word joins, the unit of one is that of the other: "from 24 to 18 per cent"."""
    for at, (first, second) in enumerate(pairwise(found)):
        joined = _SHARES_UNIT.fullmatch(digits[first.end : second.start])
        if joined and (first.unit is None) is not (second.unit is None):
            found[at] = replace(first, unit=first.unit or second.unit)
            found[at + 1] = replace(second, unit=second.unit or first.unit)
        elif first.unit is None and second.unit in CURRENCIES and _order(first, digits) == _order(second, digits) != "":
            # "200 million in the one and 950 million kroner in the other"
            found[at] = replace(first, unit=second.unit)
    return tuple(found)


def _order(amount: Amount, digits: str) -> str:
    """The word for thousands or millions in an amount; empty where it has none."""
    match = _ORDER.search(digits, amount.start, amount.end)
    return match[0] if match else ""


def _counts(digits: str, amount: Amount) -> bool:
    """Whether a number without a unit can count something."""
    said = digits[amount.start : amount.end].strip()
    if _YEAR.fullmatch(said) and not _NOUN.match(digits, amount.end):
        return False
    if amount.value < 2 or re.match(r"\s*-[a-zæøå]", digits[amount.end :]):
        return False
    if _NO_COUNT_BEFORE.search(digits[max(0, amount.start - 24) : amount.start]):
        return False
    if amount.value == 2 and _TWO.search(digits[max(0, amount.start - 12) : amount.start]):
        return False
    return not _NO_COUNT_AFTER.match(digits, amount.end)


def former(amount: Amount, digits: str) -> bool:
    """Whether an amount is the older of two values, or the whole of which another is told."""
    before = digits[: amount.start]
    return bool(_FORMER_BEFORE.search(before) or _WHOLE.search(before) or _FORMER_AFTER.match(digits, amount.end))


def current(amounts: Sequence[Amount], folded: str, language: str) -> tuple[Amount, ...]:
    """Of several amounts those that hold now: without the older of two, "now" before all others."""
    if len(amounts) < 2:
        return tuple(amounts)
    digits = in_digits(folded, language)
    kept = [a for a in amounts if not former(a, digits)]
    now = [a for a in kept if _NOW.search(digits[: a.start])]
    return tuple(now or kept or amounts)
