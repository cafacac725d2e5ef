"""Which of many texts stand at one place of another."""

from bisect import bisect_right
from collections.abc import Iterable


class Prefixes:
    """Texts in order, and for each the longest other one that it begins with."""

    __slots__ = ("_longest", "_shorter", "_texts")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = sorted(texts)
        self._longest = max(map(len, self._texts), default=0)
        self._shorter: list[int] = []
        for number, text in enumerate(self._texts):
            shorter = number - 1
            while shorter >= 0 and not text.startswith(self._texts[shorter]):
                shorter = self._shorter[shorter]
            self._shorter.append(shorter)

    def at(self, text: str, start: int) -> list[str]:
        """Those that stand in `text` at `start`, the longest first."""
        found, texts = [], self._texts
        # The last one that is not behind `text` in order begins with all those that stand there, or is one of them.
        number = bisect_right(texts, text[start : start + self._longest]) - 1
        while number >= 0:
            if text.startswith(texts[number], start):
                found.append(texts[number])
            number = self._shorter[number]
        return found
