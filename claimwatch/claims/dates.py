"""Dates in running text, with the precision that the text gives, read against the publication's date, never the clock.

A date is an ISO string of that precision: `2020`, `2020-09`, `2020-09-15`. English, Bokmål, Nynorsk, Chinese.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from claimwatch.claims.text import fold, spaced

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january januar jan", "february februar feb", "march mars mar", "april apr", "may mai", "june juni jun",
         "july juli jul", "august aug", "september sept sep", "october oktober oct okt", "november nov",
         "december desember dec des"), start=1)
    for name in names.split()
}  # fmt: skip
_DAYS = {
    name: number
    for number, names in enumerate(
        ("monday mandag måndag 周一", "tuesday tirsdag tysdag 周二", "wednesday onsdag 周三", "thursday torsdag 周四",
         "friday fredag 周五", "saturday lørdag laurdag 周六", "sunday søndag sundag 周日")
    )
    for name in names.split()
}  # fmt: skip
_SMALL = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10,
    "en": 1, "ein": 1, "éin": 1, "to": 2, "tre": 3, "fire": 4, "fem": 5, "seks": 6, "sju": 7, "syv": 7, "ti": 10,
}  # fmt: skip
_SPANS = {"day": 1, "days": 1, "dag": 1, "dagar": 1, "dager": 1, "week": 7, "weeks": 7, "uke": 7, "uker": 7, "veke": 7}
_TENTHS = (
    "første fyrste first", "andre second", "tredje third", "fjerde fourth", "femte fifth", "sjette sixth",
    "syvende sjuende sjuande seventh", "åttende åttande eighth", "niende niande ninth",
)  # fmt: skip
_ORDINALS = {name: number for number, names in enumerate(_TENTHS, start=1) for name in names.split()}
_ORDINALS |= {
    name: number
    for number, names in enumerate(
        ("tiende tiande tenth", "ellevte ellevde eleventh", "tolvte tolvde twelfth", "trettende trettande thirteenth",
         "fjortende fjortande fourteenth", "femtende femtande fifteenth", "sekstende sekstande sixteenth",
         "syttende syttande seventeenth", "attende attande eighteenth", "nittende nittande nineteenth",
         "tjuende tjuande tyvende twentieth"), start=10)
    for name in names.split()
}  # fmt: skip
_ORDINALS |= {
    tens + name: base + number
    for tens, base, last in (("tjue", 20, 9), ("twenty-", 20, 9), ("tretti", 30, 1), ("thirty-", 30, 1))
    for name, number in list(_ORDINALS.items())
    if number <= last
} | {"trettiende": 30, "trettiande": 30, "thirtieth": 30}
_O = "|".join(sorted(_ORDINALS, key=len, reverse=True))
_M = "|".join(sorted(_MONTHS, key=len, reverse=True))
_D = "|".join(sorted(_DAYS, key=len, reverse=True))
_N = "|".join(_SMALL)
_AHEAD = re.compile(
    r"\b(?:by|until|effective|(?:with )?effect (?:on|from)|due (?:by|on)|no later than|innan|innen|senest)(?: the)? $"
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as the text gives it. `on` is ISO of any precision; `relative` says that it needed another date."""

    on: str
    start: int
    end: int
    relative: bool = False


def _iso(year: int, month: int | None = None, day: int | None = None) -> str | None:
    if not 1900 <= year <= 2100:
        return None
    if month is None:
        return f"{year:04d}"
    if day is None:
        return f"{year:04d}-{month:02d}" if 1 <= month <= 12 else None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _nearest(match: re.Match[str], base: date, month: int, day: int | None) -> str | None:
    """The latest such month (or day) that is not after `base`; the next one where it looks ahead ("by 1 July")."""
    past = (month, day or 0) <= (base.month, base.day)
    if _AHEAD.search(match.string[: match.start()]) or match[0].startswith(("by ", "until ")):
        return _iso(base.year + 1 if past and (month, day or 31) < (base.month, base.day) else base.year, month, day)
    return _iso(base.year if past else base.year - 1, month, day)


def _weekday(base: date, name: str) -> str:
    return (base - timedelta(days=(base.weekday() - _DAYS[name]) % 7)).isoformat()


Reader = Callable[[re.Match[str]], str | None]
RelativeReader = Callable[[re.Match[str], date], str | None]
_ABSOLUTE: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b"), lambda m: _iso(int(m[1]), int(m[2]), int(m[3]))),
    (re.compile(rf"\b({_M})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})\b"),
     lambda m: _iso(int(m[3]), _MONTHS[m[1]], int(m[2]))),
    (re.compile(rf"\b(\d{{1,2}})(?:\.|st|nd|rd|th)?(?: of)? ({_M})\.?,? (\d{{4}})\b"),
     lambda m: _iso(int(m[3]), _MONTHS[m[2]], int(m[1]))),
    (re.compile(rf"\b({_O})(?: of)? ({_M})\.?,? (\d{{4}})\b"),
     lambda m: _iso(int(m[3]), _MONTHS[m[2]], _ORDINALS[m[1]])),
    (re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b"), lambda m: _iso(int(m[3]), int(m[2]), int(m[1]))),
    (re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})\b"),
     lambda m: _iso(int(m[3]) + (2000 if len(m[3]) == 2 else 0), int(m[1]), int(m[2]))),
    (re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"), lambda m: _iso(int(m[1]), int(m[2]), int(m[3]))),
    (re.compile(r"(\d{4})年(\d{1,2})月"), lambda m: _iso(int(m[1]), int(m[2]))),
    (re.compile(rf"\b({_M})\.?,?(?: of| i)? (\d{{4}})\b"), lambda m: _iso(int(m[2]), _MONTHS[m[1]])),
    (re.compile(r"\b(?:end|close) of (\d{4})\b|\butgangen av (\d{4})\b"),
     lambda m: _iso(int(m[1] or m[2]), 12, 31)),
)  # fmt: skip
_RELATIVE: tuple[tuple[re.Pattern[str], RelativeReader], ...] = (
    (re.compile(rf"\b({_M})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?![.,]?\d)"),
     lambda m, base: _nearest(m, base, _MONTHS[m[1]], int(m[2]))),
    (re.compile(rf"\b(\d{{1,2}})(?:\.|st|nd|rd|th)?(?: of)? ({_M})\b"),
     lambda m, base: _nearest(m, base, _MONTHS[m[2]], int(m[1]))),
    (re.compile(rf"\b(?:the )?({_O}) of ({_M})\b"),
     lambda m, base: _nearest(m, base, _MONTHS[m[2]], _ORDINALS[m[1]])),
    (re.compile(rf"\b({_N}|\d{{1,2}}) years? ago today\b"),
     lambda m, base: _iso(base.year - (_SMALL.get(m[1]) or int(m[1])), base.month, base.day)),
    (re.compile(rf"(?<!half )\b({_N}|\d{{1,2}}) (?:years? (?:ago|earlier)|år sidan|år siden)\b"),
     lambda m, base: _iso(base.year - (_SMALL.get(m[1]) or int(m[1])))),
    (re.compile(r"\b(today|i dag|in dag|今天|今日)"), lambda m, base: base.isoformat()),
    (re.compile(r"\b(yesterday|i går|昨天)"), lambda m, base: (base - timedelta(days=1)).isoformat()),
    (re.compile(rf"(?:\b(?:on|last|sist|på|i) )?\b({_D})(?:'s)?\b"), lambda m, base: _weekday(base, m[1])),
    (re.compile(rf"\b(?:last|in|since|from|until|by|of|i|sidan|siden|frå|fra|this|early|late|mid-?|sist) ({_M})\b"),
     lambda m, base: _nearest(m, base, _MONTHS[m[1]], None)),
    (re.compile(r"\b(?:at |by )?the end of last year\b|\bved utgangen av fjoråret\b"),
     lambda m, base: _iso(base.year - 1, 12, 31)),
    (re.compile(r"\blast year\b|\bi fjor\b|去年"), lambda m, base: _iso(base.year - 1)),
    (re.compile(r"\blast month\b|\b(?:forrige|førre) (?:måned|månad)\b|上个?月"),
     lambda m, base: (base.replace(day=1) - timedelta(days=1)).isoformat()[:7]),
    (re.compile(r"\bthis month\b|\bdenne måneden\b|\bdenne månaden\b"),
     lambda m, base: _iso(base.year, base.month)),
    (re.compile(r"\bthis year\b|\bi år\b|今年"), lambda m, base: _iso(base.year)),
)  # fmt: skip
# "In March last year", "去年3月28日": the year is told, not guessed from what is near.
_WHICH_YEAR = {
    "last year": -1, "i fjor": -1, "førre år": -1, "forrige år": -1, "去年": -1, "前年": -2, "this year": 0, "i år": 0,
    "今年": 0, "next year": 1, "neste år": 1, "明年": 1,
}  # fmt: skip
_W = "|".join(_WHICH_YEAR)
_YEAR_TOLD = (
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)?(?: of)? (?P<month>{_M})\.?,?(?: of)? (?P<year>{_W})\b"),
    re.compile(rf"\b(?P<month>{_M})\.?(?: (?P<day>\d{{1,2}})(?:st|nd|rd|th)?)?,?(?: of)? (?P<year>{_W})\b"),
    re.compile(r"(?P<year>去年|前年|今年|明年)(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})[日号])?"),
)
_CHINESE_DAY = re.compile(r"(?<![年\d])(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]")
_YEAR = re.compile(
    r"\b(?:in|of|since|by|from|until|til|i|frå|fra|sidan|siden|late|early|mid-?|year|året|,|\()"
    r"(?: at least| minst)? ?((?:19|20)\d\d)\b"
    r"|((?:19|20)\d\d)年|^((?:19|20)\d\d)\b|\b((?:19|20)\d\d)\b(?=[,.;)]| (?:to|and|og)\b)"
)
# The year of a law or of a volume of laws says which one is meant: "the Investment Canada Act, R.S.C. 1985, c 28".
_CITED = re.compile(r"\b(?:[rs]\.?[sc]\.?c?\.?|u\.?s\.?c\.?|stat\.?|acts?|regulations?|lov)(?: of| av)?,? ?$")
_LATER = re.compile(rf"\b({_N}|\d{{1,2}}) ({'|'.join(_SPANS)}) (?:later|seinare|senere|after that)\b")


# Dates that a reader is told, beyond those that weigh in the outcome: seasons, quarters, ends of years and months.
_QUARTERS = {"first": 3, "second": 6, "third": 9, "fourth": 12, "første": 3, "andre": 6, "tredje": 9, "fjerde": 12}
_Q = "|".join(_QUARTERS)
_SEASON = "spring|summer|autumn|fall|winter|vår|sommer|sommar|høst|haust|vinter"
_LATE_SEASONS = {
    "autumn": 9, "fall": 9, "høst": 9, "haust": 9, "summer": 6, "sommer": 6, "sommar": 6, "spring": 3, "vår": 3,
}  # fmt: skip
_CHINESE_MONTHS = {name: number for number, name in enumerate("一二三四五六七八九十", start=1)}
_CHINESE_MONTHS |= {"十一": 11, "十二": 12}
_COARSE: tuple[tuple[re.Pattern[str], RelativeReader], ...] = (
    (re.compile(r"\b(?:this (?:morning|afternoon|evening)|tonight|i (?:morges|ettermiddag|kveld))\b"),
     lambda m, base: base.isoformat()),
    # "From Monday" looks ahead, where "on Monday" looks back.
    (re.compile(rf"(?:^(?:from|fra|frå)|\b(?:starting|as from|fra og med|frå og med|neste|next)(?: on)?) ({_D})\b"
                rf"|\bfrom ({_D}) on(?:wards?)?\b"),
     lambda m, base: _next_weekday(base, m[1] or m[2])),
    (re.compile(r"(?<![\d/])(0[1-9]|1[0-2])/((?:19|20)\d\d)\b"), lambda m, base: _iso(int(m[2]), int(m[1]))),
    (re.compile(r"\b(?:for|during|gjennom|i løpet av|året|rekneskapsåret|regnskapsåret) ((?:19|20)\d\d)\b"
                r"(?! (?:[\w'-]+ ){0,2}(?:cameras|devices|units|kamera\w*))"),
     lambda m, base: _iso(int(m[1]))),
    (re.compile(rf"\b({_Q}) (?:quarter|kvartal)(?: of| i)? (\d{{4}})\b"),
     lambda m, base: _iso(int(m[2]), _QUARTERS[m[1]])),
    (re.compile(rf"\b({_Q}) (?:quarter|kvartal)\b"),
     lambda m, base: _iso(base.year if _QUARTERS[m[1]] <= base.month else base.year - 1, _QUARTERS[m[1]])),
    (re.compile(rf"\b(?:end of(?= dec)|last (?:\w+ )?day of|utgangen av) ({_M})(?:,? (\d{{4}}))?\b"),
     lambda m, base: _month_end(base, _MONTHS[m[1]], m[2])),
    (re.compile(r"\bturn of the year\b|\bårsskiftet\b|\b(?:siste|forrige|førre) årsskift\w*|\byear-end\b|去年底"),
     lambda m, base: _iso(base.year - 1, 12, 31)),
    (re.compile(r"\bhalvårsskiftet\b"), lambda m, base: _iso(base.year if base.month > 6 else base.year - 1, 6, 30)),
    (re.compile(rf"\b(?:last|i fjor|førre) ({_SEASON})\b"), lambda m, base: _last_season(base, m[1])),
    (re.compile(rf"\b({_N}|eight|nine|eleven|\d{{1,2}}) months ago\b"),
     lambda m, base: _months_before(base, m[1])),
    (re.compile(r"(?<![年\d])(今年|去年)?(十[一二]?|[一二三四五六七八九]|\d{1,2})月(?!\d|[一二三四五六七八九十]+日)"),
     lambda m, base: _chinese_month(m, base)),
)  # fmt: skip
_SOON = 90
_CITATION = 20  # characters
_DIGIT = re.compile(r"\d")
# English words of which one stands in every date without a digit, and parts of further ones.
_TELLING = frozenset(
    {*_MONTHS, *_DAYS, *_SPANS, *_SEASON.split("|"), "year", "years", "month", "months", "quarter", "kvartal", "fjor"}
    | {"morning", "afternoon", "evening", "tonight", "morges", "ettermiddag", "kveld"}
)
_TELLING_PARTS = ("today", "yesterday", "dag")
_WILL = re.compile(
    r"\b(?:will|shall|is to|are to|be|intends?|plans?|expected|due|agenda|calendar|takes? up|from|before|skal|vil|"
    r"ventes|ventast|frå|fra|innen|innan)\b"
)
_BOUND = re.compile(r"\b(?:by|until|before|til|innen|innan|senest)(?: the)? $")
_LASTS = re.compile(
    r"\b(?:lasts?|runs?|valid|extended|varer|gjelder|gjeld|forleng\w*|utsatt|utsett|frist\w*|deadline)(?: \w+){0,3} "
    r"(?:until|to|til|er)(?: the)? $"
)
_NAMED_MONTH = re.compile(rf"\b(?:{_M})\b")


def _month_end(base: date, month: int, year: str | None) -> str | None:
    chosen = int(year) if year else base.year if month < base.month else base.year - 1
    following = date(chosen + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).isoformat()


def _last_season(base: date, season: str) -> str | None:
    """The year of the last such season; a winter has that in which it began."""
    begins = _LATE_SEASONS.get(season)
    return _iso(base.year - 1 if begins is None or base.month < begins + 3 else base.year)


def _next_weekday(base: date, name: str) -> str:
    return (base + timedelta(days=(_DAYS[name] - base.weekday()) % 7)).isoformat()


def _months_before(base: date, count: str) -> str | None:
    number = _SMALL.get(count) or {"eight": 8, "nine": 9, "eleven": 11}.get(count) or int(count)
    month = base.year * 12 + base.month - 1 - number
    return _iso(month // 12, month % 12 + 1)


def _chinese_month(match: re.Match[str], base: date) -> str | None:
    month = _CHINESE_MONTHS.get(match[2]) or (int(match[2]) if match[2].isdigit() else 0)
    past = match[1] == "今年" or (match[1] is None and month <= base.month)
    return _iso(base.year if past else base.year - 1, month)


def wider(text: str, base: date | None, context: str | None = None) -> tuple[Moment, ...]:
    """The dates of a text as `find` gives them, with seasons, quarters and ends of years and months.

    A day without a year is the one that is near: ahead where that is less than three months off.
    """
    folded = fold(text)
    found: list[Moment] = []
    coarse = (
        Moment(on, match.start(), match.end(), relative=True)
        for pattern, relate in (_COARSE if base is not None and _are_possible(folded) else ())
        for match in pattern.finditer(folded)
        if base is not None and (on := relate(match, base))
    )
    for moment in (*coarse, *_candidates(folded, base, context)):
        if all(moment.end <= other.start or moment.start >= other.end for other in found):
            found.append(moment if base is None else _nearby(moment, folded, base))
    fine = [
        moment
        for moment in found
        if not any(0 <= moment.start - other.end <= 1 and len(other.on) > len(moment.on) for other in found)
    ]
    return tuple(sorted(fine, key=lambda moment: moment.start))


def _nearby(moment: Moment, folded: str, base: date) -> Moment:
    """A month or day without a year, a year on where that is soon, a year back where it has just been."""
    if not moment.relative or len(moment.on) < 7 or not _NAMED_MONTH.search(folded[moment.start : moment.end]):
        return moment
    year = int(moment.on[:4])
    following, previous = (_iso(year + step, *map(int, moment.on[5:].split("-"))) for step in (1, -1))
    ahead, behind = as_date(following), as_date(previous)
    exact = len(moment.on) == 10
    if ahead and following and 0 < (ahead - base).days <= _SOON and moment.on[:7] != base.isoformat()[:7]:
        return replace(moment, on=following) if exact or _WILL.search(folded) else moment
    bound = _BOUND.search(folded[: moment.start])
    if ahead and following and _LASTS.search(folded[: moment.start]) and moment.on < base.isoformat()[: len(moment.on)]:
        return replace(moment, on=following)
    if behind and previous and exact and not bound and 0 <= (base - behind).days <= 31:
        return replace(moment, on=previous)
    return moment


def find(text: str, base: date | None, context: str | None = None) -> tuple[Moment, ...]:
    """The dates of a text in order, without overlaps; what needs another date is read against `base`.

    `base` is the publication's date. `context` is the last full date named before this text (ISO), against which
    "four days later" and a day without a year are read.
    """
    folded = fold(text)
    found: list[Moment] = []
    for moment in _candidates(folded, base, context):
        if all(moment.end <= other.start or moment.start >= other.end for other in found):
            found.append(moment)
    return tuple(sorted(found, key=lambda moment: moment.start))


def _are_possible(folded: str) -> bool:
    """Whether a folded text may hold a date: half of all sentences do not, and need no further look."""
    if not folded.isascii() or _DIGIT.search(folded) or any(part in folded for part in _TELLING_PARTS):
        return True
    return not _TELLING.isdisjoint(spaced(folded).split())


def _candidates(folded: str, base: date | None, context: str | None) -> Iterator[Moment]:
    last = context if context and len(context) == 10 else None
    if not _are_possible(folded):
        return
    for pattern, read in _ABSOLUTE:
        for match in pattern.finditer(folded):
            if on := read(match):
                last = on if len(on) == 10 else last
                yield Moment(on, match.start(), match.end())
    for match in _LATER.finditer(folded) if last else ():
        if last:
            count = _SMALL.get(match[1]) or int(match[1])
            on = (date.fromisoformat(last) + timedelta(days=count * _SPANS[match[2]])).isoformat()
            yield Moment(on, match.start(), match.end(), relative=True)
    if base is not None:
        yield from _beside(folded, base)
    for match in _YEAR.finditer(folded):
        group = next(index for index in range(1, 5) if match[index])
        cited = _CITED.search(folded[max(0, match.start(group) - _CITATION) : match.start(group)])
        if (on := _iso(int(match[group]))) and not cited:
            yield Moment(on, match.start(group), match.end(group))


def _beside(folded: str, base: date) -> Iterator[Moment]:
    """The dates that need that of the publication."""
    for pattern in _YEAR_TOLD:
        for match in pattern.finditer(folded):
            month = int(match["month"]) if match["month"].isdigit() else _MONTHS[match["month"]]
            day = int(match["day"]) if match["day"] else None
            if on := _iso(base.year + _WHICH_YEAR[match["year"]], month, day):
                yield Moment(on, match.start(), match.end())
    for match in _CHINESE_DAY.finditer(folded):
        if on := _nearest(match, base, int(match["month"]), int(match["day"])):
            yield Moment(on, match.start(), match.end(), relative=True)
    for pattern, relate in _RELATIVE:
        for match in pattern.finditer(folded):
            if on := relate(match, base):
                yield Moment(on, match.start(), match.end(), relative=True)


def as_date(on: str | None) -> date | None:
    """The first day that an ISO date of any precision covers; None for None."""
    if on is None:
        return None
    return date.fromisoformat((on + "-01-01")[:10] if len(on) == 4 else (on + "-01")[:10])


def later(first: str, second: str) -> bool:
    """Whether `first` lies after all of `second`, at the coarser precision of the two."""
    width = min(len(first), len(second))
    return first[:width] > second[:width]
