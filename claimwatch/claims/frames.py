"""What a unit says: the kinds of claims that it touches and what it does with each of them.

The lexicon proposes (topics: predicate and object class); position grades (is the verb that takes back near the
topic, is it hedged or negated in its clause, is the company the one that speaks). Nothing here looks at the baseline.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from claimwatch.claims import beside, relief, voices
from claimwatch.claims.clauses import aside
from claimwatch.claims.objects import of_things
from claimwatch.claims.text import word_gap, word_set
from claimwatch.claims.triggers import Lexicon

Span = tuple[int, int]

# Kinds of claims that somebody can propose, decide and take back.
MEASURES = word_set(
    "listed_on licence_requirement sanctioned_by trade_restriction procurement_ban export_ban import_ban "
    "investment_ban equipment_authorisation_ban government_removal divestment_recommendation divestment_decision "
    "observation_decision legislation_proposed under_investigation litigation"
)
# Those of them that stand or do not, once they are decided.
_STANDING = MEASURES - {"legislation_proposed", "under_investigation", "litigation"}
_IS_NOT = re.compile(
    r"\b(?:(?:is|are|was|were|has|have|had|does|do|did)(?: (?:currently|yet|itself|themselves))? not(?! only| just)|"
    r"(?:is|are|was|were|has|have|had|does|do|did)n't|never|(?:ikke|ikkje|aldri)(?! bare| berre| kun))\b"
)
# What somebody does about a measure says nothing of whether it is there.
_REACTS = re.compile(
    r"\b(?:alone|appeal\w*|challeng\w*|contest\w*|comment\w*|respon\w*|react\w*|surpris\w*|oppos\w*|disput\w*|"
    r"alene|aleine|anket?|påanket?|kommenter\w*|overrask\w*)\b"
)
CALLED = {
    "export_ban": "export_ban", "procurement_ban": "procurement_ban", "investment_ban": "investment_ban",
    "import_ban": "import_ban", "government_removal": "removal", "sanctioned_by": "sanctions", "listed_on": "listing",
    "divestment_decision": "divestment", "divestment_recommendation": "divestment", "ownership_share": "divestment",
    "under_investigation": "investigation",
}  # fmt: skip
_UNDO_REACH = 14
_HEDGE_REACH = 9
_DECIDED_REACH = 5
_DOUBT_REACH = 3
_REQUIREMENT = (" requirement", " obligation", " rule")
_CLAUSE = re.compile(r"[,;:]|\b(?:while|whereas|but|although|though|mens|men)\b")
_NON_FINITE = re.compile(r"(?:\b(?:be|to|of|for|been|whether|that .{0,40} be|å|om|at .{0,40} blir)|的)\s+$")
# A stricter measure of the fund than to observe.
_EXCLUDED = re.compile(r"\b(?:exclu(?:de|ded|sion)|uteluk\w*|utesteng\w*)\b")
# "fjerner ikke Dahua fra listen": in a Norwegian main clause what negates follows the verb.
_NOT_AFTER = re.compile(r"\s+(?:(?:\w+ )?(?:ikke|ikkje|aldri)\b(?! (?:lenger|bare|berre|kun))|not\b(?! only| just))")
_AGAINST = re.compile(r" (?:not|against|ikke|ikkje|mot|imot)\b")  # "voted not to grant the request to be taken off"
_ONLY = re.compile(r" (?:only|just|merely|bare|berre|kun)\b")  # "not only … but also" denies nothing
_NO_LONGER = re.compile(r"\bno longer|\bikkj?e\b.*\blenger\b")
_ANEW = re.compile(r"reinstat|reimpos|re-impos|restor|reviv|gjeninnfør|innfør\w* (?:\w+ )?(?:igjen|att|på nytt)")
_REFUSES = re.compile(r"nekt|refus|declin|avvis|avsl|oppos|resist|motset|set seg")  # a deed: it counts nobody out
_PROCEEDING = re.compile(
    r"\b(?:case|file|proceeding\w*|petition|proposal|bill|motion|complaint|inquiry|enquiry|investigation|probe|review|plan|"
    r"sak\w*|forslag\w*|lovforslag\w*|framlegg\w*|klage\w*|klaga|begjæring\w*|gransking\w*|etterforsk\w*|undersøk\w*)\b"
)
_VERB = re.compile(r"\w+")
_PROCEEDINGS = frozenset({"under_investigation", "legislation_proposed", "litigation"})


@dataclass(frozen=True, slots=True)
class Frame:
    """One reading of a unit. `at` is the span (in the unit) of what decides: the verb, else the topic.

    `aside` says that it stands in a relative clause, beside what the sentence is told for, `settled` that an attempt to
    take the measure back came to nothing: the measure is known, the outcome of the attempt is not.
    """

    predicate: str | None
    object_class: str | None
    operation: str
    in_force: bool
    negated: bool
    at: Span
    carried: bool = False
    aside: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """A predicate and object class (None: any) that a unit touches, or that was carried into it (`span` empty)."""

    predicate: str
    object_class: str | None
    span: Span
    carried: bool = False


def topics(folded: str, lexicon: Lexicon) -> tuple[Topic, ...]:
    """The kinds of claims that a folded unit touches: of one predicate the first object class that fires."""
    found: dict[str, Topic] = {}
    for predicate, object_class, cue in lexicon.touched(folded):
        spans = cue.spans(folded)
        if spans and (predicate not in found or found[predicate].object_class == "other"):
            found[predicate] = Topic(predicate, object_class, min(spans))
    return tuple(found.values())


def read(
    folded: str, found: Sequence[Topic], carried: Topic | None, company: Sequence[Span], lexicon: Lexicon
) -> tuple[Frame, ...]:
    """The frames of a unit about one company, whose names or stand-ins are at `company`."""
    if lexicon.hits("cite", folded):
        return (Frame(None, None, "cite", True, False, (0, 0)),)
    deny = voices.denial(folded, company, lexicon)
    if deny is not None:
        return (Frame("denial_statement", None, "deny", True, False, deny),)
    calls = _calls(folded, found, company, lexicon)
    if calls:
        return calls
    ends = [span for cue in ("dropped", "undo") for span in lexicon.spans(cue, folded)]
    left_out = {"calls_for", "under_investigation"} if relief.fruitful(folded, ends, lexicon) else {"calls_for"}
    considered = [t for t in found if t.predicate not in left_out]
    if not considered and carried is not None and lexicon.hits("persist", folded):
        return (replace(_frame(folded, carried, company, lexicon), operation="assert", in_force=True, negated=False),)
    typed = tuple(_frame(folded, topic, company, lexicon) for topic in considered)
    failed = [t for t in considered if t.predicate == "litigation"] if lexicon.hits("failed", folded) else []
    if failed:
        return tuple(_frame(folded, topic, company, lexicon) for topic in failed)
    if carried is not None and not any(t.predicate in MEASURES for t in considered):
        frame = _frame(folded, carried, company, lexicon)
        if frame.operation in ("remove", "suspend", "propose", "move", "revise"):
            typed = (*typed, frame)
    if any(frame.predicate in MEASURES for frame in typed):
        return typed
    readmitted = relief.readmissions(folded, lexicon)
    if readmitted:
        return (Frame(None, None, "remove", True, False, readmitted[0]),)
    if typed:
        return typed
    first = min((a for a, _ in company), default=0)
    # "Hikvision withdrew its request": what a company itself puts forward is no burden on it.
    closed = next(
        (s for s in relief.closings(folded, lexicon) if s[0] < first or _PROCEEDING.search(folded, 0, first)), None
    )
    return (Frame(None, None, "remove" if closed else "assert", True, False, closed or (0, 0)),)


def _frame(folded: str, topic: Topic, company: Sequence[Span], lexicon: Lexicon) -> Frame:
    def frame(operation: str, at: Span, in_force: bool = True, negated: bool = False) -> Frame:
        by_the_way = not topic.carried and aside(folded, topic.span[0])
        return Frame(topic.predicate, topic.object_class, operation, in_force, negated, at, topic.carried, by_the_way)

    if topic.predicate in MEASURES and lexicon.hits("move", folded):
        none = any(a == 0 for a, _ in lexicon.spans("negated", folded))
        return frame("move", lexicon.spans("move", folded)[0], negated=none)
    if topic.predicate in MEASURES - {"litigation"} and (closed := relief.closings(folded, lexicon)):
        closed = [span for span in closed if not _apart(folded, span, topic)]
        if closed:
            own = not topic.carried and beside.brought_by(folded, closed[0], company)
            lifting = own or _is_to_lift(folded, closed[0], topic, lexicon)
            return replace(frame("assert" if lifting else "remove", closed[0]), settled=lifting)
    failed = lexicon.spans("failed", folded)
    undo = _undo(folded, topic, company, lexicon)
    if undo is not None and not any(a <= undo[0] < b + 80 for a, b in failed):
        in_force, negated = _force(folded, undo, company, lexicon)
        if topic.predicate == "observation_decision" and in_force and not negated and _is_excluded(folded, lexicon):
            return frame("move", undo)  # it ends because a stricter measure follows
        return frame("remove", undo, in_force, negated)
    # A suit that is filed, or a class action that is proposed, is the litigation itself.
    if topic.predicate in MEASURES - {"litigation"} and not failed:
        proposed = _proposed(folded, topic, lexicon, frame)
        if proposed is not None:
            return proposed
    for operation in ("revise", "add"):
        for span in lexicon.spans(operation, folded):
            if topic.predicate in MEASURES and word_gap(folded, span[1], topic.span[0]) <= _UNDO_REACH:
                not_so = operation == "add" and _is_not_so(folded, topic, min(span[0], topic.span[0]))
                return frame(operation, span, negated=not_so)
    told = frame("assert", topic.span, negated=_is_not_so(folded, topic, topic.span[0]))
    return replace(told, settled=undo is not None and topic.predicate in _STANDING)


def _is_not_so(folded: str, topic: Topic, start: int) -> bool:
    """Whether a measure, told from `start` on, is plainly said not to be there ("is not on the list")."""
    if topic.predicate not in _STANDING | {"market_rank"} or topic.carried:
        return False
    before = folded[max(0, start - 60) : start]
    last = max((match.end() for match in _IS_NOT.finditer(before)), default=None)
    if last is None or _CLAUSE.search(before, last) or _REACTS.search(before, last):
        return False
    return word_gap(before, last, len(before)) <= 3


def _is_excluded(folded: str, lexicon: Lexicon) -> bool:
    """Whether a unit tells of an exclusion that is neither negated nor only weighed."""
    doubts = [span for cue in ("negated", "hedge", "propose", "failed") for span in lexicon.spans(cue, folded)]
    return any(
        not any(end <= match.start() and word_gap(folded, end, match.start()) <= _DOUBT_REACH for _, end in doubts)
        for match in _EXCLUDED.finditer(folded)
    )


def _proposed(folded: str, topic: Topic, lexicon: Lexicon, frame: Callable[..., Frame]) -> Frame | None:
    """The frame of a measure that is put forward, or allowed again; None where it is neither."""
    readmitted = relief.readmissions(folded, lexicon)
    if readmitted:
        return frame("remove", readmitted[0])
    resumed = lexicon.spans("again", folded)
    if resumed and lexicon.hits("permit", folded) and not lexicon.hits("negated", folded):
        return frame("remove", resumed[0])
    if topic.predicate == "legislation_proposed":
        return frame("propose", topic.span, in_force=False)
    for span in lexicon.spans("propose", folded):
        if _settled(folded, span, lexicon):
            continue
        if topic.predicate == "divestment_recommendation" and folded.startswith("recommend", span[0]):
            continue  # here the recommendation is what is claimed, not a step towards it
        if topic.carried or word_gap(folded, span[1], topic.span[0]) <= _UNDO_REACH + 6:
            negated = any(
                b <= span[1] and word_gap(folded, b, span[0]) <= 3 for _, b in lexicon.spans("negated", folded)
            )
            return frame("propose", span, in_force=False, negated=negated)
    return None


def _settled(folded: str, proposal: Span, lexicon: Lexicon) -> bool:
    """Whether an infinitive only tells what was decided: "voted 3-0 to prohibit", "ordered it to remove"."""
    decided = lexicon.spans("decided", folded)
    return folded.startswith("to ", proposal[0]) and any(
        a < proposal[0] and word_gap(folded, b, proposal[0]) <= _DECIDED_REACH for a, b in decided
    )


def _is_to_lift(folded: str, closed: Span, topic: Topic, lexicon: Lexicon) -> bool:
    """Whether what was closed would have taken a measure back: the petition to lift it."""
    return any(
        closed[0] != a and closed[1] != b and not beside.apart(folded, closed, (a, b))
        for a, b in _takes_back(folded, topic, lexicon)
    )


def _undo(folded: str, topic: Topic, company: Sequence[Span], lexicon: Lexicon) -> Span | None:
    """The verb that takes this topic back, the nearest one within reach."""
    spans = _takes_back(folded, topic, lexicon)
    if topic.predicate == "litigation":
        spans = [span for span in spans if not beside.withdraws_own(folded, span, company)]
    if topic.carried:
        return min(spans, default=None)
    spans = [span for span in spans if not of_things(folded, span[1]) and not _beside(folded, span, topic, lexicon)]
    near = [(word_gap(folded, min(s[1], topic.span[1]), max(s[0], topic.span[0])), s) for s in spans]
    return min((item for item in near if item[0] <= _UNDO_REACH), default=(0, None))[1]


def _takes_back(folded: str, topic: Topic, lexicon: Lexicon) -> list[Span]:
    """All verbs that take back what is of a topic's kind."""
    only = lexicon.undo_only.get(topic.predicate)
    if only is not None:
        spans = [span for cue in only for span in cue.spans(folded)]
    elif topic.predicate in MEASURES:
        spans = list(lexicon.spans("undo", folded))
    else:
        spans = []
    if topic.predicate not in MEASURES:
        spans += lexicon.spans("retract", folded)
    permits = _permits(folded, lexicon)
    idle = relief.fruitful(folded, spans, lexicon) | relief.survived(folded, spans)
    spans = [span for span in spans if span not in idle and not beside.of_wanted_list(folded, span)]
    spans = [span for span in spans if not _ONLY.match(folded, span[1])]  # "no longer only": it grows
    return [span for span in spans if not any(a <= span[0] < b for a, b in permits)]


def _apart(folded: str, closed: Span, topic: Topic) -> bool:
    """Whether a measure stands in another clause than what is closed, which is not a proceeding of its own kind."""
    return not topic.carried and topic.predicate not in _PROCEEDINGS and beside.apart(folded, closed, topic.span)


def _beside(folded: str, verb: Span, topic: Topic, lexicon: Lexicon) -> bool:
    """Whether a measure only stands beside something else that is dropped."""
    start = topic.span[0]
    if topic.carried or start < verb[1]:
        return False
    taken = any(verb[1] < s[0] <= start for operation in ("add", "revise") for s in lexicon.spans(operation, folded))
    between = folded[verb[1] : start]
    return beside.is_circumstance(between, taken=taken) or beside.of_remedy(folded, verb)


def _permits(folded: str, lexicon: Lexicon) -> list[Span]:
    """Where a permission is taken back: that is a measure, and takes none back."""
    return [p for p in lexicon.spans("permission", folded) if not folded.startswith(_REQUIREMENT, p[1])]


def takes_nothing_back(folded: str, lexicon: Lexicon) -> bool:
    """Whether a unit has verbs that take back, and none ends a measure: a permission or things are taken back, an
    inquiry ends in a measure, what was to expire goes on, somebody is struck off a list of those who are wanted, or
    what was taken back is imposed anew."""
    permits = _permits(folded, lexicon)
    spans = [span for span in lexicon.spans("undo", folded) if not any(a <= span[0] < b for a, b in permits)]
    idle = relief.fruitful(folded, spans, lexicon) | relief.survived(folded, spans)
    anew = any(_ANEW.match(folded, start) for start, _ in lexicon.spans("add", folded))
    return bool(permits or spans or anew) and all(
        span in idle or of_things(folded, span[1]) or beside.of_wanted_list(folded, span) for span in spans
    )


def _force(folded: str, undo: Span, company: Sequence[Span], lexicon: Lexicon) -> tuple[bool, bool]:
    """Whether an undoing is in force, and whether it is negated."""
    clause_start = max((m.end() for m in _CLAUSE.finditer(folded, 0, undo[0])), default=0)

    def before(cue: str) -> bool:
        return any(
            clause_start <= a and b <= undo[0] + 1 and word_gap(folded, b, undo[0]) <= _HEDGE_REACH
            for a, b in lexicon.spans(cue, folded)
            if not _ONLY.match(folded, b)
        )

    ended = _NO_LONGER.search(folded, max(0, undo[0] - 14), undo[1])
    verb = _VERB.match(folded, undo[0])
    refused = before("negated") or _NOT_AFTER.match(folded, verb.end() if verb else undo[1]) is not None
    negated = refused and ended is None
    decided = [b for _, b in lexicon.spans("decided", folded) if b <= undo[0]]
    negated = (
        negated
        or any(start <= undo[0] for start, _ in lexicon.spans("untrue", folded))
        or _spared(folded, undo, company, lexicon)
        or any(_AGAINST.match(folded, b) for b in decided)
    )
    proposed_before = any(b <= undo[0] and not decided for _, b in lexicon.spans("propose", folded))
    non_finite = bool(_NON_FINITE.search(folded[: undo[0]]))
    hedged = (before("hedge") and not decided) or (non_finite and proposed_before) or lexicon.hits("undecided", folded)
    return not hedged, negated


def _spared(folded: str, undo: Span, company: Sequence[Span], lexicon: Lexicon) -> bool:
    """Whether the company is named only to say that it is not among those concerned ("none of which is …")."""
    after = [start for start, _ in company if start >= undo[1]]
    if not after or len(after) < len(company):
        return False
    negated = lexicon.spans("negated", folded)
    spans = [span for span in negated if not (_ONLY.match(folded, span[1]) or _REFUSES.match(folded, span[0]))]
    if relief.leaves_out(folded, undo, after):
        return True
    return all(any(undo[1] <= a and b <= s and word_gap(folded, b, s) <= 4 for a, b in spans) for s in after)


def _calls(folded: str, found: Sequence[Topic], company: Sequence[Span], lexicon: Lexicon) -> tuple[Frame, ...]:
    """A demand by somebody who cannot decide: `calls_for` with the demanded measure as object class."""
    callers = lexicon.spans("caller", folded)
    bills = [t.span[0] for t in found if t.predicate == "legislation_proposed" and t.object_class != "other"]
    strong = [span for span in lexicon.spans("urge", folded) if not voices.is_nearest(folded, span, company)]
    for call in (*strong, *lexicon.spans("call", folded)):
        # "A bill that would decide whether they should …" demands nothing; "UHRP urges Congress to pass the bill" does.
        if any(start < call[0] for start in bills):
            continue
        if (call not in strong and not any(a <= call[0] for a, _ in callers)) or any(
            a < call[1] for a, _ in lexicon.spans("propose", folded) if a < call[0]
        ):
            continue
        own = [t for t in found if t.predicate == "calls_for"]
        mapped = [CALLED[t.predicate] for t in found if t.predicate in CALLED]
        object_class = next(iter([t.object_class for t in own] or mapped), "other")
        in_list = tuple(dict.fromkeys([object_class, *mapped]))
        return tuple(Frame("calls_for", name, "call", True, False, call) for name in in_list)
    return ()
