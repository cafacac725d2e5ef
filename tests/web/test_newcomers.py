"""What somebody sees who has just installed it: an empty store, and a server that cannot start."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.web.serving import Pages, serving, settings_in

SAYS = {
    "/": "No source has been read yet.",
    "/?lang=nb": "Ingen kilde er lest ennå.",
    "/claims": "Nothing found about it since.",
    "/claims/A09": "Nothing found about it since.",
    "/documents": "Hikvision and Dahua Facilitating Genocidal Crimes",
    "/documents/A": "A09",
    "/editions": "No edition has gone out yet.",
    "/search": "Type a word, or choose a filter.",
    "/search?q=camera": "Nothing was found",
    "/status": "not read yet",
    "/about": "What this is",
    "/privacy": "We keep your address",
    "/subscribe": "E-mail address",
}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with serving(settings_in(tmp_path_factory.mktemp("new") / "home")) as pages:
        yield pages


@pytest.mark.parametrize("path", SAYS)
def test_every_page_of_an_empty_store_says_something_true(empty: Pages, path: str) -> None:
    answer = empty.get(path)
    assert answer.status_code == 200
    main = BeautifulSoup(answer.text, "html.parser").main
    assert main is not None
    assert SAYS[path].casefold() in " ".join(main.get_text(" ").split()).casefold()


@pytest.mark.parametrize("path", ["/feeds/items.atom", "/feeds/items.json", "/feeds/editions.atom", "/metrics"])
def test_so_does_every_answer_for_machines(empty: Pages, path: str) -> None:
    assert empty.get(path).status_code == 200


def served(home: Path, *more: str, **settings: str) -> subprocess.Popen[str]:
    """`claimwatch serve` in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWATCH_")}
    return subprocess.Popen(
        [sys.executable, "-m", "claimwatch", "serve", *more],
        env=kept | {"CLAIMWATCH_HOME": str(home)} | settings, cwd=home.parent,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _ended(process: subprocess.Popen[str], timeout_s: float) -> str:
    """What a process said on standard error; one that does not end is ended, and the test with it."""
    try:
        return process.communicate(timeout=timeout_s)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        raise


@pytest.mark.slow
def test_it_says_where_the_pages_are_and_that_nothing_was_read(tmp_path: Path) -> None:
    with served(tmp_path / "home", "--port", "0") as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().startswith("Pages on http://127.0.0.1:")
            assert "claimwatch run" in process.stdout.readline()
        finally:
            process.send_signal(signal.SIGINT)
            _ended(process, 60)


LOST = """
import os, signal, sys, uvicorn
from claimwatch.cli import main

class Gone:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):  # a signal is dealt with between two steps of the interpreter
            pass

serve = uvicorn.Server.run
def run(self, *given, **named):
    Gone()
    return serve(self, *given, **named)
uvicorn.Server.run = run
sys.exit(main())
"""


@pytest.mark.slow
def test_an_interrupt_that_falls_into_a_destructor_is_heeded(tmp_path: Path) -> None:
    """There an exception is lost, and the server went on for ever."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOST, "serve", "--port", "0"],
        env={name: value for name, value in os.environ.items() if not name.startswith("CLAIMWATCH_")}
        | {"CLAIMWATCH_HOME": str(tmp_path / "home")},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        said = _ended(process, 30)
    assert process.returncode == 130, said


@pytest.mark.slow
def test_what_keeps_it_from_starting_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "junk.db").write_text("no database at all, and long enough to be looked at" * 100)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        tried = {
            "name another with --host, --port": ((port,), {}),
            "write sqlite:///PATH or postgresql+psycopg://": (("0",), {"CLAIMWATCH_DATABASE_URL": "mysql://x"}),
            "file is not a database": (("0",), {"CLAIMWATCH_DATABASE_URL": f"sqlite:///{tmp_path}/junk.db"}),
            "Is the server running": (("0",), {"CLAIMWATCH_DATABASE_URL": "postgresql+psycopg://a@127.0.0.1:1/x"}),
            "write an IANA time zone": (("0",), {"CLAIMWATCH_TIMEZONE": "Mars/Base"}),
        }
        for said, (at, settings) in tried.items():
            with served(tmp_path / "home", "--port", *at, **settings) as process:
                told = _ended(process, 120)
            assert process.returncode == 1, said
            assert said in told
            assert "Traceback" not in told
