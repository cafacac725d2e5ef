"""The flows on a Prefect server, over a real store, a real publisher on loopback and a real Maildir."""

import logging
from contextlib import nullcontext
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
import yaml

from claimwatch import pipeline
from claimwatch.errors import ClaimwatchError, UsageError
from claimwatch.models import Edition, ReadStatus, Subscription
from claimwatch.pipeline.telling import in_flight
from claimwatch.pipeline.telling.build import build
from claimwatch.settings import PROJECT, load_settings
from demo.world import World
from flows import run
from flows.by_hand import plain_progress
from flows.deliver import deliver
from flows.digest import digest
from flows.poll import poll
from flows.urgent import urgent
from flows.watchdog import ProblemsFound, watchdog
from tests.pipeline.bench import body_of

pytestmark = [pytest.mark.slow, pytest.mark.prefect, pytest.mark.usefixtures("prefect_server", "at_monday")]


def test_a_source_is_read_once_however_often_it_is_woken(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWATCH_UPSTREAM", world.url)
    (first,) = poll("uhrp")
    assert (first.source, first.status) == ("uhrp", ReadStatus.GOOD)
    assert first.new > 0
    asked = len(world.requests)
    assert poll("uhrp") == []
    assert len(world.requests) == asked


def test_force_reads_a_source_that_is_not_due(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWATCH_UPSTREAM", world.url)
    poll("uhrp")
    (again,) = poll("uhrp", force=True)
    assert (again.status, again.new) == (ReadStatus.GOOD, 0)


def test_sources_that_do_not_answer_are_reported_and_fail_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "claimwatch"):
        reads = poll()
    with pipeline.open_watch(load_settings()) as watch:
        assert [read.source for read in reads] == list(watch.polled)
    assert {read.status for read in reads} == {ReadStatus.FAILED}
    assert all(read.reason for read in reads)
    assert all(f"{read.source}: unread" in caplog.text for read in reads)


def test_an_unknown_source_is_an_error() -> None:
    with pytest.raises(UsageError, match="there is no source 'nowhere'"):
        poll("nowhere")


def test_an_edition_is_built_and_sent_once(at_monday: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWATCH_UPSTREAM", world.url)
    with pipeline.open_watch(load_settings()) as watch:
        pipeline.subscribe(watch, "reader@example.org")
    poll("uhrp")
    edition, delivery = digest()
    assert edition is not None
    assert (edition.series, edition.period, delivery.accepted) == ("weekly", "2026-W45", 1)
    assert len(list((at_monday / "mail" / "new").iterdir())) == 1
    nothing, delivery = digest()
    assert (nothing, delivery.accepted) == (None, 0)
    assert deliver().accepted == 0
    assert len(list((at_monday / "mail" / "new").iterdir())) == 1


def test_a_series_that_nobody_reads_is_not_built_by_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWATCH_UPSTREAM", world.url)
    poll("uhrp")
    assert digest("daily")[0] is None
    with pipeline.open_watch(load_settings()) as watch:
        pipeline.subscribe(watch, "reader@example.org", wanted=(Subscription("daily"),))
    edition, delivery = digest("daily")
    assert edition is not None
    assert (edition.series, edition.period, delivery.accepted) == ("daily", "2026-11-08", 1)


def test_an_alert_is_looked_for_and_mostly_there_is_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWATCH_UPSTREAM", world.url)
    poll("uhrp")
    digest()
    assert urgent() == (None, None)


def test_the_watchdog_fails_while_something_is_wrong(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ProblemsFound, match="uhrp"):
        watchdog()
    assert "uhrp: was never read. claimwatch poll uhrp --force" in caplog.text


def test_a_run_by_hand_without_network(at_monday: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pipeline.open_watch(load_settings()) as watch:
        pipeline.subscribe(watch, "reader@example.org")
    assert run.main() == 1
    shown = capfd.readouterr()
    for slug in ("federal_register", "entity_list", "council_on_ethics", "nbim_exclusions", "uhrp"):
        assert f"  {slug}: unread (failed)" in shown.out
    assert "Flow run" not in shown.out + shown.err
    assert "Traceback" not in shown.out + shown.err
    with pipeline.open_watch(load_settings()) as watch:
        assert pipeline.due_sources(watch) == ()  # not before the pause after a failure is over
    assert not list(at_monday.glob("mail/new/*"))


def test_a_run_by_hand_with_a_source_that_breaks(
    at_monday: Path, world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLAIMWATCH_UPSTREAM", world.url)
    sources = yaml.safe_load((PROJECT / "sources.yaml").read_text(encoding="utf-8"))
    chosen = {slug: sources[slug] for slug in ("entity_list", "uhrp")}
    chosen["entity_list"]["parser"] = "parsers.no_such_parser"
    (at_monday.parent / "sources.yaml").write_text(yaml.safe_dump(chosen), encoding="utf-8")
    monkeypatch.setenv("CLAIMWATCH_SOURCES", str(at_monday.parent / "sources.yaml"))
    with pipeline.open_watch(load_settings()) as watch:
        pipeline.subscribe(watch, "reader@example.org")
    assert run.main() == 1
    shown = capfd.readouterr()
    assert "broke: entity_list: cannot import the parser 'parsers.no_such_parser'" in shown.out
    (mail,) = (at_monday / "mail" / "new").iterdir()
    text = " ".join(body_of(BytesParser(policy=default).parsebytes(mail.read_bytes())).split())
    assert "UNREAD Reads: 1 (1 failed)" in text
    assert "1 of 2 sources read" in text


def test_a_run_by_hand_with_an_edition_that_breaks(
    at_monday: Path, world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLAIMWATCH_UPSTREAM", world.url)
    sources = yaml.safe_load((PROJECT / "sources.yaml").read_text(encoding="utf-8"))
    (at_monday.parent / "sources.yaml").write_text(yaml.safe_dump({"uhrp": sources["uhrp"]}), encoding="utf-8")
    monkeypatch.setenv("CLAIMWATCH_SOURCES", str(at_monday.parent / "sources.yaml"))
    with pipeline.open_watch(load_settings()) as watch:
        for series in ("daily", "weekly"):
            pipeline.subscribe(watch, f"{series}@example.org", wanted=(Subscription(series),))

    def freeze(watch: pipeline.Watch, series: str) -> Edition | None:
        if series == "daily":
            raise KeyError("a bug of ours")
        return build(watch, series)

    monkeypatch.setattr(in_flight, "build", freeze)
    assert run.main() == 1
    assert "broke: KeyError: 'a bug of ours' (while freezing the daily edition)" in capfd.readouterr().out
    (mail,) = (at_monday / "mail" / "new").iterdir()
    assert BytesParser(policy=default).parsebytes(mail.read_bytes())["to"] == "weekly@example.org"


def test_an_error_by_hand_cannot_steer_the_terminal(
    at_monday: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks() -> pipeline.RunSummary:
        raise ClaimwatchError("odd \x1b[31m\ud800\nand more")

    monkeypatch.setattr(run, "terminal", lambda _output: nullcontext())
    monkeypatch.setattr(run, "run_once", breaks)
    assert run.main() == 1
    assert capsys.readouterr().err == "claimwatch: odd [31m\n            and more\n"


def test_a_broken_setting_is_one_line(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CLAIMWATCH_TIMEZONE", "Oslo")
    assert run.main() == 1
    shown = capfd.readouterr()
    assert shown.err.startswith("claimwatch: CLAIMWATCH_TIMEZONE: write an IANA time zone")
    assert "Traceback" not in shown.err


def test_progress_is_our_own_lines_only(capfd: pytest.CaptureFixture[str]) -> None:
    with plain_progress():
        logging.getLogger("claimwatch.flows.x").info("uhrp: reading")
        logging.getLogger("prefect.flow_runs").error("noise")
        logging.getLogger("prefect.client").warning("noise")
    shown = capfd.readouterr()
    assert (shown.out, shown.err) == ("  uhrp: reading\n", "")
