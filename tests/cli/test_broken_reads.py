"""A source on which the program breaks: the others' news goes out, the edition says so, the operator hears of it."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import select

from claimwatch.pipeline import subscribe
from claimwatch.settings import PROJECT
from claimwatch.store import findings
from claimwatch.store import reads as reads_stored
from claimwatch.store.tables import captures, publications
from tests.cli.conftest import Run
from tests.pipeline.bench import MONDAY, NEWS, TOY, Bench, body_of

BROKEN = TOY.replace("\ntoy:", "\nbad:").replace("toy.example", "bad.example").replace("The Toy", "The Broken")
LATER = MONDAY + timedelta(hours=1)
# What a contributor's parser may do. What `junk` gives breaks us later, when it is compared with what is stored.
PARSERS = {
    "parse": "VERSION = '1'\ndef parse(page):\n    raise ZeroDivisionError('a bug of ours')\n",
    "nothing": "VERSION = '1'\ndef parse(page):\n    return None\n",
    "import": "VERSION = '1'\nopen('/nowhere/a-secret-of-ours.txt')\n",
    # On its page it finds half a character, which no database takes: in what it raises, and in what it leads to.
    "half": "VERSION = '1'\ndef parse(page):\n    raise ValueError('unknown country \\ud800')\n",
    "halves": (
        "from claimwatch.models import Link, Parsed\nVERSION = '1'\ndef parse(page):\n"
        "    return Parsed(0, links=(Link('\\ud800', page.url + '?more'),), warnings=('odd: \\ud800\\0',))\n"
    ),
    "junk": (
        "from tests.pipeline import toy\nfrom dataclasses import replace\nVERSION = '1'\ndef parse(page):\n"
        "    parsed = toy.parse(page)\n"
        "    return replace(parsed, publications=tuple(replace(p, key=[p.key]) for p in parsed.publications))\n"
    ),
}


@pytest.fixture
def two(bench: Bench, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A source that works, and one whose parser breaks in the way that the test names; somebody reads the mail."""
    how: str = request.param
    (bench.home / "parsers_of_test").mkdir()
    (bench.home / "parsers_of_test" / f"breaks_at_{how}.py").write_text(PARSERS[how], encoding="utf-8")
    monkeypatch.syspath_prepend(str(bench.home))
    bench.sources = TOY + BROKEN.replace("tests.pipeline.toy", f"parsers_of_test.breaks_at_{how}")
    for host in ("toy", "bad"):
        item = {"key": "one", "text": NEWS, "on": "2026-11-03", "url": f"https://{host}.example/one"}
        bench.serve(f"https://{host}.example/list", {"items": [item]})
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org")
    return bench


@pytest.mark.parametrize("two", list(PARSERS), indirect=True)
def test_the_others_news_is_mailed_and_the_edition_says_which_source_failed(two: Bench, cli: Run) -> None:
    done = cli("run", "--json")
    reads = {read["source"]: read for read in done.json["reads"]}
    assert reads["toy"]["status"] == "good"
    assert reads["bad"]["status"] in ("bad", "failed")
    assert reads["bad"]["reason"]
    assert "a-secret-of-ours" not in reads["bad"]["reason"]
    assert "unknown country" not in reads["bad"]["reason"]
    (mail,) = two.mails()
    text = " ".join(body_of(mail).split())
    assert "opened a museum of clocks in Reykjavik" in text
    assert "The Broken Institute — UNREAD Reads: 1 (1 failed)" in text
    assert "a-secret-of-ours" not in text
    with two.watch() as watch, watch.store.read() as connection:
        assert reads_stored.source_state(connection, "bad").failures == 1
    assert cli("poll", at=MONDAY + timedelta(minutes=1)).status == 0, "nothing is due: it has its pause"


@pytest.mark.parametrize("two", ["junk"], indirect=True)
def test_the_operator_hears_of_it_and_nothing_is_kept_but_what_arrived(two: Bench, cli: Run) -> None:
    done = cli("run")
    assert done.status == 1
    assert "broke: TypeError: unhashable type: 'list' (while reading bad)" in done.out
    assert "error claimwatch.reading" in done.err
    assert "source=bad" in done.err
    assert "Traceback (most recent call last)" in done.err
    with two.watch() as watch, watch.store.read() as connection:
        assert connection.execute(select(publications.c.source)).scalars().all() == ["toy"]
        assert "https://bad.example/list" in connection.execute(select(captures.c.url)).scalars().all()
    problems = cli("doctor", "--json", at=MONDAY + timedelta(days=2)).json
    assert any(one["what"] == "bad" and "none of them good" in one["why"] for one in problems)


@pytest.mark.parametrize("two", ["import"], indirect=True)
def test_poll_shows_what_was_read_and_fails(two: Bench, cli: Run) -> None:
    done = cli("poll")
    assert done.status == 1
    assert "toy" in done.out
    assert "unread: its parser cannot be loaded" in done.out
    assert 'breaks_at_import.py", line 2, in <module>' in done.err, "the log has the traceback"
    assert done.err.splitlines()[-1].startswith("claimwatch: bad: the parser 'parsers_of_test.breaks_at_import' broke")
    assert cli("poll").status == 0, "it is not due before its pause is over"
    assert cli("poll", at=LATER).status == 1


@pytest.mark.parametrize("two", ["half"], indirect=True)
def test_what_a_parser_raised_is_in_the_log_and_not_in_the_reason(two: Bench, cli: Run) -> None:
    done = cli("poll", "--json")
    assert done.status == 1
    (read,) = (read for read in done.json if read["source"] == "bad")
    assert read["reason"].endswith("the parser parsers_of_test.breaks_at_half broke on it: ValueError")
    assert "source=bad" in done.err
    assert "breaks_at_half.py" in done.err
    assert "line 3, in parse" in done.err
    assert "unknown country" in done.err


@pytest.mark.parametrize("two", ["halves"], indirect=True)
def test_what_the_database_refuses_is_kept_as_a_failure_without_it(two: Bench, cli: Run) -> None:
    done = cli("poll", "--json")
    (read,) = (read for read in done.json if read["source"] == "bad")
    assert read["reason"] == "this program broke while it was read (UnicodeEncodeError)"
    assert (read["requests"], read["warnings"]) == (0, [])
    assert "and the read could not be kept as one that failed: UnicodeEncodeError" in done.err


@pytest.mark.parametrize("two", ["junk"], indirect=True)
def test_a_parser_that_nobody_has_needs_no_traceback(two: Bench, cli: Run) -> None:
    two.sources = two.sources.replace("parsers_of_test.breaks_at_junk", "parsers_of_test.nowhere")
    with two.watch():
        done = cli("poll")
    assert done.status == 1
    assert "cannot import the parser 'parsers_of_test.nowhere'" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("two", ["junk"], indirect=True)
def test_once_it_is_mended_its_news_is_found(two: Bench, cli: Run) -> None:
    assert cli("run").status == 1
    two.sources = two.sources.replace("parsers_of_test.breaks_at_junk", "tests.pipeline.toy")
    with two.watch(LATER) as watch:
        assert cli("run", at=LATER).status == 0
        with watch.store.read() as connection:
            assert len(findings.list_findings(connection, watch.sources)) == 2, "the others', and its own"
            assert reads_stored.source_state(connection, "bad").failures == 0


@pytest.mark.slow
@pytest.mark.parametrize("two", ["junk"], indirect=True)
def test_the_command_itself(two: Bench, cli: Run) -> None:
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join((str(PROJECT), str(two.home))), "CLAIMWATCH_NOW": MONDAY.isoformat()
    }  # fmt: skip
    command = [sys.executable, "-m", "claimwatch", "run", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    summary = json.loads(done.stdout)
    assert summary["subjects"]
    assert summary["delivery"]["accepted"] == 1
    assert "while reading bad" in summary["broke"][0]
    assert "Traceback" in done.stderr
    assert len(two.mails()) == 1
