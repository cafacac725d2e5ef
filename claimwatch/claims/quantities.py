"""Amounts in running text: comparator, currency, number, magnitude, unit noun. Chinese is read by `chinese_amounts`.

`145m`, `USD 1.2 billion`, `upwards of a billion dollars`, `40,8 prosent`, `nær 950 millionar kroner`,
`more than 600,000 ... networks`, `tens of millions of cameras each year`, `5.1bn yuan`. Numbers that are dates,
citations, section numbers or parts of names are not amounts.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

from claimwatch.claims import chinese_amounts, numerals
from claimwatch.claims.amounts import Amount
from claimwatch.claims.text import fold

_WORDS = {
    "en": {
        "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
        "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
        "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
        "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12, "half a": 0.5,
    },
    "no": {
        "en": 1, "én": 1, "ein": 1, "ett": 1, "eit": 1, "to": 2, "tre": 3, "fire": 4, "fem": 5, "seks": 6, "sju": 7,
        "syv": 7, "åtte": 8, "ni": 9, "ti": 10, "elleve": 11, "tolv": 12, "tjue": 20, "tretti": 30, "førti": 40,
        "femti": 50, "seksti": 60, "sytti": 70, "åtti": 80, "nitti": 90, "en halv": 0.5, "ein halv": 0.5,
    },
}  # fmt: skip
_ARTICLES = frozenset({"a", "en", "ein", "ett", "eit"})
_MAGNITUDES = {
    "hundred": 100, "thousand": 1_000, "k": 1_000, "million": 1_000_000, "mn": 1_000_000, "m": 1_000_000,
    "billion": 10**9, "bn": 10**9, "b": 10**9, "trillion": 10**12, "tn": 10**12,
    "hundre": 100, "tusen": 1_000, "million ": 1_000_000, "millioner": 1_000_000, "millionar": 1_000_000,
    "mill": 1_000_000, "milliard": 10**9, "milliarder": 10**9, "milliardar": 10**9, "mrd": 10**9,
}  # fmt: skip
_CURRENCIES = {
    "us$": "USD", "$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "us dollars": "USD",
    "u.s. dollars": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP",
    "pounds": "GBP", "pund": "GBP", "¥": "CNY", "yuan": "CNY", "rmb": "CNY", "renminbi": "CNY", "cny": "CNY",
    "nok": "NOK", "kroner": "NOK", "kronor": "SEK", "a$": "AUD", "aud": "AUD",
}  # fmt: skip
CURRENCIES = frozenset(_CURRENCIES.values())
# "The two largest makers of cameras", "three camera makers": no cameras are counted.
_MAKERS = (
    r"(?:\w*(?:maker|manufacturer|producer|supplier|vendor|provider|seller|brand)s?|"
    r"\w*compan(?:y|ies)|firms?|giants?)\b"
)
_AHEAD = (
    rf"(?:(?!{_MAKERS}|(?:ha(?:ve|s|d)|use[sd]?|councils|upwards|than|hundred|thousand|million|billion)\b)[a-z'-]+ )"
)
_UNITS = {
    "percent": "percent|per cent|per-cent|pct|%|prosent|pst|percentage points?",
    "countries": "countries|states and territories|countries and (?:territories|regions)|nations|states|markets|land"
    "|statar|stater",
    "networks": _AHEAD + "{0,5}networks?|(?:[a-z]+ ){0,2}nettverk",
    "cameras": rf"{_AHEAD}{{0,4}}cameras?(?![ -](?:{_MAKERS}|networks?\b))|" "(?:[a-z]+ ){0,2}kamera(?:er|ene|a)?",
    "devices": _AHEAD + "{0,3}(?:devices?|units|systems)|(?:[a-z]+ ){0,2}(?:einingar|enheter|apparat)",
    "offices": "(?:[a-z'-]+ ){0,3}(?:offices|buildings|sites|premises|locations)|(?:[a-z]+ )?(?:bygg|kontor|lokaler)",
    "municipalities": "(?:[a-z]+ )?(?:municipalities|councils|local authorities)|kommuna(?:r|ne)|kommuner",
    "schools": "(?:[a-z]+ )?(?:schools|skoler|skular)",
    "projects": "(?:[a-z-]+ ){0,3}(?:projects|schemes|prosjekt(?:er)?)",
    "contracts": "(?:[a-z-]+ ){0,3}(?:contracts|kontrakt(?:er|ar)|deals)",
    "entities": "(?:[a-z-]+ ){0,3}(?:entities|parties|firms|companies|organi[sz]ations|selskap(?:er)?|institutions)",
    "shares": "(?:[a-z]+ )?(?:shares|aksjer|aksjar)",
    "citizens": "(?:[a-zøåæ-]+ )?(?:citizens|people|residents|u[iy]gh?urs|muslims|detainees|prisoners|minorities|"
    "personar|personer|menneske[rn]?|uigur(?:er|ar)|muslim(?:er|ar))",
    "employees": "(?:[a-z]+ )?(?:employees|staff|workers|ansatte|tilsette)",
    "licences": "(?:[a-z]+ )?(?:licen[sc]es|lisenser|lisensar)",
}
_COMPARATORS = (
    ("gt", "more than|over|above|at least|upwards? of|in excess of|exceed(?:s|ed|ing)?|greater than|no fewer than|"
     "no less than|mer enn|meir enn|over|minst"),
    ("lt", "less than|fewer than|below|under|up to|at most|no more than|not even|just under|mindre enn|færre enn|"
     "inntil|opptil|opp til|opp mot"),
    ("approx", "about|around|approximately|roughly|some|nearly|almost|close to|circa|ca|an estimated|well nigh|"
     "om lag|omtrent|rundt|kring|nær|nesten|cirka|omkring"),
)  # fmt: skip

_CURRENCY = "|".join(sorted(map(re.escape, _CURRENCIES), key=len, reverse=True))
_MAGNITUDE = "|".join(sorted(map(re.escape, {m.strip() for m in _MAGNITUDES}), key=len, reverse=True))


_LARGE = "hundre|thousand|tusen|million|billion|milliard|trillion|dozen"


def _amount_pattern(numbers: Iterable[str]) -> re.Pattern[str]:
    plain = sorted((n for n in numbers if " " not in n and n not in _ARTICLES), key=len, reverse=True)
    return re.compile(
        rf"""(?<![a-zæøåäöü0-9_.,§/-])
    (?:(?P<comparator>{"|".join(p for _, p in _COMPARATORS).replace(" ", chr(92) + "s+")})\s+(?:the\s+)?)?
    (?:(?P<before>{_CURRENCY})\s?)?
    (?:(?P<digits>\d{{1,3}}(?:[ ,.']\d{{3}})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)
      |(?P<word>half\s+a|ei?n\s+halv|{"|".join(plain)}|(?:{"|".join(sorted(_ARTICLES))})(?=[\s-](?:{_LARGE})))(?=[\s-])
      |(?P<order>(?:tens|hundreds|scores|dozens)\s+of(?=\s+(?:thousands|millions|billions))))
    (?:[\s-](?P<hundred>hundred|hundre)(?=\s+(?:thousand|million|tusen)))?
    (?:[\s-]?(?P<magnitude>{_MAGNITUDE}|(?:of\s+)?(?:thousands|millions|billions)(?:\s+of)?)(?![a-zæøå]))?
    (?:[\s-]?(?P<plus>\+|or\s+more(?=\s)))?
    (?:\s?(?P<after>{_CURRENCY})(?![a-zæøå]))?
    """,
        re.VERBOSE,
    )


_AMOUNTS = {language: _amount_pattern(numbers) for language, numbers in _WORDS.items()}
_BARE_ORDER = re.compile(r"\b(?P<order>thousands|millions|billions) of\b")
_UNIT = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS.items()))
_PER_YEAR = re.compile(r"\b(?:each year|per year|a year|annually|per annum|i året|årleg|årlig|yearly)")
_CITATION = re.compile(
    r"(?<!')\b(?:fr|cfr|u\.?s\.?c\.?|stat|no|nos|section|sec|part|supplement|s|h\.?r|cve)\.?\s*$|§+\s*$"
)
_CITED = re.compile(r"\s*(?:fr|cfr|u\.?s\.?c|stat)\b|\.\d|[-/]\d")
_MONTH = re.compile(r"\.?\s*(?:jan|feb|mar|apr|ma[iy]|jun|jul|aug|sep|okt|oct|nov|dec|des)[a-z]*\b")
_MONTH_BEFORE = re.compile(r"\b(?:jan|feb|mar|apr|ma[iy]|jun|jul|aug|sep|okt|oct|nov|dec|des)[a-z]*\.?\s*$")
_SHARES_UNIT = re.compile(r" (?:and|og|to|or|eller|til) ")
_OF_THEM = re.compile(r" of (?:them|these|those|the cameras|the devices)\b| av (?:dei|dem|disse|kameraene|kameraa)\b")
_VERB = re.compile(r" (?:are|were|was|have|had|remain|still|er|var|har|stod|står)\b")
_FURTHER = re.compile(r"\b(?:another|a further|ytterlegare|ytterligere|yttarlegare) $")
# "Dahua and Hikvision, two companies that": those that were named, not a count of any.
_NAMED = re.compile(r"(?<=, )(?:two|to) (?:[a-z-]+ )?(?:companies|firms|makers|selskap(?:er)?) (?:that|which|som)\b")
# So are "these two Chinese companies".
_KNOWN = re.compile(r"\b(?:these|those|disse|desse|(?:the|de|dei)(?= tw?o\b)) (?=[a-z])")
# "Since at least 2020".
_SINCE = re.compile(r"\b(?:since|until|sidan|siden)\s+$")
_YEAR_ALONE = re.compile(r"(?:19|20)\d\d")
_ONE_OF = re.compile(r"[\s-]+(?:of|av) (?!\d)")
_STOP = re.compile(r"[.;:!?] ")
_NEAR = 80  # characters
_ORDERS = {"thousand": 3, "million": 6, "billion": 9, "tens": 1, "hundreds": 2, "scores": 1, "dozens": 1}


def find(text: str, language: str = "en", told: str | None = None) -> tuple[Amount, ...]:
    """The amounts of a text, in order; a bare number without unit, magnitude or currency is left out.

    `told` is the unit of the sentence before, which a large number may leave out. `language` (en, nb, nn, zh-Hans)
    settles whether a comma groups digits or divides them.
    """
    folded = fold(text)
    if not numerals.are_possible(folded, language):
        return ()
    if language.startswith("zh"):
        return tuple(amount for amount in chinese_amounts.find(folded) if amount.unit is not None)
    return tuple(sorted(_amounts(folded, language, told), key=lambda amount: amount.start))


def numbers(folded: str, language: str) -> tuple[Amount, ...]:
    """Every number of a folded text that is no date or citation, with its unit where one is said, else None."""
    if language.startswith("zh"):
        return chinese_amounts.find(folded)
    found = []
    taken = 0
    previous: Amount | None = None
    for match in _AMOUNTS["no" if language in ("nb", "nn") else "en"].finditer(folded):
        if match.start() < taken or _is_no_amount(folded, match):
            continue
        value = _value(match, language)
        if value is not None:
            unit, taken = _unit_of(folded, match, previous)
            if unit in ("cameras", "devices") and _PER_YEAR.match(folded[taken : taken + 14].lstrip()):
                unit = f"{unit}/year"
            found.append(Amount(value, unit, _comparator(match), match.start(), taken))
            previous = found[-1] if unit else previous
    return tuple(found)


def _amounts(folded: str, language: str, told: str | None) -> Iterator[Amount]:
    taken = 0
    previous: Amount | None = None
    bare: re.Match[str] | None = None
    for match in _AMOUNTS["no" if language in ("nb", "nn") else "en"].finditer(folded):
        if match.start() < taken or _is_no_amount(folded, match):
            continue
        value = _value(match, language)
        if value is None:
            continue
        unit, end = _unit_of(folded, match, previous)
        if unit is None and told is not None and value >= 1000 and _VERB.match(folded, end):
            unit = told
        if unit is None:
            bare = match
            continue
        if bare is not None and _shares(bare, match, unit, folded):
            first = _value(bare, language)
            if first is not None:
                yield Amount(first, unit, _comparator(bare), bare.start(), bare.end())
        bare = None
        if unit in ("cameras", "devices") and _PER_YEAR.match(folded[end : end + 14].lstrip()):
            unit = f"{unit}/year"
        taken = end
        previous = Amount(value, unit, _comparator(match), match.start(), end)
        yield previous
    for match in _BARE_ORDER.finditer(folded):
        unit, end = _unit(folded, match.end())
        if unit and match.start() >= taken:
            yield Amount(float(10 ** _ORDERS[match["order"][:-1]]), unit, "order", match.start(), end)


def _unit_of(folded: str, match: re.Match[str], previous: Amount | None) -> tuple[str | None, int]:
    """The unit of a number and where the amount ends: its currency, its noun, or what stands for the noun."""
    currency = _CURRENCIES.get((match["before"] or match["after"] or "").strip())
    unit, end = (currency, match.end()) if currency else _unit(folded, match.end())
    if unit is None and _counts_something(match):
        unit = _unit_before(folded, match.start())
    if unit is None and (_OF_THEM.match(folded, match.end()) or _FURTHER.search(folded[: match.start()])):
        unit = "items"
    if unit is None and previous is not None and _elides(folded, previous, match):
        unit = previous.unit
    return unit, end


def _shares(bare: re.Match[str], match: re.Match[str], unit: str, folded: str) -> bool:
    """Whether a number without a unit has that of the next one: "in 160 and 190 countries".

    So it has the currency of one in the same thousands or millions: "200 million in the one and 950 million kroner in
    the other".
    """
    if _SHARES_UNIT.fullmatch(folded[bare.end() : match.start()]):
        return True
    alike = unit in CURRENCIES and bool(bare["magnitude"]) and bare["magnitude"] == match["magnitude"]
    return alike and match.start() - bare.end() < _NEAR and not _STOP.search(folded, bare.end(), match.start())


def _counts_something(match: re.Match[str]) -> bool:
    return bool(match["digits"] and (match["comparator"] or match["magnitude"] or len(match["digits"]) >= 5))


def _elides(folded: str, previous: Amount, match: re.Match[str]) -> bool:
    """Whether a number repeats the unit before it: "one sells to 180 countries and the other to 155"."""
    between = folded[previous.end : match.start()]
    if match["magnitude"] and previous.unit in _CURRENCIES.values():
        return len(between) < 60
    bare = match["digits"] and not match["magnitude"] and len(match["digits"]) < 4
    linked = re.search(r"(?:\b(?:and|og|while|mens|med)\b|[,;]).*\b(?:to|in|til|i|of|with)\s*$", between)
    return bool(bare and linked and len(between) < 60)


def _unit_before(folded: str, position: int) -> str | None:
    """The unit of "the number of its networks has dropped below 200,000"."""
    said = re.search(r"\b(?:number|total|count|antallet|antalet|talet) (?:of|på|av) ", folded[:position])
    return _unit(folded, said.end())[0] if said else None


def _is_no_amount(folded: str, match: re.Match[str]) -> bool:
    """Dates, citations, section numbers, ordinals, the one of "one of the largest", the two of "these two"."""
    if match["digits"] is None:
        word = match.start("word")
        before = folded.rfind(" ", 0, max(0, word - 1)) + 1
        known = _KNOWN.match(folded, before) or _NAMED.match(folded, word)
        if match["word"] and not match["magnitude"] and known:
            return True
        return match["word"] in ("one", "én", "ett") and _ONE_OF.match(folded, match.end()) is not None
    start, end = match.span("digits")
    if _SINCE.search(folded[max(0, match.start() - 8) : match.start()]) and _YEAR_ALONE.fullmatch(match["digits"]):
        return True
    if _CITATION.search(folded[max(0, start - 12) : start]) or _CITED.match(folded, end):
        return True
    if match["magnitude"] or match["before"] or match["after"]:
        return False
    if _MONTH.match(folded, end) or _MONTH_BEFORE.search(folded[max(0, start - 12) : start]):
        return True
    return bool(re.match(r"(?:st|nd|rd|th)\b", folded[end : end + 3]))


def _value(match: re.Match[str], language: str) -> float | None:
    magnitude = (match["magnitude"] or "").replace("of", "").strip().rstrip("s") if match["magnitude"] else ""
    if match["order"]:
        return float(10 ** (_ORDERS[match["order"].split()[0]] + _ORDERS.get(magnitude, 0)))
    factor: int = _MAGNITUDES.get((match["magnitude"] or "").strip(), 10 ** _ORDERS.get(magnitude, 0))
    factor *= 100 if match["hundred"] else 1
    if match["word"]:
        word = re.sub(r"\s+", " ", match["word"])
        return float((_WORDS["en"] | _WORDS["no"])[word]) * factor
    number = _number(match["digits"], language)
    return None if number is None else float(number * factor)


def _number(digits: str, language: str) -> Decimal | None:
    norwegian = language in ("nb", "nn")
    if re.fullmatch(r"\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?", digits):
        digits = digits.replace(" ", "").replace("'", "")
    # A single group of exactly three digits after a comma groups in English ("1,241"), whatever the text's language
    # says of decimals; in Norwegian a dot does ("1.241").
    if norwegian and re.fullmatch(r"\d{1,3}(?:\.\d{3})+", digits):
        digits = digits.replace(".", "")
    if norwegian and re.fullmatch(r"\d{1,3}(?:,\d{3}){2,}", digits):
        digits = digits.replace(",", "")
    if norwegian and re.fullmatch(r"\d+\.\d{1,2}", digits):
        digits = digits.replace(".", ",")
    try:
        return Decimal(digits.replace(" ", "").replace(",", ".") if norwegian else digits.replace(",", ""))
    except InvalidOperation:
        return None


def _unit(folded: str, position: int) -> tuple[str | None, int]:
    rest = re.compile(r"[\s-]*(?:of (?:the |its |their )?)?").match(folded, position)
    start = rest.end() if rest else position
    match = _UNIT.match(folded, start)
    if match is None or (
        match.end() < len(folded) and folded[match.end() - 1].isalpha() and folded[match.end()].isalpha()
    ):
        return None, position
    return match.lastgroup, match.end()


def _comparator(match: re.Match[str]) -> str:
    if match["order"]:
        return "order"
    if match["plus"]:
        return "gt"
    said = match["comparator"]
    if said is None:
        return "eq"
    return next(name for name, pattern in _COMPARATORS if re.fullmatch(pattern, re.sub(r"\s+", " ", said)))
