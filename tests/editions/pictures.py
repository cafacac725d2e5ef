"""Pictures of sample mails for the documentation: `python -m tests.editions.pictures` writes them to docs/images."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from claimwatch.models import Rendered
from tests.editions import factory as make
from tests.system import require

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
# (file, edition, language, colour scheme, width, the most height that is shown)
PICTURES = (
    ("weekly.png", "full-week", "en", "light", 680, 1500),
    ("norwegian.png", "full-week", "nb", "light", 680, 1500),
    ("dark.png", "full-week", "en", "dark", 680, 1500),
    ("urgent.png", "alert", "en", "light", 400, 1500),
    ("changed.png", "changed-row", "en", "light", 680, 1150),
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=require("chromium"), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def picture(browser: Browser, mail: Rendered, path: Path, scheme: str, width: int, height: int) -> None:
    """One mail as a reader sees it, from its top."""
    page = browser.new_page(
        color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 800}
    )
    page.set_content(mail.html)
    whole = int(page.evaluate("document.documentElement.scrollHeight"))
    page.screenshot(path=path, clip={"x": 0, "y": 0, "width": width, "height": min(whole, height)}, full_page=True)
    page.close()


def main() -> None:
    """All pictures."""
    with chromium() as browser:
        for name, edition, language, scheme, width, height in PICTURES:
            mail = make.a_mail(make.EDITIONS[edition](), language=language)
            picture(browser, mail, IMAGES / name, scheme, width, height)


if __name__ == "__main__":
    main()
