"""Waiting between requests to one host."""

import threading
import time
from collections.abc import Callable


class Pacer:
    """Spaces the requests to each host. Shared by all clients of a process; safe to use from several threads."""

    def __init__(
        self, *, sleep: Callable[[float], None] = time.sleep, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.sleep = sleep
        self._monotonic = monotonic
        self._free_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, host: str, interval_s: float) -> None:
        """Block until `interval_s` seconds have passed since the last request to `host` began."""
        with self._lock:
            now = self._monotonic()
            start = max(now, self._free_at.get(host, now))
            self._free_at[host] = start + interval_s
        if start > now:
            self.sleep(start - now)
