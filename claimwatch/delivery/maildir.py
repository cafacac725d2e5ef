"""A Maildir as a way out: each Message-ID is delivered there once, however often it is sent."""

import os
import re
from email.parser import BytesHeaderParser
from pathlib import Path
from types import TracebackType
from typing import Self

from claimwatch.delivery.answers import Verdict
from claimwatch.delivery.receipt import NotTaken, Receipt

_UNSAFE = re.compile(r"[^A-Za-z0-9.@_-]+")


class MaildirTransport:
    """Writes to `tmp`, then renames into `new`; a name is made from the Message-ID, so that a crash repeats nothing."""

    def __init__(self, path: str) -> None:
        self._path = Path(path).expanduser()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held open."""

    def send(self, mail_from: str, to: str, message: bytes) -> Receipt:
        """Deliver one message; `message` must bear a Message-ID. Raises `NotTaken` when it cannot be written."""
        message_id = BytesHeaderParser().parsebytes(message).get("Message-ID")
        if not message_id:
            raise NotTaken(f"the message to {to} has no Message-ID; it was not delivered", Verdict.MESSAGE)
        name = _name(message_id)
        try:
            for folder in ("tmp", "new", "cur"):
                (self._path / folder).mkdir(parents=True, exist_ok=True)
            there = self._delivered(name)
            if there is None:
                there = write_file(self._path, name, message)
        except OSError as error:
            raise NotTaken(
                f"the Maildir {self._path} cannot be written: {error.strerror or error}; free space or mend its rights",
                Verdict.RELAY,
            ) from error
        return Receipt(str(there))

    def find(self, message_id: str) -> Path | None:
        """The message of that id as it lies there, or None: the evidence of a delivery that was cut off."""
        try:
            return self._delivered(_name(message_id))
        except FileNotFoundError:  # there is no Maildir yet
            return None

    def _delivered(self, name: str) -> Path | None:
        """The message as it lies there, read or not: readers move it to `cur` and add `:2,` and flags."""
        fresh = self._path / "new" / name
        if fresh.exists():
            return fresh
        return next((path for path in (self._path / "cur").iterdir() if path.name.partition(":")[0] == name), None)


def write_file(maildir: Path, name: str, message: bytes) -> Path:
    """Puts a file into `new`, whole and safely on disk, or not at all; the folders exist. Raises `OSError`."""
    partial, final = maildir / "tmp" / f"{name}.{os.getpid()}", maildir / "new" / name
    try:
        with partial.open("wb") as file:
            file.write(message)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(final)
    except OSError:
        partial.unlink(missing_ok=True)  # a full disk needs the room
        raise
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return final


def _name(message_id: str) -> str:
    return _UNSAFE.sub("_", message_id.strip().strip("<>"))
