"""An installation whose sources wish it ill: markup and lures in everything that was scraped, told in an edition."""

import json
from datetime import timedelta
from pathlib import Path

from claimwatch.models import Action, Verdict
from claimwatch.pipeline import approve, deliver
from claimwatch.pipeline.reviewing.deciding import decide
from claimwatch.pipeline.reviewing.desk import list_cases
from claimwatch.store import Store
from tests.pipeline.bench import MONDAY, Bench, Engine
from tests.upstream import Upstream
from tests.web.desk_world import make_home

EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)></textarea></title></style>{{7*7}}"
)
LURE = "javascript:alert(1)//https://bank.example"
ITEMS = [
    {"key": f"one{EVIL}", "title": f"One {EVIL}", "on": "2026-11-02",
     "text": f"Before {EVIL}.\n\nHikvision opened a museum {EVIL} of clocks, the {EVIL} Times said. {EVIL}"},
    {"key": "two", "title": EVIL, "on": "2026-11-03",
     "text": f"Hikvision has shipped cameras to 190 countries, {EVIL} said. \u202eDahua\u202c has {EVIL} left Norway."},
    {"key": "three", "title": "Three", "on": "2026-11-04",
     "text": f"The Commerce Department removed Dahua Technology from the Entity List {EVIL} on 2 November 2026."},
]  # fmt: skip
ROWS = [{"key": f"row{EVIL}", "name": f"Hangzhou Hikvision Digital Technology Co Ltd {EVIL}", "decision": EVIL}]


def make_hostile(home: Path, engine: Engine) -> Path:
    """Such an installation in `home`."""
    make_home(home, engine, ITEMS)
    with Upstream() as upstream:
        bench = Bench(home, upstream, engine)
        later = MONDAY + timedelta(days=2)
        bench.serve_list(items=ITEMS, rows=ROWS, lists=["exclusions"])
        bench.poll(later)
        with bench.watch(later) as watch:
            for line in list_cases(watch).cases[:2]:
                decide(watch, line.key, Verdict(Action.COMMENT, EVIL, EVIL))
            approve(watch, "weekly:2026-W45", who=EVIL, why=EVIL)
            assert deliver(watch).accepted == 1
            _spoil(watch.store)
    return home


def _spoil(store: Store) -> None:
    """What no parser of today would let through, as one of tomorrow might."""
    quantity = json.dumps({"value": 190.0, "unit": EVIL, "comparator": "eq", "as_of": None, "text": EVIL})
    headers = json.dumps([["content-type", EVIL], ["x-evil", EVIL]])
    short = '"><b onload=a>'
    with store.write() as connection:
        for table, values in {
            "findings": {
                "url": LURE, "speaker": EVIL, "surface": EVIL, "language": short, "before": quantity, "after": quantity,
            },
            "publication_revisions": {"url": LURE, "title": EVIL, "language": short, "citation": EVIL, "kind": EVIL},
            "entry_revisions": {
                "url": LURE, "name": EVIL, "language": short, "fields": json.dumps([[EVIL, EVIL]]),
            },
            "captures": {
                "url": LURE, "final_url": LURE, "content_type": f"text/html{EVIL}", "charset": EVIL, "headers": headers,
                "reason": EVIL,
            },
            "reads": {"reason": EVIL, "warnings": json.dumps([EVIL])},
            "mentions": {"surface": EVIL, "alias": EVIL},
        }.items():  # fmt: skip
            columns = ", ".join(f'"{name}" = ?' for name in values)
            connection.exec_driver_sql(f"UPDATE {table} SET {columns}", tuple(values.values()))
