"""Where mail that comes back lies: a Maildir, out of which it is moved to `cur`, or an mbox, which is only read."""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO, Protocol

from claimwatch.delivery.maildir import write_file
from claimwatch.errors import ClaimwatchError, SettingsInvalid

MOST_BYTES = 1 << 20  # of one mail; the report stands before the mail that it encloses


@dataclass(frozen=True, slots=True)
class Returned:
    """One mail as it lies there. `position` is where to read on once it is handled; None where it is put away."""

    raw: bytes
    position: str | None = None
    path: Path | None = None


class Box(Protocol):
    """A box of returned mail."""

    name: str

    def waiting(self, position: str | None) -> Iterator[Returned]:
        """What has not been handled, oldest first, read on from `position`. Raises `ClaimwatchError`."""
        ...

    def put_away(self, returned: Returned) -> None:
        """Take a handled mail out of what waits. After a crash before this it is read once more."""
        ...


def open_box(text: str) -> Box:
    """The box of `maildir:PATH` or `mbox:PATH`. Raises `SettingsInvalid`."""
    kind, _, path = text.partition(":")
    if kind == "maildir" and path:
        return MaildirBox(Path(path).expanduser())
    if kind == "mbox" and path:
        return MboxBox(Path(path).expanduser())
    raise SettingsInvalid("CLAIMWATCH_BOUNCES_BOX: write maildir:PATH or mbox:PATH")


class MaildirBox:
    """A Maildir: `new` is read; what was handled moves to `cur`, marked as seen."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = count()
        self.name = f"maildir:{path}"

    def make(self) -> None:
        """Makes the Maildir where there is none. Raises `ClaimwatchError`."""
        try:
            for folder in ("tmp", "new", "cur"):
                (self._path / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise _unreadable(self.name, error, "made") from error

    def keep(self, raw: bytes) -> None:
        """Puts a mail into `new`; once this returns it is safely on disk. Raises `ClaimwatchError`."""
        name = f"{time.time_ns()}.P{os.getpid()}Q{next(self._kept)}.claimwatch"
        try:
            write_file(self._path, name, raw)
        except OSError as error:
            raise _unreadable(self.name, error, "written") from error

    def waiting(self, position: str | None) -> Iterator[Returned]:
        """The files in `new`; whatever is no plain file, or was taken by somebody else meanwhile, is passed over."""
        try:
            paths = sorted(path for path in (self._path / "new").iterdir() if path.is_file())
        except OSError as error:
            raise _unreadable(self.name, error) from error
        for path in paths:
            try:
                with path.open("rb") as file:
                    raw = file.read(MOST_BYTES)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise _unreadable(str(path), error) from error
            yield Returned(raw, path=path)

    def put_away(self, returned: Returned) -> None:
        """Moves the file; somebody else may have done so."""
        assert returned.path is not None
        seen = self._path / "cur"
        try:
            seen.mkdir(exist_ok=True)
            returned.path.replace(seen / f"{returned.path.name.partition(':')[0]}:2,S")
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unreadable(str(returned.path), error, "moved to cur") from error


class MboxBox:
    """An mbox that somebody else writes and rotates. A position is an offset and a hash of how the file begins, so
    that a new file under the old name is read from its beginning."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = f"mbox:{path}"

    def waiting(self, position: str | None) -> Iterator[Returned]:
        """The mails after `position`, up to where the file ends at this moment."""
        try:
            with self._path.open("rb") as file:
                # Whoever appends holds this lock: without it we might read half a mail.
                fcntl.lockf(file, fcntl.LOCK_SH)
                end = os.fstat(file.fileno()).st_size
                fcntl.lockf(file, fcntl.LOCK_UN)
                begins = hashlib.sha256(file.readline(200)).hexdigest()[:16]
                offset, _, hashed = (position or "").partition(" ")
                start = int(offset) if offset.isdecimal() and hashed == begins and int(offset) <= end else 0
                file.seek(start)
                for raw, at in _split(file, end):
                    yield Returned(raw, position=f"{at} {begins}")
        except OSError as error:
            raise _unreadable(self.name, error) from error

    def put_away(self, returned: Returned) -> None:
        """Nothing: the position says what was handled."""


def _split(file: BinaryIO, end: int) -> Iterator[tuple[bytes, int]]:
    """Each mail from here to `end`, without its `From ` line, and where the next one begins."""
    lines: list[bytes] = []
    size, at, blank = 0, file.tell(), True
    started = False
    while at < end:
        line = file.readline(MOST_BYTES)
        if not line:
            break
        if line.startswith(b"From ") and blank:
            if started:
                yield b"".join(lines), at
            lines, size, started = [], 0, True
        elif size < MOST_BYTES:
            lines.append(line)
            size += len(line)
        blank = not line.strip()
        at += len(line)
    if started:
        yield b"".join(lines), at


def _unreadable(what: str, error: OSError, how: str = "read") -> ClaimwatchError:
    why = error.strerror or str(error)
    return ClaimwatchError(f"{what} cannot be {how}: {why}; correct CLAIMWATCH_BOUNCES_BOX or its rights")
