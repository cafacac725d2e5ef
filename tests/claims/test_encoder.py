"""The network of the baseline: what it answers, when it is asked, and what is said of a broken one."""

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from claimwatch.claims import Comparer
from claimwatch.claims.classifier import NONE
from claimwatch.claims.encoder import Encoder
from claimwatch.claims.outcome import Decision
from claimwatch.claims.passages import Passage
from claimwatch.claims.weighing import joined, unsure
from claimwatch.errors import BaselineInvalid
from claimwatch.models import Baseline, Outcome, Publication, SourceClass
from claimwatch.settings import PROJECT

BAN = Passage(
    "On Monday the ministry put alpha on its list of banned suppliers.",
    "legal_status 2019-10 : the company was put on a list",
    "press 2026-03 : alpha is banned",
    "The cameras hang in schools.",
)
WEATHER = Passage("about alpha : The market hall was full on a sunny day.", "", "press 2026-03 : A fair", "")


@pytest.fixture(scope="module")
def encoder(baseline: Baseline) -> Encoder:
    return Encoder(baseline.encoder)


def test_it_gives_a_share_to_each_outcome(encoder: Encoder) -> None:
    found = encoder.probabilities(BAN)
    assert set(found) == {*Outcome, NONE}
    assert math.isclose(sum(found.values()), 1, abs_tol=1e-5)


def test_it_tells_news_from_what_is_about_nobody(encoder: Encoder) -> None:
    ban, weather = encoder.probabilities(BAN), encoder.probabilities(WEATHER)
    assert max(weather, key=weather.__getitem__) == NONE
    assert sum(ban[outcome] for outcome in Outcome if outcome.alerts) > 0.5


def test_the_same_passage_has_the_same_answer_whatever_came_before(encoder: Encoder, baseline: Baseline) -> None:
    encoder.probabilities(replace(BAN, before="word " * 500))
    assert encoder.probabilities(BAN) == Encoder(baseline.encoder).probabilities(BAN)


@pytest.mark.parametrize("text", ["", " ", "海康威视 " * 300, "x" * 10_000, "\x00\ud800�"])
def test_any_text_has_an_answer(encoder: Encoder, text: str) -> None:
    assert math.isclose(sum(encoder.probabilities(Passage(text, text, text, text)).values()), 1, abs_tol=1e-5)


def test_a_word_that_never_ends_costs_no_more_than_its_length(encoder: Encoder) -> None:
    endless = Passage("y" * 2_000_000, "", "", "")
    assert encoder.probabilities(endless) == encoder.probabilities(Passage("y" * 200, "", "", ""))


def test_an_answer_that_is_no_number_is_none(baseline: Baseline, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def run(self, *_: object) -> list[object]:
            return [np.full((1, 8), np.nan)]

    encoder = Encoder(baseline.encoder)
    _, labels, pieces = encoder._opened
    monkeypatch.setitem(encoder.__dict__, "_opened", (Broken(), labels, pieces))
    with pytest.raises(BaselineInvalid, match=r"encoder\.onnx.*no number"):
        encoder.probabilities(BAN)


def test_nobody_is_told_that_it_is_used(tmp_path: Path) -> None:
    """Newer releases of onnxruntime report to their maker, and keep what they will send in files in the home."""
    ask = (
        "from pathlib import Path; from claimwatch.baseline import load_baseline; "
        "from claimwatch.claims.encoder import Encoder; import os; "
        "Encoder(load_baseline(Path('baselines')).encoder).check(); print(os.environ['ORT_DISABLE_TELEMETRY'])"
    )
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("1\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells the threads of a process")
def test_it_starts_no_thread() -> None:
    """A thread of numpy's would take a tenth of a second of a core for waiting."""
    ask = (
        "from pathlib import Path; from claimwatch.baseline import load_baseline; "
        "from claimwatch.claims.encoder import Encoder; "
        "Encoder(load_baseline(Path('baselines')).encoder).check(); print(len(list(Path('/proc/self/task').iterdir())))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n"


def test_what_is_no_network_is_named(baseline: Baseline) -> None:
    for body in (b"nothing", baseline.encoder[:5000]):
        with pytest.raises(BaselineInvalid, match=r"encoder\.onnx.*\./dev train --encoder"):
            Encoder(body).check()
        with pytest.raises(BaselineInvalid, match=r"encoder\.onnx"):
            Comparer(replace(baseline, encoder=body)).check()


def test_two_readings_are_joined_as_shares() -> None:
    both = joined({"a": 0.5, "b": 0.5, "c": 0.0}, {"a": 0.8, "b": 0.2, "c": 0.0})
    assert math.isclose(sum(both.values()), 1)
    assert math.isclose(both["a"] / both["b"], 2)  # sqrt(.5 * .8) to sqrt(.5 * .2)
    assert 0 < both["c"] < 0.001


@pytest.mark.parametrize(
    ("ruled", "shares", "open_"),
    [
        (Outcome.NEW, {Outcome.UPDATE: 0.6, Outcome.NEW: 0.4}, True),
        (Outcome.NEW, {Outcome.UPDATE: 0.8, Outcome.NEW: 0.2}, False),
        (Outcome.NEW, {Outcome.REVERSAL: 0.4, Outcome.NEW: 0.3, NONE: 0.3}, True),
        (Outcome.REVERSAL, {Outcome.UPDATE: 0.4, Outcome.REVERSAL: 0.3, NONE: 0.3}, True),
        (Outcome.REVERSAL, {Outcome.REVERSAL: 0.4, Outcome.NEW: 0.3, NONE: 0.3}, False),  # two of two see one
    ],
)
def test_only_an_open_answer_is_asked_about(ruled: Outcome, shares: dict[str, float], open_: bool) -> None:
    assert unsure(Decision(ruled, ()), dict.fromkeys((*Outcome, NONE), 0.0) | shares) is open_


PAGE = Publication(
    source="press",
    key="1",
    url="https://example.org/1",
    title="News",
    kind="page",
    language="en",
    text="",
)


@pytest.mark.parametrize("language", ["nb", "zh-Hans"])
def test_other_languages_are_read_without_it(baseline: Baseline, language: str) -> None:
    page = replace(PAGE, language=language, text="Dahua ble i går nevnt i en rapport. Hikvision svarte ikke.")
    comparers = (Comparer(baseline), Comparer(replace(baseline, encoder=b"no network at all")))
    with_it, without = (comparer.publication(page, SourceClass.PRESS) for comparer in comparers)
    assert with_it
    assert with_it == without


def test_a_baseline_without_one_is_read_by_the_classifier_alone(baseline: Baseline) -> None:
    page = replace(PAGE, text="A spokesman for Dahua said on Friday that talks with the port authority go on.")
    alone = Comparer(replace(baseline, encoder=b"")).publication(page, SourceClass.PRESS)
    both = Comparer(baseline).publication(page, SourceClass.PRESS)
    assert [finding.quote for finding in alone] == [finding.quote for finding in both]
