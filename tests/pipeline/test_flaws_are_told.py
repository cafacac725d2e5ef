"""Security flaws by their numbers: what may be another flaw is told, once, whatever was told in the same week."""

from datetime import timedelta

import pytest

from claimwatch.pipeline.reviewing.desk import list_cases
from claimwatch.store import developments
from tests.pipeline.bench import MONDAY, Bench

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
UNNUMBERED = "Researchers disclosed a vulnerability in Hikvision cameras."
NUMBERED = "Researchers disclosed the vulnerability CVE-2026-41001 in Hikvision cameras."
AGAIN = "The vulnerability CVE-2026-41001 was disclosed in Hikvision cameras."
SECOND = "Researchers disclosed the vulnerabilities CVE-2026-41001 and CVE-2026-41002 in Hikvision cameras."


def cases(bench: Bench, days: int, *texts: str) -> int:
    """Publish one page a text and poll; how many developments stand to be told or looked at."""
    items = [{"key": f"page-{number}", "text": text, "on": "2026-11-09"} for number, text in enumerate(texts)]
    bench.serve_list(items=items)
    bench.poll(MONDAY + days * DAY, force=True)
    with bench.watch(MONDAY + days * DAY) as watch:
        return len(list_cases(watch).cases)


def test_a_first_number_on_another_page_is_told_by_itself_and_once(bench: Bench) -> None:
    assert cases(bench, 0, UNNUMBERED) == 1
    assert cases(bench, 2, UNNUMBERED, NUMBERED) == 2
    assert cases(bench, 3, UNNUMBERED, NUMBERED, AGAIN) == 2


def test_what_one_page_tells_of_a_flaw_and_its_number_is_one(bench: Bench) -> None:
    assert cases(bench, 0, f"{UNNUMBERED} {AGAIN}") == 1


def test_a_second_flaw_raises_the_state_of_the_first(bench: Bench) -> None:
    states = []
    for day, texts in enumerate([(NUMBERED,), (NUMBERED, SECOND), (NUMBERED, SECOND, AGAIN)]):
        assert cases(bench, day, *texts) == 1
        with bench.watch() as watch, watch.store.read() as connection:
            states += [one.state_version for _, one, _ in developments.untold(connection, "weekly")]
    assert states == [1, 2, 2]
