"""The public pages say the same on PostgreSQL."""

from pathlib import Path

import pytest

from claimwatch.store import Store
from tests.e2e.test_postgresql import postgresql  # noqa: F401
from tests.web import board_world
from tests.web.serving import serving, settings_in
from tests.web.test_board import PATHS, row_of

pytestmark = pytest.mark.slow


def test_the_pages_are_the_same(postgresql: str, tmp_path: Path) -> None:  # noqa: F811
    home = board_world.make_home(tmp_path / "sqlite")
    store = Store(postgresql)
    with store.write() as connection:
        board_world.fill(connection)
    store.close()
    shown = []
    for settings in (settings_in(home), settings_in(tmp_path, database_url=postgresql)):
        with serving(settings) as pages:
            shown.append({path: pages.get(path).text for path in (*PATHS, "/documents?before=3&source=uhrp")})
            assert "said again on 3 pages or list rows" in row_of(pages, "A03")
            assert pages.get("/metrics").status_code == 200
    assert shown[0] == shown[1]
