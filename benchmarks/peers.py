"""Feeds polled by us and by our peers, side by side: `./dev bench peers [--feeds N] [--rounds N]`.

Every contender polls the same feeds from the same server on loopback and mails to the same sink: once for the first
time, with a mail of what is new, and once when nothing has changed. Each poll is a process, timed from its start to
its exit. In a round each has its turn, beginning with another one each time; figures are medians over the rounds.
What was asked for and what was mailed is counted: who did not do the work is named with what was missing.

Peers are installed from the package index into environments under var/bench/, once. One that cannot be had is named
with the reason, and the rest is reported.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.children import Ran, run
from benchmarks.contenders import CONTENDERS, ROOT, Contender, Trial
from benchmarks.loopback import Loopback, Served, feed

ENVIRONMENTS = ROOT / "var" / "bench"
PATIENCE_S = 900


@dataclass(frozen=True, slots=True)
class Result:
    """Medians of one contender: seconds of both polls, on the clock and of the processor (which other work on the
    machine changes less), the peak of memory in MB over both, the mails of the first; `failure`: why there are none.
    """

    name: str
    feeds: int
    rounds: int
    first: float = 0.0
    again: float = 0.0
    first_cpu: float = 0.0
    again_cpu: float = 0.0
    peak_mb: float = 0.0
    mails: int = 0
    remark: str = ""
    failure: str | None = None


@dataclass
class _Kept:
    rounds: list[tuple[Ran, Ran]] = field(default_factory=list)
    mails: int = 0


class DidNotWork(Exception):
    """A contender did not do what is compared."""


def compare(feeds: int, rounds: int, tell: Callable[[str], None], names: Sequence[str] = ()) -> list[Result]:
    """Every contender (or those named) on so many feeds, in turns."""
    wanted = [one for one in CONTENDERS if not names or one.name in names]
    failures: dict[str, str] = {}
    programs: dict[str, Path] = {}
    for one in wanted:
        try:
            programs[one.name] = installed(one)
        except DidNotWork as why:
            failures[one.name] = str(why)
    kept = {one.name: _Kept() for one in wanted}
    with Loopback([feed(number) for number in range(feeds)]) as servers:
        for number in range(rounds):
            for one in (*wanted[number % len(wanted) :], *wanted[: number % len(wanted)]):
                if one.name not in failures:
                    tell(f"round {number + 1} of {rounds}: {one.name}")
                    try:
                        _round(one, programs[one.name], servers, kept[one.name])
                    except (DidNotWork, subprocess.TimeoutExpired) as why:
                        failures[one.name] = str(why)
    return [
        Result(one.name, feeds, rounds, remark=one.remark, failure=failures[one.name])
        if one.name in failures
        else _result(one, feeds, rounds, kept[one.name])
        for one in wanted
    ]


def _result(one: Contender, feeds: int, rounds: int, kept: _Kept) -> Result:
    figures = [
        (first.seconds, again.seconds, first.cpu, again.cpu, max(first.peak_mb, again.peak_mb))
        for first, again in kept.rounds
    ]
    first_s, again_s, first_cpu, again_cpu, peak = (statistics.median(some) for some in zip(*figures, strict=True))
    return Result(
        one.name, feeds, rounds, first_s, again_s, first_cpu, again_cpu, peak, mails=kept.mails, remark=one.remark
    )


def installed(one: Contender) -> Path:
    """The folder of the programs of a contender's environment, which is made where it is not there yet."""
    if not one.packages:
        return Path(sys.executable).parent
    home = ENVIRONMENTS / "-".join(one.packages).replace("==", "-")
    done = home / "installed"
    if not done.exists():
        shutil.rmtree(home, ignore_errors=True)
        home.parent.mkdir(parents=True, exist_ok=True)
        log = home.parent / f"{home.name}.log"
        # Ours may be without ensurepip; the pip of the machine's Python can install into any environment.
        python = str(home / "bin" / "python")
        for command in (
            [sys.executable, "-m", "venv", "--without-pip", str(home)],
            [_pip_python(), "-m", "pip", "--python", python, "--disable-pip-version-check", "install",
             "--quiet", *one.packages],
        ):  # fmt: skip
            try:
                ran = run(command, log=log, cwd=ROOT, patience_s=PATIENCE_S)
            except subprocess.TimeoutExpired as error:
                raise DidNotWork(f"not installed within {PATIENCE_S} s") from error
            if ran.status:
                raise DidNotWork(f"could not be installed: {_last_line(ran)}")
        done.touch()
    return home / "bin"


def _pip_python() -> str:
    """A Python that has pip: ours, or the machine's."""
    for python in (sys.executable, shutil.which("python3") or "", getattr(sys, "_base_executable", "")):
        asked = [python, "-m", "pip", "--version"]
        if python and subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            return python
    raise DidNotWork("could not be installed: no Python here has pip")


def _round(one: Contender, programs: Path, servers: Loopback, kept: _Kept) -> None:
    """The first poll and the second, on a state of their own."""
    with tempfile.TemporaryDirectory(prefix="claimwatch-peers-") as folder:
        trial = Trial(Path(folder), programs, tuple(servers.urls), servers.smtp_port)
        for command in one.prepare(trial):
            _succeeded(run(command.words, log=trial.folder / "log", cwd=ROOT, environment=command.environment,
                           patience_s=PATIENCE_S))  # fmt: skip
        servers.take()
        ran = []
        for again in (False, True):
            if again:
                time.sleep(1.1)  # some date their state in whole seconds
            command = one.poll(trial, again)
            ran.append(
                _succeeded(
                    run(command.words, log=trial.folder / "log", cwd=ROOT, environment=command.environment,
                        patience_s=PATIENCE_S)
                )
            )  # fmt: skip
            served = servers.take()
            _complain(one, servers.count, again, served, ran[-1])
            if not again:
                kept.mails = served.mails
    kept.rounds.append((ran[0], ran[1]))


def _succeeded(ran: Ran) -> Ran:
    if ran.status:
        raise DidNotWork(f"exit status {ran.status}: {_last_line(ran)}")
    return ran


def _complain(one: Contender, count: int, again: bool, served: Served, ran: Ran) -> None:
    """Raise `DidNotWork` unless each feed was fetched once, or found unchanged, and the mail was sent."""
    wanted = Served(0, count, 0) if again else Served(count, 0, one.mails(count))
    if served != wanted:
        when = "when nothing had changed" if again else "at the first poll"
        raise DidNotWork(f"{when} {served} instead of {wanted}; it said: {_last_line(ran)}")


def _last_line(ran: Ran) -> str:
    return (ran.said.splitlines() or ["nothing"])[-1].strip()[:300]
