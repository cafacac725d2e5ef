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
_DONE_THERE = frozenset({"government_removal", "used_by", "deployed_at", "procurement_ban"})
# "Banned in the US and taken down in Britain": of two such parts each has its own place.
_JOINED = re.compile(r"\b(?:and|but|while|og|men|mens|medan)\b|[，；;]")
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


def where(
    frame: Frame, found: Sequence[Place], context: str | None, conduct: frozenset[str], folded: str
) -> tuple[str, ...]:
    """The places of a frame, the likeliest first. `context` is the place that the text named before."""
    predicate = frame.predicate
    if predicate in HOMES and (frame.object_class != "other"):
        own = [p.code for p in found if p.named and not p.code.startswith(_NO_RULERS)]
        return (own[0] if own and predicate in _ANYWHERE else HOMES[predicate],)
    if predicate in WORLDWIDE:
        return ("world",)
    if predicate == "ownership_share" and frame.object_class == "state":
        return ("CN",)
    if predicate in _DONE_THERE and not frame.carried:
        found = sorted(found, key=lambda place: _distance(place, frame.at, folded))
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


def _distance(place: Place, at: tuple[int, int], folded: str) -> tuple[bool, int]:
    """How far a place stands from what decides; farther than any other where another part of the sentence begins."""
    first, last = at
    between = folded[place.end : first] if place.end <= first else folded[last : place.start]
    return _JOINED.search(between) is not None, len(between)


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


# A date that only says which thing is meant, or how it was before: "the order of 2023", "counted in 2021".
_WHICH = re.compile(
    r"\bfiscal year $|\b(?:that|which|who) (?:last )?$"
    r"|(?<!said )(?<!says )(?<!show )(?<!shows )(?<!found )(?<!ing )\b(?:that|which|who|it|they|he|she)\b"
    r"(?: [\w']+){1,4} (?:in|since) $"
    r"|, som (?:ble|blei|vart|var|er)\b[^,;]*$"
    r"|\b(?:against|than|down from|up from|compared (?:with|to)|mot|as it was)\b"
    r"(?:(?:[^,;.]|,(?=\d))*\d)?[^,;.]{0,25}$"
)
# The same where something is changed or ended: "the warning of March is withdrawn", "the petition docketed in May".
_WHICH_BEFORE = re.compile(r"\b(?:of|since|av|siden|sidan)(?: last)? $|, (?:where|der|kor|hvor)\b[^;]*$")
_FROM = re.compile(r"\b(?:from|frå|fra)(?: last)? $")
_DONE = re.compile(
    r"(?<!was )(?<!were )(?<!been )(?<!has )(?<!have )(?<!had )(?<!is )(?<!are )\b(?!(?:removed|suspended|lapsed|ended|"
    r"expired|died)\b)(?:[a-z]+ed|bought|built|made|taken down|set up) (?:to [a-z' ]+)?in $"
)
# Years of what came before: "its subsidiary, set up in 2014, disputes", "the cameras it returned last year".
_INSERTED = re.compile(
    r", (?:\w+ ){0,2}(?:[a-z]+ed|set up|built|made|bought|won|oppretta|opprettet)\b[^,;]{0,40} "
    r"(?:in|i|between|between \d{4} and) $"
)
_INSERTED_END = re.compile(r"(?: and \d{4})?,")
_LAST_YEARS = re.compile(
    r"(?<!said )(?<!says )(?<!show )(?<!shows )(?<!found )\b(?:that|which|who|it|they|he|she|som)(?: [\w']+){1,6} "
    r"(?:last|i) $"
)
_UNTIL_DAY = re.compile(r"\b(?:until|till|inntil|fram til|frem til)(?: and including)?(?: the)? $")
_WERE = re.compile(r" (?:were|was|is|are|has|have|had|ble|vart|er)\b")
_CHANGING = frozenset({"remove", "suspend", "revise", "add", "move", "propose"})
_LEADING = re.compile(r"^(?:in|on|of|since|from|by|last|this|i|på|sist|siden|sidan|frå|fra|early|late|mid) ")
_STARTS = re.compile(r"\b(?:months|years|days|effect|virkning|verknad) (?:as )?(?:from|of|fra|frå) $")


def told_on(
    frame: Frame, moments: Sequence[dates.Moment], folded: str, said: str | None, *, reversal: bool = False
) -> str | None:
    """The date that what a sentence tells holds for, None where its dates only say which thing is meant.

    `said` is the date that weighed in the outcome; it stays where it is not one of those. `reversal`: something is
    taken back, whichever verb says so.
    """
    starts = [m for m in moments if _STARTS.search(folded[: m.start])]
    if frame.operation in ("remove", "suspend") and starts:
        return starts[0].on
    changing = reversal or frame.operation in _CHANGING
    live = [m for m in moments if not _which(m, folded, changing)]
    if frame.operation in ("remove", "suspend", "revise"):
        live = [m for m in live if not _UNTIL_DAY.search(folded[: m.start])]
    if said is not None and any(m.on == said for m in live):
        return said
    return as_of(frame, live, folded)


def _which(moment: dates.Moment, folded: str, changing: bool) -> bool:
    lead = _LEADING.match(folded[moment.start : moment.end])
    before = folded[: moment.start + (lead.end() if lead else 0)]
    if aside(folded, moment.start) and not _EFFECT.search(before):
        return True
    if len(moment.on) == len("2014") and (
        (_INSERTED.search(before) and _INSERTED_END.match(folded, moment.end)) or _LAST_YEARS.search(before)
    ):
        return True
    if _DONE.search(before) and (changing or _WERE.match(folded, moment.end)):
        return True
    if changing and len(moment.on) < len("2020-09-15") and _FROM.search(before):
        return True
    return bool(_WHICH.search(before) or (changing and _WHICH_BEFORE.search(before)))
