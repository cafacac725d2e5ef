"""What analysts taught: facts that they accepted, and names that were not the company's."""

from dataclasses import dataclass
from datetime import date, datetime

from claimwatch.models.finding import Finding


@dataclass(frozen=True, slots=True)
class Fact:
    """A finding that an analyst accepted. From `accepted_at` on the same thing is known.

    `id` is its number in the baseline (`R12a`: the first fact of decision 12), `document` that of what it was found
    in. `finding` is as analysts labelled it.
    """

    id: str
    document: str
    finding: Finding
    source_name: str
    title: str
    published_on: date | None
    accepted_at: datetime
    who: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """A name that was not the company's: `surface` in texts of `source`, beside one of these words; all are folded.

    `before` and `after` are the words that stood next to it where they are names themselves, empty where not.
    """

    entity: str
    source: str
    surface: str
    before: str
    after: str
