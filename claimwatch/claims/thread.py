"""What the sentences before have told, as far as a later one may leave it out: the measure, the place, the dates, the
figure. A sentence without a name goes on about the happening of the one before it."""

from collections.abc import Sequence
from dataclasses import dataclass

from claimwatch.claims import places
from claimwatch.claims.frames import MEASURES, Frame, Topic, topics
from claimwatch.claims.judge import TOLD_ELSEWHERE, Judged
from claimwatch.claims.readings import Reading
from claimwatch.claims.text import fold
from claimwatch.claims.triggers import Lexicon

_SOURCE_PLACES = {"federal_register": "US", "entity_list": "US", "council_on_ethics": "NO", "nbim_exclusions": "NO"}


@dataclass(frozen=True, slots=True)
class Thread:
    """`day` is the last full date named, `on` the one that the sentence before gave for what it told.

    `figure` and `unit` are those of the sentence before, None where it gave none.
    """

    measure: Topic | None
    place: str | None
    day: str | None = None
    on: str | None = None
    figure: Topic | None = None
    unit: str | None = None


def home(source: str) -> str | None:
    """The country of a source that is a public body of one, None for any other."""
    return _SOURCE_PLACES.get(source)


def opening(title: str, source: str, lexicon: Lexicon) -> Thread:
    """What a page's title tells before its first sentence; the source's own country where the title names none."""
    measure = next(
        (Topic(t.predicate, t.object_class, t.span, carried=True)
         for t in topics(fold(title), lexicon) if t.predicate in MEASURES),
        None,
    )  # fmt: skip
    place = next((p.code for p in places.find(title) if p.named and p.code != "world"), None)
    return Thread(measure, place or home(source))


def onward(thread: Thread, reading: Reading, judged: Sequence[Judged]) -> Thread:
    """The thread after a unit of which the given frames counted, one per company."""
    measure = next((m for j in reversed(judged) if (m := _remembered(j.frame, reading.topics))), thread.measure)
    named = [p.code for p in reading.places if p.named and p.code not in ("world", "CN")]
    bodies = [p.code for p in reading.places if not p.named and not p.code.startswith("CN")]
    figure = next((j for j in reversed(judged) if j.after and j.frame.predicate and j.frame.object_class), None)
    return Thread(
        measure=measure,
        place=next(iter([*reversed(named), *reversed(bodies), thread.place])),
        day=next((m.on for m in reversed(reading.moments) if len(m.on) == 10), thread.day),
        on=next((j.as_of for j in judged if j.as_of and j.frame.in_force and j.decision.outcome.alerts), None),
        figure=Topic(figure.frame.predicate or "", figure.frame.object_class or "", (0, 0)) if figure else None,
        unit=figure.after.unit if figure and figure.after else None,
    )


def _remembered(frame: Frame, found: Sequence[Topic]) -> Topic | None:
    """The measure that later sentences may point back to; a court case points to the measure it is about."""
    if frame.predicate not in MEASURES:
        return None
    predicate: str = frame.predicate
    object_class: str | None = frame.object_class or "other"
    if predicate == "litigation":
        about = [t for t in found if t.predicate in MEASURES - {"litigation", "under_investigation"}]
        about.sort(key=lambda t: t.object_class in TOLD_ELSEWHERE)
        predicate, object_class = (about[0].predicate, about[0].object_class) if about else (predicate, object_class)
    return Topic(predicate, object_class, (0, 0), carried=True)
