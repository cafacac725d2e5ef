"""`claimwatch digest` and its commands, and `deliver --test`, as an operator types them."""

import pytest

from tests.cli.conftest import Run
from tests.pipeline.bench import MONDAY, NEWS, WEEK, Bench
from tests.pipeline.conftest import bench, engine, migrated  # noqa: F401


@pytest.fixture
def read(cli: Run, bench: Bench) -> Bench:  # noqa: F811
    """A reader, and one piece of news that was read."""
    bench.serve_list(items=[{"key": "one", "text": NEWS, "on": "2026-11-03"}])
    cli("subscribers", "add", "reader@example.org")
    cli("poll")
    return bench


def test_held_approved_and_listed(cli: Run, read: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWATCH_REVIEW", "all")
    assert "claimwatch digest approve 2026-W45" in cli("digest").out
    assert "0 accepted" in cli("deliver").out
    assert "waits for approval" in cli("doctor").out
    assert "weekly:2026-W45  held" in cli("digest", "list").out
    approved = cli("digest", "approve", "2026-W45", "--why", "read it", "--who", "Kari")
    assert "1 messages approved" in approved.out
    assert "1 accepted" in cli("deliver").out
    (listed,) = cli("digest", "list", "--json").json
    assert (listed["state"], listed["messages"]) == ("frozen", {"accepted": 1})
    assert [(one["what"], one["who"]) for one in listed["decisions"]][1:] == [("approved", "Kari")]
    assert "approved by Kari" in cli("digest", "list").out


def test_cancelled_and_recalled(cli: Run, read: Bench) -> None:
    cli("digest")
    held = cli("digest", "hold", "2026-W45", "--by", "Kari")
    assert "1 messages held" in held.out
    assert "held by Kari" in cli("digest", "list").out, "what was `--by` in earlier versions is taken still"
    assert "--by" not in cli("digest", "hold", "--help").out
    assert "The next edition tells their items" in cli("digest", "cancel", "2026-W45").out
    refused = cli("digest", "recall", "2026-W45", "--why", "wrong")
    assert refused.status == 2
    assert "nothing of weekly:2026-W45 has left" in refused.err
    cli("poll", at=MONDAY + WEEK)
    cli("digest", at=MONDAY + WEEK)
    cli("deliver", at=MONDAY + WEEK)
    recalled = cli("digest", "recall", "2026-W46", "--why", "It was a draft.", "--json", at=MONDAY + WEEK).json
    assert (recalled["corrections"], recalled["cancelled"]) == (1, 0)
    assert "1 accepted" in cli("deliver", at=MONDAY + WEEK).out
    subjects = sorted(str(mail["subject"]) for mail in read.mails())
    assert len(subjects) == 2
    assert "correction: 1 new" in subjects[0] + subjects[1]


def test_other_series_and_a_trial(cli: Run, read: Bench) -> None:
    assert "Alerts are for grave news" in cli("digest", "--series", "urgent").out
    assert "2026-11-08" in cli("digest", "--series", "daily", "--json").json["period"]
    assert cli("digest", "--series", "weekly", "--period", "2026-11-08").status == 2
    sent = cli("deliver", "--test", "operator@example.org", "--json").json
    assert sent["subject"].startswith("[test] Claimwatch W45")
    assert [str(mail["to"]) for mail in read.mails()] == ["operator@example.org"]
    assert cli("digest", "hold").status == 2


def test_the_record_is_told_when_it_is_asked_for(cli: Run, bench: Bench) -> None:  # noqa: F811
    page = {"key": "old", "text": "Dahua painted a clock tower in Malta on 9 May 2020.", "on": "2020-05-10"}
    bench.serve("https://toy.example/old", {"items": [page]})
    bench.serve_list(links=[{"url": "https://toy.example/old", "key": "old", "version": "1", "on": "2020-05-10"}])
    cli("backfill", "toy", "--since", "2019-01-01")
    refused = cli("digest", "--record")
    assert refused.status == 2
    assert "claimwatch subscribers add ADDRESS --series record" in refused.err
    assert "1 items, 0 messages" in cli("digest", "--record", "--dry-run").out
    cli("subscribers", "add", "historian@example.org", "--series", "record")
    assert "What the record shows" in cli("digest", "--record", "--preview").out
    (message,) = cli("digest", "--record", "--dry-run", "--json").json["messages"]
    assert (message["recipient"], message["items"]) == ("historian@example.org", 1)
    nothing = cli("digest", "--record", "--since", "2021-01-01")
    assert (nothing.status, "were not told" in nothing.out) == (0, True)
    assert "record 2020: 1 new — Dahua" in cli("digest", "--record").out
    assert "1 accepted" in cli("deliver").out
    assert "record:20200509-20200509  frozen" in cli("digest", "list").out
    assert cli("digest", "--record", "--json").json is None
    for wrong in (("--since", "2020-01-01"), ("--record", "--period", "2026-W45")):
        assert cli("digest", *wrong).status == 2


@pytest.mark.parametrize(
    ("period", "said"),
    [("2026-47", "a week is written 2026-W47"), ("2026-W99", "no period '2026-W99'"), ("2026-11-08", "daily series")],
)
@pytest.mark.parametrize("option", [[], ["--preview"], ["--dry-run"]])
def test_a_period_that_cannot_be_is_named_before_anything_was_read(
    cli: Run, period: str, said: str, option: list[str]
) -> None:
    refused = cli("digest", "--period", period, *option)
    assert refused.status == 2
    assert said in refused.err
