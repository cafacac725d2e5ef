"""docs/performance.md and its plots, made anew from benchmarks/history.jsonl.

The page shows the newest whole run of each section (a short one only where there is no other), and how the ratios to
the floor went over the runs. Pure but for `read_history`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import plots
from benchmarks.plots import Bar, number

# They have commands and reports of their own, and take long: what they print is shown, and their exit status kept.
OTHERS = {"delivery": "performance-delivery.md", "web": "performance-web.md"}
PLOTS = "performance"  # the folder beside the page
SHORT = "a short run with small numbers"


@dataclass(frozen=True, slots=True)
class Record:
    """One run of one section: when, on what machine, its rows (each as the section made it), and what could not run."""

    section: str
    at: str
    machine: str
    rows: tuple[Mapping[str, Any], ...]
    failures: tuple[str, ...] = ()

    @property
    def short(self) -> bool:
        """Whether it was a run with small numbers, which is not to be held against a whole one."""
        return SHORT in self.machine


def as_line(record: Record) -> str:
    """A run as a line of the history."""
    return json.dumps(asdict(record), ensure_ascii=False)


def read_history(path: Path) -> list[Record]:
    """The runs so far, oldest first."""
    if not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        section, failures = raw.get("section", "measures"), tuple(raw.get("failures", ()))
        found.append(Record(section, raw["at"], raw["machine"], tuple(raw["rows"]), failures))
    return found


def page(history: Sequence[Record]) -> str:
    """The page in Markdown, from the newest run of each section."""
    newest = _shown(history)
    lines = [
        "# How fast and how small",
        "",
        "Made by `./dev bench`; `./dev bench page` makes it anew from `benchmarks/history.jsonl`, without measuring.",
        "What is measured and what it is held against take turns in one run; figures are medians. On a machine that",
        "does other work only the ratios and the processor time mean much. A goal in **bold** was missed in the run.",
        "Mail and pages have reports of their own: "
        + ", ".join(f"[{name}]({file})" for name, file in OTHERS.items())
        + ".",
    ]
    for section, (title, made_by, write) in _SECTIONS.items():
        lines += ["", f"## {title}", ""]
        record = newest.get(section)
        if record is None:
            lines.append(f"Not measured yet: `./dev bench{made_by}`.")
            continue
        lines += [f"`./dev bench{made_by}`, {record.at[:10]}: {record.machine}.", ""]
        lines += write(record)
        if not lines[-1]:
            del lines[-1]
        if record.failures:
            lines += ["", "Could not run:", "", *(f"- {failure}" for failure in record.failures)]
        if section in pictures(history):
            lines += ["", f"![{title}]({PLOTS}/{section}.svg)"]
    return "\n".join([*lines, ""])


def pictures(history: Sequence[Record]) -> dict[str, str]:
    """The plots by section, as SVG."""
    newest = _shown(history)
    drawn = {
        "measures": _drawn_measures(
            [one for one in history if one.section == "measures" and one.short == newest["measures"].short]
        ),
        "peers": _drawn_peers(newest.get("peers")),
        "scaling": _drawn_scaling(newest.get("scaling")),
        "memory": _drawn_memory(newest.get("memory")),
    }
    return {name: svg for name, svg in drawn.items() if svg is not None}


def _shown(history: Sequence[Record]) -> dict[str, Record]:
    """The newest run of each section: a whole one, or a short one where there is no other."""
    short, whole = ({one.section: one for one in history if one.short is short} for short in (True, False))
    return short | whole


def _measures(record: Record) -> list[str]:
    lines = ["| work | measured | floor | times the floor | goal |", "| --- | --: | --: | --: | --- |"]
    for row in record.rows:
        goal = f"**{row['goal']}**" if row["met"] is False else row["goal"]
        floor = "" if row["floor"] is None else f"{number(row['floor'])} {row['unit']}"
        ratio = "" if row["ratio"] is None else number(row["ratio"])
        lines.append(f"| {row['what']} | {number(row['value'])} {row['unit']} | {floor} | {ratio} | {goal} |")
    return lines


def _drawn_measures(records: Sequence[Record]) -> str | None:
    """How the ratios to the floor of the works of the newest run went over the runs."""
    if not records:
        return None
    wanted = [row["what"] for row in records[-1].rows if row["ratio"] is not None]
    by_run = [{row["what"]: row["ratio"] for row in record.rows} for record in records]
    series = {_short(what): [run.get(what) for run in by_run] for what in wanted}
    return plots.lines("Times the floor, run by run", [record.at[5:16] for record in records], series, "1 is the floor")


def _short(what: str) -> str:
    return what if len(what) <= 36 else what[:35].rsplit(" ", 1)[0] + "…"


def _peers(record: Record) -> list[str]:
    lines = []
    for feeds in sorted({row["feeds"] for row in record.rows}):
        rows = [row for row in record.rows if row["feeds"] == feeds]
        rounds = rows[0]["rounds"]
        lines += [
            f"{feeds:,} feeds of five entries on loopback, medians of {rounds} round{'s' if rounds > 1 else ''}, from "
            "the start of a process to its exit; in brackets the time of the processor.",
            "",
            "| who | first poll, mailed | again, unchanged | peak memory | mails | |",
            "| --- | --: | --: | --: | --: | --- |",
        ]
        for row in rows:
            if row["failure"]:
                lines.append(f"| {row['name']} | | | | | could not run: {_cell(row['failure'])} |")
            else:
                first, again = (f"{row[what]:.2f} s ({row[f'{what}_cpu']:.2f})" for what in ("first", "again"))
                cells = f"{first} | {again} | {row['peak_mb']:.0f} MB | {row['mails']} | {_cell(row['remark'])}"
                lines.append(f"| {row['name']} | {cells} |")
        lines += ["", *(f"- {said}" for said in verdicts(rows)), ""]
    return [*lines, *_linear(record.rows)]


OURS, FLOOR = "Claimwatch", "bare httpx loop"


def verdicts(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Our figures against the goals of the same run, in words."""
    good = {row["name"]: row for row in rows if not row["failure"]}
    if OURS not in good:
        return []
    ours, peers = good[OURS], [row for name, row in good.items() if name not in (OURS, FLOOR)]
    said = []
    for what, words in (("first", "first poll"), ("again", "unchanged")):
        if peers:
            best = min(peers, key=lambda row: float(row[what]))
            said.append(_against(words, ours[what] / best[what], 1.0, f"the fastest peer's ({best['name']})"))
    if FLOOR in good:
        said.append(_against("unchanged", ours["again"] / good[FLOOR]["again"], 2.0, "the bare httpx loop's"))
    said.append(_against("peak memory", ours["peak_mb"], 120, "MB"))
    return said


def _against(what: str, value: float, goal: float, unit: str) -> str:
    times, least = ("", f"{goal:.0f} MB") if unit == "MB" else (" x", f"{goal:.1f} x")
    met = f"within the goal of {least}" if value <= goal else f"**over the goal of {least}**"
    return f"{what}: {number(value)}{times} {unit}, {met}"


def _linear(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Whether ten times the feeds take ten times as long."""
    ours = {row["feeds"]: row for row in rows if row["name"] == OURS and not row["failure"]}
    if 200 not in ours or 2000 not in ours:
        return []
    said = []
    for what, words in (("first", "first poll"), ("again", "unchanged")):
        ratio = ours[2000][what] / ours[200][what] / 10
        said.append(f"- {_against(f'2,000 feeds, {words}', ratio, 1.1, 'ten times the time of 200')}")
    return said


def _drawn_peers(record: Record | None) -> str | None:
    rows = [row for row in record.rows if not row["failure"]] if record else []
    if not rows:
        return None
    feeds = min(row["feeds"] for row in rows)
    rows = [row for row in rows if row["feeds"] == feeds]
    found = [Bar(row["name"], (row["first"], row["again"])) for row in rows]
    return plots.bars(f"{feeds:,} feeds polled", "s", ("first poll, mailed", "again, unchanged"), found)


def _scaling(record: Record) -> list[str]:
    lines = [
        "What one item costs in processor time, where there are so many of what grows. Reported, not gated. That what",
        "is asked often is answered from indexes is asserted from the plans of SQLite and PostgreSQL",
        "(`tests/store/test_plans.py`).",
        "",
        "| of what there are more | one item | few (how many) | more | most | the last to the first |",
        "| --- | --- | --: | --: | --: | --: |",
    ]
    for row in record.rows:
        cells = [
            f"{number(cost)} {row['unit']} ({size:,})" for size, cost in zip(row["sizes"], row["costs"], strict=True)
        ]
        cells += [""] * (3 - len(cells))
        lines.append(f"| {row['of']} | {row['what']} | {' | '.join(cells)} | {number(_grown(row))} |")
    return lines


def _grown(row: Mapping[str, Any]) -> float:
    return float(row["costs"][-1] / row["costs"][0]) if row["costs"][0] > 0 else 0.0


def _drawn_scaling(record: Record | None) -> str | None:
    if record is None or not record.rows:
        return None
    longest = max((row["sizes"] for row in record.rows), key=len)
    steps = [f"{size / longest[0]:g}x" for size in longest]
    series = {
        _short(row["what"]): [cost / row["costs"][0] if row["costs"][0] > 0 else None for cost in row["costs"]]
        for row in record.rows
    }
    return plots.lines("What one item costs where there are more", steps, series, "times the cost at 1x")


def _memory(record: Record) -> list[str]:
    lines = [
        "The most memory that each command held, as the system counts it, on a store that a program filled (*made",
        "up*) and on the sample world with its full-size Entity List (*sample world*).",
        "",
        "| command | on | peak memory | took |",
        "| --- | --- | --: | --: |",
    ]
    for row in sorted(record.rows, key=lambda row: -float(row["peak_mb"])):
        failed = f" ({_cell(row['failure'])})" if row["failure"] else ""
        lines.append(
            f"| `{row['command']}`{failed} | {row['data']} | {row['peak_mb']:.0f} MB | {row['seconds']:.1f} s |"
        )
    return lines


def _drawn_memory(record: Record | None) -> str | None:
    rows = sorted(record.rows, key=lambda row: -float(row["peak_mb"]))[:16] if record else []
    found = [Bar(row["command"], (row["peak_mb"],)) for row in rows]
    return plots.bars("Peak memory of the commands that hold most", "MB", ("peak",), found) if found else None


def _cell(words: str) -> str:
    return words.replace("|", "/").replace("\n", " ")


_SECTIONS = {
    "measures": ("Against the floor", "", _measures),
    "peers": ("Against peers", " peers", _peers),
    "scaling": ("What one more costs", " scaling", _scaling),
    "memory": ("Memory of every command", " memory", _memory),
}
