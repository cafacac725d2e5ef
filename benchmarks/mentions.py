"""How fast names are found: `python -m benchmarks.mentions [--quick]`.

The whole scan is timed (fold, automaton, boundary, dates, gate, mentions), in processor time, the best of several runs:
English prose and mixed Chinese and Norwegian, without a name, with one a kilobyte, and with one a kilobyte of which
half are ambiguous, with the project's own aliases, 5,000 more and 50,000 more. The text is the labelled corpus
without its names, shuffled; the aliases are made up; both from a fixed seed. A megabyte is 10^6 bytes of UTF-8.
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
from claimwatch.claims.text import word_set
from claimwatch.mentions import Scanner
from claimwatch.models import Alias, Company

GOALS = {"english": 60.0, "mixed": 20.0}
_ROOT = Path(__file__).resolve().parent.parent
_DOCUMENT = 100_000
_LATIN_NAMES = ("Hikvision", "Dahua", "Zhejiang Dahua", "Hangzhou Hikvision Digital Technology Co., Ltd.")
_HALF_AMBIGUOUS = ("Hikvision", "Dahua")
_NAMES = re.compile(r"(?i)\b(?:hik|dahua|haishi|ezviz|lorex|imou)\w*|海康\w*|大华|大華|浙江")
_TRADES = ("Optics", "Digital Technology", "Cement")
_SYLLABLES = sorted(word_set("ba ce di fo gu ha ji ko lu ma ne pi qo ra su ta vi wo xu ye zi tron vex lin dar mon sky"))


def sentences(languages: Sequence[str]) -> list[str]:
    """The sentences of the labelled corpus in some languages, without the watched names."""
    found = []
    for path in sorted((_ROOT / "benchmarks" / "corpus").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            document = json.loads(line)
            if document["language"] in languages:
                found += re.split(r"(?<=[.。]) *", _NAMES.sub("it", document["text"]))
    return [sentence for sentence in found if sentence.strip()]


def english(rng: random.Random, *, hits: bool, names: Sequence[str] = _LATIN_NAMES) -> str:
    """A document of English sentences; one of the names after each kilobyte where `hits`."""
    return _text(rng, [sentences(("en",))], names if hits else ())


def mixed(rng: random.Random, *, hits: bool, names: Sequence[str] = _LATIN_NAMES) -> str:
    """A document of Norwegian and Chinese sentences in turn."""
    return _text(rng, [sentences(("nb", "nn")), sentences(("zh-Hans", "zh-Hant"))], names if hits else ())


def _text(rng: random.Random, kinds: Sequence[Sequence[str]], latin: Sequence[str]) -> str:
    parts: list[str] = []
    size = names = 0
    while size < _DOCUMENT:
        part = " ".join(rng.choice(kind) for kind in kinds) + " "
        if latin and size > names * 1000:
            part += rng.choice(latin) + " "
            names += 1
        parts.append(part)
        size += len(part.encode())
    return "".join(parts)


def made_up(count: int, rng: random.Random) -> list[Company]:
    """Companies with `count` aliases in all, five each: a legal name, a short one, two subsidiaries, a Chinese name."""

    def word(syllables: int) -> str:
        return "".join(rng.choice(_SYLLABLES) for _ in range(syllables)).capitalize()

    companies = []
    for number in range(count // 5):
        slug, name = f"made-up-{number}", word(rng.choice((3, 3, 4)))
        aliases = (
            Alias(f"{word(2)} {name} {rng.choice(_TRADES)} Co., Ltd.", slug, "legal"),
            Alias(f"{name} {word(2)}" if rng.random() < 0.7 else name, slug, "short"),
            Alias(f"{word(3)} {word(3)} Trading Inc.", slug, "subsidiary"),
            Alias(f"{name} {word(2)} Holdings Limited", slug, "subsidiary"),
            Alias("".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(5)), slug, "short", script="Hans"),
        )
        companies.append(Company(slug, name, aliases))
    return companies


def megabytes_per_second(scanner: Scanner, documents: Sequence[str], runs: int) -> tuple[float, int]:
    """(10^6 bytes a second of processor time, the mentions found)."""
    size = sum(len(document.encode()) for document in documents)
    best, found = float("inf"), 0
    for _ in range(runs):
        begun = time.process_time()
        found = sum(len(scanner.scan(document)) for document in documents)
        best = min(best, time.process_time() - begun)
    return size / 1e6 / best, found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit status 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="mentions", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the text, and no 50,000 aliases")
    options = parser.parse_args(arguments)
    documents, runs = (2, 3) if options.quick else (20, 7)
    own = list(load_baseline(_ROOT / "baselines").companies.values())
    print(f"{'text':<10}{'hits':<18}{'aliases':>8}{'MB/s':>9}{'mentions':>10}{'goal':>7}")
    met = True
    for more in (0, 5_000) if options.quick else (0, 5_000, 50_000):
        companies = [*own, *made_up(more, random.Random(1))]  # noqa: S311
        scanner = Scanner(companies)
        aliases = sum(len(company.aliases) for company in companies)
        for name, make in (("english", english), ("mixed", mixed)):
            for kind, names in (("none", ()), ("one a kilobyte", _LATIN_NAMES), ("half ambiguous", _HALF_AMBIGUOUS)):
                rng = random.Random(2)  # noqa: S311
                texts = [make(rng, hits=bool(names), names=names) for _ in range(documents)]
                speed, found = megabytes_per_second(scanner, texts, runs)
                met &= speed >= GOALS[name]
                print(f"{name:<10}{kind:<18}{aliases:>8}{speed:>9.1f}{found:>10}{GOALS[name]:>7.0f}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
