"""What is fuzzed: every parser that the project has, from the pages of its golden files, and what must hold."""

import contextlib
import dataclasses
import importlib
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType

import pytest
import yaml

from claimwatch.errors import ReadFailed
from claimwatch.models import Page, Parsed
from claimwatch.settings import PROJECT
from tests.parsers.golden import GOLDEN, assert_sound, page_of

WATCHDOG_S = 60.0  # far above what any page takes on a busy machine: it ends a hang, it measures nothing


class Hang(BaseException):
    """A parser did not come back. No `Exception`, so that no parser can take it for a fault of its page."""


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of page of one parser, and the good and bad pages of that kind that we hold."""

    name: str
    parse: Callable[[Page], Parsed]
    seeds: tuple[Page, ...]


def parsers() -> set[str]:
    """The parsers that sources.yaml names, by dotted path."""
    sources = yaml.safe_load((PROJECT / "sources.yaml").read_text(encoding="utf-8"))
    return {str(source["parser"]) for source in sources.values()}


@cache
def targets() -> tuple[Target, ...]:
    """All kinds of pages of all parsers: those in sources.yaml and every module of `parsers` with golden files."""
    sources = yaml.safe_load((PROJECT / "sources.yaml").read_text(encoding="utf-8"))
    modules = {slug: str(source["parser"]) for slug, source in sources.items()}
    pages: dict[tuple[str, str], list[Page]] = {}
    for folder in sorted(path for path in GOLDEN.iterdir() if path.is_dir()):
        module = modules.get(folder.name, f"parsers.{folder.name}")
        if not (PROJECT / Path(*module.split(".")).with_suffix(".py")).is_file():
            continue  # golden files of something else, such as mails
        for case in sorted(folder.glob("*.yaml")):
            page = page_of(case)
            pages.setdefault((module, page.kind), []).append(page)
    return tuple(
        Target(f"{module.removeprefix('parsers.')}/{kind}", importlib.import_module(module).parse, tuple(seeds))
        for (module, kind), seeds in sorted(pages.items())
    )


def outcome(target: Target, page: Page) -> tuple[str, Parsed | None]:
    """How a page was taken: "parsed" with its `Parsed`, or the name of the error. Anything else raises."""
    with watchdog(f"{target.name} hangs"):
        first = _once(target, page)
        second = _once(target, page)
    assert first == second, "the same bytes gave two results"
    said, parsed = first
    return said.partition(":")[0], parsed


def _once(target: Target, page: Page) -> tuple[str, Parsed | None]:
    try:
        parsed = target.parse(page)
    except ReadFailed as error:
        # The reason is stored and printed, whatever the page put into it.
        _assert_storable(error.reason)
        return f"{type(error).__name__}: {error.reason}", None
    assert_sound(parsed)
    _assert_storable(parsed)
    return "parsed", parsed


def _assert_storable(value: object) -> None:
    """Every text can be stored: it has a UTF-8 form, and none of the NULs that PostgreSQL refuses."""
    if isinstance(value, str):
        value.encode("utf-8")
        assert "\0" not in value, "a text holds a NUL"
    elif isinstance(value, tuple):
        for part in value:
            _assert_storable(part)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            _assert_storable(getattr(value, field.name))


@contextlib.contextmanager
def watchdog(message: str, seconds: float = WATCHDOG_S) -> Iterator[None]:
    """Raises `Hang` where the block has not ended in time. Only in the main thread, where signals arrive."""
    if threading.current_thread() is not threading.main_thread():
        pytest.fail("the watchdog needs the main thread")

    def bark(_signal: int, _frame: FrameType | None) -> None:
        raise Hang(message)

    before = signal.signal(signal.SIGALRM, bark)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
