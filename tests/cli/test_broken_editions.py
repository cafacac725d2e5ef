"""An edition on which the program breaks: the others go out, the operator hears of it, and it is built once mended."""

from datetime import timedelta

import pytest

from claimwatch.models import Edition, Subscription
from claimwatch.pipeline import EditionsBroke, Watch, build_each, subscribe
from claimwatch.pipeline.telling import in_flight
from claimwatch.pipeline.telling.build import build
from tests.cli.conftest import Run
from tests.pipeline.bench import MONDAY, NEWS, Bench, body_of

LATER = MONDAY + timedelta(minutes=1)


@pytest.fixture
def two_readers(bench: Bench) -> Bench:
    """One of the daily digest, one of the weekly; there is news."""
    bench.serve_list(items=[{"key": "one", "text": NEWS, "on": "2026-11-03"}])
    with bench.watch() as watch:
        for series in ("daily", "weekly"):
            subscribe(watch, f"{series}@example.org", wanted=(Subscription(series),))
    return bench


def _breaks_at(broken: str, error: Exception) -> object:
    def freeze(watch: Watch, series: str) -> Edition | None:
        if series == broken:
            raise error
        return build(watch, series)

    return freeze


def test_the_other_edition_is_mailed_and_the_operator_hears_of_it(
    two_readers: Bench, cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(in_flight, "build", _breaks_at("daily", KeyError("a bug of ours")))
        done = cli("run")
    assert done.status == 1
    assert "broke: KeyError: 'a bug of ours' (while freezing the daily edition)" in done.out
    assert "Traceback (most recent call last)" in done.err
    (mail,) = two_readers.mails()
    assert mail["to"] == "weekly@example.org"
    assert "museum of clocks" in body_of(mail)
    done = cli("run", at=LATER)
    assert done.status == 0
    assert sorted(mail["to"] for mail in two_readers.mails()) == ["daily@example.org", "weekly@example.org"]


def test_what_the_machine_fails_at_is_raised_at_once(
    two_readers: Bench, cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_flight, "build", _breaks_at("daily", OSError(28, "No space left on device")))
    done = cli("run")
    assert done.status == 1
    assert "No space left on device" in done.err
    assert not (two_readers.home / "mail").exists()


def test_all_that_broke_is_said_and_what_was_frozen_is_given() -> None:
    edition = object()

    def freeze(series: str) -> object:
        if series == "weekly":
            return edition
        raise ValueError(f"odd {series}")

    with pytest.raises(EditionsBroke) as raised:
        build_each(["daily", "urgent", "weekly"], freeze)  # type: ignore[arg-type]
    assert raised.value.editions == (edition,)
    assert str(raised.value).splitlines() == [
        "ValueError: odd daily (while freezing the daily edition)",
        "ValueError: odd urgent (while freezing the urgent edition)",
    ]
