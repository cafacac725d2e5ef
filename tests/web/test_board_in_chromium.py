"""The public pages in a real browser: nothing runs out from 360 px up, light and dark, axe finds nothing, and all of it
works without scripts. Every scraped field of the world they show is hostile."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.web import board_world
from tests.web.browsing import WIDTHS, chromium, faults, opened, overflow
from tests.web.serving import Pages, serving, settings_in
from tests.web.test_board import PATHS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with serving(settings_in(board_world.make_home(tmp_path_factory.mktemp("board")))) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_pages_fit_can_be_read_and_are_clean(path: str, scheme: str, board: Pages, browser: Browser) -> None:
    language = "nb" if scheme == "dark" else "en"
    with opened(browser, f"{board.url}{path}?lang={language}", width=WIDTHS[0], scheme=scheme) as page:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert overflow(page) == [], f"{path} at {width} px"
        if scheme == "dark":  # axe takes its time: once on a wide page, once on a narrow one
            page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        assert faults(page) == []


def test_everything_can_be_reached_without_scripts(board: Pages, browser: Browser) -> None:
    with opened(browser, board.url + "/", scripts=False) as page:
        page.get_by_role("link", name="Claims", exact=True).click()
        page.get_by_role("link", name="Reversed 1").click()
        page.get_by_role("link", name="Claim A09").click()
        assert page.locator("h1").inner_text().startswith("Claim A09")
        page.get_by_text("By month").click()
        assert page.get_by_role("row").count() == 2
        page.get_by_role("link", name="Read it in its place").click()
        assert page.url.endswith("/documents/A#A09")
        page.locator("#A09").click()
        page.get_by_role("link", name="What we captured").first.click()
        assert "/publications/1" in page.url
        page.get_by_role("link", name="Norsk").click()
        assert page.locator("html").get_attribute("lang") == "nb"
        page.get_by_role("link", name="Dokumenter").click()
        page.get_by_label("Kilde").select_option("uhrp")
        page.get_by_role("button", name="Vis").click()
        assert page.locator("html").get_attribute("lang") == "nb"
        assert page.locator("ul.lines li").count() == 3


def test_keys_reach_the_content_first(board: Pages, browser: Browser) -> None:
    with opened(browser, board.url + "/claims") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.url.endswith("#content")


def test_on_paper_there_is_no_navigation(board: Pages, browser: Browser) -> None:
    with opened(browser, board.url + "/claims/A09") as page:
        page.emulate_media(media="print")
        assert not page.locator("header nav").is_visible()
        assert page.locator("blockquote").first.is_visible()
        assert overflow(page) == []
