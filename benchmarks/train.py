"""Train the classifier of `baselines/classifier.json` on the labelled corpus: `./dev train`.

The corpus is `benchmarks/corpus/*.jsonl`, in the format of the gold sets (docs/detection.md), with the gold set for
development where it lies beside the project. Every sentence of its documents that concerns a company is labelled; the
others are NONE. Training is deterministic: the same texts, rules and scikit-learn give the same weights.
"""

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.evaluate import rate
from benchmarks.labels import ALERTS, Label, labels
from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer, read_records
from claimwatch.claims.classifier import NONE, NOTHING, Classifier, Head, read_classifier, write_row
from claimwatch.claims.comparer import Sighting
from claimwatch.claims.encoder import LANGUAGE
from claimwatch.claims.nearest import NAMES, Ranking, ranked
from claimwatch.claims.outcome import Decision
from claimwatch.claims.passages import Passage
from claimwatch.claims.weighing import about, joined, unsure, weigh
from claimwatch.models import Baseline, Outcome, Publication

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "benchmarks" / "corpus"
GOLD = ROOT.parent / "shared" / "gold" / "findings.dev.jsonl"
TARGET = ROOT / "baselines" / "classifier.json"
LANGUAGES = ("en", "nb", "nn", "no", "zh-Hans")
FOLDS = 5
STRENGTH = {"outcome": 0.1, "predicate": 0.5, "claim": 1.0}  # the inverse of L2 regularisation, by cross-validation
SILENT = Head((NONE,), (0.0,), {})
_SMALLEST = 0.05  # smaller weights change nothing that can be measured, and fill the file
_RARE = 2  # a signal of one sentence is learned by heart


@dataclass(frozen=True, slots=True)
class Example:
    """One company in one unit of the corpus, with what it is. `named` says that the unit names the company."""

    document: str
    signals: tuple[str, ...]
    outcome: str
    predicate: str
    claim: str
    claims: frozenset[str]
    accept: frozenset[str]
    alert: bool
    named: bool
    pointed: bool
    ruled: Decision
    concerned: bool
    candidates: Mapping[str, Sequence[float]]
    language: str
    passage: Passage


def examples(lines: Iterable[str], comparer: Comparer) -> Iterator[Example]:
    """The examples of labelled documents. A unit without a label is about nobody, or says nothing of the company."""
    for line in lines:
        document = json.loads(line)
        if document["language"] not in LANGUAGES:
            continue
        record = next(iter(read_records([line], "jsonl")))
        publication = Publication(
            source=record.source, key=record.url, url=record.url, title=record.title, kind="record",
            language=record.language, text=record.text, published_on=record.published,
        )  # fmt: skip
        known = labels(document)
        for sighting in comparer.sightings(publication):
            if isinstance(sighting, Sighting):
                yield _example(document["id"], publication, sighting, _label(sighting, known), comparer)


def _label(sighting: Sighting, known: Sequence[Label]) -> Label | None:
    unit = sighting.subjects.unit

    def shared(label: Label) -> float:
        both = min(label.end, unit.end) - max(label.start, unit.start)
        return both / min(label.end - label.start, unit.end - unit.start)

    fitting = [label for label in known if shared(label) > 0.5 and label.entity in (None, sighting.entity)]
    return max(fitting, key=lambda label: (label.entity is not None, shared(label)), default=None)


def _example(
    document: str, publication: Publication, sighting: Sighting, label: Label | None, comparer: Comparer
) -> Example:
    return Example(
        document=document,
        signals=sighting.signals,
        outcome=label.outcome if label else NONE,
        predicate=(label.predicate if label else None) or NOTHING,
        claim=_first_claim(label),
        claims=label.claims if label else frozenset(),
        accept=label.accept if label else frozenset({NONE}),
        alert=label.alert if label else False,
        named=any(mention.surface for mention in sighting.subjects.of(sighting.entity)),
        pointed=sighting.subjects.pointed,
        ruled=sighting.judged.decision,
        concerned=bool(sighting.judged.claims),
        candidates=comparer.candidates(sighting),
        language=publication.language,
        passage=comparer.passage(publication, sighting),
    )


def _first_claim(label: Label | None) -> str:
    return min(label.claims) if label and label.claims else NOTHING


def fit(rows: Sequence[tuple[Sequence[str], str]], strength: float) -> Head:
    """A head of which one answer is right, from (signals, label) pairs."""
    from sklearn.linear_model import LogisticRegression

    names, matrix = _matrix([signals for signals, _ in rows])
    model = LogisticRegression(C=strength, max_iter=5000, tol=0.002)
    model.fit(matrix, [label for _, label in rows])
    bias = [round(float(b), 3) for b in model.intercept_]
    return Head(tuple(map(str, model.classes_)), bias, _weights(names, model.coef_))


def fit_apart(rows: Sequence[tuple[Sequence[str], frozenset[str]]], strength: float) -> Head:
    """A head of which each answer is a question by itself, from signals with all their labels."""
    from sklearn.linear_model import LogisticRegression

    names, matrix = _matrix([signals for signals, _ in rows])
    labels = tuple(sorted({label for _, held in rows for label in held}))
    bias, columns = [], []
    for label in labels:
        model = LogisticRegression(C=strength, solver="liblinear", tol=0.01)
        model.fit(matrix, [label in held for _, held in rows])
        bias.append(round(float(model.intercept_[0]), 3))
        columns.append(model.coef_[0])
    return Head(labels, bias, _weights(names, columns), apart=True)


def _matrix(rows: Sequence[Sequence[str]]) -> tuple[Sequence[str], Any]:
    """The signals that are not rare, by name, and which rows hold which."""
    from sklearn.feature_extraction import DictVectorizer

    spread = Counter(signal for signals in rows for signal in signals)
    vectors = DictVectorizer(sort=True)
    matrix = vectors.fit_transform([{s: 1.0 for s in signals if spread[s] >= _RARE} for signals in rows])
    matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")  # for liblinear
    return [str(name) for name in vectors.get_feature_names_out()], matrix


def _weights(names: Sequence[str], columns: Iterable[Iterable[float]]) -> dict[str, str]:
    """The weights of each signal that has any, as a head holds them. `columns` are, by label, those of all `names`."""
    rows = zip(*([round(float(w), 2) if abs(w) >= _SMALLEST else 0.0 for w in one] for one in columns), strict=True)
    return {name: written for name, row in zip(names, rows, strict=True) if (written := write_row(row))}


def fold_of(document: str) -> int:
    """The fold that a document is in, by hash."""
    return int(hashlib.sha256(document.encode()).hexdigest(), 16) % FOLDS


def predicate_head(found: Sequence[Example]) -> Head:
    """The head that names the kind of claim."""
    return fit([(e.signals, e.predicate) for e in found if e.outcome != NONE], STRENGTH["predicate"])


def claim_head(found: Sequence[Example]) -> Head:
    """The head that names the claim of the baseline that a unit speaks of."""
    return fit([(e.signals, e.claim) for e in found if e.outcome != NONE], STRENGTH["claim"])


def spoken_head(found: Sequence[Example]) -> Head:
    """The head that says of each claim by itself whether a unit speaks of it."""
    return fit_apart([(e.signals, e.claims) for e in found if e.outcome != NONE], STRENGTH["claim"])


def outcome_head(found: Sequence[Example]) -> Head:
    """The head that names the outcome."""
    return fit([(e.signals, e.outcome) for e in found], STRENGTH["outcome"])


def ranking(found: Sequence[Example]) -> Ranking:
    """The weights that put candidates in order, from labelled examples that the claim head did not see."""
    from sklearn.linear_model import LogisticRegression

    rows = [(seen, name in e.claims) for e in found if e.outcome != NONE for name, seen in e.candidates.items()]
    model = LogisticRegression(C=1.0, max_iter=5000).fit([seen for seen, _ in rows], [right for _, right in rows])
    return Ranking(round(float(model.intercept_[0]), 3), tuple(round(float(w), 3) for w in model.coef_[0]))


def crossed(lines: Sequence[str], baseline: Baseline, plain: Sequence[Example]) -> list[Example]:
    """The examples with what heads say of them that did not see their document: as it will be of unseen texts."""
    found: list[Example] = []
    for fold in range(FOLDS):
        others = [e for e in plain if fold_of(e.document) != fold]
        heads = Classifier(predicate_head(others), claim_head(others), SILENT, spoken=spoken_head(others))
        comparer = Comparer(baseline, heads)
        found += examples([line for line in lines if fold_of(json.loads(line)["id"]) == fold], comparer)
    return found


def predicted(example: Example, outcome: Head, reader: Callable[[Example], Mapping[str, float]] | None = None) -> str:
    """What rules and outcome head make of an example together, with a second `reader` where the head is unsure."""
    likely: Mapping[str, float] = outcome.probabilities(example.signals)
    if reader is not None and example.language == LANGUAGE and unsure(example.ruled, likely):
        likely = joined(likely, reader(example))
    if not example.named and not about(likely, pointed=example.pointed):
        return NONE
    return weigh(example.ruled, likely, pointed=example.pointed, concerned=example.concerned).outcome


def cross_validated(full: Sequence[Example]) -> list[str]:
    """How the outcome and the claim are found in documents that no head has seen, as lines."""
    pairs, first = [], []
    for fold in range(FOLDS):
        others = [e for e in full if fold_of(e.document) != fold]
        own = [e for e in full if fold_of(e.document) == fold]
        head, order = outcome_head(others), ranking(others)
        pairs += [(e, predicted(e, head)) for e in own]
        first += [not e.claims.isdisjoint(ranked(e.candidates, (), order)[:1]) for e in own if e.claims]
    return [f"first claim     {rate(sum(first), len(first))}", *scores(pairs)]


def scores(pairs: Sequence[tuple[Example, str]]) -> list[str]:
    """How many outcomes are right, of examples with what was found for each, as lines."""
    wanted = [(e, found) for e, found in pairs if e.alert]
    raised = [(e, found) for e, found in pairs if found in ALERTS]
    right = sum(e.alert or found in e.accept for e, found in raised)
    lines = [
        f"outcome right   {rate(sum(found in e.accept for e, found in pairs), len(pairs))}",
        f"alert recall    {rate(sum(found in ALERTS for _, found in wanted), len(wanted))}",
        f"alert precision {rate(right, len(raised))}",
    ]
    for label in (*Outcome, NONE):
        of = [(e, found) for e, found in pairs if found == label]
        due = [(e, found) for e, found in pairs if e.outcome == label]
        held = sum(found in e.accept for e, found in of)
        lines.append(f"  {label:<12} P {rate(held, len(of))}   R {rate(sum(f in e.accept for e, f in due), len(due))}")
    return lines


def written(head: Head) -> dict[str, object]:
    """A head as the file holds it."""
    return {"labels": head.labels, "bias": head.bias, "weights": head.weights}


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and write; prints what was learned from."""
    parser = argparse.ArgumentParser(prog="train", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--to", type=Path, default=TARGET, help="where the weights go")
    parser.add_argument("--order", action="store_true", help="learn only how claims are ordered, keep the other heads")
    options = parser.parse_args(arguments)
    files = [*sorted(CORPUS.glob("*.jsonl")), *([GOLD] if GOLD.exists() else [])]
    print(f"learning from {', '.join(path.name for path in files)}")
    lines = [line for path in files for line in path.read_text("utf-8").splitlines()]
    baseline = load_baseline(ROOT / "baselines")
    plain = list(examples(lines, Comparer(replace(baseline, classifier=b""))))
    full = crossed(lines, baseline, plain)
    data: dict[str, object] = {}
    if options.order:
        read_classifier(replace(baseline, classifier=options.to.read_bytes()))  # heads that it keeps must be heads
        data = json.loads(options.to.read_text("utf-8"))
    if not options.order:
        heads = {"predicate": predicate_head(plain), "claim": claim_head(plain), "outcome": outcome_head(full)}
        data = {name: written(head) for name, head in heads.items()}
    data["spoken"] = written(spoken_head(plain))
    order = ranking(full)
    data["ranking"] = {"bias": order.bias, "weights": dict(zip(NAMES, order.weights, strict=True))}
    print("\n".join(cross_validated(full)))
    options.to.write_text(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n", "utf-8")
    print(f"{len(lines)} documents, {len(full)} examples: {dict(Counter(e.outcome for e in full).most_common())}")
    print(f"{options.to.name}: {options.to.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
