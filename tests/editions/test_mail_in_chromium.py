"""The mails in a real browser: nothing runs out of the page at 360 and 640 px, nothing is fetched, light and dark can
be read, and axe-core has nothing to say."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser

from tests.editions import factory as make
from tests.editions.pictures import PICTURES, chromium

pytestmark = pytest.mark.slow
# A mail is no page of a site: mail programs put it into a page of theirs, which has the landmarks and the title.
NOT_FOR_MAIL = {"landmark-one-main", "region"}
COLUMN = {"light": "rgb(255, 254, 251)", "dark": "rgb(29, 32, 36)"}
MEASURED = """() => {
  const root = document.documentElement;
  const right = root.clientWidth + 1;
  const wide = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > right);
  return {
    overflow: root.scrollWidth - root.clientWidth,
    wide: wide.map(e => e.outerHTML.slice(0, 80)),
    column: getComputedStyle(document.querySelector(".column")).backgroundColor,
    small: [...document.body.querySelectorAll("p, td, li, h1, h2, h3, blockquote")]
      .filter(e => e.innerText.trim() && parseFloat(getComputedStyle(e).fontSize) < 14).map(e => e.innerText),
  };
}"""
MAILS = [
    *(
        (name, "en")
        for name in (
            "full-week",
            "first",
            "hostile",
            "sixty",
            "blind-week",
            "alert",
            "correction",
            "record",
            "changed-row",
            "doubted",
        )
    ),
    *((name, "nb") for name in ("full-week", "record", "correction", "changed-row", "doubted")),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all mails."""
    with chromium() as one:
        yield one


@pytest.mark.parametrize(("name", "language"), MAILS)
def test_it_can_be_read(browser: Browser, name: str, language: str) -> None:
    page = browser.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    try:
        page.set_content(make.a_mail(make.EDITIONS[name](), language=language).html)
        for scheme, column in COLUMN.items():
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            for width in (640, 360):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate(MEASURED) == {"overflow": 0, "wide": [], "small": [], "column": column}
            said = Axe().run(page).response["violations"]
            assert [(one["id"], one["nodes"][0]["html"]) for one in said if one["id"] not in NOT_FOR_MAIL] == []
    finally:
        page.close()
    assert fetched == []


def test_the_pictures_of_the_documentation_are_of_mails_that_there_are() -> None:
    assert {edition for _, edition, *_ in PICTURES} <= set(make.EDITIONS)
