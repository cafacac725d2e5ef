"""What is worked out once for several visitors: a board of all claims, the health of all sources."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

KEPT_S = 60.0  # what changes without a new row (a replay, a passing hour) is seen after this time
_MOST = 200
Made = TypeVar("Made")


class Kept:
    """Values by key, each good while its stamp stands and not longer than a minute. Safe for threads."""

    def __init__(self) -> None:
        self._values: dict[Hashable, tuple[Hashable, float, object]] = {}
        self._locks: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, stamp: Hashable, make: Callable[[], Made]) -> Made:
        """The value of `key`, made anew where there is none of this stamp; made once for all who wait for it.

        One key always has values of one type.
        """
        with self._lock:
            if len(self._values) > _MOST:
                self._values.clear()
                self._locks.clear()
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            held = self._values.get(key)
            if held is not None and held[0] == stamp and time.monotonic() - held[1] < KEPT_S:
                return cast(Made, held[2])
            made = make()
            self._values[key] = (stamp, time.monotonic(), made)
            return made

    def forget(self) -> None:
        """Work everything out anew from now on."""
        with self._lock:
            self._values.clear()
