"""Opens the watch for the commands that need its store. Imported late: it brings the whole engine along."""

from collections.abc import Iterator
from contextlib import contextmanager

from claimwatch.logs import to_stderr
from claimwatch.pipeline import Watch, open_watch
from claimwatch.settings import load_settings


@contextmanager
def opened() -> Iterator[Watch]:
    """The watch that the environment and claimwatch.toml describe. Raises `ClaimwatchError` with what to do."""
    settings = load_settings()
    with to_stderr(settings), open_watch(settings) as watch:
        yield watch
