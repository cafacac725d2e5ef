"""Waiting between requests to one host."""

import threading
import time
from collections.abc import Callable


class Pacer:
    """Spaces the requests to each host.

    `reserve` takes the next turn at a host, given it and the seconds until the turn after, and returns the seconds to
    wait. Without one, turns are kept in memory: for all clients that share the pacer, from any thread.
    """

    def __init__(
        self,
        *,
        reserve: Callable[[str, float], float] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sleep = sleep
        self._reserve = reserve or self._in_memory
        self._monotonic = monotonic
        self._free_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, host: str, interval_s: float) -> None:
        """Block until it is our turn; the one after comes `interval_s` seconds later."""
        pause_s = self._reserve(host, interval_s)
        if pause_s > 0:
            self.sleep(pause_s)

    def _in_memory(self, host: str, interval_s: float) -> float:
        with self._lock:
            now = self._monotonic()
            start = max(now, self._free_at.get(host, now))
            self._free_at[host] = start + interval_s
            return start - now
