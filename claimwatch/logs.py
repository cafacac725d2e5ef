"""Log lines: a line for each happening, as `key=value` or as JSON, the same from commands, flows and pages.

    2026-11-22T06:05:09.184Z warning claimwatch.flows.poll message="uhrp: unread: 503" source=uhrp status=failed

What a line says beside its message comes with `extra=fields(...)`. Values are quoted where they hold anything but plain
characters, so that no scraped text can end a line or begin another; and no line shows a secret of the settings.
"""

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import unquote

from claimwatch.settings import SECRETS, Settings

Value = str | int | float | bool | None
MASK = "********"
_FIELDS = "claimwatch_fields"
_BARE = re.compile(r"[A-Za-z0-9_./:@+-]+")
_TO_FIRST, _TO_LAST = re.compile(r"://[^:/@]*:([^@]*)@"), re.compile(r"://[^:/@]*:(.*)@")
_LEAST = 6  # a shorter secret would blank out words


def fields(**values: Value) -> dict[str, dict[str, Value]]:
    """What a line says beside its message: `log.info("read", extra=fields(source="uhrp", new=3))`."""
    return {_FIELDS: values}


class Lines(logging.Formatter):
    """Records as lines. `kind` is `text` (a traceback follows, indented) or `json` (it is a field); none of `secrets`
    shows."""

    def __init__(self, kind: Literal["text", "json"] = "text", secrets: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._json = kind == "json"
        self._secrets = sorted(secrets, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """One line, without its end."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        level, own = record.levelname.lower(), record.__dict__.get(_FIELDS, {})
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        if self._json:
            said = {"at": at, "level": level, "logger": record.name, "message": record.getMessage(), **own}
            return _quoted(self._masked(said | ({"traceback": trace} if trace else {})))
        said = {"message": record.getMessage(), **own}
        shown = (f"{key}={_shown(value)}" for key, value in self._masked(said).items())
        line = " ".join([at, level, record.name, *shown])
        below = ("    " + (one if one.isprintable() else _quoted(one)) for one in self._hide(trace).splitlines())
        return "\n".join([line, *below])

    def _masked(self, said: dict[str, Value]) -> dict[str, Value]:
        return {key: self._hide(value) if isinstance(value, str) else value for key, value in said.items()}

    def _hide(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text


class Hidden(Lines):
    """Records as logging itself writes them, for a page that shows level and time by itself; no secret shows."""

    def format(self, record: logging.LogRecord) -> str:
        """The message, and a traceback below it."""
        return self._hide(logging.Formatter.format(self, record))


def lines_of(settings: Settings) -> Lines:
    """The formatter that CLAIMWATCH_LOG asks for."""
    return Lines(settings.log, secret_values(settings))


def secret_values(settings: Settings) -> frozenset[str]:
    """All that must not show: each secret as it was set, and the passwords in those that are addresses."""
    found: set[str] = set()
    for name in SECRETS:
        held = getattr(settings, name)
        for one in held if isinstance(held, tuple) else (held,):
            if one is None:
                continue
            for part in one.get_secret_value().split() if name == "operator_notify" else (one.get_secret_value(),):
                # As the drivers read it: a password may hold any of `/?#[`, for some of them `@` as well.
                userinfos = (_TO_FIRST.search(part), _TO_LAST.search(part))
                for password in [one[1] for one in userinfos if one] if "://" in part else [part]:
                    found |= {password, unquote(password)}
                found |= {part} if name == "operator_notify" else set()
    return frozenset(one for one in found if len(one) >= _LEAST)


@contextmanager
def to_stderr(settings: Settings) -> Iterator[None]:
    """While the block lasts, what this process logs (warnings, and worse) goes to standard error in our lines."""
    handler = _Stderr()
    handler.setFormatter(lines_of(settings))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


class _Stderr(logging.Handler):
    """To what standard error is when a line is written, as logging's own last resort does."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            print(self.format(record), file=sys.stderr, flush=True)
        except Exception:  # as every handler does: a line that cannot be written must not end the work
            self.handleError(record)


def _shown(value: Value) -> str:
    if isinstance(value, str):
        return value if _BARE.fullmatch(value) else _quoted(value)
    return json.dumps(value)


def _quoted(value: object) -> str:
    """As JSON. Where it holds characters that a terminal would obey or hide, all beyond ASCII is escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f")
