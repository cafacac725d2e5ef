"""The sample world's server: what it answers, and what it refuses to serve."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from demo.world import ROOT, World, WorldInvalid, load_routes

ROUTES = """
- url: https://example.org/list?b=2&a[]=x%20y
  file: list.html
- url: https://example.org/item
  weeks:
    1: {file: item.json}
    2: {status: 503, file: down.txt, headers: {Retry-After: "3600"}}
- url: https://example.org/late/
  weeks:
    2: {file: list.html}
- url: https://example.org/old
  redirect: https://example.org/item
- url: https://example.org/big
  type: application/atom+xml
  file: big.xml.gz
- url: https://example.org/gone
  status: 410
"""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[World]:
    folder = tmp_path / "some_source"
    folder.mkdir()
    (folder / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    (folder / "list.html").write_text("<html>æ</html>", encoding="utf-8")
    (folder / "item.json").write_text("{}")
    (folder / "down.txt").write_text("down")
    (folder / "big.xml.gz").write_bytes(gzip.compress(b"<feed/>"))
    with World(tmp_path) as world:
        yield world


def get(world: World, path: str, **headers: str) -> httpx.Response:
    return httpx.get(world.url + path, headers={"accept-encoding": "identity"} | headers)


def test_query_pairs_match_in_any_order_and_encoding(small: World) -> None:
    for query in ("b=2&a[]=x%20y", "a%5B%5D=x+y&b=2"):
        answer = get(small, f"/example.org/list?{query}")
        assert (answer.status_code, answer.text) == (200, "<html>æ</html>")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert get(small, "/example.org/list?b=2").status_code == 404
    assert get(small, "/example.org/list?b=2&b=2&a[]=x%20y").status_code == 404


def test_the_week_decides(small: World) -> None:
    assert get(small, "/example.org/item").json() == {}
    assert get(small, "/example.org/late/").status_code == 404
    small.week = 2
    down = get(small, "/example.org/item")
    assert (down.status_code, down.text, down.headers["retry-after"]) == (503, "down", "3600")
    assert get(small, "/example.org/late/").status_code == 200
    small.week = 3
    assert get(small, "/example.org/item").status_code == 503


def test_etag_gives_304_and_redirects_keep_the_original_address(small: World) -> None:
    first = get(small, "/example.org/item")
    again = get(small, "/example.org/item", **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = get(small, "/example.org/item", **{"if-none-match": '"another"'})
    assert other.status_code == 200
    moved = get(small, "/example.org/old")
    assert (moved.status_code, moved.headers["location"]) == (302, "https://example.org/item")


def test_compressed_files_are_served_both_ways(small: World) -> None:
    plain = get(small, "/example.org/big")
    packed = get(small, "/example.org/big", **{"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.content == packed.content == b"<feed/>"
    assert plain.headers["content-type"] == "application/atom+xml"


def test_head_and_unknown_and_the_list_of_requests(small: World) -> None:
    head = httpx.head(small.url + "/example.org/item")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "2")
    unknown = get(small, "/example.org/nothing?x=1")
    assert unknown.status_code == 404
    assert "https://example.org/nothing?x=1" in unknown.text
    assert get(small, "/example.org/gone").status_code == 410
    assert small.requests == [
        "https://example.org/item",
        "https://example.org/nothing?x=1",
        "https://example.org/gone",
    ]


@pytest.mark.parametrize(
    ("routes", "fault"),
    [
        ("- url: https://example.org/a\n", "route 1 (https://example.org/a)"),
        ("- url: https://example.org/a\n  file: missing.html\n", "there is no file missing.html"),
        ("- url: https://example.org/a\n  status: 200\n  weeks: {1: {status: 200}}\n", "either weeks or"),
        ("- url: https://example.org/{key}\n  status: 200\n", "url"),
        ("- url: https://example.org/a\n  status: 200\n  colour: red\n", "colour"),
        (
            "- {url: 'https://a.org/x?b=1&a=1', status: 200}\n- {url: 'https://a.org/x?a=1&b=1', status: 200}\n",
            "already",
        ),
        ("url: https://example.org/a\n", "no list of routes"),
        ("- [", "expected"),
    ],
)
def test_faulty_routes_are_named(tmp_path: Path, routes: str, fault: str) -> None:
    (tmp_path / "some_source").mkdir()
    (tmp_path / "some_source" / "routes.yaml").write_text(routes)
    with pytest.raises(WorldInvalid) as caught:
        load_routes(tmp_path)
    assert str(tmp_path / "some_source" / "routes.yaml") in str(caught.value)
    assert fault in str(caught.value)


def test_the_bundled_routes_are_valid() -> None:
    assert load_routes(ROOT)
