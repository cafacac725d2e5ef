"""`claimwatch subscribers` and `claimwatch serve`, as an operator calls them."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Run


def test_what_is_chosen_is_listed(cli: Run) -> None:
    chosen = [
        "--series",
        "urgent",
        "--series",
        "weekly",
        "--company",
        "hikvision",
        "--source",
        "toy",
        "--severity",
        "S2",
    ]
    assert cli("subscribers", "add", "anna@example.org", *chosen, "--no-proof-of-life").status == 0
    (anna,) = cli("subscribers", "list", "--json").json
    assert [one["series"] for one in anna["subscriptions"]] == ["urgent", "weekly"]
    assert anna["subscriptions"][0]["topics"] == {"companies": ["hikvision"], "sources": ["toy"], "severity": "S2"}
    assert (anna["proof_of_life"], anna["suppressed"]) == (False, False)
    assert "urgent (hikvision toy S2)" in cli("subscribers", "list").out


@pytest.mark.parametrize("wrong", [("--series", "hourly"), ("--company", "nobody"), ("--severity", "S9")])
def test_a_choice_that_cannot_be_is_a_usage_error(cli: Run, wrong: tuple[str, str]) -> None:
    done = cli("subscribers", "add", "anna@example.org", *wrong)
    assert done.status == 2
    assert repr(wrong[1]) in done.err


def test_erasing_and_coming_back(cli: Run) -> None:
    cli("subscribers", "add", "anna@example.org", "--name", "Anna")
    done = cli("subscribers", "erase", "anna@example.org")
    assert done.status == 0
    assert "All that was kept of it is deleted" in done.out
    assert cli("subscribers", "list", "--json").json == []
    refused = cli("subscribers", "add", "anna@example.org")
    assert refused.status == 2
    assert "erased at their request" in refused.err
    assert "--lift" in refused.err
    assert cli("subscribers", "add", "anna@example.org", "--lift").status == 0


def test_out_and_in_again(cli: Run, tmp_path: Path) -> None:
    cli("subscribers", "add", "anna@example.org", "--name", "=1+1", "--series", "daily")
    exported = cli("subscribers", "export").out
    assert exported.splitlines()[1].startswith("anna@example.org,'=1+1,en,")
    file = tmp_path / "readers.csv"
    file.write_text(exported + "bo@example.org,,,,,,,,\n", encoding="utf-8")
    done = cli("subscribers", "import", str(file))
    assert done.status == 0
    assert done.out.splitlines() == ["1 added, 1 left as they are.", "  anna@example.org: subscribes already"]
    assert len(cli("subscribers", "list", "--json").json) == 2


def test_a_file_with_faults_adds_nobody(cli: Run, tmp_path: Path) -> None:
    file = tmp_path / "readers.csv"
    file.write_text("address\nanna@example.org\nnobody\n", encoding="utf-8")
    done = cli("subscribers", "import", str(file))
    assert done.status == 2
    assert "line 3: 'nobody' is not an e-mail address" in done.err
    assert cli("subscribers", "list", "--json").json == []
    file.write_bytes(b"address\n\xff\xfe\n")
    assert "not UTF-8" in cli("subscribers", "import", str(file)).err
    assert "cannot be read" in cli("subscribers", "import", str(tmp_path / "none.csv")).err


@pytest.mark.slow
def test_serve_says_where_and_ends_when_asked(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "claimwatch", "serve", "--port", "0"],
        env={"CLAIMWATCH_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
        assert said is not None
        with httpx.Client(base_url=said[0], trust_env=False, timeout=30) as client:
            assert client.get("/healthz").text == "ok\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) in (0, 130)


def test_a_port_that_is_taken_is_said(cli: Run) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = cli("serve", "--port", str(taken.getsockname()[1]))
    assert done.status == 1
    assert "cannot listen on 127.0.0.1:" in done.err
    assert cli("serve", "--port", "99999").status == 2
