"""Which of the figures in a sentence belongs to which company, and places in a ranking."""

import re
from collections.abc import Sequence
from itertools import pairwise

from claimwatch.claims.amounts import Amount
from claimwatch.claims.text import fold

Named = tuple[str, int, int]  # a company and where its name stands in the unit

_RANK = re.compile(
    r"\b(?:(?P<word>first|second|third|fourth|fifth|2nd|3rd|4th|nest|nr\. 1|no\. 1|number one|top)[ -]?)?"
    r"(?P<top>largest|biggest|størst\w*|leading|ledende|leiande|foremost|place)\b"
    r"|\b(?P<by>first|second|third|fourth|fifth)\b(?= by | and second | in the | largest| largest,)"
    r"|第(?P<place>[一二三四五12345])(?=[大位名,。;]|$)|(?P<best>最大|首位|榜首|之首|头号)(?!的?(?:股东|客户|限度|程度|持股))"
)
_RANKS = {
    "first": 1,
    "second": 2,
    "2nd": 2,
    "nest": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
}
_RANKS |= {sign: number for number, signs in enumerate(("一1", "二2", "三3", "四4", "五5"), start=1) for sign in signs}


# Of those that share a place none has it: "one of the largest", "the two largest makers", "en av verdens største".
_AMONG = re.compile(
    r"\b(?:(?:one|two|three|four|five|some|several|many|most|all|both|each) of|among(?:st)?|"
    r"(?:en|ein|ett|eit|to|tre|flere|fleire|noen|nokre) av|blant|mellom)(?: (?:the|de|dei))?(?: [\w'’-]+){0,2} $"
    r"|\b(?:two|three|four|five|to|tre|fire) $"
)
_HEAD = (
    r"(?:maker|manufacturer|producer|supplier|vendor|provider|seller|compan(?:y|ie)|firm|brand|player|giant|exporter)"
)
_SEVERAL = re.compile(
    rf"(?: (?!of\b|by\b|in\b|for\b|to\b|and\b|\w*{_HEAD}\b)[\w'’-]+){{0,5}} (?:\w*{_HEAD}s\b|"
    r"\w*(?:produsent|leverandør|selger|seljar|aktør|gigant)(?:er|ar|ene|ane)\b|\w*selskap(?:er|ene|a)\b)"
    r"|[^，,。；;]{0,20}之一"
)
# What a place is told to be by now, after another: "slipped to", "is now".
_NOW = re.compile(
    r"\b(?:now|today|er no|er nå|(?:down|up|back|fell|fall\w*|slip\w*|slid\w*|drop\w*|sank|sunk|rose|climb\w*|mov\w*|"
    r"push\w*|demot\w*|relegat\w*|falt|sunket|sokke|rykk\w*|klatr\w*|skjøv\w*|skjøvet)(?: (?:ned|opp|nå|no|down|back))?"
    r" (?:to|into|til|på))(?: the)?(?: world's)? $"
    r"|(?:目前|如今|现|现在|[跌降升退落]至|[跌降升滑退]到|退居|升居)(?:全球|世界|行业|国内)?$"
)


def ranks(text: str) -> tuple[Amount, ...]:
    """Places in a ranking ("the world's second largest"), unit `rank`; what follows "now" alone where there is one."""
    found, newest = superlatives(fold(text))
    return newest or found


def superlatives(folded: str) -> tuple[tuple[Amount, ...], tuple[Amount, ...]]:
    """The places that superlatives give in a folded text, and those of them that follow "now" or "slipped to"."""
    found = tuple(
        Amount(
            float(_RANKS.get(match["word"] or match["by"] or match["place"] or "first", 1)),
            "rank",
            "eq",
            match.start(),
            match.end(),
        )
        for match in _RANK.finditer(folded)
        if (match["top"] != "place" or match["word"]) and not _is_shared(match, folded)
    )
    return found, tuple(a for a in found if _NOW.search(folded, 0, a.start))


def _is_shared(match: re.Match[str], folded: str) -> bool:
    """Whether a superlative is that of several: unless each is given a place of its own, it is none of a company."""
    if match["word"] or match["by"]:
        return False
    return _AMONG.search(folded, 0, match.start()) is not None or _SEVERAL.match(folded, match.end()) is not None


_PLACE_NAMES = {
    "first": 1, "top": 1, "leader": 1, "second": 2, "runner-up": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
    "number one": 1, "number two": 2, "number three": 3, "number four": 4, "nummer en": 1, "nummer to": 2,
    "førsteplassen": 1, "andreplassen": 2, "tredjeplassen": 3, "nummer tre": 3,
}  # fmt: skip
_PLACE_NAME = "|".join(sorted(_PLACE_NAMES, key=len, reverse=True))
_RANKED = re.compile(
    rf"\b(?:(?:is|are|in|was|stands|stays|remains|ranks?|ranked|as|to|now|the|at the|til|er|still|become|comes?|came|"
    rf"from|frå|fra) (?P<name>{_PLACE_NAME})|(?:no|nr)\. ?(?P<number>\d)|nummer (?P<digit>\d))\b"
    r"(?! (?:time|year|country|quarter|party|week|half))"
    r"|(?P<leads>\b(?:heads|leads|tops|leder)\b)|(?P<follows>\bfollows\b)"
)


_LOST = ("was ", "as ", "the ", "at the ", "in ")  # before a place that was lost: "as number one", "was second"


def ranked(entity: str, folded: str, named: Sequence[Named], entities: Sequence[str]) -> Amount | None:
    """The place in a ranking that words other than "largest" give a company: "from second to fourth", "No. 1"."""
    found, newest = numbered(folded)
    pairs = paired(found, named, entities, folded)
    return (pairs or {}).get(entity) or of_company(newest or found, entity, named, folded)


def numbered(folded: str, *, lost: bool = False) -> tuple[tuple[Amount, ...], tuple[Amount, ...]]:
    """The places that ordinals and the like give in a folded text, and those of them that are told to be so now.

    Without those that another place follows ("from second"); where a place was `lost`, without that too.
    """
    found: list[Amount] = []
    newest: list[Amount] = []
    for match in _RANKED.finditer(folded):
        name = match["name"]
        group = "name" if name else "number" if match["number"] else "digit" if match["digit"] else None
        start, end = match.span(group) if group else match.span()
        said = match["number"] or match["digit"] or (2 if match["follows"] else 1)
        number = _PLACE_NAMES[name] if name else int(said)
        if match[0].startswith(("from ", "fra ", "frå ")) or (lost and match[0].startswith(_LOST)):
            continue
        found.append(Amount(float(number), "rank", "eq", start, end))
        if match[0].startswith(("now ", "to ", "til ")) and "," not in folded[found[0].end : start]:
            newest.append(found[-1])
    return tuple(found), tuple(newest)


_IN_TURN = re.compile(r"\b(?:respectively|in that order|henholdsvis|høvesvis|respektivt|respektive)\b|分别")
_BREAK = re.compile(r";|,? (?:while|whereas|but|mens|medan|men) |, (?:and|og) ")


def paired(
    amounts: Sequence[Amount], named: Sequence[Named], entities: Sequence[str], folded: str
) -> dict[str, Amount] | None:
    """Each company's own amount where the sentence gives one to each in turn, else None.

    "A and B sell in 160 and 190 countries, respectively"; "A sells in 160 countries and B in 190"; "38 per cent of A
    and 9 per cent of B". `entities` are the companies in order of appearance, also where none is named in the unit.
    """
    if len(amounts) != len(entities) or len(entities) < 2:
        return None
    firsts = [next((start for name, start, _ in named if name == entity), None) for entity in entities]
    places = [start for start in firsts if start is not None]
    alternate = len(places) == len(entities) and (
        all(any(a.start < p < b.start for p in places) for a, b in pairwise(amounts))
        and all(any(p < a.start < r for a in amounts) for p, r in pairwise(places))
    )
    ranked = all(a.unit == "rank" for a in amounts) and not places
    if alternate or ranked or _IN_TURN.search(folded):
        return dict(zip(entities, amounts, strict=True))
    return None


def of_company(amounts: Sequence[Amount], entity: str, named: Sequence[Named], folded: str) -> Amount | None:
    """The amount nearest to a company's name in its own clause: after the name and before the next, else before it."""
    own = [(start, end) for name, start, end in named if name == entity]
    if not amounts or not own or len(amounts) == 1:
        return amounts[0] if amounts else None
    start, end = own[0]
    others = [other for name, other, _ in named if name != entity]
    until = min((other for other in others if other > end), default=len(folded))
    cut = min((m.start() for m in _BREAK.finditer(folded, end)), default=len(folded))
    after = [a for a in amounts if end <= a.start < min(until, cut)]
    if after:
        return after[0]
    begin = max((m.end() for m in _BREAK.finditer(folded, 0, start)), default=0)
    before = [a for a in amounts if begin <= a.start < start]
    return before[-1] if before else min(amounts, key=lambda a: abs(a.start - end))


def owned(
    amounts: Sequence[Amount], entity: str, named: Sequence[Named], entities: Sequence[str], folded: str
) -> Sequence[Amount]:
    """The amounts that a sentence may give for a company: its own where each has one, else those after its name."""
    pairs = paired(amounts, named, entities, folded)
    if pairs is not None:
        return (pairs[entity],) if entity in pairs else ()
    if len(amounts) < 2 or len({name for name, _, _ in named}) < 2:
        return amounts
    return [
        amount
        for amount in amounts
        if next((name for name, start, _ in reversed(named) if start < amount.start), entity) == entity
    ]
