"""`claimwatch sources`: how they stand, whether they answer as they should, and the skeleton of a new one."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from claimwatch.settings import PROJECT
from claimwatch.sources import load_sources
from claimwatch.store import Store, hosts
from tests.cli.conftest import Run
from tests.pipeline.bench import MONDAY, NEWS, TOY, Bench
from tests.upstream import reply

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
OFF = TOY.replace("toy:", "quiet:", 1).replace("  every: 6h", "  every: 6h\n  enabled: false")


@pytest.fixture
def served(bench: Bench) -> Bench:
    """One piece of news is there to be read."""
    bench.serve_list(items=[{"key": "one", "text": NEWS, "on": "2026-11-03"}], skips=["a video"])
    return bench


@pytest.fixture
def with_off(cli: Run, served: Bench) -> Bench:
    """A second source, switched off."""
    served.sources = TOY + OFF
    (served.home / "sources.yaml").write_text(served.sources, encoding="utf-8")
    return served


def test_sources_are_listed_with_their_health(cli: Run, served: Bench) -> None:
    assert "unread" in cli("sources", "list").out
    served.poll()
    (source,) = cli("sources", "list", "--json").json
    assert source == {
        "source": "toy",
        "name": "The Toy Institute",
        "enabled": True,
        "state": "good",
        "last_good_at": "2026-11-09T06:00:00+00:00",
        "failures": 0,
        "failing_since": None,
        "reason": None,
        "next_due_at": "2026-11-09T12:00:00+00:00",
        "newest_on": "2026-11-03",
        "verified_at": None,
        "rests": [],
        "moved": [],
        "gaps": [],
    }
    row = cli("sources", "list").out.splitlines()[1].split("  ")
    assert [cell.strip() for cell in row if cell] == [
        "toy", "good", "2026-11-09 07:00", "2026-11-09 13:00", "2026-11-03", "not yet"
    ]  # fmt: skip


def test_failures_in_a_row_are_told_with_when_they_began(cli: Run, served: Bench) -> None:
    served.poll()
    served.upstream.on("/toy.example/list", reply(500, "broken"))
    for hours in (6, 7, 8):
        served.poll(MONDAY + hours * HOUR, force=True)
    out = cli("sources", "list", at=MONDAY + 9 * HOUR).out
    assert "toy     failing" in out
    said = " ".join(out.split())
    assert "toy: no good read in 3 tries, since 2026-11-09 13:00 CET (last good 2026-11-09 07:00 CET)" in said
    assert max(map(len, out.splitlines())) <= 100
    assert "the server answered 500" in said
    (source,) = cli("sources", "list", "--json", at=MONDAY + 9 * HOUR).json
    assert (source["failures"], source["failing_since"]) == (3, "2026-11-09T12:00:00+00:00")
    served.serve_list(items=[{"key": "one", "text": NEWS}])
    served.poll(MONDAY + 10 * HOUR, force=True)
    (source,) = cli("sources", "list", "--json", at=MONDAY + 11 * HOUR).json
    assert (source["state"], source["failures"], source["failing_since"]) == ("good", 0, None)


def test_a_read_that_waits_for_the_operator_is_held(cli: Run, bench: Bench) -> None:
    def serve(decision: str) -> None:
        rows = [{"key": f"{n}", "name": f"Company {n}", "decision": decision} for n in range(30)]
        bench.serve_list(rows=rows, lists=["exclusions"])

    serve("Exclusion")
    bench.poll()
    serve("Observation")
    bench.poll(MONDAY + DAY)
    out = " ".join(cli("sources", "list", at=MONDAY + DAY).out.split())
    assert "toy held 2026-11-09 07:00" in out
    assert "no good read in the last try, since 2026-11-10 07:00 CET" in out
    assert "claimwatch poll toy --believe" in out


def test_a_read_that_is_due_says_now(cli: Run, served: Bench) -> None:
    served.poll()
    assert "2026-11-09 13:00" in cli("sources", "list").out.splitlines()[1]
    assert cli("sources", "list", at=MONDAY + 6 * HOUR).out.splitlines()[1].split()[4] == "now"


def test_an_address_that_moved_for_good_is_named(cli: Run, served: Bench) -> None:
    served.upstream.on("/toy.example/list", reply(301, location="https://new.example/list"))
    served.serve("https://new.example/list", {"items": [{"key": "one", "text": NEWS}]})
    assert served.poll().status == "good"
    assert "https://new.example/list: change sources.yaml" in " ".join(cli("sources", "list").out.split())
    assert len(cli("sources", "list", "--json").json[0]["moved"]) == 1


def test_times_without_a_good_read_are_listed(cli: Run, served: Bench) -> None:
    for days in (0, 1, 1.25, 1.5, 3):  # read every six hours
        served.poll(MONDAY + days * DAY, force=True)
    at = MONDAY + 3.25 * DAY
    out = " ".join(cli("sources", "list", at=at).out.split())
    lately = "2026-11-10 19:00 CET to 2026-11-12 07:00 CET (36 h)"
    assert f"toy: went unread 2 times in the last 30 days, lately from {lately}" in out
    assert f"gap {lately}" in " ".join(cli("sources", "check", at=at).out.split())
    gaps = cli("sources", "list", "--json", at=at).json[0]["gaps"]
    assert [gap["hours"] for gap in gaps] == [24, 36]
    assert cli("sources", "list", "--json", at=MONDAY + 40 * DAY).json[0]["gaps"][-1]["ends_at"] is None


def test_a_host_that_rests_is_named(cli: Run, served: Bench) -> None:
    store = Store(f"sqlite:///{served.home / 'claimwatch.db'}")
    with store.write() as connection:
        hosts.note_rest(connection, "toy.example", MONDAY + HOUR, "429 with Retry-After")
        hosts.note_rest(connection, "other.example", MONDAY + HOUR, "not one of ours")
    store.close()
    out = cli("sources", "list").out
    assert "toy: toy.example asked us to wait until 2026-11-09 08:00 CET: 429 with Retry-After" in " ".join(out.split())
    assert "other.example" not in out
    assert "toy.example asked us" in cli("sources", "check").out
    assert "asked us to wait" not in cli("sources", "list", at=MONDAY + 2 * HOUR).out


def test_a_source_that_is_off_is_shown_as_off_and_missed_by_nobody(cli: Run, with_off: Bench) -> None:
    with_off.poll()
    quiet = cli("sources", "list").out.splitlines()[2].split()
    assert quiet == ["quiet", "off", "never", "not", "yet"]
    done = cli("sources", "check")
    assert done.status == 0
    assert "`enabled: true` switches it on" in done.out
    assert cli("sources", "check", "quiet").status == 0
    assert "The Toy" not in cli("sources", "check", "quiet", "--json").json[0]["problems"]


def test_check_is_1_until_a_source_was_read_and_again_when_it_goes_unread(cli: Run, served: Bench) -> None:
    never = cli("sources", "check")
    assert (never.status, served.asked()) == (1, [])
    assert "never read" in never.out
    assert "not yet verified live" in never.out
    served.poll()
    good = cli("sources", "check")
    assert good.status == 0
    for part in ("https://toy.example/list", "tests.pipeline.toy", "A source for tests.", "1 skipped: a video"):
        assert part in " ".join(good.out.split())
    late = cli("sources", "check", "toy", "--json", at=MONDAY + DAY)
    assert late.status == 1
    (source,) = late.json
    assert "no good read since" in source["problems"][0]["why"]
    assert source["last_read"]["status"] == "good"


def test_a_check_of_a_source_that_there_is_not_is_2(cli: Run) -> None:
    assert cli("sources", "check", "nowhere").status == 2
    assert cli("sources", "check", "--live", "nowhere").status == 2


def test_a_live_check_tells_what_it_saw_and_is_remembered(cli: Run, served: Bench) -> None:
    done = cli("sources", "check", "--live")
    assert done.status == 0
    for part in (
        "CLAIMWATCH_UPSTREAM sends everything to",
        "robots  toy.example: there is none",
        "page    https://toy.example/list (list)",
        "200 application/json, ",
        "2 items: 1 kept, 1 skipped: a video",
        "no validators",
        "live    verified on 2026-11-09 07:00 CET",
    ):
        assert part in done.out
    assert max(map(len, done.out.splitlines())) <= 100
    assert cli("sources", "list").out.splitlines()[1].endswith("2026-11-09")
    assert "verified on 2026-11-09" in cli("sources", "check").out
    assert served.poll().first, "a check of the addresses must not count as a read"


def test_a_live_check_that_fails_is_1_and_says_what_to_do(cli: Run, served: Bench) -> None:
    served.serve("https://toy.example/robots.txt", "User-agent: *\nCrawl-delay: 20\nDisallow: /list")
    done = cli("sources", "check", "--live")
    assert done.status == 1
    assert "closes it to claimwatch" in done.out
    assert "Crawl-delay 20 s" in done.out
    assert "write pace: 20s in sources.yaml" in " ".join(done.out.split())
    assert "live    not yet verified live" in done.out
    (check,) = cli("sources", "check", "--live", "--json").json
    assert check["pages"][0]["closed"] is True
    assert "not yet" in cli("sources", "list").out


def test_a_live_check_leaves_out_what_is_off_unless_named(cli: Run, with_off: Bench) -> None:
    assert [check["source"] for check in cli("sources", "check", "--live", "--json").json] == ["toy"]
    assert [check["source"] for check in cli("sources", "check", "--live", "quiet", "--json").json] == ["quiet"]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Run) -> Path:
    """A checkout of the project, as far as a new source needs one, with the project's own sources.yaml."""
    root = tmp_path / "checkout"
    for folder in ("parsers", "tests/golden", "docs/sources"):
        (root / folder).mkdir(parents=True)
    (root / "sources.yaml").write_bytes((PROJECT / "sources.yaml").read_bytes())
    monkeypatch.setenv("CLAIMWATCH_SOURCES", str(root / "sources.yaml"))
    return root


NEW = ("sources", "new", "acme_news", "--home", "https://acme.example/", "--url", "https://acme.example/feed/")


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_new_source_is_appended_switched_off_and_the_rest_stays(cli: Run, checkout: Path) -> None:
    before = (checkout / "sources.yaml").read_text(encoding="utf-8")
    known = load_sources(checkout / "sources.yaml")
    done = cli(*NEW, "--every", "12h", "--name", 'Acme: "the" [News] # no')
    assert done.status == 0
    after = (checkout / "sources.yaml").read_text(encoding="utf-8")
    assert after.startswith(before.rstrip("\n")), "the file's own text was changed"
    specs = load_sources(checkout / "sources.yaml")
    spec = specs.pop("acme_news")
    assert specs == known
    assert (spec.name, spec.enabled, spec.every) == ('Acme: "the" [News] # no', False, 12 * HOUR)
    assert (spec.parser, spec.pages[0].kind, spec.pages[0].url) == (
        "parsers.feed", "feed", "https://acme.example/feed/"
    )  # fmt: skip
    assert spec.terms.startswith("Not read yet")
    assert set(files(checkout)) == {"sources.yaml", "docs/sources/acme_news.md", "tests/golden/acme_news/README.md"}
    assert "https://acme.example/feed/" in (checkout / "docs/sources/acme_news.md").read_text(encoding="utf-8")
    assert "sources check --live acme_news" in done.out
    assert "acme_news" in cli("sources", "list").out


def test_a_dry_run_writes_nothing_and_shows_what_loads(cli: Run, checkout: Path) -> None:
    before = files(checkout)
    done = cli(*NEW, "--dry-run")
    assert done.status == 0
    assert files(checkout) == before
    start = done.out.index("acme_news:\n")
    entry = yaml.safe_load(done.out[start : done.out.index("\n\n", start)])
    assert entry["acme_news"]["enabled"] is False


def test_several_pages_and_options_of_the_parser(cli: Run, checkout: Path) -> None:
    more = ("--url", "https://acme.example/b", "--parser", "parsers.html_table", "--class", "official")
    columns = ("--option", "columns=Company = name", "--option", "columns=Since = date", "--option", "name=name")
    assert cli(*NEW, *more, *columns).status == 0
    spec = load_sources(checkout / "sources.yaml")["acme_news"]
    assert [(page.kind, page.group) for page in spec.pages] == [("table", "table"), ("table", "table-2")]
    assert spec.options.many("columns") == ("Company = name", "Since = date")
    assert spec.options.one("name") == "name"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (("--every", "often"), "acme_news.every"),
        (("--url", "ftp://acme.example/"), "acme_news.pages.1.url"),
        (("--option", "nonsense=1"), "takes no such option"),
        (("--option", "nonsense"), "write NAME=TEXT"),
        (("--parser", "parsers.html_table"), "parsers.html_table needs --option columns=…"),
        (("--parser", "parsers.nothing"), "there is no module parsers.nothing"),
        (("--class", "nobody"), "nobody"),
    ],
)
def test_what_would_be_no_sound_source_is_refused(
    cli: Run, checkout: Path, changes: tuple[str, ...], says: str
) -> None:
    before = files(checkout)
    done = cli(*NEW, *changes)
    assert done.status == 2
    assert says in done.err
    assert files(checkout) == before


@pytest.mark.parametrize("slug", ["uhrp", "Acme", "acme-news", "1acme", "../acme"])
def test_a_slug_that_is_taken_or_is_none_is_refused(cli: Run, checkout: Path, slug: str) -> None:
    before = files(checkout)
    done = cli(*NEW[:2], slug, *NEW[3:])
    assert done.status == 2
    assert slug in done.err
    assert files(checkout) == before


def test_a_parser_that_is_still_to_be_written_is_fine(cli: Run, checkout: Path) -> None:
    done = cli(*NEW, "--parser", "parsers.acme_news", "--kind", "list")
    assert done.status == 0
    assert "write parsers/acme_news.py" in done.out


def test_what_exists_is_not_touched(cli: Run, checkout: Path) -> None:
    page = checkout / "docs/sources/acme_news.md"
    page.write_text("mine", encoding="utf-8")
    done = cli(*NEW)
    assert done.status == 0
    assert page.read_text(encoding="utf-8") == "mine"
    assert "docs/sources/acme_news.md: is there already" in done.out


def test_outside_a_checkout_it_says_so(cli: Run, bench: Bench) -> None:
    done = cli(*NEW)
    assert done.status == 2
    assert "checkout" in done.err
    assert "tests/golden" in done.err
    assert json.dumps(sorted(files(bench.home))) == json.dumps(["claimwatch.db", "sources.yaml"])


def test_the_page_of_sources_names_each_as_it_is() -> None:
    page = (PROJECT / "docs" / "sources" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\w+)\]\(\1\.md\) \|.*\| (yes|off) \|$", page, re.M)
    specs = load_sources(PROJECT / "sources.yaml")
    assert rows == [(slug, "yes" if spec.enabled else "off") for slug, spec in specs.items()]
