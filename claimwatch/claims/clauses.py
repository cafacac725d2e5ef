"""The clauses of a sentence, as far as they decide what is said of whom."""

import re
from collections.abc import Mapping, Sequence

Span = tuple[int, int]

# What sets one company's part of a sentence against the other's.
_CONTRAST = re.compile(r";|,? \b(?:while|whereas|but(?! also)|mens|medan|men(?! også| òg))\b |，而|；")
# What follows only tells more of somebody named: "Lorex, which was sold in 2023, is not a defendant".
_ASIDE = re.compile(r"^(?:asked|spurt) [^,;]*,|, (?:which|who|whose|itself|already|long) [^,;]*(?:,|$)")

# … but when a measure was taken is what the sentence is told for: "the order, which was issued on 27 June, obliges".
_TAKEN = re.compile(
    r"\b(?:order|ban|decision|rule|directive|instruction|designation|measure|law)s?, which (?:was|were|had been) "
    r"(?:issued|made|adopted|taken|imposed|announced|signed|published|given|passed)\b"
)


def own_clause(folded: str, names: Mapping[str, Sequence[Span]], entity: str) -> Span | None:
    """The part of a sentence that is about one company alone; None where it is not set against the others'."""
    own = names.get(entity, ())
    others = [span for name, spans in names.items() if name != entity for span in spans]
    if not own or not others:
        return None
    for cut in _CONTRAST.finditer(folded):
        left = all(end <= cut.start() for _, end in own) and all(start >= cut.end() for start, _ in others)
        right = all(start >= cut.end() for start, _ in own) and all(end <= cut.start() for _, end in others)
        if left:
            return 0, cut.start()
        if right:
            return cut.end(), len(folded)
    return None


def masked(text: str, kept: Span) -> str:
    """A text of the same length with blanks for all that lies outside a span."""
    return " " * kept[0] + text[kept[0] : kept[1]] + " " * (len(text) - kept[1])


def aside(folded: str, position: int) -> bool:
    """Whether an offset lies in an aside, so that what stands there is not what the sentence is told for."""
    return any(
        match.start() <= position < match.end() and not _TAKEN.search(folded, 0, match.end())
        for match in _ASIDE.finditer(folded)
    )
