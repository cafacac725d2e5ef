"""Chromium, driven: what a page looks like at a width and in a scheme, and what axe finds wrong with it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, sync_playwright

from tests.system import require

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
WIDTHS = (360, 768, 1280)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    binary = require("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser,
    url: str,
    *,
    width: int = 1280,
    height: int = 900,
    scheme: str = "light",
    scripts: bool = True,
    cookies: Mapping[str, str] | None = None,
) -> Iterator[Page]:
    """A page in a visit of its own. Whatever its console complains of is raised at the end."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
    )
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in (cookies or {}).items()])
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    try:
        answer = page.goto(url)
        assert answer is not None
        assert answer.ok, f"{url}: {answer.status}"
        yield page
        assert said == [], f"{url}: {said}"
    finally:
        context.close()


def overflow(page: Page) -> list[str]:
    """What reaches beyond the right edge of the page, but for what scrolls by itself or is put out of sight."""
    found = page.evaluate(
        """() => [...document.body.querySelectorAll("*")]
          .filter(e => !e.closest(".scroll, .skip, .trap, svg, .unseen"))
          .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
          .map(e => e.outerHTML.slice(0, 120))"""
    )
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*map(str, found), *([f"scrolls sideways by {wide} px"] if wide > 0 else [])]


def faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, one line a node."""
    result = Axe().run(page, options={"runOnly": {"type": "tag", "values": list(RULES)}})
    return [
        f"{one['id']}: {node['html'][:160]}: {node['failureSummary'][:200]}"
        for one in result.response["violations"]
        for node in one["nodes"]
    ]
