"""What sources say otherwise of one claim at one time: another value, the contrary, or a denial. Pure.

Both sides are shown beside each other, and none is called right. What changed over time contradicts nothing: a figure
of last year and one of today, a listing and its removal years later. So two findings are only held against each other
where they hold for the same time, as far as their dates tell.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from claimwatch.claims import dates, values
from claimwatch.claims.corroboration import publisher, publishers
from claimwatch.models import Evidence, Finding, Outcome

# How far apart figures and acts may lie that are held against each other, and a measure and the answer to it.
DAYS = 92
ANSWER_DAYS = 183
_STANDS = frozenset({"assert", "add", "revise"})
_ASSERTING = _STANDS | {"remove", "suspend", "move"}
_CONTRARY = "contrary"  # the rule that a claim is plainly said not to hold
_FULL_DATE = len("2020-09-15")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two findings of one claim that cannot both hold. `about` is `value`, `standing` or `denial`."""

    one: Evidence
    other: Evidence
    about: str


def disagreement(one: Evidence, other: Evidence) -> str | None:
    """About what two findings of different publishers disagree: `value`, `standing`, `denial`; None: they do not."""
    f, g = one.finding, other.finding
    if f.entity != g.entity or publisher(f.url) == publisher(g.url):
        return None
    if _denied(f, g) or _denied(g, f):
        return "denial" if _near(one, other, ANSWER_DAYS) else None
    if not _same_thing(f, g) or not _near(one, other, DAYS):
        return None
    if _differ(f, g):
        return "value"
    return "standing" if _lifted(one, other) or _lifted(other, one) else None


def contradictions(evidence: Iterable[Evidence]) -> tuple[Contradiction, ...]:
    """All pairs of findings about one claim that disagree, the newest first."""
    rows = sorted(evidence, key=lambda e: (held_on(e), e.id), reverse=True)
    pairs = ((one, other, disagreement(one, other)) for at, one in enumerate(rows) for other in rows[at + 1 :])
    return tuple(Contradiction(one, other, about) for one, other, about in pairs if about is not None)


def otherwise(told: Iterable[Evidence], others: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Of `others` those that contradict any of `told`: of each publisher the newest, the newest first."""
    told = tuple(told)
    found: dict[str, Evidence] = {}
    for other in sorted(others, key=lambda e: (held_on(e), e.id), reverse=True):
        if any(disagreement(one, other) for one in told):
            found.setdefault(publisher(other.finding.url), other)
    return tuple(found.values())


def told_with(lead: Evidence, evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """The independent publishers of what tells the same as `lead`, of its company."""
    same = (e for e in evidence if e.finding.entity == lead.finding.entity and disagreement(lead, e) is None)
    return publishers(same)


def held_on(evidence: Evidence) -> date:
    """When what is said holds: by its own date, else by that of its publication."""
    return dates.as_date(_own_date(evidence)) or evidence.published_on or evidence.first_seen_at.date()


def _own_date(evidence: Evidence) -> str | None:
    """The date that the words give; a restatement without one has that of the claim, which is no time of its own."""
    return None if "as_of.implied" in evidence.finding.rules else evidence.finding.as_of


def _near(one: Evidence, other: Evidence, days: int) -> bool:
    """Whether both hold for the same time; of two that give a date, the coarser must hold the finer or be near it."""
    first, second = _own_date(one), _own_date(other)
    if first and second and min(len(first), len(second)) < _FULL_DATE:
        return first.startswith(second) or second.startswith(first)
    return abs((held_on(one) - held_on(other)).days) <= days


def _same_thing(f: Finding, g: Finding) -> bool:
    places = {place for place in (f.place, g.place) if place is not None}
    objects = {name for name in (f.object_class, g.object_class) if name is not None}
    return f.predicate is not None and f.predicate == g.predicate and len(places) < 2 and len(objects) < 2


def _differ(f: Finding, g: Finding) -> bool:
    """Whether both give a value in one unit, and no number is both."""
    a, b = f.after, g.after
    if f.place != g.place or (f.outcome is Outcome.PENDING) != (g.outcome is Outcome.PENDING):
        return False  # of a part and the whole, or of a plan and a deed, two numbers can both hold
    if a is None or b is None or a.value is None or b.value is None or a.unit is None or a.unit != b.unit:
        return False
    (low, high), (other_low, other_high) = (values.interval(v, q.comparator) for v, q in ((a.value, a), (b.value, b)))
    return not values.same(a, b) and max(low, other_low) > min(high, other_high)


def _lifted(one: Evidence, other: Evidence) -> bool:
    """Whether one tells that a thing was taken back or is not so, and the other, no earlier, that it stands."""
    f, g = one.finding, other.finding
    if g.operation not in _STANDS or _CONTRARY in g.rules or g.outcome in (Outcome.CONTEXT, Outcome.PENDING):
        return False
    later = (held_on(other) - held_on(one)).days
    if later > 0 and g.outcome is not Outcome.RESTATEMENT:
        return False  # it was imposed since
    return _CONTRARY in f.rules or (f.outcome is Outcome.REVERSAL and later >= 0)


def _denied(f: Finding, g: Finding) -> bool:
    """Whether the company rejects the very claim that the other one makes."""
    if f.outcome is not Outcome.DENIAL or g.operation not in _ASSERTING:
        return False
    says = g.outcome not in (Outcome.DENIAL, Outcome.CONTEXT, Outcome.PENDING, Outcome.REVERSAL)
    return says and bool(g.claims) and g.claims[0] in f.claims[:1]
