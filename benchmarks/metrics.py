"""The figures of detection that must not drop: `python -m benchmarks.metrics [--write]`.

A fixed seventh of `benchmarks/corpus` is scored and held against `benchmarks/metrics.json`; exit status 1 where a
figure is lower. The weights are learned from the same corpus: this notices a change, it measures nothing blind.
"""

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.evaluate import counts, grouping, macro_f1
from benchmarks.labels import ALERTS, Scored, score_all
from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.models import Outcome

_ROOT = Path(__file__).resolve().parent.parent
METRICS = _ROOT / "benchmarks" / "metrics.json"
SLACK = 0.01
_READ = frozenset({"en", "nb", "nn", "zh", "zh-Hans"})


def gate_lines() -> list[str]:
    """A fixed seventh of the corpus, in the languages that are read."""
    lines = []
    for path in sorted((_ROOT / "benchmarks" / "corpus").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            document = json.loads(line)
            digest = hashlib.sha256(f"claimwatch-gate-1:{document['id']}".encode()).hexdigest()
            if document["language"] in _READ and int(digest, 16) % 7 == 0:
                lines.append(line)
    return lines


def metrics(scored: Sequence[Scored]) -> dict[str, float]:
    """The figures that must not drop, each from 0 to 1, the higher the better."""
    named = [s for s in scored if s.label.entity is not None]
    wanted = [s for s in named if s.label.alert]
    raised = [s for s in scored if s.predicted in ALERTS]
    events: dict[str, bool] = defaultdict(bool)
    for s in wanted:
        events[s.label.event or ""] |= s.predicted in ALERTS
    claims = [s for s in named if s.finding is not None and s.label.claims]
    reversals = counts(scored, Outcome.REVERSAL, lenient=True)
    together, due = grouping(scored)
    shares = {
        "alert recall by event": (sum(events.values()), len(events)),
        "alert recall by sentence": (sum(s.predicted in ALERTS for s in wanted), len(wanted)),
        "alert precision": (sum(s.label.alert or s.right for s in raised), len(raised)),
        "outcome lenient": (sum(s.right for s in scored), len(scored)),
        "outcome strict": (sum(s.predicted == s.label.outcome for s in scored), len(scored)),
        "reversal recall": (reversals[0], reversals[2]),
        "reversal precision": (reversals[0], reversals[1]),
        "first claim": (
            sum(bool(s.finding and s.finding.claims and s.finding.claims[0] in s.label.claims) for s in claims),
            len(claims),
        ),
        "grouping precision": together,
        "grouping recall": due,
    }
    return {name: round(hits / total, 4) if total else 1.0 for name, (hits, total) in shares.items()} | {
        "macro-F1": round(macro_f1(scored, lenient=True), 4)
    }


def dropped(now: Mapping[str, float], committed: Mapping[str, float]) -> list[str]:
    """The figures that are lower than the committed ones by more than the slack, in words."""
    return [
        f"{name}: {now.get(name, 0.0):.3f}, was {before:.3f}"
        for name, before in committed.items()
        if now.get(name, 0.0) < before - SLACK
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures, and which are lower than the committed ones; 1 where any is."""
    parser = argparse.ArgumentParser(prog="metrics", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="commit to these figures: write metrics.json")
    options = parser.parse_args(arguments)
    now = metrics(score_all(gate_lines(), Comparer(load_baseline(_ROOT / "baselines"))))
    if options.write:
        METRICS.write_text(json.dumps(now, indent=2) + "\n", encoding="utf-8")
    lower = dropped(now, json.loads(METRICS.read_text(encoding="utf-8")))
    print("\n".join([*(f"{name:<26} {value:.4f}" for name, value in now.items()), *lower]))
    return 1 if lower else 0


if __name__ == "__main__":
    sys.exit(main())
