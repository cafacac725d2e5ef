"""Pictures of the pages: `./dev screenshots` makes docs/screenshots anew, from two weeks of the bundled sample world,
and with them the first mail of these weeks, which the README shows.

One line in SHOTS is one picture. A page of somebody's own adds its line there.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from claimwatch.models import Rendered
from claimwatch.pipeline import build_due, deliver, poll, subscribe
from claimwatch.pipeline.reviewing.desk import list_cases
from claimwatch.pipeline.watch import open_watch
from claimwatch.settings import PROJECT, Settings
from claimwatch.store import editions
from demo.__main__ import WEEKS
from demo.world import World
from tests.editions.pictures import IMAGES, picture
from tests.web.browsing import chromium, opened
from tests.web.desk_world import ANALYST, signed_in
from tests.web.serving import serving, settings_in

FOLDER = PROJECT / "docs" / "screenshots"
DIGEST = "digest"  # the mail: docs/images/digest.png


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, the path of the page, how wide the window is, its scheme, and how much of it is seen.

    `height` is in pixels from the top, None for the whole page. `analyst`: seen by one who is signed in; `{case}` in
    the path is the gravest case of the review desk.
    """

    name: str
    path: str
    width: int = 1280
    scheme: str = "light"
    height: int | None = 1000
    analyst: bool = False


SHOTS = (
    Shot("now", "/"),
    Shot("now-dark-phone", "/", width=360, scheme="dark"),
    Shot("coverage", "/#coverage", height=900),
    Shot("claims", "/claims", height=1300),
    Shot("claims-reversed-nb", "/claims?status=reversed&lang=nb", width=768, height=None),
    Shot("claim", "/claims/A09", height=1700),
    Shot("claim-dark", "/claims/A09", scheme="dark", height=1700),
    Shot("claim-phone", "/claims/A09", width=360, height=1400),
    Shot("documents", "/documents"),
    Shot("document", "/documents/A", width=768, height=1300),
    Shot("editions", "/editions", height=900),
    Shot("edition", "/editions/2026-W45", width=768, height=1300),
    Shot("edition-dark-phone", "/editions/2026-W46", width=360, scheme="dark", height=1300),
    Shot("search", "/search?q=hikvision", height=1200),
    Shot("search-nb-phone", "/search?q=utelukk*&in=documents&lang=nb", width=360, height=1600),
    Shot("status", "/status", height=None),
    Shot("about", "/about", width=768, height=None),
    Shot("desk", "/desk", analyst=True),
    Shot("desk-case", "/desk/cases/{case}", height=1200, analyst=True),
    Shot("desk-case-dark", "/desk/cases/{case}#dismiss", scheme="dark", height=1200, analyst=True),
    Shot("desk-case-phone", "/desk/cases/{case}", width=360, height=1600, analyst=True),
)


def settings_of(home: Path, world: World, now: str) -> Settings:
    """The installation at a time of the sample world."""
    return settings_in(
        home, now=now, upstream=world.url, pace="off", public_url="http://127.0.0.1:8000", analysts=(ANALYST,)
    )


def make_home(home: Path) -> Settings:
    """Two weeks: everything polled, the editions built and delivered. Returns the settings of the second."""
    with World() as world:
        for week, now in WEEKS.items():
            world.week = week
            settings = settings_of(home, world, now)
            with open_watch(settings) as watch:
                if week == min(WEEKS):
                    subscribe(watch, "reader@example.org")
                for slug in watch.polled:
                    poll(watch, slug)
                build_due(watch)
                deliver(watch)
        return settings


def take(folder: Path, names: tuple[str, ...] = ()) -> list[Path]:
    """Take the pictures (all, or those of these names) into `folder`; returns their files."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with TemporaryDirectory() as home, serving(make_home(Path(home))) as pages, chromium() as browser:
        case = list_cases(pages.watch, size=1).cases[0].key
        with signed_in(pages) as client:
            cookies = dict(client.cookies)
        for shot in SHOTS:
            if names and shot.name not in names:
                continue
            url, height = pages.url + shot.path.replace("{case}", case), shot.height or 900
            held = cookies if shot.analyst else {}
            with opened(browser, url, width=shot.width, height=height, scheme=shot.scheme, cookies=held) as page:
                file = folder / f"{shot.name}.png"
                page.screenshot(path=file, full_page=shot.height is None)
                taken.append(file)
        if folder == FOLDER and (not names or DIGEST in names):
            with pages.watch.store.read() as connection:
                first = editions.list_editions(connection)[-1]
            mail = Rendered(first.subject, first.html, first.text)
            taken.append(IMAGES / f"{DIGEST}.png")
            picture(browser, mail, taken[-1], "light", 680, 1208)
    return taken


if __name__ == "__main__":
    for made in take(FOLDER, tuple(sys.argv[1:])):
        print(made.relative_to(PROJECT))
