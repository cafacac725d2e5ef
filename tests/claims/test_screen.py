"""The contract of `screen`: records in, objects out; clear errors; triggers that are held to their format."""

import json
from dataclasses import replace

import pytest

from claimwatch.claims import Comparer, detect_language, finding_json, read_records, screen_record
from claimwatch.claims.patterns import Anchors, Classes, compile_cue
from claimwatch.claims.text import fold
from claimwatch.claims.triggers import Triggers
from claimwatch.errors import BaselineInvalid, UsageError
from claimwatch.models import Baseline

KEYS = [
    "source", "url", "entity", "outcome", "predicate", "claims", "before", "after", "place", "as_of", "speaker",
    "modality", "quote", "start", "end", "surface", "method", "severity", "confidence", "rules", "language",
    "fingerprint",
]  # fmt: skip


def test_objects_have_the_keys_of_the_contract_in_order(comparer: Comparer) -> None:
    line = json.dumps(
        {"source": "uhrp", "text": "As of 2024, Hikvision supplies 191 countries.", "published": "2024-05-01"}
    )
    (record,) = read_records([line])
    (finding,) = screen_record(comparer, record)
    printed = finding_json(finding)
    assert list(printed) == KEYS
    assert json.loads(json.dumps(printed)) == printed
    assert printed["after"] == {
        "value": 191.0, "unit": "countries", "comparator": "eq", "as_of": "2024", "text": "191 countries",
    }  # fmt: skip
    assert record.text[finding.start : finding.end] == printed["quote"]


def test_plain_text_is_one_record_and_auto_tells_it_from_json() -> None:
    (record,) = read_records(["Hikvision sells cameras.\n", "Dahua does too.\n"])
    assert record.text == "Hikvision sells cameras.\nDahua does too.\n"
    assert [r.text for r in read_records(["\n", '{"text": "a"}\n', "\n", '{"text": "b"}\n'])] == ["a", "b"]
    assert list(read_records([])) == []
    (braces,) = read_records(['{"text": "a"}'], "text")
    assert braces.text == '{"text": "a"}'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1: broken JSON"),
        ('{"title": "x"}', "line 1: 'text' is missing"),
        ('{"text": 5}', "'text' should be a string"),
        ('{"text": "x", "published": "soon"}', "ISO date"),
        ('{"text": "x", "language": "tlh"}', "language 'tlh'"),
    ],
)
def test_a_bad_record_is_named_with_its_line(line: str, said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("(", r"\(")):
        list(read_records([line]))


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError, match="auto, jsonl or text"):
        list(read_records([], "xml"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The company was added to the list in October.", "en"),
        ("Selskapet ble ikke utelukket fra fondet.", "nb"),
        ("Selskapet vart ikkje utelukka frå fondet.", "nn"),
        ("Finnmark fylkeskommune opphever forbudet mot Hikvision-kameraer.", "nb"),
        ("Kommunen vraka Dahua i 2021.", "nb"),
        ("Dahua saksøker Kongsberg", "nb"),
        ("Who is on the list in Å?", "en"),
        ("美国商务部宣布把海康威视列入实体清单。", "zh-Hans"),
        ("", "en"),
    ],
)
def test_languages_are_told_apart(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_a_text_that_names_nobody_gives_nothing(comparer: Comparer) -> None:
    (record,) = read_records(["Dahua Group builds housing estates. The weather is fine."])
    assert screen_record(comparer, record) == ()


@pytest.mark.parametrize(
    ("pattern", "hit", "miss"),
    [
        ("entity list*", "on the Entity Lists", "identity list"),
        ("*kamera*", "nattkameraet", "kammer"),
        ("remove .. list", "remove it from the list", "remove one two three four five list"),
        ("a & !b", "a c", "a b"),
        ("^it", "It rains", "Now it rains"),
        ("licen?e", "a license", "a licence-free"),
        ("(the )?firm", "firm", "firmware"),
        ("停止 .. 运营", "命令其停止在加拿大运营", "停止在加拿大的一切业务和运营"),
        ("停止 ... 运营", "停止在加拿大的一切业务和运营", "停止。公司照常运营"),
    ],
)
def test_the_pattern_language(pattern: str, hit: str, miss: str) -> None:
    cue = compile_cue([pattern], Classes({}), Anchors())
    assert cue.hits(fold(hit))
    assert cue.hits(fold(miss)) == (pattern == "licen?e")


def test_triggers_are_held_to_their_format(baseline: Baseline) -> None:
    broken = replace(
        baseline,
        triggers={
            "en": {
                "cues": {"undo": ["ok"], "shout": ["x"]},
                "predicates": {"nonsense": {}, "listed_on": {"moon_list": ["x"], "entity_list": [5]}},
                "extra": {},
            }
        },
    )
    with pytest.raises(BaselineInvalid) as caught:
        Triggers(broken)
    for part in ("'shout'", "nonsense", "moon_list", "entity_list", "'extra'"):
        assert part in str(caught.value)


def test_a_pattern_that_cannot_be_compiled_is_named(baseline: Baseline) -> None:
    broken = replace(baseline, triggers={"en": {"cues": {"undo": ["(open"]}}})
    with pytest.raises(BaselineInvalid, match=r"triggers/en.yaml: undo: .*\(open"):
        Triggers(broken).check()


def test_all_triggers_of_the_project_compile(baseline: Baseline) -> None:
    assert set(baseline.triggers) == {"en", "nb", "nn", "zh"}
    Triggers(baseline).check()
