"""What is scored, and what is left out of a labelled file."""

import json
from pathlib import Path

import pytest

from benchmarks import evaluate
from benchmarks.labels import readable


def document(id_: str, language: str, text: str) -> str:
    finding = {
        "quote": text, "entity": "hikvision", "outcome": "NEW", "accept": ["NEW"], "alert": True, "event": "e",
        "predicate": None, "claims": [],
    }  # fmt: skip
    return json.dumps(
        {
            "id": id_, "source": "press", "url": f"https://a.example/{id_}", "title": "", "published": "2025-03-04",
            "language": language, "basis": "invented", "text": text, "findings": [finding],
        }
    )  # fmt: skip


def test_documents_in_languages_that_are_not_read_are_left_out_and_counted() -> None:
    languages = ("en", "de", "zh-Hant", "da", "de", "nn")
    kept, left_out = readable([document(f"d{n}", one, "x") for n, one in enumerate(languages)])
    assert [json.loads(line)["language"] for line in kept] == ["en", "zh-Hant", "nn"]
    assert left_out == {"de": 2, "da": 1}


def test_a_file_that_holds_such_documents_is_scored_and_says_what_it_leaves_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labelled = tmp_path / "labelled.jsonl"
    lines = [document("one", "en", "Hikvision painted a mural."), document("two", "de", "Hikvision malte ein Bild.")]
    labelled.write_text("\n".join(lines), encoding="utf-8")
    assert evaluate.main([str(labelled), "--all"]) == 0
    printed = capsys.readouterr().out
    assert "1 documents, 1 labels" in printed
    assert "left out, because their language is not read: 1 in de" in printed
