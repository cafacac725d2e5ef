"""One unit of a text, read once for all the companies in it."""

from dataclasses import dataclass

from claimwatch.claims import dates, figures
from claimwatch.claims.amounts import Amount
from claimwatch.claims.frames import Topic
from claimwatch.claims.places import Place
from claimwatch.claims.subjects import Subjects
from claimwatch.claims.triggers import Lexicon


@dataclass(frozen=True, slots=True)
class Reading:
    """A unit with its pieces. `carried` is the measure told before, `context_place` the place that was named before.

    `language` is the publication's.
    """

    subjects: Subjects
    text: str
    folded: str
    topics: tuple[Topic, ...]
    carried: Topic | None
    amounts: tuple[Amount, ...]
    moments: tuple[dates.Moment, ...]
    places: tuple[Place, ...]
    context_place: str | None
    lexicon: Lexicon
    language: str

    @property
    def named(self) -> tuple[figures.Named, ...]:
        """The companies named in the unit, with offsets into its text."""
        start = self.subjects.unit.start
        return tuple((m.entity, m.start - start, m.end - start) for m in self.subjects.mentions if m.surface)
