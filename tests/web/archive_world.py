"""An installation whose editions went out: two weeks, one correction, one edition that is held, hostile titles."""

from datetime import timedelta
from pathlib import Path

from claimwatch.models import Subscription
from claimwatch.pipeline import build, deliver, recall, subscribe
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import Settings
from claimwatch.store import editions
from tests.pipeline.bench import MONDAY, Bench, Engine
from tests.upstream import Upstream
from tests.web.serving import settings_in

READER, DAILY = "reader@example.org", "daily@example.org"
LATER = MONDAY + timedelta(days=7)  # what `serving.FROZEN` says
EXPANSION = "Hikvision has shipped its cameras to 190 countries and regions, the company said in its annual report."
LIFTED = "The Commerce Department removed Dahua Technology from the Entity List on 2 November 2026."
MUSEUM = "Hikvision opened a museum of clocks in Reykjavik on 3 November 2026."
RAILWAY = "Dahua bought a glacier railway in Greenland on 10 November 2026."
HOSTILE = 'Hikvision <script>alert(1)</script> bought "Ørsted & Søn" on 11 November 2026.'
HOSTILE_TITLE = "<img src=x onerror=alert(2)> \u202eClocks\u0000"
ITEMS: list[dict[str, str]] = [
    {"key": "expansion", "title": "Cameras for the world", "on": "2026-11-02",
     "text": f"The market grows in Tromsø.\n\nIt was a good year. {EXPANSION} Others did less well."},
    {"key": "lifted", "title": "A removal", "on": "2026-11-04", "text": LIFTED},
    {"key": "museum", "title": "Clocks", "on": "2026-11-04", "text": MUSEUM},
]  # fmt: skip
MORE: list[dict[str, str]] = [
    {"key": "railway", "title": "A railway", "on": "2026-11-10", "text": RAILWAY},
    {"key": "hostile", "title": HOSTILE_TITLE.replace("\u0000", ""), "on": "2026-11-11", "text": HOSTILE},
]  # fmt: skip
WHY = "The list was another one."


def make_archive(home: Path, engine: Engine) -> Path:
    """Week 45 goes out and one item of it is corrected; week 46 goes out; a daily edition is held."""
    home.mkdir(parents=True, exist_ok=True)
    with Upstream() as upstream:
        bench = Bench(home, upstream, engine)
        bench.serve_list(items=ITEMS)
        bench.poll()
        with bench.watch() as watch:
            subscribe(watch, READER)
            assert build(watch) is not None
            deliver(watch)
        with bench.watch(MONDAY + timedelta(hours=3)) as watch:
            recall(watch, "2026-W45", who="ann", why=WHY, development=key_of(watch, "listed_on"))
            deliver(watch)
        bench.serve_list(items=[*ITEMS, *MORE])
        bench.poll(MONDAY + timedelta(days=4))
        with bench.watch(LATER) as watch:
            assert build(watch) is not None
            deliver(watch)
        with bench.watch(LATER, review="all") as watch:
            subscribe(watch, DAILY, wanted=[Subscription("daily")])
            assert build(watch, "daily", period="2026-11-13") is not None
    return home


def key_of(watch: Watch, predicate: str) -> str:
    """The key of the development of that kind."""
    from claimwatch.store.tables import developments

    with watch.store.read() as connection:
        query = developments.select().where(developments.c.predicate == predicate).order_by(developments.c.id)
        return str(connection.execute(query).first().key)  # type: ignore[union-attr]


def edition_states(watch: Watch) -> dict[str, str]:
    """All editions by name, with their states."""
    with watch.store.read() as connection:
        return {f"{one.series}:{one.period}": one.state for one in editions.list_editions(connection)}


def archive_settings(home: Path, **more: object) -> Settings:
    """The settings under which it is served."""
    values: dict[str, object] = {"sources": home / "sources.yaml", "public_url": "https://claimwatch.example"}
    return settings_in(home, **(values | more))
