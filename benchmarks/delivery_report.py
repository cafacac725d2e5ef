"""The page that `python -m benchmarks.delivery` writes: docs/performance-delivery.md."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

Figures = dict[str, float]

HOW = """\
## What makes it fast

- Mails of one edition differ in what is a reader's own. Each distinct one is rendered and composed once; for the
  others that is set anew and the whole is signed. Fifty readers are stored, with their ledger rows, by one statement.
- Leases and outcomes of all connections that wait go into one transaction. Each attempt is on disk before its
  `MAIL FROM` all the same.
- The next mail is found from an index, however many wait.
- Where the server offers PIPELINING, `MAIL`, `RCPT` and `DATA` go out together: two round trips for a mail instead of
  four. The message itself always waits for the server's 354.
- The body is handed over without the SMTP library's search for line ends, which took longer than all else.
"""


@dataclass(frozen=True, slots=True)
class Goal:
    """What was aimed at, what came out, and whether that is it. `figure` None: it could not be measured."""

    what: str
    aim: float
    figure: float | None

    @property
    def met(self) -> bool:
        """Whether the figure is at least the aim."""
        return self.figure is not None and self.figure >= self.aim


def build_section(built: Sequence[Figures]) -> list[str]:
    """What building cost, for each number of readers, and what one reader more costs."""
    first = built[0]
    lines = [
        "## Building", "",
        f"Mails of {first['size'] / 1000:.0f} kB with {first['items']:.0f} items, each with its reader's own links, "
        "quoted-printable, signed with RSA of 2048 bits, stored with their ledger rows in one transaction.", "",
        "| readers | seconds | CPU seconds | mails a second | mails a CPU second | peak memory before, after |",
        "| --- |" + " --- |" * 5,
    ]  # fmt: skip
    for one in built:
        count = one["count"]
        lines.append(
            f"| {count:,.0f} | {one['wall_s']:.1f} | {one['cpu_s']:.1f} | {count / one['wall_s']:.0f} | "
            f"{count / one['cpu_s']:.0f} | {one['before_mb']:.0f} MB, {one['after_mb']:.0f} MB |"
        )
    small, large = built[0], built[-1]
    more = large["count"] - small["count"]
    each_ms, grown_kb = (1000 * (large[name] - small[name]) / more for name in ("cpu_s", "after_mb"))
    return [
        *lines, "", f"One reader more costs {each_ms:.1f} ms of one core and {grown_kb:.1f} kB of memory.", "",
    ]  # fmt: skip


def race_section(
    what: str,
    theirs: Sequence[float],
    ours: dict[int, list[float]],
    cpu_ms: dict[int, list[float]],
    mails: int,
    rival: int,
) -> tuple[list[str], float]:
    """Both senders in turns: medians, and the ratios within each round; with the best median ratio of up to eight
    connections."""
    lines = [
        f"### {what}", "",
        f"{len(theirs)} rounds in turns, {mails} mails of ours and {rival} of the rival's in each; medians, with the "
        "least and the most in brackets. Ours opens its connections anew in each round, and commits a lease and an "
        "outcome for each mail.", "",
        "| sender | mails a second | times the rival's | CPU time of a mail |", "| --- | --- | --- | --- |",
        f"| smtplib, a connection for each mail | {_spread(theirs, 1)} | 1 | |",
    ]  # fmt: skip
    best = 0.0
    for number, rates in ours.items():
        ratios = [mine / rival_ for mine, rival_ in zip(rates, theirs, strict=True)]
        if number <= 8:
            best = max(best, statistics.median(ratios))
        lines.append(
            f"| Claimwatch, {number} connections | {_spread(rates, 0)} | {_spread(ratios, 1)} | "
            f"{statistics.median(cpu_ms[number]):.1f} ms |"
        )
    return [*lines, ""], best


def memory_section(sent: Sequence[Figures]) -> list[str]:
    """What sending everything took, and how memory grew."""
    lines = [
        "### Memory", "", "All mails to a server that answers at once, over 8 connections:", "",
        "| mails | seconds | CPU seconds | mails a second | peak memory before, after |", "| --- |" + " --- |" * 4,
    ]  # fmt: skip
    for one in sent:
        lines.append(
            f"| {one['count']:,.0f} | {one['wall_s']:.1f} | {one['cpu_s']:.1f} | {one['count'] / one['wall_s']:.0f} | "
            f"{one['before_mb']:.0f} MB, {one['after_mb']:.0f} MB |"
        )
    return [*lines, ""]


def page(head: str, goals: Sequence[Goal], sections: Sequence[str]) -> str:
    """The whole page."""
    lines = [
        "# How fast mail is built and sent", "", head, "",
        "| goal | at least | measured | |", "| --- | --- | --- | --- |",
    ]  # fmt: skip
    for goal in goals:
        said = "not measured" if goal.figure is None else f"{goal.figure:.1f}"
        lines.append(f"| {goal.what} | {goal.aim:g} | {said} | {'met' if goal.met else '**missed**'} |")
    return "\n".join([*lines, "", *sections, HOW])


def _spread(values: Sequence[float], digits: int) -> str:
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"
