"""A command line on an installation of its own, with a source on a loopback upstream."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from claimwatch.cli import main
from tests.pipeline.bench import MONDAY, Bench
from tests.pipeline.conftest import bench, engine, migrated  # noqa: F401


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output, read as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Its output, read as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Done]


@pytest.fixture
def cli(bench: Bench, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:  # noqa: F811
    """Runs `claimwatch ARGUMENTS` at a time (by default a Monday morning)."""
    sources = bench.home / "sources.yaml"
    sources.write_text(bench.sources, encoding="utf-8")
    for name, value in {
        "HOME": bench.home, "UPSTREAM": bench.upstream.url, "PACE": "off", "SOURCES": sources,
        "FROM": "claimwatch@example.org", "OPERATOR": "operator@example.org",
        "POSTAL_ADDRESS": "1 Street, 0001 Oslo", "CONTACT_URL": "https://example.org/contact",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"CLAIMWATCH_{name}", str(value))

    def run(*argv: str, at: datetime = MONDAY) -> Done:
        monkeypatch.setenv("CLAIMWATCH_NOW", at.isoformat())
        capfd.readouterr()
        status = main(list(argv))
        out, err = capfd.readouterr()
        return Done(status, out, err)

    return run
