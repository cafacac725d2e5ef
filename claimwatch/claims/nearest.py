"""Which claim of the baseline a unit speaks of: the candidates, and how they rank. Pure.

The judge knows the cells, the classifier the wording, and each is right where the other is not. A logistic model over
what both say, and over words, places, values and years, puts the candidates in order. Its weights are learned from
the corpus too (`ranking` in `baselines/classifier.json`). What is shown says nothing of the outcome.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from claimwatch.claims import places, values
from claimwatch.claims.cells import Cells
from claimwatch.claims.judge import Judged
from claimwatch.claims.readings import Reading
from claimwatch.models import Baseline, Claim, Quantity

NAMES = (
    "wording", "topic", "judged", "like", "held", "place same", "place other", "context same", "value same",
    "value unit", "value silent", "year same", "year other", "restates",
)  # fmt: skip
_LIKELY = 0.01  # from here on a claim that the classifier names is a candidate
_LIKE = 3  # so many of those nearest in words are
_SHOWN = 0.05  # from here on the first candidate is shown
MOST = 6  # so many claims are shown of a finding
_LEAST = 1e-3


@dataclass(frozen=True, slots=True)
class Ranking:
    """The weights of `NAMES`, and a constant."""

    bias: float
    weights: tuple[float, ...]

    def probability(self, seen: Sequence[float]) -> float:
        """How likely a candidate is one of the claims spoken of, by what `features` says of it."""
        score = self.bias + sum(weight * value for weight, value in zip(self.weights, seen, strict=True))
        return 1 / (1 + math.exp(-score))


def candidates(
    entity: str, reading: Reading, judged: Judged, spoken: Mapping[str, float], baseline: Baseline, cells: Cells
) -> dict[str, tuple[float, ...]]:
    """The claims that a unit can speak of, by id, with their features in the order of `NAMES`.

    `spoken` are the classifier's probabilities of the claims that fit the company.
    """
    like = cells.scores(reading.text).likeness
    near = sorted((c.id for c in cells.about(entity) if c.id in like), key=lambda name: (-like[name], name))[:_LIKE]
    likely = (name for name, share in spoken.items() if share >= _LIKELY)
    chosen = dict.fromkeys(name for name in (*judged.claims, *likely, *near) if name in baseline.claims)
    return {name: features(baseline.claims[name], reading, judged, spoken.get(name, 0.0), cells) for name in chosen}


def features(claim: Claim, reading: Reading, judged: Judged, likely: float, cells: Cells) -> tuple[float, ...]:
    """What speaks for a claim and against it, in the order of `NAMES`. `likely` is what the classifier gives it."""
    scores = cells.scores(reading.text)
    where = [place.code for place in reading.places]
    touched = [p for p in where if any(places.within(p, q) or places.within(q, p) for q in claim.places)]
    context = reading.context_place if not where else None
    held = values.of_claim(claim)
    said = [Quantity(a.value, a.unit, a.comparator, None, "") for a in reading.amounts]
    told = (claim.as_of or "")[:4]
    years = {moment.on[:4] for moment in reading.moments} if told else set()
    return (
        math.log(max(likely, _LEAST)),
        float(any((t.predicate, t.object_class) == (claim.predicate, claim.object_class) for t in reading.topics)),
        1 / (1 + judged.claims.index(claim.id)) if claim.id in judged.claims else 0.0,
        scores.likeness.get(claim.id, 0.0),
        scores.contained.get(claim.id, 0.0),
        float(any(place in claim.places for place in where)),
        float(bool(where and claim.places) and not touched),
        float(context is not None and any(places.within(context, place) for place in claim.places)),
        float(held is not None and any(values.same(held, quantity) for quantity in said)),
        float(held is not None and any(held.unit == quantity.unit for quantity in said)),
        float(held is not None and not said),
        float(told in years),
        float(bool(years) and told not in years),
        float(claim.restates is not None),
    )


def ranked(found: Mapping[str, Sequence[float]], judged: Sequence[str], ranking: Ranking) -> tuple[str, ...]:
    """The claims to show of the candidates `found`, the likeliest first; unlikely ones only if the judge named them."""
    shares = {name: ranking.probability(seen) for name, seen in found.items()}
    order = sorted(shares, key=lambda name: (-shares[name], name))
    return tuple(name for name in order if shares[name] >= _SHOWN or name in judged)[:MOST]
