"""Where and when what a frame tells holds: places by who rules there, dates by what decides."""

import re
from collections.abc import Sequence

from claimwatch.claims import dates
from claimwatch.claims.cells import HOMES, PLACED, WORLDWIDE
from claimwatch.claims.clauses import aside
from claimwatch.claims.frames import MEASURES, Frame
from claimwatch.claims.places import Place

# Measures that other countries take too, and places that rule over none of them.
_ANYWHERE = frozenset({"equipment_authorisation_ban", "licence_requirement"})
_NO_RULERS = ("CN", "world", "US")
_SINCE = re.compile(r"(?<!effect )(?<!with effect )\b(?:since|from|siden|sidan|frå|fra)(?: \w+)? $")
_UNTIL = re.compile(
    r"\b(?:until|till|through|to|by|expir\w+|inntil|fram til|frem til|til)(?: and including)?(?: the)? $|至$"
)
_BY_THIS = re.compile(
    r"\b(?:this|the present) (?:final |interim |interim final )?(?:rule|action|notice|order|document)\b"
)
_EARLIER = re.compile(
    r"\b(?:printed|published|issued|added|listed|imposed|adopted|made|announced|set out|stood)(?: \w+)? "
    r"(?:in|on|at)?(?: \w+)? ?$"
)
_EFFECT = re.compile(r"\b(?:effect|effective|force|kraft)(?: as)?(?: on| from| fra| frå)? $")
_SPAN = re.compile(r"\b(?:from|fra|frå)\b.{4,40}\b(?:until|through|to|til|inntil)\b")


def where(frame: Frame, found: Sequence[Place], context: str | None, conduct: frozenset[str]) -> tuple[str, ...]:
    """The places of a frame, the likeliest first. `context` is the place that the text named before."""
    predicate = frame.predicate
    if predicate in HOMES and (frame.object_class != "other"):
        own = [p.code for p in found if p.named and not p.code.startswith(_NO_RULERS)]
        return (own[0] if own and predicate in _ANYWHERE else HOMES[predicate],)
    if predicate in WORLDWIDE:
        return ("world",)
    if predicate == "ownership_share" and frame.object_class == "state":
        return ("CN",)
    named = [p.code for p in found if p.named and p.code != "world"]
    if predicate in MEASURES or predicate in ("sold_to", "non_disclosure"):
        ruling = [code for code in named if not code.startswith("CN")]
        bodies = [p.code for p in found if not p.named]
        chosen = ruling or bodies or ([context] if context else [])
        return tuple(dict.fromkeys(c for c in chosen if c != "CN"))
    specific = [code for code in named if "-" in code]
    near = predicate not in PLACED or predicate in conduct
    chosen = [*specific, *(c for c in named if c not in specific)] if near else named
    if not chosen and predicate in ("used_by", "deployed_at", "contract", "contract_value"):
        chosen = [p.code for p in found if not p.named and p.code == "CN-XJ"]
    if not chosen and predicate in ("installed_networks", "ownership_share", "calls_for"):
        bodies = [p.code for p in found if not p.named]
        chosen = bodies or ([context] if context and predicate != "calls_for" else [])
    return tuple(dict.fromkeys(chosen))


def as_of(frame: Frame, moments: Sequence[dates.Moment], folded: str) -> str | None:
    """The date nearest to what decides; of a span of time its beginning."""
    if frame.operation in ("remove", "suspend") and len(moments) > 1:
        # "suspended from 10 November until 9 November": it begins on the first.
        begun = [m for m in moments if not _UNTIL.search(folded[: m.start])]
        moments = begun or moments
    if frame.operation in ("remove", "suspend") and not _SPAN.search(folded):
        # "the ban in force since 2022 was lifted": that is when it began.
        moments = [m for m in moments if not _SINCE.search(folded[: m.start])]
        moments = [m for m in moments if not _EARLIER.search(folded[: m.start])] or moments
    told = [m for m in moments if not aside(folded, m.start) or _EFFECT.search(folded[: m.start])]
    if frame.operation != "assert":
        moments = told
    if _BY_THIS.search(folded):
        # "the address, printed in September, is corrected by this rule": it holds from the rule's own day.
        moments = told = [m for m in (told or moments) if not _EARLIER.search(folded[: m.start])]
    moments = told or moments
    if not moments:
        return None
    first, last = frame.at
    return min(moments, key=lambda m: (max(m.start - last, first - m.end, 0), m.start)).on
