"""Evidence: what became of an attempt that ended without an answer, by Message-ID.

A Maildir is its own evidence. A relay that knows messages again by a header needs none: sending once more is harmless.
For a Postfix on this machine it is its log: `cleanup` notes the Message-ID while the
message is still arriving, which proves nothing; the `queue active` line of the same queue id says that it was taken.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from claimwatch.delivery.maildir import MaildirTransport

REMEMBERED_S = 23 * 3600.0  # 24 hours is what such relays promise
_ARRIVING = re.compile(r"postfix\S*/cleanup\[\d+\]: ([0-9A-Za-z]+): message-id=(<[^>]*>)")
_TAKEN = re.compile(r"postfix\S*/qmgr\[\d+\]: ([0-9A-Za-z]+): from=.*\(queue active\)")


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt in doubt: it began at `tried_at` and was given up at `doubted_at`, both in real time."""

    tried_at: float
    doubted_at: float


class Evidence(Protocol):
    """What can say whether messages were taken."""

    settle_s: float

    def find(self, asked: Mapping[str, Tried]) -> dict[str, str | None]:
        """By Message-ID: under which name it was taken, or None where it was not, or where that makes no difference.

        What cannot be said (yet) is left out.
        """
        ...


class MaildirEvidence:
    """The Maildir itself: a message lies there or does not."""

    settle_s = 0.0

    def __init__(self, maildir: MaildirTransport) -> None:
        self._maildir = maildir

    def find(self, asked: Mapping[str, Tried]) -> dict[str, str | None]:
        """Speaks of everything that is asked."""
        there = {id_: self._maildir.find(id_) for id_ in asked}
        return {id_: str(path) if path else None for id_, path in there.items()}


class RelayMemory:
    """A relay that takes a message once, however often it is given it under one key. It remembers a key for a day, so
    that what is older, or was in doubt before, is none of which it can be said."""

    settle_s = 0.0

    def find(self, asked: Mapping[str, Tried]) -> dict[str, str | None]:
        """May be sent again, at once, unless the attempt was too long ago."""
        real = time.time()
        return {id_: None for id_, tried in asked.items() if real - tried.tried_at < REMEMBERED_S}


class PostfixLog:
    """The log of the Postfix that takes our mail, and the one before it (`.1`) where it was rotated."""

    def __init__(self, path: Path, *, settle_s: float) -> None:
        self._path = path
        self.settle_s = settle_s

    def find(self, asked: Mapping[str, Tried]) -> dict[str, str | None]:
        """A yes counts at once; a no only after the settle time, and where the log reaches back to the attempt."""
        real = time.time()
        arriving: dict[str, list[str]] = {}
        taken: set[str] = set()
        begins_at: float | None = None
        for path in (self._path.with_name(f"{self._path.name}.1"), self._path):
            if not path.exists():
                continue
            with path.open(encoding="utf-8", errors="replace") as lines:
                for line in lines:
                    if begins_at is None:
                        begins_at = _time_of(line, real)
                    if (found := _ARRIVING.search(line)) and found[2] in asked:
                        arriving.setdefault(found[2], []).append(found[1])
                    elif found := _TAKEN.search(line):
                        taken.add(found[1])
        answers: dict[str, str | None] = {}
        for id_, tried in asked.items():
            names = [name for name in arriving.get(id_, ()) if name in taken]
            covered = begins_at is not None and begins_at <= tried.tried_at
            if names or (covered and real - tried.doubted_at >= self.settle_s):
                answers[id_] = names[0] if names else None
        return answers


def _time_of(line: str, real: float) -> float | None:
    """The time of a log line, ISO 8601 or `Nov 22 04:47:03` in local time of the last twelve months."""
    word = line.partition(" ")[0]
    try:
        if word[:4].isdigit():
            return datetime.fromisoformat(word).timestamp()
        now = datetime.fromtimestamp(real).astimezone()
        at = datetime.strptime(f"{now.year} {line[:15]}", "%Y %b %d %H:%M:%S").astimezone()
    except ValueError:
        return None
    return (at if at <= now + timedelta(days=1) else at.replace(year=now.year - 1)).timestamp()
