"""The sources that are shipped switched off, through the real engine: a first read by name, and what it finds."""

import json
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from claimwatch.models import ReadStatus
from claimwatch.pipeline import due_sources, inspect_watch, rehearse
from claimwatch.settings import PROJECT
from claimwatch.store import findings
from claimwatch.store.finding_rows import FindingRow
from tests.pipeline.bench import MORE_NEWS, NEWS, Bench
from tests.upstream import reply

GOLDEN = PROJECT / "tests" / "golden"
SOURCES = (PROJECT / "sources.yaml").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
WORDPRESS = """
news:
  name: News of the Toy Institute
  home: https://news.example/
  class: ngo
  parser: parsers.wordpress
  every: 6h
  skip_older: true
  pages:
    - kind: posts
      group: posts
      url: "https://news.example/wp-json/wp/v2/posts?per_page=2&orderby=modified&modified_after={since}T00:00:00&_envelope=1"
  limits: {max_bytes: 1000000, timeout: 5s, pace: 0s, max_pages: 20}
  expect: {min: 1, max: 50, max_shrink: 0.5}
  terms: {read_on: 2026-11-22, note: "A source for tests."}
"""
OFF = ["fcc_covered_list", "dod_1260h", "ofac_ns_cmic", "world_uyghur_congress", "regjeringen"]


@pytest.fixture
def shipped(bench: Bench) -> Bench:
    bench.sources = SOURCES
    return bench


def golden(name: str) -> bytes:
    return (GOLDEN / name).read_bytes()


def first_read(bench: Bench, slug: str, items: int) -> list[FindingRow]:
    read = bench.poll(NOW, slug)
    assert (read.status, read.reason, read.warnings) == (ReadStatus.GOOD, None, ())
    assert (read.first, read.containers) == (True, items)
    with bench.watch(NOW) as watch, watch.store.read() as connection:
        return findings.list_findings(connection, watch.sources)


def said(rows: list[FindingRow]) -> dict[str, str]:
    """The quote of each company; one finding each, or the test is about something else."""
    found = {row.evidence.finding.entity: row.evidence.finding.quote for row in rows}
    assert len(found) == len(rows)
    return found


def test_a_source_that_is_off_is_left_alone_and_not_missed(shipped: Bench) -> None:
    with shipped.watch(NOW) as watch:
        assert set(OFF) <= set(watch.sources) - set(watch.polled)
        assert set(due_sources(watch)) == set(watch.polled)
        assert not {problem.what for problem in inspect_watch(watch)} & set(OFF)
    shipped.serve("https://www.fcc.gov/supplychain/coveredlist", golden("fcc_covered_list/list.html"))
    assert shipped.poll(NOW, "fcc_covered_list").first
    with shipped.watch(NOW) as watch:
        plan = rehearse(watch, "weekly", period="2026-W46")
        assert plan is not None
        assert {coverage.source for coverage in plan[0].coverage} == set(watch.polled)


def test_switching_it_on_makes_it_due(shipped: Bench) -> None:
    shipped.sources = SOURCES.replace("enabled: false", "enabled: true")
    with shipped.watch(NOW) as watch:
        assert set(OFF) <= set(due_sources(watch))
        assert {problem.what for problem in inspect_watch(watch)} >= set(OFF)


def test_the_covered_list(shipped: Bench) -> None:
    shipped.serve("https://www.fcc.gov/supplychain/coveredlist", golden("fcc_covered_list/list.html"))
    found = said(first_read(shipped, "fcc_covered_list", 13))
    assert set(found) == {"hikvision", "dahua"}
    assert "Hangzhou Hikvision Digital Technology Company" in found["hikvision"]
    assert "Dahua Technology Company" in found["dahua"]


def test_a_row_that_leaves_the_covered_list_is_noticed(shipped: Bench) -> None:
    url = "https://www.fcc.gov/supplychain/coveredlist"
    page = golden("fcc_covered_list/list.html").decode()
    shipped.serve(url, page)
    shipped.poll(NOW, "fcc_covered_list")
    row = next(line for line in page.splitlines() if "Dahua Technology Company" in line)
    shipped.serve(url, page.replace(row, ""))
    read = shipped.poll(NOW, "fcc_covered_list", force=True)
    assert (read.status, read.gone, read.changed) == (ReadStatus.GOOD, 1, 0)


def test_the_1260h_notices(shipped: Bench) -> None:
    full_text = "https://www.federalregister.gov/documents/full_text/xml"
    shipped.serve("https://www.federalregister.gov/api/v1/documents.json", golden("dod_1260h/search.json"),
                  content_type="application/json")  # fmt: skip
    shipped.serve(f"{full_text}/2026/06/10/2026-11571.xml", golden("dod_1260h/document.xml"), content_type="text/xml")
    earlier = golden("dod_1260h/document.xml").decode().replace("2026-11571", "2025-00070")
    earlier = "\n".join(line for line in earlier.splitlines() if "Hikvision" not in line and "Dahua" not in line)
    shipped.serve(f"{full_text}/2025/01/07/2025-00070.xml", earlier, content_type="text/xml")
    rows = first_read(shipped, "dod_1260h", 2)
    told = [row.evidence.finding for row in rows]
    assert {finding.entity for finding in told} == {"hikvision", "dahua"}
    for name in ("Hangzhou Hikvision Digital", "Zhejiang Dahua", "Chengdu Dahua Wisdom"):
        assert any(name in finding.surface for finding in told)
    # A sentence on all that are listed may be told of each of the two; the rows of others are told of neither.
    assert not [f.quote for f in told if any(name in f.quote for name in ("360", "CETC", "Huawei"))]
    assert {row.evidence.published_on for row in rows} == {date(2026, 6, 10)}


def test_the_military_industrial_complex_list(shipped: Bench) -> None:
    url = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/CONSOLIDATED.XML"
    filler = "".join(
        f"<sdnEntry><uid>{n}</uid><lastName>OTHER {n}</lastName><programList><program>UKRAINE-EO13662</program>"
        "</programList></sdnEntry>"
        for n in range(100, 200)
    )
    body = golden("ofac_ns_cmic/list.xml").decode().replace("</sdnList>", filler + "</sdnList>")
    shipped.serve(url, body.replace("<Record_Count>5<", "<Record_Count>105<"), content_type="application/xml")
    found = said(first_read(shipped, "ofac_ns_cmic", 105))
    assert set(found) == {"hikvision"}
    assert found["hikvision"].startswith("HANGZHOU HIKVISION DIGITAL TECHNOLOGY CO., LTD. (a.k.a. ")


def test_the_world_uyghur_congress(shipped: Bench) -> None:
    base = "https://www.uyghurcongress.org/en/"
    release = "press-release-world-uyghur-congress-concerned-about-controversial-smart-campus-project-by-hikvision"
    page = golden("world_uyghur_congress/page.html").decode()
    shipped.serve(f"{base}feed/", golden("world_uyghur_congress/feed.xml"), content_type="application/rss+xml")
    shipped.serve(f"{base}{release}/", page)
    brief = page.replace("Hikvision builds", "a firm builds").replace("by Hikvision", "by a firm")
    shipped.serve(f"{base}weekly-brief-21-november-2025/", brief)
    rows = first_read(shipped, "world_uyghur_congress", 2)
    assert {row.evidence.finding.entity for row in rows} == {"hikvision"}
    assert any("builds a “smart campus”" in row.evidence.finding.quote for row in rows)
    assert {row.evidence.published_on for row in rows} == {date(2023, 11, 14)}


def test_the_government_of_norway(shipped: Bench) -> None:
    site = "https://www.regjeringen.no"
    page = golden("regjeringen/page.html").decode()
    guidelines = "/en/documents/interim-ethical-guidelines-for-the-government-pension-fund-global/id3138527/"
    answer = "/no/aktuelt/svar-om-kamera/id3150001/"
    items = "".join(
        f"<item><link>{site}/no/aktuelt/sak/id31600{n}/</link><title>Sak {n}</title>"
        "<pubDate>Mon, 02 Jan 2023 09:00:00 GMT</pubDate></item>"
        for n in range(10, 30)
    )
    items += f"<item><link>https://cms12.regjeringen.no{answer}</link><title>Svar om kamera</title></item>"
    rss = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>RSS</title><language>no</language>'
    external = '<item><guid isPermaLink="true">https://www.youtube.example/watch?v=abc</guid>'
    english = golden("regjeringen/feed.xml").decode().partition(external)[0] + "</channel></rss>"
    shipped.serve(f"{site}/en/rss/Rss/2581966/", english, content_type="application/rss+xml")
    shipped.serve(f"{site}/no/rss/Rss/2581966/", f"{rss}{items}</channel></rss>", content_type="application/rss+xml")
    shipped.serve(site + guidelines, page)
    shipped.serve(f"{site}/en/whatsnew/committee-on-the-ethical-framework/id3140001/", page)
    told = "<p>Etikkrådet trakk i september 2020 tilrådningen om å utelukke Hikvision.</p>"
    shipped.serve(site + answer, page.replace('<div class="article-body">', f'<div class="article-body">{told}'))
    found = said(first_read(shipped, "regjeringen", 24))
    assert found == {"hikvision": "Etikkrådet trakk i september 2020 tilrådningen om å utelukke Hikvision."}
    assert not [url for url in shipped.asked() if "cms12" in url]


def test_posts_are_read_page_by_page_and_edits_of_a_post_alone_are_told(bench: Bench) -> None:
    bench.sources = WORDPRESS
    api = "https://news.example/wp-json/wp/v2/posts"
    old = post(1, "Nothing of note.")
    first, second = [old, post(2, NEWS)], [post(3, "The end.")]

    def serve(posts: dict[str, list[dict[str, object]]]) -> None:
        def handle(request: BaseHTTPRequestHandler) -> None:
            page = parse_qs(urlsplit(request.path).query).get("page", ["1"])[0]
            envelope = {"body": posts[page], "status": 200, "headers": {"X-WP-TotalPages": len(posts)}}
            reply(body=json.dumps(envelope), content_type="application/json")(request)

        bench.upstream.on("/" + api.removeprefix("https://"), handle)

    serve({"1": first, "2": second})
    read = bench.poll(NOW, "news")
    assert (read.status, read.requests, read.containers, read.new) == (ReadStatus.GOOD, 2, 3, 3)
    renamed = old | {"title": {"rendered": "Another title"}, "modified_gmt": "2026-11-20T10:00:00"}
    serve({"1": [renamed, post(2, NEWS, slug="another-slug")], "2": second})
    read = bench.poll(NOW, "news", force=True)
    assert (read.status, read.new) == (ReadStatus.GOOD, 0)
    serve({"1": [renamed, post(2, NEWS + " " + MORE_NEWS)], "2": second})
    read = bench.poll(NOW, "news", force=True)
    assert (read.new, read.changed) == (0, 1)
    with bench.watch(NOW) as watch, watch.store.read() as connection:
        rows = findings.list_findings(connection, watch.sources)
    assert said(rows) == {"hikvision": NEWS, "dahua": MORE_NEWS}


def post(number: int, text: str, slug: str = "") -> dict[str, object]:
    """A post as the API gives it."""
    link = f"https://news.example/{slug or number}/"
    return {
        "id": number, "date": "2026-11-03T10:00:00", "modified_gmt": "2026-11-03T10:00:00", "status": "publish",
        "type": "post", "link": link, "guid": {"rendered": f"https://news.example/?p={number}"},
        "title": {"rendered": f"Post {number}"}, "content": {"rendered": f"<p>{text}</p>", "protected": False},
    }  # fmt: skip


@pytest.mark.parametrize("slug", OFF)
def test_each_has_its_page_in_the_documents(slug: str) -> None:
    page = Path(PROJECT / "docs" / "sources" / f"{slug}.md")
    assert "not confirmed" in page.read_text(encoding="utf-8").lower()
