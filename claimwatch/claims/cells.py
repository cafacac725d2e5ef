"""How a reading stands to the baseline: which claims share its cell, which value they give, what they do not hold.

A cell is (subject, predicate, object class, place). Claims of the baseline are ranked by their cell first and by the
words they share with the sentence second, so that the best one stands first.
"""

import functools
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from claimwatch.claims import places, values
from claimwatch.claims.text import word_set, words
from claimwatch.models import Baseline, Claim, Quantity

# Where a measure by its nature has effect in one place (who keeps the list, whose fund it is).
HOMES = {
    "listed_on": "US", "licence_requirement": "US", "equipment_authorisation_ban": "US", "compliance_guidance": "US",
    "divestment_recommendation": "NO", "observation_decision": "NO",
}  # fmt: skip
WORLDWIDE = frozenset({"market_rank", "market_presence_countries", "units_sold_per_year"})
# Kinds of claims for which another place is another cell; for the rest a place is colour.
PLACED = word_set(
    "sanctioned_by trade_restriction procurement_ban export_ban import_ban investment_ban government_removal "
    "legislation_proposed installed_networks contract_value sold_to under_investigation used_by deployed_at contract "
    "divestment_decision ownership_share litigation calls_for"
)
# Kinds that say little without a place: without one, the words themselves must be like the claim's.
_NEEDS_MORE = word_set("contract sold_to used_by deployed_at procurement_ban government_removal trade_restriction")
_SOME_LIKENESS = 0.12
_STOP = word_set(
    "the a an of to in on and or for by with from at as is are was were be been has have had its it their they this "
    "that these both which who will not no more than over such also into out up company companies firm firms"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """`relation`: known, other_place, other_object, other_company or none; `claims` are its ground, best first."""

    relation: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """How like a text is to claims, by their ids; a claim that shares no word with it is left out.

    `likeness` is the cosine of the TF-IDF vectors of the text and a claim's quote, `contained` the share of the text's
    content words, by weight, that the quote holds; both 0 to 1.
    """

    likeness: dict[str, float]
    contained: dict[str, float]


@dataclass(frozen=True, slots=True)
class Held:
    """What the claims about one company hold together: their values, years, dates and places."""

    values: tuple[Quantity, ...]
    years: frozenset[str]
    days: frozenset[str | None]
    places: frozenset[str]


_YEAR = re.compile(r"(?:19|20)\d\d")
_NOTHING = Held((), frozenset(), frozenset(), frozenset())
# How many texts are remembered: one unit is compared with all claims, by the judge and again for the classifier.
_REMEMBERED = 64


class Cells:
    """The claims of a baseline by cell, with the weights of their words."""

    def __init__(self, baseline: Baseline) -> None:
        self._claims = tuple(c for c in baseline.claims.values() if c.status == "active")
        self._companies = frozenset(baseline.companies)
        bags = {claim.id: Counter(content(claim.quote)) for claim in self._claims}
        spread = Counter(word for bag in bags.values() for word in bag)
        self._weight = {word: math.log(1 + len(self._claims) / count) for word, count in spread.items()}
        self._unseen_weight = math.log(1 + len(self._claims))
        quotes = {name: self._tfidf(bag) for name, bag in bags.items()}
        self._squares = {name: _square(tfidf) for name, tfidf in quotes.items()}
        self._holders: dict[str, list[tuple[str, float]]] = {}
        for name, tfidf in quotes.items():
            for word, value in tfidf.items():
                self._holders.setdefault(word, []).append((name, value))
        self._about = {
            entity: tuple(claim for claim in self._claims if entity in claim.subjects)
            for entity in {subject for claim in self._claims for subject in claim.subjects}
        }
        self._held = {entity: _held(claims) for entity, claims in self._about.items()}
        self._families: dict[str, tuple[Claim, ...]] = {}
        for claim in self._claims:
            self._families[claim.predicate] = (*self._families.get(claim.predicate, ()), claim)
        self.scores = functools.lru_cache(maxsize=_REMEMBERED)(self._scored)

    def _tfidf(self, bag: Counter[str]) -> dict[str, float]:
        """The weights of a text's content words, in order of the words."""
        return {word: bag[word] * self._weight.get(word, self._unseen_weight) for word in sorted(bag)}

    def _scored(self, text: str) -> Scores:
        """A text against all claims at once, word by word: most claims share no word with it."""
        own = self._tfidf(Counter(content(text)))
        products: dict[str, float] = {}
        shared: dict[str, float] = {}
        total = 0.0
        for word, value in own.items():
            weight = self._weight.get(word, self._unseen_weight)
            total += weight
            for name, theirs in self._holders.get(word, ()):
                products[name] = products.get(name, 0.0) + value * theirs
                shared[name] = shared.get(name, 0.0) + weight
        square = _square(own)
        return Scores(
            {name: product / math.sqrt(square * self._squares[name]) for name, product in products.items()},
            {name: weight / total for name, weight in shared.items()},
        )

    def about(self, entity: str) -> tuple[Claim, ...]:
        """The claims about a company."""
        return self._about.get(entity, ())

    def held(self, entity: str) -> Held:
        """What the claims about a company hold together."""
        return self._held.get(entity, _NOTHING)

    def rank(self, sentence: str, claims: Iterable[Claim]) -> tuple[Claim, ...]:
        """Claims by likeness to a sentence, then by id; a claim that only restates another comes after it."""
        like = self.scores(sentence).likeness
        return tuple(sorted(claims, key=lambda c: (-round(like.get(c.id, 0.0), 6), c.restates or "", c.id)))

    def standing(
        self, entity: str, predicate: str, object_class: str | None, where: Sequence[str], sentence: str
    ) -> Standing:
        """How (entity, predicate, object class, places) stands; no place means any."""
        family = self._families.get(predicate, ())
        own = [claim for claim in family if entity in claim.subjects]
        if not own:
            others = [claim for claim in family if self._companies & set(claim.subjects)]
            if family and not others:
                # Claims about whoever speaks (its briefings, its testimony) are known whichever company is named.
                return Standing("known", self.rank(sentence, family))
            return Standing("other_company" if others else "none", self.rank(sentence, others))
        same = [c for c in own if object_class in (None, c.object_class)]
        exact = [c for c in same if not where or predicate not in PLACED or _placed(c, where)]
        if not where and predicate in _NEEDS_MORE:
            like = self.scores(sentence).likeness
            exact = [c for c in exact if like.get(c.id, 0.0) >= _SOME_LIKENESS]
        if exact:
            return Standing("known", self.rank(sentence, exact))
        if same:
            return Standing("other_place", self.rank(sentence, same))
        return Standing("other_object", self.rank(sentence, own))


def _held(claims: Sequence[Claim]) -> Held:
    years = {match[0] for claim in claims for match in _YEAR.finditer(f"{claim.quote} {claim.as_of or ''}")}
    return Held(
        values=tuple(quantity for claim in claims if (quantity := values.of_claim(claim)) is not None),
        years=frozenset(years),
        days=frozenset(claim.as_of for claim in claims),
        places=frozenset(place for claim in claims for place in claim.places),
    )


def _square(tfidf: dict[str, float]) -> float:
    return sum(value * value for value in tfidf.values())


def content(text: str) -> list[str]:
    """The words of a text that carry meaning, crudely stemmed."""
    return [_stem(word) for word in words(text) if word not in _STOP]


@functools.lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    for ending in ("ings", "ing", "ed", "es", "s"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            return word.removesuffix(ending)
    return word


def _placed(claim: Claim, where: Sequence[str]) -> bool:
    """Whether a claim is about one of the places, or about a part of one; a figure must be for the very place."""
    if claim.value is not None:
        return not claim.places or any(p in where for p in claim.places)
    return not claim.places or any(places.within(p, w) for p in claim.places for w in where)


def compare(found: Quantity | None, claims: Sequence[Claim]) -> tuple[str, Claim | None]:
    """How a value stands to those of claims: (none | same | differs | other_unit, the claim compared with)."""
    if found is None:
        return "none", None
    known = [(claim, quantity) for claim in claims if (quantity := values.of_claim(claim)) is not None]
    comparable = [(claim, quantity) for claim, quantity in known if quantity.unit == found.unit]
    for claim, quantity in comparable:
        if values.same(found, quantity):
            return "same", claim
    if comparable:
        return "differs", comparable[0][0]
    return ("other_unit" if known else "none"), None
