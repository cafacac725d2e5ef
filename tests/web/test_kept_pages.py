"""What is worked out once: again when something has changed, and behind the visitors where it takes long."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from claimwatch.web import kept as module
from claimwatch.web.kept import Kept


@dataclass
class Work:
    """Something that is worked out: it comes to its stamp, and waits where it is told to."""

    stamp: int = 1
    may_end: threading.Event = field(default_factory=threading.Event)
    made: list[int] = field(default_factory=list)

    def __call__(self) -> int:
        self.made.append(self.stamp)
        assert self.may_end.wait(20)
        return self.made[-1]

    def asked(self, kept: Kept) -> int:
        return kept.get("work", lambda: self.stamp, self)


@pytest.fixture
def work() -> Work:
    made = Work()
    made.may_end.set()
    return made


@pytest.fixture
def tended(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    """Where everything counts as taking long, and is looked after without a pause."""
    monkeypatch.setattr(module, "LONG_S", 0.0)
    monkeypatch.setattr(module, "_SEEN_TO_S", 0.0)
    monkeypatch.setattr(module, "_LOOK_S", 0.01)
    kept = Kept()
    with kept.tended(lambda: None):
        yield kept


def until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not there():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_nobody_waits_for_what_is_made_anew(tended: Kept, work: Work) -> None:
    assert work.asked(tended) == 1
    work.may_end.clear()
    work.stamp = 2
    assert [work.asked(tended) for _ in range(3)] == [1, 1, 1]
    until(lambda: work.made == [1, 2])
    assert work.asked(tended) == 1, "still at it"
    work.may_end.set()
    until(lambda: work.asked(tended) == 2)
    assert work.made == [1, 2]


def test_it_is_looked_after_while_nobody_asks(tended: Kept, work: Work) -> None:
    work.asked(tended)
    work.stamp = 2
    until(lambda: work.made == [1, 2])


def test_after_a_long_while_nobody_is_shown_what_was(tended: Kept, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WANTED_S", 0.0)  # nobody asked for an hour: it is not looked after
    work.asked(tended)
    monkeypatch.setattr(module, "BEHIND_S", 0.0)
    work.stamp = 2
    assert work.asked(tended) == 2


def test_what_has_grown_too_old_is_waited_for(tended: Kept, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WANTED_S", 0.0)
    work.asked(tended)
    monkeypatch.setattr(module, "KEPT_S", 0.0)
    assert tended.get("work", lambda: work.stamp, work, oldest_s=0.0) == 1
    assert work.made == [1, 1]


def test_what_nobody_asks_for_any_more_is_let_be(tended: Kept, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WANTED_S", 0.2)
    work.asked(tended)
    end = time.monotonic() + 0.6
    while time.monotonic() < end:  # each change has it made anew behind everybody, which is no asking
        work.stamp += 1
        time.sleep(0.01)
    until(lambda: not tended.busy)
    made = len(work.made)
    work.stamp += 1
    time.sleep(0.1)
    assert 1 < made == len(work.made)


def test_nothing_is_worked_out_of_what_is_outdated(tended: Kept, work: Work) -> None:
    work.asked(tended)
    work.stamp = 2
    assert tended.get("of it", lambda: 0, lambda: work.asked(tended) * 10) == 20


def test_what_cannot_be_made_anew_is_not_shown_for_ever(
    tended: Kept, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    work.asked(tended)

    def broken() -> int:
        if work.stamp == 2:
            raise RuntimeError("the store is away")
        return work.stamp

    tended.get("broken", lambda: work.stamp, broken)
    work.stamp = 2

    def failed() -> bool:
        try:
            tended.get("broken", lambda: work.stamp, broken)
        except RuntimeError:
            return True
        return False

    until(failed)
    assert "the store is away" in caplog.text
    work.stamp = 3
    assert tended.get("broken", lambda: work.stamp, broken) == 3


def test_untended_everything_is_of_this_moment(monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    monkeypatch.setattr(module, "LONG_S", 0.0)
    kept = Kept()
    assert work.asked(kept) == 1
    work.stamp = 2
    assert work.asked(kept) == 2


def test_what_is_asked_for_most_is_there_from_the_start(work: Work) -> None:
    kept = Kept()
    with kept.tended(lambda: work.asked(kept)):
        until(lambda: work.made == [1])
        assert work.asked(kept) == 1
    assert work.made == [1]


def test_only_so_much_is_kept_and_what_takes_long_the_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 3)
    monkeypatch.setattr(module, "LONG_S", 0.02)
    kept, made = Kept(), []

    def long() -> str:
        time.sleep(0.03)  # as whoever waits for a database: it costs the processor nothing
        made.append("long")
        return "long"

    kept.get("long", lambda: 0, long)
    for number in range(10):
        kept.get(number, lambda: 0, lambda: "short")
    kept.get("long", lambda: 0, long)
    assert made == ["long"]


def test_whoever_waits_for_a_database_waits_once(monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    monkeypatch.setattr(module, "LONG_S", 0.02)
    monkeypatch.setattr(module, "_SEEN_TO_S", 0.0)
    kept = Kept()

    def slow() -> int:
        time.sleep(0.03)
        return work()

    with kept.tended(lambda: None):
        assert kept.get("slow", lambda: work.stamp, slow) == 1
        work.may_end.clear()
        work.stamp = 2
        assert kept.get("slow", lambda: work.stamp, slow) == 1, "it is made anew behind whoever asks"
        work.may_end.set()
        until(lambda: kept.get("slow", lambda: work.stamp, slow) == 2)


def test_one_slow_making_does_not_make_a_page_long_for_ever(monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    clock, costs = [time.monotonic()], [module.LONG_S * 6]  # the machine is busy with something else, once
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(module, "_SEEN_TO_S", -60.0)  # at once
    kept = Kept()

    def made() -> int:
        clock[0] += costs.pop() if costs else 0.0
        return work()

    def asked() -> int:
        return kept.get("page", lambda: work.stamp, made)

    old = []
    with kept.tended(lambda: None):
        assert asked() == 1
        for stamp in range(2, 8):
            work.stamp = stamp
            old.append(asked() != stamp)
            until(lambda: work.made[-1] == work.stamp and not kept.busy)
    assert old == [True, True, True, False, False, False]
