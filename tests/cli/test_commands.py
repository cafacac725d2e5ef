"""Each command on a real installation: store, HTTP and Maildir."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from claimwatch.settings import PROJECT
from demo.world import World
from tests.cli.conftest import Run
from tests.pipeline.bench import MONDAY, NEWS, WEEK, Bench

ITEM = {"key": "one", "text": NEWS, "on": "2026-11-03"}
DAY = timedelta(days=1)
# The contract of `screen` and of `findings list --json`.
KEYS = [
    "source", "url", "entity", "outcome", "predicate", "claims", "before", "after", "place", "as_of", "speaker",
    "modality", "quote", "start", "end", "surface", "method", "severity", "confidence", "rules", "language",
    "fingerprint",
]  # fmt: skip
BESIDE = ["id", "development", "alerted", "status", "first_seen_at", "published", "capture"]


@pytest.fixture
def served(bench: Bench) -> Bench:
    """One piece of news is there to be read."""
    bench.serve_list(items=[ITEM], skips=["a video"])
    return bench


def test_run_reads_builds_and_sends(cli: Run, served: Bench) -> None:
    cli("subscribers", "add", "reader@example.org")
    done = cli("run")
    assert done.status == 0
    assert "1 skipped: a video" in done.out
    assert "1 accepted, 0 failed" in done.out
    assert len(served.mails()) == 1
    again = cli("run")
    assert again.status == 0
    assert "No source was due" in again.out
    assert len(served.mails()) == 1


def test_run_as_json(cli: Run, served: Bench) -> None:
    summary = cli("run", "--json").json
    assert summary["reads"][0]["source"] == "toy"
    assert summary["reads"][0]["status"] == "good"
    assert summary["delivery"]["accepted"] == 0


def test_run_with_no_source_read_is_1_and_says_why(cli: Run, bench: Bench) -> None:
    done = cli("run")
    assert done.status == 1
    assert "404" in done.out
    assert "https://toy.example/list" in done.out


def test_poll_reads_what_is_due_or_forced(cli: Run, served: Bench) -> None:
    assert "toy" in cli("poll").out
    assert "No source is due" in cli("poll").out
    assert "toy: not due until 2026-11-09 13:00 CET" in cli("poll", "toy").out
    (read,) = cli("poll", "--force", "--json").json
    assert (read["source"], read["status"], read["new"]) == ("toy", "good", 0)
    assert cli("poll", "--json").json == []


def test_poll_of_a_source_that_cannot_be_read_is_1_and_names_it(cli: Run, bench: Bench) -> None:
    done = cli("poll", "toy")
    assert done.status == 1
    assert "toy: unread: https://toy.example/list" in done.out


def test_poll_shows_the_reads_of_the_others_where_one_has_no_parser(cli: Run, served: Bench) -> None:
    broken = served.sources.replace("\ntoy:", "\nbroken:").replace("tests.pipeline.toy", "tests.pipeline.nowhere")
    (served.home / "sources.yaml").write_text(broken + served.sources, encoding="utf-8")
    done = cli("poll")
    assert done.status == 1
    assert "broken: cannot import the parser" in done.err
    assert "toy" in done.out
    again = cli("poll", "--force", "--json")
    assert (again.status, [(read["source"], read["status"]) for read in again.json]) == (
        1, [("broken", "failed"), ("toy", "good")],
    )  # fmt: skip
    assert cli("run", "--json").status == 0, "the broken source waits for its next turn"


def test_parse_prints_what_the_parser_makes_of_a_file(cli: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    page.write_text(json.dumps({"items": [ITEM], "skips": ["a video"], "lists": ["all"]}), encoding="utf-8")
    done = cli("parse", "toy", str(page))
    assert done.status == 0
    publication, skip = done.lines
    assert (publication["type"], publication["key"], publication["text"]) == ("publication", "one", NEWS)
    assert (skip["type"], skip["reason"]) == ("skip", "a video")
    assert done.err == "2 containers: 1 kept, 1 skipped; holds all of all\n"


def test_parse_of_another_page_says_what_it_is_not(cli: Run, tmp_path: Path) -> None:
    page = tmp_path / "wall.html"
    page.write_text("<!doctype html><html><body>no</body></html>", encoding="utf-8")
    done = cli("parse", "toy", str(page), "--url", "https://toy.example/other")
    assert done.status == 1
    assert "https://toy.example/other: an HTML page came where JSON is due (read as kind 'list'" in done.err


def test_parse_touches_neither_network_nor_store(cli: Run, bench: Bench, tmp_path: Path) -> None:
    before = (bench.home / "claimwatch.db").read_bytes()
    page = tmp_path / "page.json"
    page.write_text("{}", encoding="utf-8")
    assert cli("parse", "toy", str(page)).status == 0
    assert bench.asked() == []
    assert (bench.home / "claimwatch.db").read_bytes() == before


def test_screen_prints_the_contract(cli: Run, tmp_path: Path) -> None:
    text = "A heading\n\nHikvision supplies 190 countries, it said on 3 May 2026. Dahua did not comment."
    record = {"source": "press", "url": "https://example.org/a", "published": "2026-05-04", "text": text}
    file = tmp_path / "records.jsonl"
    file.write_text(json.dumps(record) + "\n\n" + json.dumps({"text": "Nothing here."}) + "\n", encoding="utf-8")
    done = cli("screen", str(file))
    assert done.status == 0
    assert {finding["entity"] for finding in done.lines} == {"hikvision", "dahua"}
    for finding in done.lines:
        assert list(finding) == KEYS
        assert finding["quote"] == text[finding["start"] : finding["end"]]
        assert finding["surface"] in finding["quote"]
        assert (finding["source"], finding["url"]) == ("press", "https://example.org/a")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"text": "Hikvision."}\n{"text": \n', "line 2: broken JSON"),
        (b'{"text": "Hikvision."}\n[1]\n', "line 2: a JSON object is due"),
        (b'{"text": "Hikvision."}\n\n{"title": "x"}\n', "line 3: 'text' is missing"),
        (b'{"text": "Hikvision."}\n{"text": "a\xff"}\n', "line 2 is not UTF-8"),
    ],
)
def test_screen_stops_at_a_bad_line_and_names_it(cli: Run, tmp_path: Path, body: bytes, says: str) -> None:
    file = tmp_path / "records.jsonl"
    file.write_bytes(body)
    done = cli("screen", str(file))
    assert done.status == 1
    assert f"{file}: {says}" in done.err
    assert len(done.lines) == 1, "what came before the bad line was lost"


def test_screen_takes_text_with_a_mark_and_windows_line_ends(cli: Run, tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_bytes("\ufeffHikvision opened an office in Oslo.\r\n".encode())
    (finding,) = cli("screen", str(file)).lines
    assert finding["quote"] == "Hikvision opened an office in Oslo."
    assert cli("screen", "--format", "jsonl", str(file)).status == 1


def test_findings_list_prints_the_contract(cli: Run, served: Bench) -> None:
    assert "No finding." in cli("findings", "list").out
    assert cli("findings", "list", "--json").json == []
    cli("poll")
    (finding,) = cli("findings", "list", "--json").json
    assert list(finding) == KEYS + BESIDE
    assert finding["alerted"] is True
    assert finding["published"] == "2026-11-03"
    assert finding["first_seen_at"] == "2026-11-09T06:00:00+00:00"
    assert len(finding["capture"]) == 64


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (["--outcome", "new"], 1),
        (["--outcome", "NEW", "--outcome", "UPDATE"], 1),
        (["--outcome", "REVERSAL"], 0),
        (["--entity", "hikvision"], 1),
        (["--entity", "dahua"], 0),
        (["--source", "toy"], 1),
        (["--since", "2026-11-09"], 1),
        (["--since", "2026-11-10"], 0),
    ],
)
def test_findings_are_filtered(cli: Run, served: Bench, filters: list[str], count: int) -> None:
    cli("poll")
    assert len(cli("findings", "list", "--json", *filters).json) == count


def test_a_finding_is_shown_with_what_it_can_be_checked_by(cli: Run, served: Bench) -> None:
    cli("poll")
    (listed,) = cli("findings", "list", "--json").json
    assert f"{listed['id']} " in cli("findings", "list").out
    shown = cli("findings", "show", str(listed["id"])).out
    for part in (NEWS, "The Toy Institute", "https://toy.example/one", listed["capture"], "tests.pipeline.toy:1"):
        assert part in shown
    beside = {"publishers": ["toy.example"], "otherwise": []}
    assert cli("findings", "show", str(listed["id"]), "--json").json == listed | beside


def test_scraped_text_cannot_steer_the_terminal(cli: Run, bench: Bench) -> None:
    hostile = "Hikvision opened\u202e a museum \x1b[2Jof clocks in Reykjavik on 3 November 2026."
    bench.serve_list(items=[ITEM | {"text": hostile, "title": "\x1b]0;owned\x07"}])
    for command in (["poll"], ["findings", "list"], ["findings", "show", "1"], ["digest", "--preview"],
                    ["findings", "list", "--json"]):  # fmt: skip
        out = cli(*command).out
        assert not {"\x1b", "\x07", "\u202e"} & set(out), command
    assert cli("findings", "list", "--json").json[0]["quote"] in hostile, "JSON must give the text as it is"


def test_digest_is_previewed_rehearsed_built_and_delivered(cli: Run, served: Bench) -> None:
    assert "before a source has been read" in cli("digest").out
    cli("subscribers", "add", "reader@example.org", "--name", "A Reader")
    cli("poll")
    preview = cli("digest", "--preview").out
    assert preview.startswith("Subject: Claimwatch")
    assert "museum of clocks" in preview
    rehearsed: Any = cli("digest", "--dry-run", "--json").json
    assert [(m["recipient"], m["items"]) for m in rehearsed["messages"]] == [("reader@example.org", 1)]
    assert "reader@example.org  1 " in cli("digest", "--dry-run").out
    assert "0 accepted" in cli("deliver").out, "a preview or rehearsal froze something"
    built = cli("digest", "--json").json
    assert (built["period"], built["items"], built["messages"]) == ("2026-W45", 1, 1)
    assert "No edition is due" in cli("digest").out
    assert "frozen already" in cli("digest", "--period", "2026-W45").out
    assert cli("digest", "--json").json is None
    assert cli("deliver", "--json").json["accepted"] == 1
    (mail,) = served.mails()
    assert mail["subject"] == built["subject"] == rehearsed["messages"][0]["subject"]
    # It leaves with headers of its own, and says "now" at another minute.
    assert len(mail.as_bytes()) == pytest.approx(rehearsed["messages"][0]["size"], rel=0.05)


def test_digest_without_readers_says_so(cli: Run, served: Bench) -> None:
    cli("poll")
    assert "nobody to send them to" in cli("digest").out


def test_deliver_is_1_when_a_message_cannot_leave(cli: Run, served: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    cli("subscribers", "add", "reader@example.org")
    cli("poll")
    cli("digest")
    monkeypatch.setenv("CLAIMWATCH_SMTP_URL", "smtp://user:s3cret@127.0.0.1:9?tls=none")
    done = cli("deliver")
    assert done.status == 1
    assert "0 accepted, 1 failed, 1 waiting" in done.out
    assert "reader@example.org: " in done.out
    assert "s3cret" not in done.out + done.err


def test_subscribers_come_and_go(cli: Run) -> None:
    assert "Nobody subscribes yet" in cli("subscribers", "list").out
    cli("subscribers", "add", "anna@example.org", "--timezone", "Europe/London")
    assert cli("subscribers", "add", "anna@example.org").status == 2
    (anna,) = cli("subscribers", "list", "--json").json
    assert (anna["address"], anna["timezone"], anna["active"]) == ("anna@example.org", "Europe/London", True)
    assert cli("subscribers", "remove", "anna@example.org").status == 0
    assert "no" in cli("subscribers", "list").out.splitlines()[1].split()
    assert cli("subscribers", "add", "anna@example.org").status == 0


def test_the_baseline_is_shown_and_checked(cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "hikvision" in cli("baseline", "show").out
    assert "recommended excluding Hikvision" in cli("baseline", "show", "A09").out
    assert any(row["field"] == "quote" for row in cli("baseline", "show", "A09", "--json").json[0]["rows"])
    monkeypatch.setenv("CLAIMWATCH_SOURCES", str(PROJECT / "sources.yaml"))  # the map of claims names them
    assert "The baseline is sound: 2 documents" in cli("baseline", "check").out
    assert cli("baseline", "check", "--json").json["claims"] >= 72
    monkeypatch.setenv("CLAIMWATCH_BASELINES", str(tmp_path / "nowhere"))
    done = cli("baseline", "check")
    assert done.status == 1
    assert "nowhere" in done.err


def test_the_baseline_is_mapped_to_the_sources(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    done = cli("baseline", "coverage")
    assert done.status == 1
    assert "there is no source 'uhrp' in sources.yaml" in done.err
    monkeypatch.setenv("CLAIMWATCH_SOURCES", str(PROJECT / "sources.yaml"))
    done = cli("baseline", "coverage")
    assert done.status == 0
    assert max(map(len, done.out.splitlines())) <= 100
    assert "recommendation to divest\n  A09  covered; shows in council_on_ethics, nbim_exclusions" in done.out
    (totals,) = [line.split() for line in done.out.splitlines() if line.startswith("all ")]
    as_json = cli("baseline", "coverage", "--json").json
    assert int(totals[1]) == len(as_json["claims"]) == sum(row["claims"] for row in as_json["totals"])
    assert int(totals[2]) == sum(claim["time_bound"] for claim in as_json["claims"])
    assert set(as_json["blanks"]) >= {key for claim in as_json["claims"] for key in claim["blanks"]}


def test_doctor_says_what_is_wrong_and_what_to_do(cli: Run, served: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    done = cli("doctor")
    assert done.status == 1
    assert "toy: was never read" in done.out
    assert "claimwatch poll toy --force" in done.out
    cli("subscribers", "add", "reader@example.org")
    cli("run")
    assert cli("doctor").out == "All is well.\n"
    assert cli("doctor", "--json").json == []
    (missing,) = [p for p in cli("doctor", "--json", at=MONDAY + WEEK).json if p["what"] == "weekly digest"]
    assert "claimwatch digest" in missing["do"]
    monkeypatch.delenv("CLAIMWATCH_FROM")
    assert "CLAIMWATCH_FROM" in cli("doctor").out


def test_on_the_sample_world_the_withdrawal_is_found(
    cli: Run, world: World, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAIMWATCH_UPSTREAM", world.url)
    monkeypatch.setenv("CLAIMWATCH_SOURCES", str(PROJECT / "sources.yaml"))
    assert cli("poll", "council_on_ethics").status == 0
    (reversal,) = cli("findings", "list", "--outcome", "REVERSAL", "--json").json
    assert (reversal["claims"][0], reversal["place"], reversal["as_of"]) == ("A09", "NO", "2020-09-15")
    assert reversal["surface"] == ""
    assert reversal["language"] == "nn"
