"""The pages in a real browser: nothing runs out at 360 px, every colour can be read in light and dark, every field is
named, nothing comes from elsewhere and nothing is refused by our own policy."""

import re
import subprocess
from pathlib import Path

import pytest

from claimwatch import tokens
from claimwatch.models import Subscription, Topics
from claimwatch.pipeline.subscribers.subscribe import subscribe
from tests.system import require
from tests.web.serving import Pages

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
    "--disable-web-security",
)
# The page's own policy forbids frames and scripts, so its document is taken over into a frame of ours, style included.
FRAME = """<!doctype html><meta charset="utf-8">
<iframe style="width: {width}px; height: 3000px; border: 0; color-scheme: {scheme}"></iframe><p id="measured"></p>
<script>
(async () => {{
  const frame = document.querySelector("iframe");
  const style = await (await fetch("{base}/static/style.css")).text();
  const sent = await (await fetch("{url}")).text();
  const html = sent.replace(/<link rel="stylesheet"[^>]*>/, `<style>${{style}}</style>`);
  await new Promise(done => {{ frame.onload = done; frame.srcdoc = html; }});
  const page = frame.contentDocument, root = page.documentElement;
  const seen = [...page.body.querySelectorAll("*")].filter(e => !e.closest(".trap, .skip"));
  const wide = seen.filter(e => e.getBoundingClientRect().right > root.clientWidth + 1);
  const ground = e => {{
    for (; e; e = e.parentElement) {{
      const colour = page.defaultView.getComputedStyle(e).backgroundColor;
      if (colour !== "rgba(0, 0, 0, 0)") return colour;
    }}
    return "rgb(255, 255, 255)";
  }};
  const colours = seen.filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(e => page.defaultView.getComputedStyle(e).color + " on " + ground(e));
  const unnamed = [...page.querySelectorAll("input:not([type=hidden]), select")].filter(e => !e.labels.length);
  const small = seen.filter(e => e.matches("button, select, input:not([type=checkbox]):not([type=hidden]), .tick"))
    .filter(e => e.getBoundingClientRect().height < 24);
  document.querySelector("#measured").textContent =
    `viewport=${{root.clientWidth}} scroll=${{root.scrollWidth}} wide=${{wide.length}} unnamed=${{unnamed.length}} ` +
    `small=${{small.length}} headings=${{page.querySelectorAll("h1").length}} lang=${{root.lang}} ` +
    `colours=[${{[...new Set(colours)].join(";")}}]`;
}})();
</script>"""


def browse(*arguments: str) -> str:
    done = subprocess.run(
        [require("chromium"), *FLAGS, *arguments], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout


def contrast(colours: str) -> float:
    """WCAG contrast of `rgb(…) on rgb(…)`."""

    def luminance(rgb: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", rgb)[:3]]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(colour) for colour in colours.split(" on ")), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture
def paths(pages: Pages) -> dict[str, str]:
    """Pages worth a look, for a subscriber with a long address."""
    wanted = [Subscription(series, Topics(severity="S2")) for series in ("weekly", "urgent")]
    address = f"{'long' * 15}@{'very-long-name.' * 6}example.org"
    member = subscribe(pages.watch, address, language="en", timezone="Europe/Oslo", wanted=wanted)
    return {
        "about": "/?lang=en",
        "subscribe": "/subscribe?lang=nb",
        "privacy": "/privacy?lang=nb",
        "preferences": pages.path(tokens.preferences_url(pages.settings, member.id)) + "?lang=nb",
        "unsubscribe": pages.path(tokens.unsubscribe_url(pages.settings, member.id, "weekly")) + "?lang=en",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["about", "subscribe", "privacy", "preferences", "unsubscribe"])
def test_pages_fit_and_can_be_read(name: str, scheme: str, pages: Pages, paths: dict[str, str], tmp_path: Path) -> None:
    frame = tmp_path / "frame.html"
    url = pages.url + paths[name]
    frame.write_text(FRAME.format(width=360, scheme=scheme, url=url, base=pages.url), encoding="utf-8")
    said = browse(f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=8000", "--dump-dom", frame.as_uri())
    found = re.search(
        r'id="measured">viewport=(\d+) scroll=(\d+) wide=(\d+) unnamed=(\d+) small=(\d+) headings=(\d+) lang=(\w+) '
        r"colours=\[(.+)\]<",
        said,
    )
    assert found is not None, said[-2000:]
    viewport, scroll, wide, unnamed, small, headings, language, pairs = found.groups()
    assert (scroll, wide, unnamed, small, headings) == (viewport, "0", "0", "0", "1")
    assert language == paths[name][-2:]
    colours = set(pairs.split(";"))
    assert {pair: round(contrast(pair), 1) for pair in colours if contrast(pair) < 4.5} == {}
    # The style sheet was really there: its paper, not a browser's white.
    paper = "rgb(29, 32, 36)" if scheme == "dark" else "rgb(255, 254, 251)"
    assert any(pair.endswith(paper) for pair in colours)


def test_our_own_policy_refuses_nothing(pages: Pages, paths: dict[str, str], tmp_path: Path) -> None:
    for name, path in paths.items():
        done = subprocess.run(
            [
                require("chromium"),
                *FLAGS,
                f"--user-data-dir={tmp_path / 'profile'}",
                "--enable-logging=stderr",
                "--v=0",
                f"--screenshot={tmp_path / name}.png",
                "--window-size=640,1400",
                pages.url + path,
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        assert "Content Security Policy" not in done.stderr
        assert (tmp_path / f"{name}.png").stat().st_size > 5_000
