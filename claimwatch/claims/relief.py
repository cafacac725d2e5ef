"""What speaks of relief without a verb that takes back, and what takes back without relief. Pure.

"May once again be sold", "back in the portfolio": somebody is let in. "Closes its inquiry and sanctions Dahua", "due to
expire, was extended", "lifted for all but Hikvision": a verb that ends something, and the burden stays or grows.
"""

import re
from collections.abc import Iterable, Sequence

from claimwatch.claims.beside import Span, bears_fruit
from claimwatch.claims.text import word_gap
from claimwatch.claims.triggers import Lexicon

_DOUBT_REACH, _NEAR = 9, 3  # words
_WILL = re.compile(r"\b(?:vil|skal|will|shall|blir|vert|kjem til å) $")
_NO = re.compile(r"\b(?:not|no|never|ikke|ikkje|aldri)\b(?! (?:longer|further|lenger))")
# "a motion to readmit", "votes in May on readmitting"; not "decided to readmit"
_NOT_YET = re.compile(
    r"(?<!decided )(?<!agreed )(?<!voted )(?<!resolved )(?<!vedtok )(?<!bestemte )(?<!besluttet )"
    r"\b(?:to|on|of|for|about|whether|å|om) $"
)
# "Back in September, the fund said": long ago, and nobody is let in.
_THEN = re.compile(
    r"back in (?:the )?(?:(?:early|mid|late) )?(?:(?:19|20)\d\d|spring|summer|autumn|winter|january|february|march|"
    r"april|may|june|july|august|september|october|november|december)\b"
)
_PROLONGED = re.compile(
    r"\b(?:was|were|is|are|has been|have been|been|be) (?:extended|prolonged|renewed)\b|"
    r"\b(?:extends?|extended|prolong\w*|renew(?:s|ed)?) (?:\w+ ){0,4}"
    r"(?:ban|order|prohibition|sanctions|restrictions|exclusion|moratorium|measures?)\b|"
    r"(?<!ikke )(?<!ikkje )\bforleng(?:et|er|a|ar|es|ast)\b|(?<!不再)(?<!未获)(?<!未)(?:延长|续期|展期)"
)
_EXPIRES = re.compile(
    r"expir|laps|end|terminat|utløp|opphør|opphøyr|går ut|gikk ut|gjekk ut|gått ut|.*(?:到期|期满|届满)"
)
_ALL_BUT = re.compile(
    r"\b(?:(?:but|while|and|men|og) "
    r"(?:left|leaves?|leaving|kept|keeps?|keeping|retain\w*|beholdt|beholder|lot|lar|let)|"
    r"leaving|keeping|except(?: for)?|excluding|other than|apart from|all but|"
    r"unntatt|bortsett fra|unnateke|bortsett frå|med unntak av)(?: \w+){0,2} $"
)


def readmissions(folded: str, lexicon: Lexicon) -> list[Span]:
    """What says that somebody is let in again, neither negated nor only wished for, feared or proposed."""
    cues = ("negated", "hedge", "propose", "call", "untrue", "failed")
    doubts = [span for cue in cues for span in lexicon.spans(cue, folded)]
    return [
        (start, end)
        for start, end in lexicon.spans("readmit", folded)
        # A doubt within the words themselves is the permission: "may once again buy".
        if not any(a < start and word_gap(folded, b, start) <= _DOUBT_REACH for a, b in doubts)
        and not _NO.search(folded, start, end)
        and not _NOT_YET.search(folded, 0, start)
        and not _THEN.match(folded, start)
    ]


def closings(folded: str, lexicon: Lexicon) -> list[Span]:
    """What says that a case is closed or a proposal not taken up, neither negated nor only feared."""
    doubts = [span for cue in ("negated", "hedge") for span in lexicon.spans(cue, folded)]
    found = []
    for start, end in lexicon.spans("dropped", folded):
        if _NO.match(folded, start):
            # Not to be taken up is the end of it; not to have been taken up so far is not.
            doubted = not _WILL.search(folded, 0, start)
        else:
            doubted = any(b <= start and word_gap(folded, b, start) <= _NEAR for _, b in doubts)
        if not doubted and not _NO.search(folded, start + 1, end):
            found.append((start, end))
    idle = fruitful(folded, found, lexicon)
    return [span for span in found if span not in idle]


def fruitful(folded: str, ends: Iterable[Span], lexicon: Lexicon) -> frozenset[Span]:
    """Those of the words that end something which end an inquiry because a measure came of it, and is not taken back
    itself."""
    burdens = lexicon.spans("burden", folded)
    undone = lexicon.spans("undo", folded) if burdens else ()

    def stands(burden: Span, end: Span) -> bool:
        return not any(end[1] <= a and b <= burden[0] and word_gap(folded, b, burden[0]) <= _NEAR for a, b in undone)

    return frozenset(end for end in ends if bears_fruit(folded, end, [one for one in burdens if stands(one, end)]))


def survived(folded: str, ends: Iterable[Span]) -> frozenset[Span]:
    """Those of the words by which something ends that a unit takes back: it was prolonged ("due to expire")."""
    if _PROLONGED.search(folded) is None:
        return frozenset()
    return frozenset(span for span in ends if _EXPIRES.match(folded, span[0]))


def leaves_out(folded: str, verb: Span, names: Sequence[int]) -> bool:
    """Whether each of the names that begin behind a verb stands there as the exception."""
    return all(_ALL_BUT.search(folded, verb[1], start) is not None for start in names)
