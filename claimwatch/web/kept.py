"""What is worked out once for several visitors: a board of all claims, the health of all sources.

What takes long is waited for once, by whoever asks first. From then on, while it is `tended`, everybody is shown what
was worked out last, and a thread makes it anew behind them when something has changed.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar, cast

KEPT_S = 60.0  # what changes without a new row (a replay, a passing hour) is seen after this time
OLDEST_S = 1200.0  # where it takes long and few ask: after this one
BEHIND_S = 60.0  # how long what takes long is still shown after it was last seen to be what it should
LONG_S = 0.05  # as a visitor would wait, for the database as well: nobody waits for what takes longer
_LOOK_S = 5.0  # how often what takes long is looked after while nobody asks for it
_SEEN_TO_S = 1.0
_WANTED_S = 3600.0  # what nobody has asked for so long is made anew when somebody does
_MOST = 200
_LOG = logging.getLogger("claimwatch.web")
Made = TypeVar("Made")


@dataclass(slots=True)
class _Held:
    """One value, what it was worked out from, and how to do it again.

    `took_s` is the longest that it took of late: what a making took counts half as much with each that follows it.
    """

    value: object
    stamp: Hashable
    stamp_of: Callable[[], Hashable]
    make: Callable[[], object]
    took_s: float
    made_at: float
    asked_at: float
    sound_at: float  # when its stamp was last seen to be that of the moment
    seen_to_at: float = field(default_factory=time.monotonic)

    @property
    def worth(self) -> tuple[bool, float]:
        """The higher, the longer it is kept: what takes long, then what was asked for last."""
        return self.took_s >= LONG_S, self.asked_at

    def holds(self, stamp_of: Callable[[], Hashable]) -> bool:
        """Whether it is young enough, and nothing has changed since."""
        return time.monotonic() - self.made_at < KEPT_S and self.sound(stamp_of)

    def sound(self, stamp_of: Callable[[], Hashable]) -> bool:
        """Whether nothing has changed since, as far as rows tell."""
        now = time.monotonic()
        if self.stamp != stamp_of():
            return False
        self.sound_at = now
        return True

    def may_be_shown(self, stamp_of: Callable[[], Hashable], oldest_s: float) -> bool:
        """Whether it may be shown as it is: not too old, and right a short while ago."""
        now = time.monotonic()
        if now - self.made_at > oldest_s:
            return False
        return now - self.sound_at < BEHIND_S or self.sound(stamp_of)


class Kept:
    """Values by key, each good while its stamp stands and not longer than a minute. Safe for threads."""

    def __init__(self) -> None:
        self._values: dict[Hashable, _Held] = {}
        self._locks: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self._tended = self._at_work = False
        self._outdated: queue.SimpleQueue[Hashable | None] = queue.SimpleQueue()
        self._queued: set[Hashable] = set()
        self._own = threading.local()  # whether this thread is working something out

    def get(
        self,
        key: Hashable,
        stamp_of: Callable[[], Hashable],
        make: Callable[[], Made],
        oldest_s: float = OLDEST_S,
    ) -> Made:
        """The value of `key`, made anew where there is none of the stamp that is now; made once for all who wait.

        While the values are tended, one that takes long is given as it is, and made anew behind whoever asks: up to
        a minute after its rows changed, and up to `oldest_s` seconds after it was made. What is worked out of it is
        not worked out of an old one. One key always has values of one type.
        """
        with self._lock:
            held, lock = self._values.get(key), self._locks.setdefault(key, threading.Lock())
        if held is not None:
            held.asked_at = time.monotonic()
            given = self._tended and held.took_s >= LONG_S and not getattr(self._own, "making", False)
            if given and held.may_be_shown(stamp_of, oldest_s):
                self._see_to(key, held)
                return cast(Made, held.value)
        with lock:
            held = self._values.get(key)
            if held is None or not held.holds(stamp_of):
                held = self._make(key, stamp_of, make)
            return cast(Made, held.value)

    def forget(self) -> None:
        """Work everything out anew from now on."""
        with self._lock:
            self._values.clear()

    @property
    def busy(self) -> bool:
        """Whether something is being made anew, or is about to be."""
        with self._lock:
            return self._at_work or bool(self._queued)

    def outdate(self) -> None:
        """Take everything for outdated from now on."""
        with self._lock:
            for held in self._values.values():
                held.stamp, held.seen_to_at = object(), 0.0

    @contextmanager
    def tended(self, first: Callable[[], object]) -> Iterator[None]:
        """Nobody waits twice for what takes long, as long as this lasts; `first` works out what is asked for most."""
        thread = threading.Thread(target=self._tend, args=(first,), name="kept", daemon=True)
        self._tended = True
        thread.start()
        try:
            yield
        finally:
            self._tended = False
            self._outdated.put(None)
            thread.join(_LOOK_S)  # what it is still at ends with the process

    def _tend(self, first: Callable[[], object]) -> None:
        self._at_work = True
        with _told():
            first()
        self._at_work = False
        while self._tended:
            try:
                key = self._outdated.get(timeout=_LOOK_S)
            except queue.Empty:
                self._look()
                continue
            with self._lock:
                self._queued.discard(key)
                self._at_work = key is not None
                held = None if key is None else self._values.get(key)
                lock = self._locks.get(key)
            if held is None or lock is None:
                self._at_work = False
                continue
            with lock, _told():
                try:
                    if not held.holds(held.stamp_of):  # it may have been asked for again while it was being made
                        self._make(key, held.stamp_of, held.make, held.asked_at)
                except BaseException:
                    with self._lock:  # whoever asks next waits for it, and sees what is wrong
                        self._values.pop(key, None)
                    raise
            self._at_work = False

    def _look(self) -> None:
        """Have made anew what takes long, was asked for lately, and hangs on what has changed or is half too old."""
        now = time.monotonic()
        with self._lock:
            there = [(key, held) for key, held in self._values.items() if held.took_s >= LONG_S]
        with _told():  # one for all: what cannot be asked for one will not be for the others
            for key, held in there:
                wanted = held.asked_at > now - _WANTED_S
                if wanted and (now - held.made_at > OLDEST_S / 2 or not held.sound(held.stamp_of)):
                    self._ask_for(key)

    def _see_to(self, key: Hashable, held: _Held) -> None:
        """Have a value made anew where it is no longer what it was worked out from; looked at once a second."""
        if time.monotonic() - held.seen_to_at > _SEEN_TO_S:
            held.seen_to_at = time.monotonic()
            if not held.holds(held.stamp_of):
                self._ask_for(key)

    def _ask_for(self, key: Hashable) -> None:
        with self._lock:
            if key in self._queued:
                return
            self._queued.add(key)
        self._outdated.put(key)

    def _make(
        self,
        key: Hashable,
        stamp_of: Callable[[], Hashable],
        make: Callable[[], object],
        asked_at: float | None = None,
    ) -> _Held:
        """Work a value out. `asked_at`: when a visitor last asked for it, where none does now."""
        nested, self._own.making = getattr(self._own, "making", False), True
        now, stamp = time.monotonic(), stamp_of()
        try:
            value = make()
        finally:
            self._own.making = nested
        took = time.monotonic() - now
        with self._lock:
            before = self._values.pop(key, None)
            while len(self._values) >= _MOST:
                least = min(self._values, key=lambda one: self._values[one].worth)
                del self._values[least]
                self._locks.pop(least, None)
            took = max(took, before.took_s / 2) if before is not None else took
            held = self._values[key] = _Held(
                value, stamp, stamp_of, make, took, made_at=now, asked_at=asked_at or now, sound_at=now
            )
        return held


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong here is in nobody's way: it is noted, and whoever asks next meets it."""
    try:
        yield
    except Exception as error:
        _LOG.error("a page could not be worked out: %s", error, exc_info=error)
