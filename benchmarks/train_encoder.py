"""Teach the encoder of `baselines/encoder.onnx`: `./dev train --encoder`.

The first three layers of all-MiniLM-L6-v2 (Apache 2.0; Wang et al. 2020, arXiv:2002.10957) learn the outcomes of the
examples that the classifier learns from; the word embeddings stay as they are. Ten minutes of one core that computes in
bfloat16. With `--cross` nothing is written: it is taught five times, each time without a fifth of the documents, and
judges those together with a classifier that has not seen them either, as the program does (half an hour).
"""

import argparse
import copy
import math
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.encoder_net import Bert, export, load_minilm
from benchmarks.train import (
    CORPUS,
    FOLDS,
    GOLD,
    ROOT,
    Example,
    crossed,
    examples,
    fold_of,
    outcome_head,
    predicted,
    scores,
)
from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.claims.classifier import NONE
from claimwatch.claims.encoder import LANGUAGE, Encoder, read
from claimwatch.claims.wordpieces import WordPieces
from claimwatch.models import Outcome

TARGET = ROOT / "baselines" / "encoder.onnx"
LABELS = tuple(sorted((*Outcome, NONE)))
_LAYERS = 3
_EPOCHS = 5
_BATCH = 64
_RATE, _HEAD_RATE, _DECAY = 3e-4, 2e-3, 0.9  # the rate of the highest layer, of the head, from one layer to the next
_WARM_UP = 0.06  # the share of all steps in which the rate rises
_OTHERS = 0.2  # the share of the labels that the guide accepts, too
_DROPOUT, _WORD_DROPOUT = 0.1, 0.05
_STALLED = 1.2  # a loss that ends above has not come down (it ends near .85)

Row = tuple[list[int], list[int]]  # numbers and segments, as `encoder.read` gives them


def target(example: Example) -> list[float]:
    """The share of each label: the outcome, and a little of the others that the label guide accepts."""
    others = [label for label in example.accept if label != example.outcome]
    shares = dict.fromkeys(others, _OTHERS / max(1, len(others)))
    shares[example.outcome] = 1 - (_OTHERS if others else 0)
    return [shares.get(label, 0.0) for label in LABELS]


def batch(rows: Sequence[Row]) -> tuple[Tensor, Tensor, Tensor]:
    """Numbers, segments and which of them are there, each (rows, longest row)."""
    longest = max(len(numbers) for numbers, _ in rows)
    numbers = torch.zeros(len(rows), longest, dtype=torch.long)
    segments, there = torch.ones_like(numbers), torch.zeros_like(numbers)
    for k, (one, parts) in enumerate(rows):
        numbers[k, : len(one)], segments[k, : len(one)], there[k, : len(one)] = (
            torch.tensor(one),
            torch.tensor(parts),
            1,
        )
    return numbers, segments, there


def teach(master: Bert, rows: Sequence[Row], wanted: Tensor) -> float:
    """Teach `master` the labels that are `wanted` of rows, (rows, labels). Gives the loss of the last pass.

    A copy computes, in bfloat16; the weights are kept and moved in 32 bits, for a small step would be lost in 16.
    """
    random.seed(1)
    torch.manual_seed(1)
    net = copy.deepcopy(master).to(torch.bfloat16).train()
    net.dropout, net.word_dropout = _DROPOUT, _WORD_DROPOUT
    kept = [(key, weight) for key, weight in master.named_parameters() if key != "words.weight"]
    moved = [weight for key, weight in net.named_parameters() if key != "words.weight"]
    net.words.weight.requires_grad_(False)
    optimizer = torch.optim.AdamW(
        [
            {"params": [weight], "base": _rate(key, len(master.layers)), "weight_decay": 0.01 * (weight.ndim > 1)}
            for key, weight in kept
        ]
    )
    batches_a_pass = math.ceil(len(rows) / _BATCH)
    steps, step, losses = _EPOCHS * batches_a_pass, 0, []
    began = time.monotonic()
    for epoch in range(_EPOCHS):
        for chosen in _batches(rows):
            pace = min(1, (step + 1) / (_WARM_UP * steps)) * (1 - step / steps)
            for group in optimizer.param_groups:
                group["lr"] = group["base"] * pace
            scores = net(*batch([rows[k] for k in chosen])).float()
            loss = -(wanted[chosen] * scores.log_softmax(-1)).sum(-1).mean()
            for weight in moved:
                weight.grad = None
            loss.backward()
            for (_, weight), copied in zip(kept, moved, strict=True):
                weight.grad = copied.grad.float() if copied.grad is not None else None
            nn.utils.clip_grad_norm_([weight for _, weight in kept], 1.0)
            optimizer.step()
            with torch.no_grad():
                for (_, weight), copied in zip(kept, moved, strict=True):
                    copied.copy_(weight)
            losses.append(loss.item())
            step += 1
        last = float(np.mean(losses[-batches_a_pass:]))
        print(f"pass {epoch + 1} of {_EPOCHS}, loss {last:.3f}, {time.monotonic() - began:.0f} s", flush=True)
    return last


def _rate(key: str, layers: int) -> float:
    """Lower layers know language, higher ones the task: they move less the lower they are."""
    if key.startswith("head"):
        return _HEAD_RATE
    depth = layers - 1 - int(key.split(".")[1]) if key.startswith("layers") else layers
    return _RATE * _DECAY**depth


def _batches(rows: Sequence[Row]) -> list[list[int]]:
    """All rows in batches of like length, in an order of chance."""
    order = list(range(len(rows)))
    random.shuffle(order)
    pools = [order[k : k + 16 * _BATCH] for k in range(0, len(order), 16 * _BATCH)]
    found = []
    for pool in pools:
        pool.sort(key=lambda k: len(rows[k][0]))
        found += [pool[k : k + _BATCH] for k in range(0, len(pool), _BATCH)]
    random.shuffle(found)
    return found


def taught(found: Sequence[Example]) -> tuple[Bert, list[str], float]:
    """The network, taught by examples, with the vocabulary and the loss of the last pass."""
    net, vocabulary = load_minilm(len(LABELS), _LAYERS)
    pieces = WordPieces(vocabulary)
    rows = [read(e.passage, pieces) for e in found]
    loss = teach(net, rows, torch.tensor([target(e) for e in found]))
    return net, vocabulary, loss


def cross_validated(found: Sequence[Example]) -> list[str]:
    """How outcomes are found in documents that neither classifier nor encoder has seen, as lines."""
    pairs = []
    for fold in range(FOLDS):
        others = [e for e in found if fold_of(e.document) != fold]
        head = outcome_head(others)
        net, vocabulary, _ = taught(others)
        net.eval()
        net.dropout = net.word_dropout = 0.0
        pieces = WordPieces(vocabulary)

        def reader(example: Example, net: Bert = net, pieces: WordPieces = pieces) -> dict[str, float]:
            with torch.no_grad():
                shares = net(*batch([read(example.passage, pieces)]))[0].softmax(-1)
            return dict(zip(LABELS, shares.tolist(), strict=True))

        pairs += [(e, predicted(e, head, reader)) for e in found if fold_of(e.document) == fold]
    return scores(pairs)


def main(arguments: Sequence[str] | None = None) -> int:
    """Teach and write; prints the losses."""
    parser = argparse.ArgumentParser(prog="train --encoder", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--to", type=Path, default=TARGET, help="where the network goes")
    parser.add_argument("--cross", action="store_true", help="only judge documents that it has not seen; write nothing")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    files = [*sorted(CORPUS.glob("*.jsonl")), *([GOLD] if GOLD.exists() else [])]
    lines = [line for path in files for line in path.read_text("utf-8").splitlines()]
    baseline = load_baseline(ROOT / "baselines")
    plain = list(examples(lines, Comparer(replace(baseline, classifier=b""))))
    found = crossed(lines, baseline, plain)
    print(f"{len(found)} examples, {sum(e.language == LANGUAGE for e in found)} of them English", flush=True)
    if options.cross:
        print("\n".join(cross_validated(found)))
        return 0
    net, vocabulary, loss = taught(found)
    if not loss <= _STALLED:  # nor is it a number, where it has run away
        print(
            f"the loss stands at {loss:.2f}: it has stalled, and nothing is written; try another seed or a lower rate"
        )
        return 1
    pieces = WordPieces(vocabulary)
    met = {number for e in found for number in read(e.passage, pieces)[0]}
    body = export(net, vocabulary, met, LABELS)
    Encoder(body).check()
    options.to.write_bytes(body)
    print(f"{options.to.name}: {options.to.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
