"""Sources that contradict each other, and sources that confirm each other: in the mail, on the command line."""

import json
from dataclasses import replace

import pytest

from claimwatch import pipeline
from claimwatch.cli import main
from claimwatch.editions.assemble import in_order
from claimwatch.models import Action, Label, Outcome, Verdict
from claimwatch.pipeline.reviewing.deciding import decide
from claimwatch.pipeline.showing.board import claim_file
from claimwatch.pipeline.subscribers.subscribe import subscribe
from claimwatch.pipeline.telling.otherwise import said_otherwise, with_otherwise
from claimwatch.pipeline.telling.tellable import tellable
from claimwatch.store import findings
from tests.pipeline.bench import MONDAY, WEEK, Bench, body_of

SHARE = "As of October 2026 the Chinese state owned {} percent of Hikvision."
OWN_WORDS = "In October 2026 some 37 per cent of Hikvision belonged to the state of China, a filing shows."


def mailed(bench: Bench, *items: dict[str, str]) -> str:
    """The text of the weekly mail after the items were read."""
    bench.serve_list(items=[{"key": f"k{n}", "on": "2026-11-03"} | item for n, item in enumerate(items)])
    with bench.watch() as watch:
        subscribe(watch, "reader@example.org")
        pipeline.poll(watch, "toy")
    with bench.watch(MONDAY + WEEK) as watch:
        pipeline.build(watch, "weekly")
        pipeline.deliver(watch)
    (mail,) = bench.mails()
    return " ".join(body_of(mail).split())


def test_who_gives_another_value_is_named_beside_the_item(bench: Bench) -> None:
    text = mailed(
        bench,
        {"text": SHARE.format("37"), "url": "https://one.example/a"},
        {"text": SHARE.format("33"), "url": "http://two.example/b"},
    )
    assert "http://two.example/b" in text
    assert text.count("Said otherwise by") == 1
    assert "33 percent" in text
    assert "37 percent" in text
    assert "independent sources" not in text  # they do not agree

    with bench.watch() as watch:
        file = claim_file(watch, "A25")
        assert file is not None
        assert [pair.about for pair in file.disputes] == ["value"]


def test_who_says_the_same_in_words_of_its_own_corroborates_and_a_copy_does_not(bench: Bench) -> None:
    text = mailed(
        bench,
        {"text": SHARE.format("37"), "url": "https://one.example/a"},
        {"text": SHARE.format("37"), "url": "https://copy.example/a"},
        {"text": OWN_WORDS, "url": "https://two.example/b"},
    )
    assert "told by 2 independent sources" in text
    with bench.watch() as watch:
        file = claim_file(watch, "A25")
        assert file is not None
        assert file.row.change is not None
        assert file.row.change.publishers == ("one.example", "two.example")
    assert "Said otherwise" not in text


def test_what_only_repeats_a_claim_contradicts_its_contrary(bench: Bench) -> None:
    """It is no news and in no development, and stands beside the item all the same."""
    text = mailed(
        bench,
        {"text": "Hikvision is not on the Entity List.", "url": "https://one.example/a"},
        {"text": "Hikvision is on the Entity List.", "url": "https://two.example/b"},
        {"text": "Dahua is on the Entity List.", "url": "https://three.example/b"},
    )
    assert text.count("Said otherwise by") == 1
    assert "“Hikvision is on the Entity List.”" in text
    assert "three.example" not in text


def test_findings_show_names_both_sides(
    bench: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.serve_list(
        items=[
            {"key": "a", "on": "2026-11-03", "text": SHARE.format("37"), "url": "https://one.example/a"},
            {"key": "b", "on": "2026-11-03", "text": SHARE.format("33"), "url": "https://two.example/b"},
        ]
    )
    with bench.watch() as watch:
        pipeline.poll(watch, "toy")
        with watch.store.read() as connection:
            first, second = (row.evidence.id for row in findings.list_findings(connection, watch.sources))
    monkeypatch.setenv("CLAIMWATCH_HOME", str(bench.home))
    assert main(["findings", "show", str(first), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["otherwise"] == [second]
    assert shown["publishers"] == ["one.example"]  # who says otherwise does not confirm it
    assert main(["findings", "show", str(first)]) == 0
    assert f"but {second}" in capsys.readouterr().out


ON_DAY = "As of {} 2026 the Chinese state owned {} percent of Hikvision."


def test_what_analysts_say_that_the_other_side_is_counts(bench: Bench) -> None:
    """A plan and a deed can both hold, so what was labelled as a plan contradicts no deed."""
    bench.serve_list(
        items=[
            {"key": "a", "on": "2026-11-03", "text": ON_DAY.format("5 October", "37"), "url": "https://one.example/a"},
            {"key": "b", "on": "2026-11-03", "text": ON_DAY.format("2 November", "33"), "url": "https://two.example/b"},
        ]
    )  # fmt: skip
    with bench.watch() as watch:
        pipeline.poll(watch, "toy")
        with watch.store.read() as connection:
            one, other = findings.list_findings(connection, watch.sources)
            assert one.development != other.development
            assert [each.id for each in said_otherwise(connection, watch, one)] == [other.evidence.id]
        decide(
            watch, str(other.development), Verdict(Action.RELABEL, "ann", why="a plan", label=Label(Outcome.PENDING))
        )
        with watch.store.read() as connection:
            assert said_otherwise(connection, watch, one) == ()
            told = dict(tellable(connection, watch, "weekly"))
            assert {found.otherwise for found in with_otherwise(connection, watch, told).values()} == {()}
        file = claim_file(watch, "A25")
        assert file is not None
        assert file.disputes == ()


def test_of_its_own_findings_those_about_another_claim_are_held_against_nothing(bench: Bench) -> None:
    bench.serve_list(
        items=[
            {"key": "a", "on": "2026-11-03", "text": SHARE.format("37"), "url": "https://one.example/a"},
            {"key": "b", "on": "2026-11-03", "text": SHARE.format("33"), "url": "https://two.example/b"},
        ]
    )
    with bench.watch() as watch:
        pipeline.poll(watch, "toy")
        with watch.store.read() as connection:
            ((id_, one),) = tellable(connection, watch, "weekly")
            lead, *rest = in_order(one)
            assert with_otherwise(connection, watch, {id_: one})[id_].otherwise == tuple(rest)
            elsewhere = replace(lead, finding=replace(lead.finding, claims=("A24",)))
            about_another = replace(one, evidence=(elsewhere, *rest))
            assert with_otherwise(connection, watch, {id_: about_another})[id_].otherwise == ()


def test_what_is_said_of_another_company_corroborates_nothing(bench: Bench) -> None:
    added = "On 2 November 2026 the Ministry of Ruritania banned {} from its railways."
    text = mailed(
        bench,
        {"text": added.format("Hikvision"), "url": "https://one.example/a"},
        {"text": added.format("Dahua").replace("banned", "has banned"), "url": "https://two.example/b"},
    )
    assert "Ruritania" in text
    assert "independent sources" not in text
