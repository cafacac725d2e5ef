"""Golden files: what a parser makes of a saved page, written once, reviewed by a person, then held.

A case is `tests/golden/<source>/<case>.yaml` with the page's `kind` and `url`, optionally `content_type`, `charset`,
`head` (the fields of a `Publication` but `source`), `options` (by default those of the source in sources.yaml) and
`body` (a file name; by default the one file beside it that is called `<case>.<anything>`). What is
expected stands in `<case>.expected.json`: the `Parsed`, or the error that the page must raise. Where it is missing it
is written, and the test fails until somebody has read it:

    @pytest.mark.parametrize("case", cases("federal_register"), ids=case_name)
    def test_golden(case: Path) -> None:
        check(federal_register.parse, case)
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from claimwatch.errors import ReadFailed
from claimwatch.models import Options, Page, Parsed, Publication
from claimwatch.settings import PROJECT
from claimwatch.sources import load_sources

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
_ENDS = (".yaml", ".expected.json")


def cases(source: str) -> list[Path]:
    """The case files of a source, sorted; at least one, so that a renamed folder cannot pass as an empty test."""
    found = sorted((GOLDEN / source).glob("*.yaml"))
    assert found, f"no golden cases in {GOLDEN / source}"
    return found


def case_name(case: Path) -> str:
    """The name of a case, for the test's id."""
    return case.stem


def page_of(case: Path) -> Page:
    """The page that a case describes."""
    said: dict[str, Any] = yaml.safe_load(case.read_text(encoding="utf-8"))
    if "body" in said:
        body = case.with_name(said.pop("body"))
    else:
        beside = [p for p in case.parent.glob(f"{case.stem}.*") if not p.name.endswith(_ENDS)]
        assert len(beside) == 1, f"{case}: {len(beside)} files beside it could be its body; name one as `body`"
        body = beside[0]
    source = case.parent.name
    head = Publication(source=source, **said.pop("head")) if "head" in said else None
    options = options_of(said.pop("options")) if "options" in said else _configured().get(source, Options())
    return Page(source=source, body=body.read_bytes(), head=head, options=options, **said)


def options_of(written: Mapping[str, str | list[str]]) -> Options:
    """Options as sources.yaml writes them."""
    return Options(tuple((k, (v,) if isinstance(v, str) else tuple(v)) for k, v in written.items()))


@cache
def _configured() -> dict[str, Options]:
    return {slug: spec.options for slug, spec in load_sources(PROJECT / "sources.yaml").items()}


def check(parse: Callable[[Page], Parsed], case: Path) -> None:
    """Parses the page of a case twice, holds the result to what every parser owes, and compares it with the file."""
    page = page_of(case)
    try:
        parsed = parse(page)
    except ReadFailed as error:
        got: dict[str, Any] = {"error": type(error).__name__, "url": error.url, "reason": error.reason}
    else:
        assert_sound(parsed)
        assert parse(page) == parsed, "the same bytes gave two results"
        got = json.loads(json.dumps(asdict(parsed), default=_plain))
    expected = case.with_name(f"{case.stem}.expected.json")
    if not expected.exists():
        expected.write_text(json.dumps(got, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"{expected} was missing and has been written: please review it and run again")
    assert got == json.loads(expected.read_text(encoding="utf-8"))


def assert_sound(parsed: Parsed) -> None:
    """What holds of every `Parsed`: all containers accounted for, keys unique, subjects inside their rows."""
    assert parsed.containers == parsed.kept + len(parsed.skipped), "a container is neither kept nor skipped"
    keyed = [item.key for item in parsed.publications] + [link.key for link in parsed.links if link.key is not None]
    assert len(keyed) == len(set(keyed)), "two publications or links share a key"
    rows = [(entry.list_name, entry.key) for entry in parsed.entries]
    assert len(rows) == len(set(rows)), "two entries share a key"
    for entry in parsed.entries:
        start, end = entry.subject
        assert 0 <= start < end <= len(entry.text), f"the subject of {entry.key} is outside its text"
    for skip in parsed.skipped:
        assert skip.reason, "a container is skipped without a reason"


def _plain(value: object) -> str:
    assert isinstance(value, date), f"{value!r} has no golden form"
    return value.isoformat()
