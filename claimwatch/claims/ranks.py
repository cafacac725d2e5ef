"""Places in a ranking as values: which one a sentence gives a company, and whether it lost the one it had. Pure.

"Has been overtaken as the largest" names the very rank that the baseline holds, and says that it is no longer so.
"""

import re
from collections.abc import Sequence

from claimwatch.claims import figures
from claimwatch.claims.amounts import Amount
from claimwatch.claims.figures import Named
from claimwatch.claims.readings import Reading
from claimwatch.claims.text import word_gap
from claimwatch.claims.triggers import Lexicon

Span = tuple[int, int]

_PASSIVE = re.compile(
    r"\b(?:been|was|were|is|are|be|being|gets?|got|ble|blir|blitt|bli|blei|vart|vert|verte|vorte|vorten|er)"
    r"(?: (?!not\b|ikk)\w+){0,2} $"
)
_AGENT = re.compile(r" (?:by|av)\b")
_NEXT_TO = re.compile(r"\b(?:than|behind|after|bak|etter|enn|ahead of|foran|framfor) (?:the |its rival |rivalen )?$")
_BESIDE = re.compile(r"\b(?:by|av|over|past|mot) (?:the |its rival |rivalen )?$|" + _NEXT_TO.pattern)
_IT = re.compile(r" (?:it|den|han|dei|them|its rival)\b")
_CLAUSE = re.compile(r"[;:]|, (?:while|but|and|mens|men|medan|og) ")
_JOINED = re.compile(r"\b(?:and|og|while|whereas|mens|medan|but|men)\b|[和与及]")
_OBJECT_REACH = 4
_DOUBT_REACH = 3


def of_company(entity: str, reading: Reading, *, lost: bool = False) -> Amount | None:
    """The place in a ranking that a sentence gives a company, unit `rank`; only where it is now, if it `lost` one."""
    named, entities, folded = reading.named, reading.subjects.entities, reading.folded
    told, newest = figures.numbered(folded, lost=lost)
    topmost, topmost_newest = figures.superlatives(folded)
    topmost = topmost_newest if lost else topmost
    apart = [a for a in topmost if all(a.end <= other.start or other.end <= a.start for other in told)]
    found = tuple(sorted((*told, *apart), key=lambda a: a.start))
    pairs = figures.paired(found, named, entities, folded) or {}
    if entity in pairs:
        return pairs[entity]
    own = [start for name, start, _ in named if name == entity]
    if len(entities) > len(found) and own and all(_NEXT_TO.search(folded, 0, start) for start in own):
        return None  # "the second largest after X": the place is not that of X
    if len(found) == 1 and len(entities) > 1 and own and _of_another(found[0], entity, min(own), named, folded):
        return None
    if not named and len(found) < len(entities):
        return None  # "the one ranks first": which one?
    now = [a for a in (*newest, *topmost_newest) if a in figures.owned(found, entity, named, entities, folded)]
    first = told if len(named) < 2 else found
    return figures.of_company(now or first or found, entity, named, folded)


def _of_another(place: Amount, entity: str, own: int, named: Sequence[Named], folded: str) -> bool:
    """Whether the one place told belongs to a company named before `own`, to which this one is only joined.

    "Hikvision, the world's largest maker of cameras, and Dahua, a large vendor"; "the largest maker, Hikvision, and
    its rival Dahua".
    """
    others = [end for name, _, end in named if name != entity]
    ahead = [end for end in others if end <= place.start]
    if not ahead:
        between = [end for end in others if place.end <= end < own]
        return bool(between) and _JOINED.search(folded, min(between), own) is not None
    return own >= place.end and _JOINED.search(folded, place.end, own) is not None


def lost(entity: str, company: Sequence[Span], named: Sequence[Named], folded: str, lexicon: Lexicon) -> Span | None:
    """The words that say that a company lost its place in a ranking; None where none does, or it is only feared.

    `company` are the names of the company and the words that stand for it, `named` all names in the sentence.
    """
    others = [(start, end) for name, start, end in named if name != entity]
    for span in lexicon.spans("overtake", folded):
        if not _doubted(span, folded, lexicon) and _overtaken(span, company, others, folded):
            return span
    for span in lexicon.spans("lose_rank", folded):
        if not _doubted(span, folded, lexicon) and _nearest(span, company, others, folded):
            return span
    return None


def _doubted(span: Span, folded: str, lexicon: Lexicon) -> bool:
    doubts = (*lexicon.spans("negated", folded), *lexicon.spans("hedge", folded))
    return any(end <= span[0] and word_gap(folded, end, span[0]) <= _DOUBT_REACH for _, end in doubts) or any(
        0 <= start - span[1] <= 1 for start, _ in lexicon.spans("negated", folded)
    )


def _overtaken(verb: Span, company: Sequence[Span], others: Sequence[Span], folded: str) -> bool:
    """Whether a company is the one overtaken: before the verb in the passive, else what follows it."""
    passive = _PASSIVE.search(folded, 0, verb[0]) or _AGENT.match(folded, verb[1])
    if passive and not folded[: verb[1]].endswith("ing"):
        return _nearest(verb, company, others, folded)
    behind = [span for span in company if span[0] >= verb[1]]
    reach = min((span[0] for span in behind), default=None)
    if reach is not None and word_gap(folded, verb[1], reach) <= _OBJECT_REACH:
        return not any(verb[1] <= start < reach for start, _ in others)
    # "Motorola has overtaken it": whoever is named further before, if it is not who overtakes.
    before = [span for span in company if span[1] <= verb[0]]
    return bool(_IT.match(folded, verb[1]) and before and not others) and (
        word_gap(folded, max(end for _, end in before), verb[0]) > _OBJECT_REACH
    )


def _nearest(span: Span, company: Sequence[Span], others: Sequence[Span], folded: str) -> bool:
    """Whether the company is the one spoken of: the last named before in the clause, else the first named after."""
    start = max((match.end() for match in _CLAUSE.finditer(folded, 0, span[0])), default=0)
    own = [s for s in company if start <= s[0] and s[1] <= span[0] and not _BESIDE.search(folded, 0, s[0])]
    rivals = [s for s in others if start <= s[0] and s[1] <= span[0] and not _BESIDE.search(folded, 0, s[0])]
    if own or rivals:
        return max((s[1] for s in own), default=-1) > max((s[1] for s in rivals), default=-1)
    behind = min((s[0] for s in company if s[0] >= span[1]), default=None)
    return behind is not None and all(behind < s[0] for s in others if s[0] >= span[1])
