"""Small pictures of time: where a mark stands in a drawing of unit width 1000. The templates draw; words say the same.

All marks are upright strokes: they keep their width when the drawing is stretched to the width of its column, and each
kind stands at a height of its own, so that nothing is told by colour alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from claimwatch.models import Outcome, ReadStatus
from claimwatch.pipeline.showing.strips import Strip
from claimwatch.store.finding_claims import Tally

WIDTH = 1000
# Height by kind: what changed a claim stands above what says it again.
_LANES = {
    Outcome.REVERSAL: (1, 17),
    Outcome.UPDATE: (4, 17),
    Outcome.PENDING: (7, 17),
    Outcome.DENIAL: (7, 17),
    Outcome.NEW: (10, 17),
    Outcome.RESTATEMENT: (21, 27),
}


@dataclass(frozen=True, slots=True)
class Stroke:
    """Marks of one kind as an SVG path; `kind` is the class that gives them their colour."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time: where it begins and how wide it is."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """What was found about a claim from `first` to `last`. `years` are where years begin, `baseline` where the document
    that holds the claim is dated (None where it is not, or before `first`)."""

    first: date
    last: date
    strokes: tuple[Stroke, ...]
    years: tuple[float, ...]
    baseline: float | None


@dataclass(frozen=True, slots=True)
class Polls:
    """How a source was seen: every polling, and the times when nobody saw it."""

    strokes: tuple[Stroke, ...]
    gaps: tuple[Bar, ...]
    days: tuple[float, ...]


def timeline(told: Sequence[Tally], since: date, today: date, baseline: date | None) -> Timeline:
    """The timeline of one claim. What happened before `since` stands at its left edge, what is to come at the right."""
    strokes = []
    for outcome, (top, bottom) in _LANES.items():
        at = sorted({_x(tally.told_in, since, today) for tally in told if tally.outcome is outcome})
        if at:
            strokes.append(Stroke(outcome.value, "".join(f"M{x:g} {top}V{bottom}" for x in at)))
    years = (date(year, 1, 1) for year in range(since.year + 1, today.year + 1))
    return Timeline(
        first=since,
        last=today,
        strokes=tuple(strokes),
        years=tuple(_x(year, since, today) for year in years),
        baseline=_x(baseline, since, today) if baseline is not None and baseline >= since else None,
    )


def polls(strip: Strip) -> Polls:
    """The strip of one source: good pollings over the whole height, others in half of it."""
    kinds = {
        "good": (2, 22, [ReadStatus.GOOD]),
        "partial": (2, 12, [ReadStatus.PARTIAL, ReadStatus.HELD]),
        "failed": (12, 22, [ReadStatus.BAD, ReadStatus.FAILED]),
    }
    strokes = []
    for kind, (top, bottom, statuses) in kinds.items():
        at = _places((poll.at for poll in strip.polls if poll.status in statuses), strip)
        if at:
            strokes.append(Stroke(kind, "".join(f"M{x:g} {top}V{bottom}" for x in at)))
    gaps = []
    for gap in strip.gaps:
        begins, ends = _place(gap.begins_at, strip), _place(gap.ends_at or strip.until, strip)
        if ends > begins:
            gaps.append(Bar(begins, round(ends - begins, 1)))
    midnight = strip.since.replace(hour=0, minute=0, second=0, microsecond=0)
    count = (strip.until - midnight).days
    days = _places((midnight + timedelta(days=number) for number in range(1, count + 1)), strip)
    return Polls(tuple(strokes), tuple(gaps), tuple(days))


def _x(on: date, since: date, today: date) -> float:
    length = max((today - since).days, 1)
    return round(min(max((on - since).days / length, 0), 1) * WIDTH, 1)


def _places(times: Iterable[datetime], strip: Strip) -> list[float]:
    return sorted({_place(at, strip) for at in times})


def _place(at: datetime, strip: Strip) -> float:
    share = (at - strip.since) / (strip.until - strip.since)
    return round(min(max(share, 0), 1) * WIDTH, 1)
