"""The score on the labelled development set, where it lies beside the project. It may only rise."""

import json
from pathlib import Path

import pytest

from claimwatch.baseline import load_baseline
from claimwatch.mentions import Scanner

PROJECT = Path(__file__).parents[2]
ITEMS = PROJECT.parent / "shared" / "gold" / "mentions.dev.jsonl"


@pytest.mark.skipif(not ITEMS.exists(), reason="the labelled set is not part of the project")
def test_precision_and_recall_on_the_development_set() -> None:
    scanner = Scanner(load_baseline(PROJECT / "baselines").companies.values())
    wrong: list[str] = []
    for line in ITEMS.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        free = set(item.get("optional", ()))
        mentions = scanner.scan(item["text"])
        if {m.entity for m in mentions} - free != set(item["expect"]) - free:
            wrong.append(item["id"])
        for entity, surfaces in item["via"].items():
            for surface in surfaces:
                start = item["text"].index(surface)
                end = start + len(surface)
                hit = any(m.entity == entity and m.start < end and start < m.end for m in mentions)
                if not hit and entity not in free:
                    wrong.append(f"{item['id']}: {surface}")
    assert wrong == []
