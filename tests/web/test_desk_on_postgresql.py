"""The desk on PostgreSQL: a link is used once, a decision is made once, an edition is approved once."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from claimwatch.pipeline.reviewing import sign_in
from claimwatch.pipeline.watch import open_watch
from claimwatch.store import sign_ins
from tests.e2e.test_postgresql import postgresql  # noqa: F401
from tests.web.desk_world import ANALYST, desk_of, settings_of
from tests.web.serving import Pages, link_in, serving

pytestmark = pytest.mark.slow


def at_once(do: Callable[[], object], times: int = 6) -> list[object]:
    """What each of several threads gets."""
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(do())) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_link_is_used_once_and_a_stranger_leaves_no_trace(postgresql: str, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "sources.yaml").write_bytes((Path(__file__).resolve().parents[2] / "sources.yaml").read_bytes())
    settings = settings_of(tmp_path, database_url=postgresql)
    with serving(settings) as pages:
        assert pages.post("/sign-in", {"address": "stranger@example.org"}).status_code == 200
        assert pages.post("/sign-in", {"address": ANALYST}).status_code == 200
        (mail,) = pages.mails(1)
        token = link_in(mail).rpartition("/")[2]
        browser = pages.client.cookies["claimwatch-sign-in"]
        begun = [one for one in at_once(lambda: sign_in.begin(pages.watch, token, browser)) if one is not None]
        assert len(begun) == 1
        _walk(pages)
    with open_watch(settings) as watch, watch.store.write() as connection:
        sign_ins.tidy(connection, watch.now() + sign_in.SESSION_LASTS, sign_in.SESSION_LASTS)


def _walk(pages: Pages) -> None:
    """The pages of an empty desk, and what only PostgreSQL minds."""
    with desk_of(pages) as desk:
        assert desk.queue() == []
        assert "No edition is held" in desk.get("/desk/editions").get_text()
        for path in (
            "/desk/cases/%00",
            "/desk/editions/99999999999",
            "/desk/texts/entry/99999999999",
            "/desk?done=%00",
        ):
            assert desk.browser.get(path).status_code in (200, 404), path
