"""How fast publications are compared with the baseline: `python -m benchmarks.compare [--quick]`.

A document is about 6 KB of English sentences of the labelled corpus in paragraphs of four. Three paragraphs end with a
sentence that names a watched company: what comes after a name in its paragraph would be judged as well. Processor time
of one core, the best of several runs.
"""

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.models import Publication, SourceClass

GOAL = 400.0
_ROOT = Path(__file__).resolve().parent.parent
_SIZE = 6000
_NAME = re.compile(r"(?i)hik|dahua|haishi|ezviz|lorex|imou")
_FILLERS = 300
_LEAD = "Hikvision and Dahua sell cameras.\n\n"


def documents(count: int, rng: random.Random, comparer: Comparer) -> list[Publication]:
    """Documents of about 6 KB; in each, three sentences with a name and many that are about nobody watched."""
    named: list[str] = []
    others: list[str] = []
    for path in sorted((_ROOT / "benchmarks" / "corpus").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            if item["language"] == "en":
                for sentence in re.split(r"(?<=[.]) +", item["text"].replace("\n", " ")):
                    (named if _NAME.search(sentence) else others).append(sentence)
    rng.shuffle(others)
    fillers: list[str] = []
    for sentence in others:
        if len(fillers) < _FILLERS and len(sentence) > 30:
            found = comparer.publication(_page(0, _LEAD + sentence), SourceClass.PRESS)
            fillers += [sentence] if all(finding.end <= len(_LEAD) for finding in found) else []
    made = []
    for number in range(count):
        paragraphs: list[list[str]] = []
        while sum(len(sentence) for paragraph in paragraphs for sentence in paragraph) < _SIZE:
            paragraphs.append([rng.choice(fillers) for _ in range(4)])
        for at in rng.sample(range(len(paragraphs)), 3):
            paragraphs[at][-1] = rng.choice(named)
        made.append(_page(number, "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)))
    return made


def _page(number: int, text: str) -> Publication:
    url = f"https://press.example/{number}"
    return Publication("press", url, url, "A page", "article", "en", text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print documents a second; exit status 1 where the goal is missed."""
    parser = argparse.ArgumentParser(prog="compare", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few documents, one run")
    options = parser.parse_args(arguments)
    comparer = Comparer(load_baseline(_ROOT / "baselines"))
    made = documents(20 if options.quick else 200, random.Random(3), comparer)  # noqa: S311
    best, found = float("inf"), 0
    for _ in range(1 if options.quick else 3):
        begun = time.process_time()
        found = sum(len(comparer.publication(document, SourceClass.PRESS)) for document in made)
        best = min(best, time.process_time() - begun)
    size = sum(len(document.text) for document in made) / len(made)
    print(f"{len(made)} documents of {size:,.0f} characters, {found / len(made):.1f} findings each")
    print(f"{len(made) / best:,.0f} documents a second, goal {GOAL:,.0f}")
    return 0 if len(made) / best >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
