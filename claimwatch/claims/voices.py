"""Whether the company itself speaks, and what it rejects: the nearest actor before a verb decides. Pure."""

import re
from collections.abc import Sequence

from claimwatch.claims.text import word_gap
from claimwatch.claims.triggers import Lexicon

Span = tuple[int, int]

_ACTOR_REACH = 12
_VOICE = re.compile(r"(?:'s)? (?:\w+ )?(?:spokes|statement|lawyer|chief|president|executive|chair|position|represent)")
_OBJECT = re.compile(r"\b(?:on|of|against|from|for|to|with|about|mot|av|frå|fra|om)\s+(?:the )?$")
OWNERS = frozenset({"its", "their", "dets", "dess", "deres", "deira", "其"})
_VOICE_OF = re.compile(
    r"(?:spokes\w+|statement|lawyers?|officials?|represent\w+|executives?|letter|reply|talsm\w+|talsp\w+)\s+\w+\s+$"
)
# "the denied persons list", "was denied a licence": what others did, or what a thing is called.
_NOT_SAID = re.compile(
    r"\b(?:the|a|an|its|their|any|was|were|is|are|be|been|being|got|ble|blei|vart|vert|er)(?: \w+ly)? $"
)
# "was added", "were told": others speak.
_PASSIVE = re.compile(r"\b(?:was|were|is|are|be|been|being|got|ble|blei|blir|vart|vert|er)(?: \w+ly)? $")
_PARTICIPLE = re.compile(r"denied|rejected|refuted|disputed|dismissed")
_RIVAL_ACTOR = re.compile(
    r"\b(?:committee|court|judges?|panel|researchers?|parliament|government|ministers?|ministry|regulators?|embassy|"
    r"beijing|washington|senators?|lawmakers?|uhrp|groups?|activists?|commissioner|council|congress|officials?|"
    r"department|agency|commission|bureau|experts?|analysts?|banken|norges bank|noregs bank|rådet|etikkrådet|retten|"
    r"domstolen|regjeringen|regjeringa|departementet|datatilsynet|komiteen|forskere|forskarar|amnesty|"
    r"ipvm|reuters|critics?|campaigners?|bis|fcc|commerce|treasury|pentagon)\b"
)


def denial(folded: str, company: Sequence[Span], lexicon: Lexicon) -> Span | None:
    """The words with which the company rejects something, None where it does not or somebody else speaks."""
    spans = [span for span in lexicon.spans("deny", folded) if not _of_others(folded, span)]
    if not spans:
        return None
    speakers = [span for span in company if _owns(folded, span)]
    for verb in (*spans, *_spoken(folded, lexicon)):
        if is_nearest(folded, verb, speakers):
            return spans[0]
    return None


def _of_others(folded: str, verb: Span) -> bool:
    """Whether a participle of denial is no act of whoever stands before it: passive, or before a noun."""
    return bool(_PARTICIPLE.fullmatch(folded, *verb) and _NOT_SAID.search(folded, 0, verb[0]))


def _owns(folded: str, span: Span) -> bool:
    """Whether a name can be who speaks: "Hikvision" and "Hikvision's spokesman", not "Hikvision's denial"."""
    if folded[span[0] : span[1]] in OWNERS:
        return bool(_VOICE.match(folded, span[1]))
    if _OBJECT.search(folded[: span[0]]) and not _VOICE_OF.search(folded[: span[0]]):
        return False
    if folded[span[1] : span[1] + 2] != "'s" and folded[span[1] - 2 : span[1]] != "'s":
        return True
    return bool(_VOICE.match(folded, span[1]))


def is_nearest(folded: str, verb: Span, company: Sequence[Span]) -> bool:
    """Whether the nearest actor before a verb is the company."""
    before = [span for span in company if span[1] <= verb[0] and word_gap(folded, span[1], verb[0]) <= _ACTOR_REACH]
    if not before:
        return False
    last = max(span[1] for span in before)
    return not _RIVAL_ACTOR.search(folded, last, verb[0])


def speaks(folded: str, company: Sequence[Span], lexicon: Lexicon) -> bool:
    """Whether the company itself says what the unit tells: it stands in the very clause of the verb, before it.

    In "the depot returned its Dahua recorders, two porters said" others speak: to put words into a company's mouth is
    worse than to name nobody.
    """
    return any(
        is_nearest(folded, verb, [span for span in company if span[0] >= _clause_start(folded, verb[0])])
        for verb in _spoken(folded, lexicon)
    )


def _spoken(folded: str, lexicon: Lexicon) -> list[Span]:
    """The verbs of speech, without those of which somebody else is the speaker."""
    return [span for span in lexicon.spans("speech", folded) if not _PASSIVE.search(folded, 0, span[0])]


def _clause_start(folded: str, end: int) -> int:
    return max((match.end() for match in re.finditer(r"[,;:—–\"“”]\s*", folded[:end].rstrip(" ,"))), default=0)
