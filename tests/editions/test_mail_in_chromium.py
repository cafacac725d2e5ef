"""The mails in a real browser: nothing runs out of the page at 360 and 640 px, nothing is fetched, dark mode reads."""

import re
import subprocess
from html import escape
from pathlib import Path

import pytest

from tests.editions import factory as make
from tests.system import require

pytestmark = pytest.mark.slow
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A window cannot be as narrow as a phone, a frame can. A scheme set on a frame is the scheme that its page sees.
FRAME = """<!doctype html><meta charset="utf-8">
<iframe style="width: {width}px; height: 3000px; border: 0; color-scheme: {scheme}" srcdoc="{page}"></iframe>
<p id="measured"></p>
<script>
addEventListener("load", () => {{
  const page = document.querySelector("iframe").contentDocument, root = page.documentElement;
  const wide = [...page.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > root.clientWidth + 1);
  const shade = e => page.defaultView.getComputedStyle(e).color + " on " +
    page.defaultView.getComputedStyle(page.querySelector(".column")).backgroundColor;
  document.querySelector("#measured").textContent =
    `viewport=${{root.clientWidth}} scroll=${{root.scrollWidth}} wide=${{wide.length}} fetched=` +
    page.defaultView.performance.getEntriesByType("resource").length +
    ` colours=[${{[...page.querySelectorAll("h1, h3, p, a, blockquote, td, th")].map(shade).join(";")}}]`;
}});
</script>"""


def measured(html: str, width: int, scheme: str, folder: Path) -> str:
    page = folder / "page.html"
    page.write_text(FRAME.format(width=width, scheme=scheme, page=escape(html)), encoding="utf-8")
    done = subprocess.run(
        [require("chromium"), *FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found = re.search(r'id="measured">([^<]+)<', done.stdout)
    assert found is not None, done.stderr[-2000:]
    return found[1]


def contrast(colours: str) -> float:
    """WCAG contrast of `rgb(…) on rgb(…)`."""

    def luminance(rgb: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", rgb)[:3]]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(colour) for colour in colours.split(" on ")), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 640])
@pytest.mark.parametrize("name", ["full-week", "hostile"])
def test_nothing_overflows_and_everything_can_be_read(name: str, width: int, scheme: str, tmp_path: Path) -> None:
    said = measured(make.a_mail(make.EDITIONS[name]()).html, width, scheme, tmp_path)
    found = re.fullmatch(r"viewport=(\d+) scroll=(\d+) wide=(\d+) fetched=(\d+) colours=\[(.+)\]", said)
    assert found is not None, said
    viewport, scroll, wide, fetched, pairs = found.groups()
    assert (scroll, wide, fetched) == (viewport, "0", "0")
    colours = set(pairs.split(";"))
    assert {pair: round(contrast(pair), 1) for pair in colours if contrast(pair) < 4.5} == {}
    background = next(iter(colours)).split(" on ")[1]
    assert (background == "rgb(29, 32, 36)") is (scheme == "dark")
