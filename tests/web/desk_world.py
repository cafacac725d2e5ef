"""An installation with something to review: polled from a toy source, one edition held, analysts who may sign in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import httpx
from bs4 import BeautifulSoup, Tag

from claimwatch import tokens
from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.mentions import Scanner
from claimwatch.pipeline import build, subscribe
from claimwatch.settings import PROJECT, Settings
from claimwatch.store import sign_ins
from claimwatch.web.session import SESSION
from tests.pipeline.bench import MONDAY, Bench, Engine
from tests.upstream import Upstream
from tests.web.serving import Pages, settings_in

ANALYST, OTHER = "ann@example.org", "bob@example.org"
NOW = MONDAY + timedelta(days=7)  # what `serving.FROZEN` says

EXPANSION = "Hikvision has shipped its cameras to 190 countries and regions, the company said in its annual report."
OWNED = "China Electronics Technology Group controls 36.35 percent of Hikvision, the filing shows."
LIFTED = "The Commerce Department removed Dahua Technology from the Entity List on 2 November 2026."
MUSEUM = "Hikvision opened a museum of clocks in Reykjavik on 3 November 2026."
AGAIN = "A museum of clocks was opened in Reykjavik on 3 November 2026 by Hikvision, officials said."
BOTH = "Hikvision and Dahua were both named in a new bill before the Senate on 5 November 2026."
ITEMS: list[dict[str, str]] = [
    {"key": "expansion", "title": "Cameras for the world", "on": "2026-11-02",
     "text": f"The market grows.\n\nIt was a good year for the industry. {EXPANSION} Others did less well."},
    {"key": "ownership", "title": "Who owns what", "on": "2026-11-03", "text": OWNED},
    {"key": "lifted", "title": "A removal", "on": "2026-11-04", "text": LIFTED},
    {"key": "museum", "title": "Clocks", "on": "2026-11-04", "text": MUSEUM},
    {"key": "museum-again", "title": "Clocks, again", "on": "2026-11-05", "text": AGAIN},
    {"key": "bill", "title": "A bill", "on": "2026-11-05", "text": BOTH},
]  # fmt: skip
REVISED = "The market grows fast.\n\nIt was a very good year for the industry. " + EXPANSION + " Others did better."


@cache
def compiled() -> Engine:
    """The real baseline, compiled once: it takes longer than most tests."""
    baseline = load_baseline(PROJECT / "baselines")
    return Engine(baseline, Comparer(baseline), Scanner(baseline.companies.values()))


def make_home(home: Path, engine: Engine, items: list[dict[str, str]] = ITEMS) -> Path:
    """Poll the toy source twice (one page has changed by then) and hold an edition of what came first."""
    home.mkdir(parents=True, exist_ok=True)
    with Upstream() as upstream:
        bench = Bench(home, upstream, engine)
        bench.serve_list(items=items)
        bench.poll()
        with bench.watch(MONDAY, review="all") as watch:
            subscribe(watch, "reader@example.org")
            assert build(watch) is not None
        later = [items[0] | {"text": REVISED}, *items[1:]]
        bench.serve_list(items=later)
        bench.poll(MONDAY + timedelta(days=1))
    return home


def settings_of(home: Path, **more: object) -> Settings:
    """The settings under which it is served."""
    values: dict[str, object] = {
        "analysts": (ANALYST, OTHER),
        "sources": home / "sources.yaml",
        "secret_key": "a key for tests",
    }
    return settings_in(home, **(values | more))


def signed_in(pages: Pages, address: str = ANALYST) -> httpx.Client:
    """A browser in which an analyst is signed in, without the way there. Close it."""
    at = pages.watch.now()
    with pages.watch.store.write() as connection:
        id_ = sign_ins.save_request(connection, address, "browser", "/desk", at, at + timedelta(minutes=15))
        assert sign_ins.use_request(connection, id_, "browser", "secret", at)
    cookies = {SESSION: tokens.session_cookie(pages.settings, id_, "secret")}
    return httpx.Client(base_url=pages.url, cookies=cookies, trust_env=False, timeout=30)


@dataclass(frozen=True, slots=True)
class Desk:
    """An analyst at work: reads a page, fills in its forms and sends them as a browser would."""

    pages: Pages
    browser: httpx.Client

    def get(self, path: str) -> BeautifulSoup:
        answer = self.browser.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return BeautifulSoup(answer.text, "lxml")

    def send(self, path: str, action: str, button: str | None = None, **fields: str | list[str]) -> httpx.Response:
        """Send the form of the page that asks for `action`, its hidden fields included, with `fields` filled in."""
        form = next(one for one in self.get(path).select("form[method=post]") if action in _actions(one))
        sent: dict[str, list[str]] = {"action": [action]}
        for field in form.select("input[type=hidden], input[type=checkbox][checked], input[type=date]"):
            if field["name"] != "action":
                sent.setdefault(str(field["name"]), []).append(str(field.get("value", "")))
        sent |= {name: [value] if isinstance(value, str) else value for name, value in fields.items()}
        return self.browser.post(str(form["action"]), data=sent)

    def queue(self, query: str = "") -> list[str]:
        """The cases in the queue, in order."""
        return [str(link["href"]).partition("?")[0] for link in self.get(f"/desk{query}").select("[data-open]")]


def _actions(form: Tag) -> list[str]:
    return [str(one.get("value")) for one in form.select("[name=action]")]


@contextmanager
def desk_of(pages: Pages, address: str = ANALYST) -> Iterator[Desk]:
    """An analyst at the desk of running pages."""
    with signed_in(pages, address) as browser:
        yield Desk(pages, browser)
