"""Back issues, items and search in a real browser: at three widths, in light and dark, without scripts, on paper."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.web.archive_world import HOSTILE, key_of
from tests.web.browsing import WIDTHS, chromium, faults, opened, overflow
from tests.web.serving import Pages

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all of them."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def paths(archive: Pages) -> dict[str, str]:
    """The pages that are looked at."""
    hostile = json.loads(archive.get("/editions/2026-W46.json").content)["items"]
    return {
        "editions": "/editions",
        "edition": "/editions/2026-W45",
        "hostile edition": "/editions/2026-W46?lang=nb",
        "correction": "/editions/2026-W45/corrections/1",
        "item": f"/items/{key_of(archive.watch, 'listed_on')}",
        "hostile item": f"/items/{hostile[0]['key']}?lang=nb",
        "search": "/search?q=hikvision&company=hikvision",
        "documents": "/search?q=tromso&in=documents&lang=nb",
        "no hit": "/search?q=nowhere&from=never",
    }


@pytest.mark.parametrize(("width", "scheme"), [*((width, "light") for width in WIDTHS), (WIDTHS[0], "dark")])
def test_pages_fit_and_axe_finds_nothing(
    archive: Pages, browser: Browser, paths: dict[str, str], width: int, scheme: str
) -> None:
    wrong = []
    for name, path in paths.items():
        with opened(browser, archive.url + path, width=width, scheme=scheme) as page:
            wrong += [f"{name}: {one}" for one in (*overflow(page), *faults(page))]
            if page.locator("h1").count() != 1:
                wrong.append(f"{name}: {page.locator('h1').count()} first headings")
    assert wrong == []


def test_search_works_without_scripts(archive: Pages, browser: Browser) -> None:
    with opened(browser, archive.url + "/search", scripts=False) as page:
        page.get_by_label("Words").fill('"entity list"')
        page.get_by_label("Company").select_option("dahua")
        page.get_by_label("Words").press("Enter")
        assert "q=%22entity+list%22" in page.url
        assert page.locator("mark").all_inner_texts() == ["Entity List"]
        page.locator("ol.results h3 a").click()
        assert page.locator("h1").inner_text().startswith("The Toy Institute")
        page.get_by_role("link", name="Weekly, Week 45").first.click()
        assert page.url.endswith("/editions/2026-W45")
        page.get_by_role("link", name="Week 46").click()
        assert page.url.endswith("/editions/2026-W46")


def test_what_was_scraped_stays_text(archive: Pages, browser: Browser, paths: dict[str, str]) -> None:
    for name in ("hostile edition", "hostile item"):
        # A script that ran, or was refused, would be in the console, which `opened` looks at.
        with opened(browser, archive.url + paths[name]) as page:
            assert page.locator("script, img").count() == 0
    with opened(browser, archive.url + "/search?q=orsted") as page:
        assert HOSTILE in page.locator("ol.results blockquote").first.inner_text()


def test_an_edition_on_paper(archive: Pages, browser: Browser) -> None:
    with opened(browser, archive.url + "/editions/2026-W45", width=768, scheme="dark") as page:
        page.emulate_media(media="print", color_scheme="light")
        assert not page.locator("header.archive nav").is_visible()
        assert not page.locator("footer.archive ul").is_visible()
        assert page.get_by_role("heading", name="Where the baseline stands today").is_visible()
        assert page.locator("footer.archive").get_by_text("https://claimwatch.example/editions/2026-W45").is_visible()
        assert page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"
        shown = page.locator("td.item a").first.evaluate("e => getComputedStyle(e, '::after').content")
        assert "https://toy.example/" in shown
        pdf = page.pdf(format="A4")
        assert pdf.startswith(b"%PDF-")
