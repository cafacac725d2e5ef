"""Rounds of `claimwatch run` as processes of their own, forked from one that has imported everything: quick to start,
and to be killed or stopped at will."""

import json
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from sqlalchemy import event

from claimwatch.captures import CaptureStore
from claimwatch.errors import ClaimwatchError
from claimwatch.pipeline import Watch, build_due, deliver, due_sources, poll
from claimwatch.pipeline.mailing import doubts
from claimwatch.settings import clock, load_settings
from claimwatch.sources import load_sources
from claimwatch.store import Store, relays
from tests.faults.warm import ENGINE

PHASES = ("poll", "build", "deliver")
PAUSE_S = 0.2


@dataclass(frozen=True, slots=True)
class Round:
    """One round: an installation's `settings` (with `home`, and `now` for a frozen clock) and what is done, in order.

    Of `sources` only these are polled; none: all.
    """

    settings: dict[str, Any]
    phases: tuple[str, ...] = PHASES
    sources: tuple[str, ...] = ()

    def at(self, now: datetime) -> "Round":
        """The same at another time."""
        return replace(self, settings=self.settings | {"now": now})

    @property
    def home(self) -> Path:
        """Where its settings, logs and, unless they say otherwise, all that is kept lie."""
        return Path(self.settings["home"])


@dataclass(frozen=True, slots=True)
class Kill:
    """When a process kills itself: in a phase, at its `step`th statement, commit or file, or after `seconds` of it."""

    phase: str
    step: int | None = None
    seconds: float | None = None


class Steps:
    """Counts what a process does to store and files, phase by phase, and kills it where it is told to."""

    def __init__(self, kill: Kill | None, home: Path) -> None:
        self.counts: Counter[str] = Counter()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._kill = kill
        self._home = str(home)
        self._phase = ""
        self._lock = threading.Lock()

    def listen(self, watch: Watch) -> None:
        """From now on; for as long as the process lives."""
        for name in ("before_cursor_execute", "commit"):
            event.listen(watch.store.engine, name, lambda *_: self._step())
        sys.addaudithook(self._audit)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """What is done within belongs to this phase."""
        self._phase, began = name, time.monotonic()
        kill = self._kill
        if kill is not None and kill.phase == name and kill.seconds is not None:
            timer = threading.Timer(kill.seconds, self._die)
            timer.daemon = True
            timer.start()
        yield
        self.seconds[name] += time.monotonic() - began
        self._phase = ""

    def _audit(self, what: str, arguments: tuple[Any, ...]) -> None:
        if self._phase and what in ("open", "os.rename") and str(arguments[0]).startswith(self._home):
            self._step()

    def _step(self) -> None:
        if not self._phase:
            return
        with self._lock:
            self.counts[self._phase] += 1
            count = self.counts[self._phase]
        kill = self._kill
        if kill is not None and kill.phase == self._phase and kill.step == count:
            self._die()

    def _die(self) -> None:
        if self._kill is not None and self._kill.phase == self._phase:
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def open_round(one: Round) -> Iterator[Watch]:
    """The watch of a round, over the engine that is compiled already."""
    settings = load_settings(**one.settings)
    store = Store(settings.database_url.get_secret_value())
    watch = Watch(
        settings=settings,
        store=store,
        captures=CaptureStore(settings.captures_url),
        baseline=ENGINE.baseline,
        sources={
            slug: spec for slug, spec in load_sources(settings.sources).items() if slug in (one.sources or (slug,))
        },
        now=clock(settings),
    )
    watch.__dict__.update(comparer=ENGINE.comparer, scanner=ENGINE.scanner)
    try:
        yield watch
    finally:
        store.close()


def act(one: Round, kill: Kill | None = None) -> tuple[bool, Steps]:
    """Do a round, with pauses of minutes cut to parts of a second; whether anything is still to be sent."""
    vars(sys.modules["claimwatch.pipeline.mailing.deliver"]).update(BACK_OFF_S=(PAUSE_S,))
    vars(doubts).update(SETTLE_S=PAUSE_S)
    vars(relays).update(RESTS_S=(PAUSE_S,))
    steps, waiting = Steps(kill, one.home), False
    with open_round(one) as watch:
        steps.listen(watch)
        if "poll" in one.phases:
            with steps.phase("poll"):
                for slug in due_sources(watch):
                    poll(watch, slug)
        if "build" in one.phases:
            with steps.phase("build"):
                build_due(watch)
        if "deliver" in one.phases:
            with steps.phase("deliver"):
                waiting = deliver(watch).waiting > 0
    return waiting, steps


def _once(one: Round, kill: Kill | None) -> None:
    """A process: exit status 0 where all is done, 3 where something waits, 1 where an error was told."""
    with (one.home / "log").open("a", encoding="utf-8", buffering=1) as log, redirect_stdout(log), redirect_stderr(log):
        try:
            waiting, steps = act(one, kill)
        except ClaimwatchError as error:
            print(f"error: {error}")
            os._exit(1)
        except BaseException:
            traceback.print_exc()
            os._exit(4)
        measured = {name: (steps.counts[name], steps.seconds[name]) for name in one.phases}
        (one.home / "steps.json").write_text(json.dumps(measured), encoding="utf-8")
        os._exit(3 if waiting else 0)


def _again_and_again(one: Round) -> None:
    """A worker: a session of its own, and in it a process for each round, until it is ended."""
    os.setsid()
    while True:
        pid = os.fork()
        if pid == 0:
            _once(one, None)
        os.waitpid(pid, 0)
        time.sleep(PAUSE_S / 2)


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.rounds"])
    return context


def run_once(one: Round, kill: Kill | None = None, patience_s: float = 120) -> int:
    """Do a round in a process of its own; its exit status, negative where a signal ended it."""
    one.home.mkdir(parents=True, exist_ok=True)
    process = _context().Process(target=_once, args=(one, kill))
    process.start()
    process.join(patience_s)
    if process.exitcode is None:
        process.kill()
        raise AssertionError(f"a round did not end in {patience_s} s; see {one.home}/log")
    return process.exitcode


def finish(one: Round) -> int:
    """Rounds until nothing waits; how many it took."""
    for count in range(1, 60):
        status = run_once(one)
        assert status in (0, 3), (one.home / "log").read_text(encoding="utf-8")
        if status == 0:
            return count
        time.sleep(PAUSE_S)
    raise AssertionError(f"something still waits; see {one.home}/log")


@contextmanager
def workers(rounds: Sequence[Round]) -> Iterator[list[ForkServerProcess]]:
    """A worker for each, at work until the end of the block."""
    started = []
    for one in rounds:
        one.home.mkdir(parents=True, exist_ok=True)
        process = _context().Process(target=_again_and_again, args=(one,))
        process.start()
        started.append(process)
    try:
        yield started
    finally:
        for process in started:
            assert process.pid is not None
            os.killpg(process.pid, signal.SIGCONT)
            os.killpg(process.pid, signal.SIGKILL)
            process.join()
