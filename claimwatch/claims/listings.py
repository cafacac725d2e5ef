"""Lists of names in running text: which sentence leads into an item that says nothing but a name."""

import re
from collections.abc import Mapping, Sequence

from claimwatch.claims.sentences import Unit
from claimwatch.claims.text import fold, words
from claimwatch.models import Mention

_MARK = re.compile(r"\s*(?:\(?\d{1,3}[.)]|\([a-z]\)|[-•*–—])\s")
_SAYS_SOMETHING = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|may|must|said|says|er|var|ble|vart|blei|har|hadde|skal|vil|kan)\b"
)
_LONGEST = 14


def lead_ins(text: str, units: Sequence[Unit], mentions: Sequence[Mention]) -> Mapping[int, Unit]:
    """The leading sentence of every list item that only names, by the item's offset.

    An item is marked ("(1)", "•") or follows a sentence that ends with a colon, or follows another item.
    """
    found: dict[int, Unit] = {}
    lead: Unit | None = None
    listing = False
    for unit in units:
        piece = text[unit.start : unit.end]
        marked = bool(_MARK.match(piece))
        if lead is not None and (listing or marked) and unit.kind != "row" and _only_names(piece, unit, mentions):
            found[unit.start] = lead
            listing = True
            continue
        lead, listing = (unit, piece.endswith(":")) if unit.kind == "sentence" else (None, False)
    return found


def _only_names(piece: str, unit: Unit, mentions: Sequence[Mention]) -> bool:
    folded = fold(piece)
    for mention in sorted(mentions, key=lambda m: -m.start):
        if unit.start <= mention.start < unit.end:
            low, high = mention.start - unit.start, mention.end - unit.start
            folded = folded[:low] + " " + folded[high:]
    return not _SAYS_SOMETHING.search(folded) and len(words(folded)) <= _LONGEST * max(1, piece.count(";") + 1)
