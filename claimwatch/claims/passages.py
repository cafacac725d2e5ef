"""A unit with what stands around it, as the encoder reads it: plain text in which no company has its own name. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from claimwatch.claims.subjects import Subjects
from claimwatch.mentions import Scanner
from claimwatch.models import Claim, Mention, Publication

THIS, OTHER = "alpha", "beta"
_BEFORE = 300  # characters
_MONTH = len("2020-09")


@dataclass(frozen=True, slots=True)
class Passage:
    """The sentence, the claim that it is near to, the heading of its page, what stands before it.

    In each the company asked about is called `THIS` and any other `OTHER`, so that no name is learned by heart.
    """

    sentence: str
    claim: str
    heading: str
    before: str


class Passages:
    """Makes passages of the units of publications."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        # The sentences of a page share its heading, and claims come again and again.
        self._masked_again = lru_cache(maxsize=200)(self._masked)

    def passage(self, entity: str, publication: Publication, subjects: Subjects, claim: Claim | None) -> Passage:
        """The passage of a company in a unit of a publication; `claim` is the one that it is near to, if any."""
        start, end = subjects.unit.start, subjects.unit.end
        named = [replace(m, start=m.start - start, end=m.end - start) for m in subjects.mentions if m.surface]
        sentence = masked(entity, publication.text[start:end], named)
        on = publication.published_on
        again = self._masked_again
        month = on.isoformat()[:_MONTH] if on else ""
        return Passage(
            sentence=sentence if any(m.entity == entity for m in named) else f"about {THIS} : {sentence}",
            claim=f"{_spoken(claim.predicate)} {claim.as_of or ''} : {again(entity, on, claim.quote)}" if claim else "",
            heading=f"{_spoken(publication.source)} {month} : {again(entity, on, publication.title)}",
            before=self._masked(entity, on, publication.text[max(0, start - _BEFORE) : start]),
        )

    def _masked(self, entity: str, on: date | None, text: str) -> str:
        return masked(entity, text, self._scanner.scan(text, on=on))


def masked(entity: str, text: str, mentions: Sequence[Mention]) -> str:
    """A text in which every mention of a company is `THIS`, of others `OTHER`."""
    for mention in sorted(mentions, key=lambda mention: -mention.start):
        word = THIS if mention.entity == entity else OTHER
        text = f"{text[: mention.start]} {word} {text[mention.end :]}"
    return text


def _spoken(name: str) -> str:
    return name.replace("_", " ")
