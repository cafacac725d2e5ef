"""Score detection on labelled sets: `./dev evaluate [FILE]`, or `python -m benchmarks.evaluate`.

The label guide is `gold/README.md` beside the labelled files. Documents whose id hashes into the held-out part are
left out unless `--holdout` asks for that part alone; tune on the development part only. Intervals are Wilson, 95 %.
"""

import argparse
import hashlib
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path

from benchmarks.labels import ALERTS, Label, Scored, readable, score, score_all
from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer, assign
from claimwatch.claims.cells import content
from claimwatch.mentions import Scanner
from claimwatch.models import Baseline, Development, Finding, Outcome

_ROOT = Path(__file__).resolve().parent.parent
_DEFAULT = _ROOT.parent / "shared" / "gold" / "findings.dev.jsonl"
_LABELS = (*(outcome.value for outcome in Outcome), "NONE")


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share; (0, 1) where nothing was counted."""
    if total == 0:
        return 0.0, 1.0
    z = 1.96
    share = hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def rate(hits: int, total: int) -> str:
    """`hits/total = share [low, high]`."""
    low, high = wilson(hits, total)
    share = f"{hits / total:.3f}" if total else "  –  "
    return f"{hits:>4}/{total:<4} = {share} [{low:.2f}, {high:.2f}]"


def report(scored: Sequence[Scored], folds: int = 5) -> list[str]:
    """The table of one run, as lines."""
    named = [s for s in scored if s.label.entity is not None]
    events: dict[str, bool] = defaultdict(bool)
    for s in named:
        if s.label.alert and s.label.event:
            events[s.label.event] |= s.predicted in ALERTS
    wanted = [s for s in named if s.label.alert]
    raised = [s for s in scored if s.predicted in ALERTS]
    false = [s for s in raised if not s.label.alert and not s.right]
    folded = [s for s in named if s.predicted not in ALERTS]
    lines = [
        f"alert recall, by event        {rate(sum(events.values()), len(events))}",
        f"alert recall, by sentence     {rate(sum(s.predicted in ALERTS for s in wanted), len(wanted))}",
        f"alert precision               {rate(len(raised) - len(false), len(raised))}",
        f"outcome right, lenient        {rate(sum(s.right for s in scored), len(scored))}",
        f"outcome right, strict         {rate(sum(s.predicted == s.label.outcome for s in scored), len(scored))}",
        f"wrongly folded (elusion)      {rate(sum(s.label.alert and not s.right for s in folded), len(folded))}",
        f"macro-F1 lenient / strict     {macro_f1(scored, lenient=True):.3f} / {macro_f1(scored, lenient=False):.3f}",
    ]
    by_fold = defaultdict(list)
    for s in scored:
        by_fold[int(hashlib.sha256(s.label.document.encode()).hexdigest(), 16) % folds].append(s)
    errors = [f"{sum(not s.right for s in part)}/{len(part)}" for _, part in sorted(by_fold.items())]
    lines.append(f"errors by fold (lenient)      {'  '.join(errors)}")
    lines += details(named)
    found, due = grouping(scored)
    lines += [f"grouping into events, pairs   P {rate(*found)}   R {rate(*due)}"]
    return lines


def details(named: Sequence[Scored]) -> list[str]:
    """Predicate, first claim, value, place and date, where the label has one and something was found."""
    found = [s for s in named if s.finding is not None]

    def exact(wanted: Callable[[Scored], object], given: Callable[[Finding], object]) -> str:
        having = [s for s in found if wanted(s) is not None]
        return rate(sum(s.finding is not None and given(s.finding) == wanted(s) for s in having), len(having))

    claims = [s for s in found if s.label.claims]
    first = sum(bool(s.finding and s.finding.claims and s.finding.claims[0] in s.label.claims) for s in claims)
    any_claim = sum(bool(s.finding and set(s.finding.claims) & s.label.claims) for s in claims)
    values = [s for s in found if s.label.value is not None]
    near = sum(_close(s.finding, s.label.value) for s in values)
    return [
        f"predicate                     {exact(lambda s: s.label.predicate, lambda f: f.predicate)}",
        f"first claim / any claim       {rate(first, len(claims))}   {rate(any_claim, len(claims))}",
        f"value                         {rate(near, len(values))}",
        f"place                         {exact(lambda s: s.label.place, lambda f: f.place)}",
        f"as of                         {exact(lambda s: s.label.as_of, lambda f: f.as_of)}",
    ]


def grouping(scored: Sequence[Scored]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Pairs of alerted findings as (right, found) and (right, due): one development where they are one event.

    Documents are read in order of their dates, as a watch would.
    """
    known: dict[str, Development] = {}
    placed: list[tuple[str, str]] = []
    beside: dict[str, list[tuple[Finding, str]]] = defaultdict(list)
    for s in sorted(scored, key=lambda s: (s.label.published, s.label.document, s.label.start)):
        if s.finding is None or s.label.event is None or not s.finding.outcome.alerts:
            continue
        on = date.fromisoformat(s.label.published)
        seen_at = datetime(on.year, on.month, on.day, tzinfo=UTC)
        development = assign(s.finding, on, seen_at, list(known.values()), beside[s.label.document])
        known[development.key] = development
        beside[s.label.document].append((s.finding, development.key))
        placed.append((s.label.event, development.key))
    together = right = due = 0
    for (event, key), (other_event, other_key) in combinations(placed, 2):
        together += key == other_key
        due += event == other_event
        right += key == other_key and event == other_event
    return (right, together), (right, due)


def confusion(scored: Sequence[Scored]) -> list[str]:
    """What was due by row, what was found by column; what is right by `accept` counts as what was due."""
    cells = Counter((s.predicted if s.right else s.label.outcome, s.predicted) for s in scored)
    lines = [f"  {'':<12}" + "".join(f"{label[:7]:>9}" for label in _LABELS)]
    lines += [f"  {due:<12}" + "".join(f"{cells[due, found] or '·':>9}" for found in _LABELS) for due in _LABELS]
    return lines


def parts(scored: Sequence[Scored], of: Callable[[Label], str]) -> list[str]:
    """One line for each source or language: sentences alerted, alerts right, outcomes right."""
    groups: dict[str, list[Scored]] = defaultdict(list)
    for s in scored:
        groups[of(s.label)].append(s)
    lines = []
    for name, group in sorted(groups.items()):
        wanted = [s for s in group if s.label.alert and s.label.entity is not None]
        raised = [s for s in group if s.predicted in ALERTS]
        told = sum(s.predicted in ALERTS for s in wanted)
        fine = sum(s.label.alert or s.right for s in raised)
        right = sum(s.right for s in group)
        lines.append(
            f"  {name:<18} told {rate(told, len(wanted))}   alerts {rate(fine, len(raised))}   "
            f"outcome {rate(right, len(group))}"
        )
    return lines


def _close(finding: Finding | None, value: float | None) -> bool:
    if finding is None or finding.after is None or finding.after.value is None or value is None:
        return False
    return abs(finding.after.value - value) <= 0.001 * abs(value)


def counts(scored: Sequence[Scored], outcome: str, *, lenient: bool) -> tuple[int, int, int]:
    """(right, predicted, wanted) of one outcome. Lenient: a prediction that `accept` holds counts as the label."""
    pairs = [(s.predicted, s.predicted if lenient and s.right else s.label.outcome) for s in scored]
    return (
        sum(p == w == outcome for p, w in pairs),
        sum(p == outcome for p, _ in pairs),
        sum(w == outcome for _, w in pairs),
    )


def macro_f1(scored: Sequence[Scored], *, lenient: bool) -> float:
    """The mean F1 over the outcomes that occur, NONE left out."""
    values = []
    for outcome in _LABELS[:-1]:
        right, predicted, wanted = counts(scored, outcome, lenient=lenient)
        if wanted:
            values.append(2 * right / (predicted + wanted))
    return sum(values) / len(values) if values else 0.0


def outcomes(scored: Sequence[Scored]) -> list[str]:
    """Precision and recall by outcome, lenient."""
    lines = []
    for outcome in _LABELS:
        right, predicted, wanted = counts(scored, outcome, lenient=True)
        lines.append(f"  {outcome:<12} P {rate(right, predicted)}   R {rate(right, wanted)}")
    return lines


def floor(scored: Sequence[Scored], baseline: Baseline, threshold: float | None) -> list[str]:
    """A floor to beat: alert always, or (with a threshold) alert where no baseline quote is that like the sentence."""
    quotes = [Counter(content(claim.quote)) for claim in baseline.claims.values()]
    spread = Counter(word for bag in quotes for word in bag)
    weight = {word: math.log(1 + len(quotes) / n) for word, n in spread.items()}
    rare = math.log(1 + len(quotes))

    def cosine(one: Counter[str], two: Counter[str]) -> float:
        product = sum(n * two[w] * weight.get(w, rare) ** 2 for w, n in one.items() if w in two)
        norms = [math.sqrt(sum((n * weight.get(w, rare)) ** 2 for w, n in bag.items())) for bag in (one, two)]
        return product / (norms[0] * norms[1]) if all(norms) else 0.0

    def alerts(s: Scored) -> bool:
        if s.label.entity is None:
            return s.finding is not None
        bag = Counter(content(s.label.quote))
        return threshold is None or max(cosine(bag, quote) for quote in quotes) < threshold

    raised = [s for s in scored if alerts(s)]
    wanted = [s for s in scored if s.label.alert]
    events: dict[str, bool] = defaultdict(bool)
    for s in wanted:
        events[s.label.event or ""] |= alerts(s)
    name = "always alert" if threshold is None else f"TF-IDF < {threshold}"
    right = sum(s.label.alert or bool(s.label.accept & ALERTS) for s in raised)
    return [
        f"  {name:<14} recall by event {rate(sum(events.values()), len(events))}"
        f"   by sentence {rate(sum(map(alerts, wanted)), len(wanted))}   precision {rate(right, len(raised))}"
    ]


def mention_report(path: Path, baseline: Baseline) -> list[str]:
    """Precision and recall of the mention scan, by item and company; optional companies are not scored."""
    scanner = Scanner(baseline.companies.values())
    right = wrong = missed = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        optional = set(item.get("optional", ()))
        found = {m.entity for m in scanner.scan(item["text"])} - optional
        expected = set(item["expect"]) - optional
        right += len(found & expected)
        wrong += len(found - expected)
        missed += len(expected - found)
    return [f"mentions                      P {rate(right, right + wrong)}   R {rate(right, right + missed)}"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; exit status 2 where the file is missing."""
    parser = argparse.ArgumentParser(prog="evaluate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=_DEFAULT, help="labelled findings, JSON lines")
    parser.add_argument("--holdout", action="store_true", help="score the held-out part alone, not the rest")
    parser.add_argument("--all", action="store_true", help="score both parts (a test set that nobody has tuned on)")
    parser.add_argument("--errors", action="store_true", help="list what was judged wrongly (development part only)")
    options = parser.parse_args(arguments)
    if not options.file.exists():
        print(f"{options.file} does not exist; name a file of labelled findings", file=sys.stderr)
        return 2
    baseline = load_baseline(_ROOT / "baselines")
    comparer = Comparer(baseline)
    lines, left_out = readable(options.file.read_text(encoding="utf-8").splitlines())
    scored = score_all(lines, comparer) if options.all else score(lines, comparer, holdout=options.holdout)
    documents = len({s.label.document for s in scored})
    part = "both parts" if options.all else "held-out part" if options.holdout else "development part"
    print(f"{options.file.name}, {part}: {documents} documents, {len(scored)} labels, baseline {baseline.version[:12]}")
    if left_out:
        rest = ", ".join(f"{count} in {language}" for language, count in sorted(left_out.items()))
        print(f"left out, because their language is not read: {rest}")
    mentions = options.file.with_name(options.file.name.replace("findings", "mentions"))
    if mentions != options.file and mentions.exists():
        print("\n".join(mention_report(mentions, baseline)))
    real = [s for s in scored if s.label.basis == "real"]
    for title, group in (("all", scored), ("basis: real", real)):
        print(f"\n{title}\n" + "\n".join(report(group)))
    print("\nby outcome (lenient)\n" + "\n".join(outcomes(scored)))
    print("\ndue by row, found by column\n" + "\n".join(confusion(scored)))
    print("\nby source\n" + "\n".join(parts(scored, lambda label: label.source)))
    print("\nby language\n" + "\n".join(parts(scored, lambda label: label.language)))
    print("\nfloors")
    for threshold in (None, 0.25, 0.35):
        print("\n".join(floor(scored, baseline, threshold)))
    if options.errors and not (options.holdout or options.all):
        print("\nerrors")
        for s in scored:
            if not s.right:
                got = f"{s.predicted} {s.finding.predicate} {s.finding.rules}" if s.finding else "nothing"
                print(f"  {s.label.document} {s.label.entity}: {s.label.outcome}, got {got}: {s.label.quote[:100]!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
