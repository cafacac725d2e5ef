"""A linear classifier over signals: what a unit is, learned from labelled sentences. Pure.

Three heads, each a multinomial logistic regression: `predicate` (the kinds of claims, and `none`), `claim` (the claim
of the baseline that a unit speaks of, and `none`) and `outcome` (the seven outcomes and NONE, which says that a unit is
not about the company). A fourth, `spoken`, says of each claim by itself whether a unit speaks of it; the weights that
put claims in order (`nearest`) go by it. All are data, in `baselines/classifier.json`; `./dev train` makes them from
the labelled corpus. docs/detection.md tells how far they can be believed.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import orjson

from claimwatch.claims.nearest import NAMES, Ranking
from claimwatch.errors import BaselineInvalid
from claimwatch.models import Baseline, Outcome

NONE = "NONE"
NOTHING = "none"


class _Rows(dict[str, list[float]]):
    """The weights of each known signal for all labels, read when it is first met: of most signals never."""

    def __init__(self, width: int, weights: Mapping[str, str]) -> None:
        self._width, self._weights = width, weights

    def __missing__(self, signal: str) -> list[float]:
        row = self[signal] = read_row(self._weights[signal], self._width)
        return row


def read_row(written: str, width: int) -> list[float]:
    """The weights of one signal for `width` labels, as `index:value` of those that are not 0: the sparse rows of
    LIBSVM. Raises `BaselineInvalid` for anything else."""
    row = [0.0] * width
    try:
        for pair in written.split():
            index, value = pair.split(":")
            if not index.isdecimal() or row[int(index)] or not math.isfinite(float(value)):
                raise ValueError(f"{pair!r} is no weight of a place of its own")
            row[int(index)] = float(value)
    except (ValueError, IndexError) as error:
        raise BaselineInvalid(
            f"classifier.json: a row should hold index:value for {width} labels ({error}); run ./dev train"
        ) from error
    return row


def write_row(row: Sequence[float]) -> str:
    """What `read_row` reads."""
    return " ".join(f"{index}:{value}" for index, value in enumerate(row) if value)


class Head:
    """One question with its possible answers. `weights` hold by signal what it says of each label, as `write_row`
    writes it: read from a file of megabytes, most of it is never looked at.

    One of the answers is right; with `apart` each may be or not, whatever the others are.
    """

    def __init__(
        self, labels: Sequence[str], bias: Sequence[float], weights: Mapping[str, str], *, apart: bool = False
    ) -> None:
        self.labels, self.bias, self.weights, self.apart = tuple(labels), tuple(bias), weights, apart
        self._rows = _Rows(len(self.labels), weights)

    def probabilities(self, signals: Iterable[str]) -> dict[str, float]:
        """The probability of each label, in the order of the labels. Unknown signals say nothing.

        Raises `BaselineInvalid` for a signal whose weights are none.
        """
        rows = [self._rows[signal] for signal in signals if signal in self.weights]
        # Whole rows: a unit has some 150 signals, and a sum down a column needs no loop of ours.
        scores = list(map(sum, zip(self.bias, *rows, strict=True)))
        if self.apart:
            return {label: _share(score) for label, score in zip(self.labels, scores, strict=True)}
        highest = max(scores)
        powers = [math.exp(score - highest) for score in scores]
        total = sum(powers)
        return {label: power / total for label, power in zip(self.labels, powers, strict=True)}

    def check(self) -> None:
        """Read all weights now. Raises `BaselineInvalid` for the first that are none."""
        for written in self.weights.values():
            read_row(written, len(self.labels))


def _share(score: float) -> float:
    """The probability of a yes or no by itself; of a score either way so high that e to it would overflow, too."""
    return 1 / (1 + math.exp(-score)) if score >= 0 else 1 - 1 / (1 + math.exp(score))


def top(probabilities: Mapping[str, float]) -> tuple[str, float]:
    """The most probable label and its probability; of equals the first."""
    label = max(probabilities, key=probabilities.__getitem__)
    return label, probabilities[label]


@dataclass(frozen=True, slots=True)
class Classifier:
    """The heads. `outcome` sees what `predicate` and `claim` say, besides the plain signals.

    `ranking` orders claims, by what `spoken` says of each among other things; without that head by what `claim` says.
    """

    predicate: Head
    claim: Head
    outcome: Head
    ranking: Ranking | None = None
    spoken: Head | None = None

    def check(self) -> None:
        """Read all weights now, which are else read as they are met. Raises `BaselineInvalid`."""
        for head in (self.predicate, self.claim, self.outcome, self.spoken):
            if head is not None:
                head.check()


def read_classifier(baseline: Baseline) -> Classifier | None:
    """The classifier of a baseline; None where it has none. Raises `BaselineInvalid` for data of another shape."""
    if not baseline.classifier:
        return None
    try:
        raw = orjson.loads(baseline.classifier)  # in two thirds of the time of json's
    except ValueError as error:
        raise BaselineInvalid(f"classifier.json: is not JSON ({error}); run ./dev train") from error
    if not isinstance(raw, dict):
        raise BaselineInvalid("classifier.json: should hold an object; run ./dev train")
    if not raw:
        return None
    return Classifier(
        predicate=_head(raw, "predicate", {*baseline.predicates, NOTHING}),
        claim=_head(raw, "claim", {*baseline.claims, NOTHING}),
        outcome=_head(raw, "outcome", {*Outcome, NONE}),
        ranking=_ranking(raw) if "ranking" in raw else None,
        spoken=_head(raw, "spoken", set(baseline.claims), apart=True) if "spoken" in raw else None,
    )


def _ranking(raw: Mapping[str, object]) -> Ranking:
    try:
        data = cast("Mapping[str, object]", raw["ranking"])
        weights = cast("Mapping[str, float]", data["weights"])
        return Ranking(float(cast("float", data["bias"])), tuple(float(weights[name]) for name in NAMES))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        where = "classifier.json: ranking"
        raise BaselineInvalid(f"{where}: should hold a bias and weights ({error!r}); run ./dev train") from error


def _head(raw: Mapping[str, object], name: str, known: set[str], *, apart: bool = False) -> Head:
    where = f"classifier.json: {name}"
    data = raw.get(name)
    try:
        head = cast("Mapping[str, list[str]]", data)
        labels = tuple(head["labels"])
        bias = tuple(float(value) for value in head["bias"])
        weights = cast("Mapping[str, str]", head["weights"])
        if not set(map(type, weights.values())) <= {str}:
            raise TypeError("the weights of a signal are no text")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BaselineInvalid(f"{where}: should hold labels, bias and weights ({error!r}); run ./dev train") from error
    if len(bias) != len(labels) or not labels:
        raise BaselineInvalid(f"{where}: {len(labels)} labels with {len(bias)} biases; run ./dev train")
    unknown = sorted(set(labels) - known)
    if unknown:
        raise BaselineInvalid(f"{where}: {', '.join(unknown)} is no label of this baseline; run ./dev train")
    return Head(labels, bias, weights, apart=apart)
