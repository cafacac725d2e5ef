"""The review desk as an analyst types it."""

import json
import shutil
from pathlib import Path

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.settings import PROJECT
from tests.cli.conftest import Run
from tests.pipeline.bench import MONDAY, NEWS, WEEK, Bench
from tests.pipeline.conftest import bench, engine, migrated  # noqa: F401

STAKE = "The Chinese state owns 37.5 percent of Hikvision."
KNOWN = "Hikvision was added to the Entity List in October 2019."
THEATRE = "The Dahua Theatre sold its cameras in Nanjing."


@pytest.fixture
def read(cli: Run, bench: Bench) -> Bench:  # noqa: F811
    """Four pages, read: two news, one restatement, and one name that is another's."""
    texts = (NEWS, STAKE, KNOWN)
    bench.serve_list(items=[{"key": f"k{n}", "text": text, "on": "2026-11-03"} for n, text in enumerate(texts)])
    cli("poll")
    return bench


def keys(cli: Run, *more: str) -> dict[str, str]:
    """The keys in the queue by the beginning of what was said."""
    return {
        line["lead"]["finding"]["quote"]: line["key"]
        for line in cli("findings", "queue", "--json", *more).json["cases"]
    }


def test_the_queue_and_a_case(cli: Run, read: Bench) -> None:
    queue = cli("findings", "queue")
    assert "Page 1 of 1, 2 in all." in queue.out
    key = keys(cli)[STAKE]
    assert key[:12] in queue.out
    shown = cli("findings", "show", key[:9]).out
    assert STAKE in shown
    assert "A25" in shown
    assert cli("findings", "show", key, "--json").json["version"] == "0.1"
    number = next(row["id"] for row in cli("findings", "list", "--json").json if row["quote"] == STAKE)
    assert STAKE in cli("findings", "show", str(number)).out
    assert cli("findings", "show", "99999").status == 2
    assert "No development is snoozed." in cli("findings", "queue", "--state", "snoozed").out
    assert cli("findings", "queue", "--entity", "dahua", "--json").json["total"] == 0


def test_each_decision_and_its_undo(cli: Run, read: Bench) -> None:
    key = keys(cli)[STAKE]
    assert "accepted" in cli("findings", "accept", key, "--who", "Kari").out
    assert cli("findings", "undo", key, "--who", "Kari").status == 0
    refused = cli("findings", "dismiss", key)
    assert (refused.status, "--why" in refused.err) == (2, True)
    assert "dismissed" in cli("findings", "dismiss", key, "--why", "an old story").out
    alerted = {row["development"]: row["alerted"] for row in cli("findings", "list", "--json").json}
    assert (alerted[key], alerted[keys(cli)[NEWS]]) == (False, True)
    done = cli("findings", "queue", "--state", "done", "--json").json
    assert [line["key"] for line in done["cases"]] == [key]
    cli("findings", "undo", key)
    assert "until 2026-11-20" in cli("findings", "snooze", key, "--until", "2026-11-20").out
    assert list(keys(cli, "--state", "snoozed").values()) == [key]
    assert "back since 2026-11-20" in cli("findings", "queue", at=MONDAY + 2 * WEEK).out


def test_labels_joints_and_comments(cli: Run, read: Bench) -> None:
    key, other = keys(cli)[STAKE], keys(cli)[NEWS]
    label = ("--outcome", "pending", "--predicate", "contract", "--claims", "A25,A26", "--why", "as the annex says")
    made = cli("findings", "relabel", key, *label, "--json").json
    assert made["decision"]["label"] == {"outcome": "PENDING", "predicate": "contract", "claims": ["A25", "A26"]}
    (row,) = (row for row in cli("findings", "list", "--json").json if row["development"] == key)
    assert (row["outcome"], row["predicate"], row["rules"][-1]) == ("PENDING", "contract", "analyst")
    assert cli("findings", "relabel", key, "--outcome", "odd", "--why", "x").status == 2
    assert "labelled PENDING contract A25 A26." in cli("findings", "relabel", key, *label).out
    assert cli("findings", "undo", key).status == 0
    assert cli("findings", "comment", key, "--why", "seen it").status == 0
    joined = cli("findings", "same-as", key, other, "--json").json
    assert (joined["decision"]["development"], joined["decision"]["other"]) == (key, other)
    shown = cli("findings", "show", other).out
    assert key in shown
    assert STAKE in shown
    first = cli("findings", "show", key, "--json").json["decisions"][0]["id"]
    assert "is part of" in cli("findings", "accept", key).err
    assert "is itself" in cli("findings", "same-as", other, other).err
    assert cli("findings", "undo", key).status == 0
    assert cli("findings", "undo", key, "--decision", str(first)).status == 0
    assert "nothing to undo" in cli("findings", "undo", key).err


def test_a_number_of_a_finding_stands_for_its_development(cli: Run, read: Bench) -> None:
    rows = {row["quote"]: row for row in cli("findings", "list", "--json").json}
    done = cli("findings", "accept", str(rows[STAKE]["id"]), "--json").json
    assert done["decision"]["development"] == rows[STAKE]["development"]
    assert "tells of no development" in cli("findings", "accept", str(rows[KNOWN]["id"])).err


def test_a_dismissal_says_what_it_teaches_and_what_was_told(cli: Run, bench: Bench) -> None:  # noqa: F811
    bench.serve_list(items=[{"key": "one", "text": THEATRE.replace("Dahua", "Hikvision"), "on": "2026-11-03"}])
    cli("subscribers", "add", "reader@example.org")
    cli("poll")
    cli("digest")
    (key,) = keys(cli).values()
    done = cli("findings", "dismiss", key, "--why", "a theatre", "--not-the-company").out
    assert "“hikvision theatre” waits for review" in done
    assert f"weekly:2026-W45 told it; `claimwatch digest recall 2026-W45 --development {key} " in done


def test_one_of_several_findings_is_dismissed_and_said_so(cli: Run, bench: Bench) -> None:  # noqa: F811
    pages = [{"key": f"k{n}", "text": STAKE, "on": "2026-11-03", "url": f"https://{n}.example/"} for n in "ab"]
    bench.serve_list(items=pages)
    cli("poll")
    (key,) = keys(cli).values()
    number = cli("findings", "list", "--json").json[0]["id"]
    done = cli("findings", "dismiss", key, "--finding", str(number), "--why", "a copy").out
    assert f"finding {number} is dismissed; what else tells of it stays" in done
    assert list(keys(cli).values()) == [key]


def test_a_doubtful_name_waits_and_can_be_let_in(cli: Run, bench: Bench) -> None:  # noqa: F811
    bench.serve_list(items=[{"key": "one", "text": STAKE.replace("Hikvision", "Hikvesion"), "on": "2026-11-03"}])
    cli("poll")
    assert keys(cli) == {}
    (waiting,) = cli("findings", "list", "--waiting", "--json").json
    assert (waiting["method"], waiting["development"]) == ("fuzzy", None)
    number = str(waiting["id"])
    assert "in the queue with this finding" in cli("findings", "accept", number, "--why", "a misprint").out
    (key,) = keys(cli).values()
    assert cli("findings", "list", "--waiting", "--json").json == []
    assert "37.5" in cli("digest", "--preview").out
    assert "is taken back" in cli("findings", "undo", key).out
    assert keys(cli) == {}
    assert len(cli("findings", "list", "--waiting", "--json").json) == 1


def test_a_sample_is_drawn_again_the_same(cli: Run, read: Bench) -> None:
    first = cli("findings", "sample", "--folded", "5", "--seed", "7")
    assert KNOWN in first.out
    assert "1 of 1 folded findings, seed 7." in first.out
    assert cli("findings", "sample", "--folded", "5", "--seed", "7").out == first.out
    assert "say 1 or more" in cli("findings", "sample", "--folded", "0").err
    assert [row["quote"] for row in cli("findings", "sample", "--json").json] == [KNOWN]


def test_what_was_settled_is_exported_for_labellers(cli: Run, read: Bench, tmp_path: Path) -> None:
    key, other = keys(cli)[STAKE], keys(cli)[NEWS]
    cli("findings", "accept", key)
    cli("findings", "dismiss", other, "--why", "another", "--not-the-company")
    file = tmp_path / "gold.jsonl"
    assert "2 documents with 2 labelled findings" in cli("findings", "export", "--gold", str(file)).out
    documents = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    by_quote = {one["quote"]: (document, one) for document in documents for one in document["findings"]}
    document, stake = by_quote[STAKE]
    assert stake["quote"] in document["text"]
    assert (document["source"], document["published"], document["basis"]) == ("toy", "2026-11-03", "real")
    assert (stake["outcome"], stake["accept"], stake["alert"]) == ("UPDATE", ["UPDATE"], True)
    assert (stake["value"], stake["unit"], stake["event"]) == (37.5, "percent", key)
    assert by_quote[NEWS][1] | {"quote": ""} == {
        "quote": "", "entity": None, "outcome": "NONE", "accept": ["NONE"], "predicate": None, "claims": [],
        "alert": False, "value": None, "unit": None, "place": None, "as_of": None, "event": None,
    }  # fmt: skip


def test_what_was_accepted_is_written_into_a_baseline(cli: Run, read: Bench, tmp_path: Path) -> None:
    root = Path(shutil.copytree(PROJECT / "baselines", tmp_path / "baselines"))
    cli("findings", "accept", keys(cli)[STAKE], "--who", "Kari", "--why", "the annual report says so")
    done = cli("baseline", "export", "--to", str(root))
    assert "1 claims added" in done.out
    assert "By hand: A25: status: superseded" in done.out
    written = load_baseline(root)
    claim = written.claims["R01a"]
    assert (claim.quote, claim.value, claim.unit, claim.subjects) == (STAKE, 37.5, "percent", ("hikvision",))
    assert "Kari" in claim.notes
    assert written.newest_document_on == load_baseline(PROJECT / "baselines").newest_document_on
    assert cli("baseline", "export", "--to", str(root), "--json").json["claims"] == [], "added twice"
