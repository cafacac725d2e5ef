"""Exit statuses and the words that come with them."""

import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from claimwatch.cli import main
from tests.cli.conftest import Run

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["nonsense"], "nonsense"),
        ([], "COMMAND"),
        (["findings", "list", "--outcome", "GOOD"], "GOOD"),
        (["findings", "list", "--since", "yesterday"], "such as 2026-11-16"),
        (["digest", "--preview", "--dry-run"], "not allowed with"),
        (["poll", "nowhere"], "there is no source 'nowhere'; there are toy"),
        (["parse", "nowhere", "x.html"], "there is no source 'nowhere'; there are toy"),
        (["findings", "list", "--source", "nowhere"], "there is no source 'nowhere'"),
        (["findings", "list", "--entity", "acme"], "there is no company 'acme'; there are hikvision, dahua"),
        (["findings", "show", "7"], "there is no finding 7"),
        (["baseline", "show", "A99"], "did you mean"),
        (["subscribers", "add", "nobody"], "not an e-mail address"),
        (["subscribers", "remove", "nobody@example.org"], "not an active subscriber"),
    ],
)  # fmt: skip
def test_a_wrong_command_line_is_2_and_says_what_is_right(cli: Run, argv: list[str], says: str) -> None:
    done = cli(*argv)
    assert done.status == 2
    assert says in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["screen", "no-such-file.txt"], "no-such-file.txt"),
        (["parse", "toy", "no-such-file.txt"], "no-such-file.txt"),
        (["doctor"], "CLAIMWATCH_TIMEZONE"),
        (["sources", "list"], "CLAIMWATCH_TIMEZONE"),
    ],
)
def test_what_fails_is_1_with_one_clear_complaint(
    cli: Run, monkeypatch: pytest.MonkeyPatch, argv: list[str], says: str
) -> None:
    if says.startswith("CLAIMWATCH"):
        monkeypatch.setenv(says, "Mars/Olympus")
    done = cli(*argv)
    assert done.status == 1
    assert done.err.startswith("claimwatch: ")
    assert says in done.err
    assert "Traceback" not in done.err


def test_each_fault_has_its_line(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWATCH_TIMEZONE", "Mars/Olympus")
    monkeypatch.setenv("CLAIMWATCH_LANGUAGE", "tlh")
    assert len(cli("doctor").err.splitlines()) == 2


def test_a_complaint_cannot_steer_the_terminal(cli: Run) -> None:
    assert "\x1b" not in cli("subscribers", "remove", "\x1b[2Jx@example.org").err


def test_a_clock_that_goes_back_is_refused(cli: Run) -> None:
    from tests.pipeline.bench import MONDAY, WEEK

    assert cli("deliver", at=MONDAY + WEEK).status == 0
    done = cli("deliver")
    assert done.status == 1
    assert "CLAIMWATCH_NOW" in done.err


def test_help_and_version_are_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert main(["--version"]) == 0
    assert "usage: claimwatch" in capsys.readouterr().out


LINE = '{"text": "Hikvision opened an office in Oslo."}\n'


@contextmanager
def screening() -> Iterator[subprocess.Popen[str]]:
    """`claimwatch screen -` in a process of its own, after it has answered the first of its lines."""
    # A shell may have started the tests with interrupts ignored, which children inherit.
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from claimwatch.cli import main; sys.exit(main(['screen', '-']))"
    )
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=ROOT)
    try:
        assert process.stdin
        assert process.stdout
        process.stdin.write(LINE)
        process.stdin.flush()
        assert select.select([process.stdout], [], [], 30)[0], "the stream was not screened as it came"
        process.stdout.readline()
        yield process
    finally:
        process.kill()
        for stream in (process.stdin, process.stdout, process.stderr):
            with suppress(BrokenPipeError, AttributeError):
                stream.close()  # type: ignore[union-attr]
        process.wait()


def test_a_reader_who_leaves_ends_the_command_quietly() -> None:
    with screening() as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        with suppress(BrokenPipeError):
            process.stdin.write(LINE)
            process.stdin.flush()
        assert process.wait(30) == 141
        assert process.stderr.read() == ""


def test_an_interrupt_is_130_and_no_traceback() -> None:
    with screening() as process:
        assert process.stderr
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr.read() == ""
