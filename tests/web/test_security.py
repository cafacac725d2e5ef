"""What must not be possible, over the whole application: every route, as somebody signed in sees it and as nobody."""

import ast
import json
import re
import shutil
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree, html
from schemathesis.core.result import Ok
from sqlalchemy import select

from claimwatch import tokens
from claimwatch.errors import SettingsInvalid
from claimwatch.store import subscribers, tables
from claimwatch.web.app import create_app
from claimwatch.web.session import own_path
from tests.web.desk_world import ANALYST, compiled, settings_of, signed_in
from tests.web.hostile_world import make_hostile
from tests.web.serving import Pages, link_in, serving, settings_in

WEB = Path(__file__).resolve().parents[2] / "claimwatch" / "web"
REACHING = ("httpx", "requests", "urllib.request", "urllib3", "socket", "http.client", "claimwatch.fetching")
PER_ROUTE = 6  # of the addresses of one route, so many are looked at


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """An installation whose sources wish it ill."""
    home = make_hostile(tmp_path_factory.mktemp("hostile") / "home", compiled())
    with serving(settings_of(home)) as running:
        yield running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, desk_home: Path) -> Iterator[Pages]:
    """One installation for all that is refused and so changes nothing."""
    home = shutil.copytree(desk_home, tmp_path_factory.mktemp("running") / "home")
    with serving(settings_of(home)) as pages:
        yield pages


def operations(app: FastAPI) -> dict[str, set[str]]:
    """Every route of the application with its methods."""
    return {path: {name.upper() for name in methods} for path, methods in openapi(app)["paths"].items()}


def openapi(app: FastAPI) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GET and HEAD of one function share a name
        return app.openapi()


def state_of(pages: Pages) -> list[str]:
    """All that is stored, a row a line. What is indexed for the search is made of it."""
    rows = []
    with pages.watch.store.read() as connection:
        for table in tables.metadata.sorted_tables:
            if not table.name.startswith("search_"):
                rows += [f"{table.name} {row}" for row in connection.execute(select(table))]
    return sorted(rows)


def until(done: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


@dataclass
class Crawl:
    """Follows every link from where it is set down; keeps the answers by address."""

    browser: httpx.Client
    routes: dict[str, set[str]]
    answers: dict[str, httpx.Response] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def go(self, *begin: str) -> "Crawl":
        waiting = list(begin)
        while waiting:
            path = waiting.pop(0).partition("#")[0]
            route = self.route_of(path)
            if path in self.answers or route is None or self.seen.get(route, 0) >= PER_ROUTE:
                continue
            self.seen[route] = self.seen.get(route, 0) + 1
            answer = self.answers[path] = self.browser.get(path)
            if answer.headers.get("content-type", "").startswith("text/html"):
                waiting += self.links(path, answer.text)
        return self

    def route_of(self, path: str) -> str | None:
        """The route that an address belongs to, the most literal first."""
        bare = urlsplit(path).path
        fits = [one for one in self.routes if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), bare)]
        return min(fits, key=lambda one: one.count("{"), default=None)

    def links(self, path: str, text: str) -> Iterator[str]:
        for address in html.fromstring(text).xpath("//@href | //@src"):
            url = urljoin(f"http://here{path}", str(address))
            if url.startswith("http://here/"):
                yield url.removeprefix("http://here")


def faults_of(text: str) -> list[str]:
    """What in a page could run, load from elsewhere, or lead to anything but a page."""
    faults = []
    for element in html.fromstring(text).iter(etree.Element):
        tag = str(element.tag)
        if tag == "script" and (element.get("src") != "/static/desk.js" or (element.text or "").strip()):
            faults.append(etree.tostring(element).decode()[:80])
        if tag in ("object", "embed", "base", "img", "audio", "video") or (
            tag == "iframe" and element.get("sandbox") != ""
        ):
            faults.append(tag)
        for name, value in element.attrib.items():
            scheme = (
                urlsplit(str(value).strip()).scheme.lower() if name in ("href", "src", "action", "formaction") else ""
            )
            if str(name).lower().startswith("on") or scheme not in ("", "http", "https", "mailto"):
                faults.append(f"{tag} {name}={value[:80]}")
    return faults


@pytest.mark.slow
def test_nothing_scraped_comes_to_life_and_looking_changes_nothing(hostile: Pages) -> None:
    with signed_in(hostile) as browser:
        crawl = Crawl(browser, operations(create_app(hostile.settings)))
        member = next(iter(_members(hostile)))
        assert browser.post("/sign-in", data={"address": ANALYST}).status_code == 200
        mails = hostile.mails(3)  # an edition, what was just asked for, and what `signed_in` asked for
        links = [link_in(mail) for mail in mails if "desk" in mail["Subject"]]
        until(lambda: not any(row.startswith("sign_ins") and "'waiting'" in row for row in state_of(hostile)))
        before = state_of(hostile)
        crawl.go("/", "/desk", "/desk?state=done", "/search?q=museum", "/search?q=%3Cscript%3E", "/confirm/1-1.x")
        crawl.go(tokens.preferences_path(hostile.settings, member), *(hostile.path(link) for link in links))
        crawl.go(urlsplit(tokens.unsubscribe_url(hostile.settings, member, "weekly")).path)
        crawl.go(*(path for path, methods in crawl.routes.items() if "GET" in methods and "{" not in path))
        crawl.go(
            "/desk/texts/publication/1?revision=2&against=1", "/desk/editions/1/preview", "/editions/weekly/2026-W45"
        )
        heads = {crawl.route_of(path): path for path in crawl.answers}
        for path in heads.values():
            browser.head(path)
    assert state_of(hostile) == before, "a page that was only looked at has changed something"

    unseen = {path for path, methods in crawl.routes.items() if "GET" in methods} - set(crawl.seen)
    assert {path for path in unseen if "correction" not in path} == set(), "routes that this test does not reach"
    shown = 0
    for path, answer in crawl.answers.items():
        assert answer.status_code < 500, path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        policy = answer.headers["content-security-policy"]
        assert "script-src 'unsafe" not in policy, path
        assert policy.startswith("default-src 'none'"), path
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/html"):
            assert faults_of(answer.text) == [], path
            shown += "&lt;script&gt;alert(1)" in answer.text
        elif "xml" in kind:
            for element in etree.fromstring(answer.content).iter():
                if element.get("type") in ("html", "xhtml") and (element.text or "").strip():
                    assert faults_of(element.text or "") == [], path
        elif "json" in kind:
            for item in json.loads(answer.text).get("items", []):
                assert faults_of(item.get("content_html") or "<p>") == [], path
    assert shown > 10, "what was scraped is shown, as text"


def _members(pages: Pages) -> list[int]:
    with pages.watch.store.read() as connection:
        return [one.subscriber.id for one in subscribers.list_members(connection)]


def test_every_form_of_the_desk_is_refused_without_its_token_and_to_who_is_not_signed_in(running: Pages) -> None:
    routes = operations(create_app(running.settings))
    posts = [path for path, methods in routes.items() if path.startswith("/desk") and "POST" in methods]
    assert len(posts) >= 3
    with signed_in(running) as browser:
        key = re.findall(r'href="/desk/cases/(\w+)"', browser.get("/desk").text)[0]
        paths = [path.replace("{key}", key).replace("{number}", "1") for path in posts]
        before = state_of(running)
        form = {"action": "accept", "version": "0.1", "seen": "1", "why": "x"}
        token = tokens.form_token(running.settings, "another session")
        for path in paths:
            for fields in (form, form | {"token": ""}, form | {"token": token}):
                assert browser.post(path, data=fields).status_code == 403, path
            assert browser.post(path, json=form).status_code == 403
            assert running.client.post(path, data=form | {"token": token}).status_code == 403
            for method in ("PUT", "PATCH", "DELETE"):
                refused = browser.request(method, path)
                assert refused.status_code == 405
                assert refused.headers["allow"]
    assert state_of(running) == before


def test_nothing_of_the_desk_is_shown_to_who_is_not_signed_in(running: Pages) -> None:
    routes = operations(create_app(running.settings))
    with signed_in(running) as browser:
        links = re.findall(r"/desk/captures/[0-9a-f]{64}", browser.get("/desk/texts/publication/1").text)
    desk = [path for path, methods in routes.items() if path.startswith("/desk") and "GET" in methods]
    for path in [
        *desk,
        "/desk/texts/publication/1",
        "/desk/editions/1/preview",
        f"{links[0]}/text",
        f"{links[0]}/download",
    ]:
        answer = running.get(path.replace("{number}", "1"))
        assert answer.status_code in (303, 404), path
        assert "Hikvision" not in answer.text


def test_no_path_leads_out_of_the_captures(running: Pages) -> None:
    with signed_in(running) as browser:
        for name in (
            "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/secret.key", "A" * 64, "0" * 63, "0" * 65,
            "0" * 64 + "%00", "0" * 62 + "..", "g" * 64,
        ):  # fmt: skip
            for rest in ("", "/text", "/download"):
                assert browser.get(f"/desk/captures/{name}{rest}").status_code == 404, name


def test_the_token_of_one_reader_is_no_key_to_another(running: Pages) -> None:
    (member,) = _members(running)
    for path in (
        tokens.preferences_path(running.settings, member),
        urlsplit(tokens.unsubscribe_url(running.settings, member, "weekly")).path,
    ):
        assert running.get(path).status_code == 200
        head, _, token = path.rpartition("/")
        for other in (f"{member + 1}{token[1:]}", f"0{token}", token.lower(), token + "A", f" {token}"):
            assert running.get(f"{head}/{other}").status_code == 404
            assert running.post(f"{head}/{other}").status_code == 404


def test_nothing_typed_gets_into_a_header(running: Pages) -> None:
    evil = "a@example.org\r\nX-Evil: yes\r\n\r\n<p>"
    with signed_in(running) as browser:
        answers = [
            browser.get("/sign-in", params={"next": f"/desk{evil}"}),
            running.client.get(f"/desk/%0d%0aX-Evil:%20yes?x={evil.encode().hex()}"),
            running.client.get("/desk/cases/%0d%0aX-Evil:%20yes"),
            running.client.post("/sign-in", data={"address": evil, "next": evil}),
            running.client.post("/subscribe", data={"address": evil, "language": evil, "series": evil}),
            running.client.get("/", params={"lang": evil}, headers={"accept-language": "x" * 5000}),
        ]
    assert all("x-evil" not in answer.headers for answer in answers)
    assert all("\r" not in value and "\n" not in value for answer in answers for value in answer.headers.values())


def test_bodies_that_no_form_of_ours_has_are_refused(running: Pages) -> None:
    routes = operations(create_app(running.settings))
    form = {"content-type": "application/x-www-form-urlencoded"}
    with signed_in(running) as browser:
        for path, methods in routes.items():
            if "POST" not in methods:
                continue
            address = re.sub(r"\{\w+\}", "1", path)
            huge = browser.post(address, content=b"a=" + b"x" * 100_000, headers=form)
            many = browser.post(address, content=b"&".join(b"a=1" for _ in range(1_000)), headers=form)
            raw = browser.post(address, content=b"address=\xff\xfe%zz&=&&\x00", headers=form)
            other = browser.post(address, content=b"\x00" * 100, headers={"content-type": "multipart/form-data"})
            for answer in (huge, many, raw, other):
                assert answer.status_code in (400, 403, 404, 413, 422), (path, answer.status_code)


def test_the_pages_fetch_nothing() -> None:
    wrong = []
    for path in sorted(WEB.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Attribute) and node.attr == "client" and "watch" in ast.dump(node.value):
                names = ["claimwatch.fetching"]  # watch.client() is one
            reaching = (
                "httpx",
                "requests",
                "urllib.request",
                "urllib3",
                "socket",
                "http.client",
                "claimwatch.fetching",
            )
            wrong += [f"{path.name}: {name}" for name in names if name.startswith(reaching)]
    assert wrong == []


@pytest.mark.slow
def test_no_request_that_the_schema_allows_breaks_the_pages(desk_pages: Pages) -> None:
    raw = openapi(create_app(desk_pages.settings))
    fields = ("action", "version", "why", "until", "outcome", "claims", "other", "undoes", "finding", "shown", "seen")
    types = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in (*fields, "address", "next", "series")},
    }
    for methods in raw["paths"].values():
        if "post" in methods:
            methods["post"]["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": types}}}
    schema = schemathesis.openapi.from_dict(raw)
    broken: list[str] = []
    with signed_in(desk_pages) as browser:
        token = re.findall(r'name="token" value="([^"]+)"', browser.get("/desk").text)[0]
        for result in schema.get_all_operations():
            assert isinstance(result, Ok), result
            operation = result.ok()
            if operation.path in ("/desk/sign-out", "/metrics"):
                continue

            @settings(max_examples=8, database=None, deadline=None, suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy())
            def send(case: Any) -> None:
                request = case.as_transport_kwargs(base_url=desk_pages.url)
                data = request.get("data")
                answer = browser.request(
                    request["method"],
                    request["url"],
                    params=request.get("params"),
                    data={**data, "token": token} if isinstance(data, dict) else data,
                )
                if answer.status_code >= 500:
                    broken.append(f"{request['method']} {answer.request.url}: {answer.status_code}")

            send()
    assert broken == []


@given(st.text(max_size=40))
def test_whatever_is_gone_on_to_stays_here(wanted: str) -> None:
    went = urljoin("https://here.example/sign-in", own_path(wanted))
    assert urlsplit(went).netloc == "here.example"
    assert own_path(wanted).isascii()
    assert own_path(wanted).isprintable()


def test_settings_of_the_desk_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    for wrong in (
        {"analyst_header": "X-Email"},
        {"analyst_header": "X Email:", "trusted_proxy": "127.0.0.1"},
        {"trusted_proxy": "proxy.example.org"},
        {"analysts": "nobody"},
    ):
        with pytest.raises(SettingsInvalid, match="CLAIMWATCH_"):
            settings_in(tmp_path, **wrong)
