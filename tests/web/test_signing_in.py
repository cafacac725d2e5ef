"""Analysts sign in by a link that only their browser can use, once; nobody else learns anything."""

import re
import shutil
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select

from claimwatch import tokens
from claimwatch.settings import Settings
from claimwatch.store.tables import sign_ins
from claimwatch.web.session import own_path
from tests.web.serving import FROZEN, Pages, link_in, serving, settings_in

ANALYST = "ann@example.org"


def desk_settings(home: Path, **more: object) -> Settings:
    return settings_in(home, analysts=(f"Ann <{ANALYST}>", "bob@example.org"), **more)


@pytest.fixture
def desk(tmp_path: Path, empty_store: Path) -> Iterator[Pages]:
    """An installation with two analysts."""
    shutil.copy(empty_store, tmp_path / "claimwatch.db")
    with serving(desk_settings(tmp_path)) as running:
        yield running


def ask(pages: Pages, address: str = ANALYST, **fields: str) -> httpx.Response:
    return pages.post("/sign-in", {"address": address, **fields})


def token_of(pages: Pages) -> str:
    """What forms of the signed-in analyst carry."""
    (token,) = set(re.findall(r'name="token" value="([^"]+)"', pages.get("/desk").text))
    return str(token)


def signed_in(pages: Pages, **fields: str) -> httpx.Response:
    """The answer to the button of the link in the first mail."""
    assert ask(pages, **fields).status_code == 200
    (mail,) = pages.mails(1)
    return pages.post(link_in(mail))


def test_the_way_in_is_a_form_a_mail_and_a_button(desk: Pages) -> None:
    turned_away = desk.get("/desk/editions")
    assert (turned_away.status_code, turned_away.headers["location"]) == (303, "/sign-in?next=/desk/editions")
    assert 'name="next" value="/desk/editions"' in desk.get(turned_away.headers["location"]).text
    ask(desk, next="/desk/editions")
    (mail,) = desk.mails(1)
    assert mail["To"] == ANALYST
    link = link_in(mail)
    for _ in range(2):
        assert "<button>Sign in</button>" in desk.get(link).text
    assert desk.get("/desk").status_code == 303  # the link was opened, not used

    begun = desk.post(link)
    assert (begun.status_code, begun.headers["location"]) == (303, "/desk/editions")
    assert desk.get("/desk").status_code == 200
    assert ANALYST in desk.get("/desk").text


def test_a_link_works_once(desk: Pages) -> None:
    signed_in(desk)
    (mail,) = desk.mails(1)
    assert desk.post(link_in(mail)).status_code == 404
    assert desk.get(link_in(mail)).status_code == 404


def test_of_many_that_press_at_once_one_gets_in(desk: Pages) -> None:
    ask(desk)
    (mail,) = desk.mails(1)
    link, cookies = desk.path(link_in(mail)), dict(desk.client.cookies)
    answers: list[int] = []

    def press() -> None:
        with httpx.Client(base_url=desk.url, cookies=cookies, trust_env=False, timeout=20) as client:
            answers.append(client.post(link).status_code)

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303] + [404] * 5


def test_a_link_is_of_no_use_to_another_browser(desk: Pages) -> None:
    ask(desk)
    (mail,) = desk.mails(1)
    with httpx.Client(base_url=desk.url, trust_env=False, timeout=20) as other:
        assert other.get(desk.path(link_in(mail))).status_code == 404
        assert other.post(desk.path(link_in(mail))).status_code == 404
        other.post("/sign-in", data={"address": "stranger@example.org"})  # with a secret of its own
        assert other.post(desk.path(link_in(mail))).status_code == 404
    assert desk.post(link_in(mail)).status_code == 303  # and was not used up by trying


def test_an_address_that_is_no_analysts_cannot_be_told_apart(desk: Pages) -> None:
    counted: dict[str, list[str]] = {}
    asking = ["nobody"]

    def count(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if threading.current_thread().name != "courier":
            counted.setdefault(asking[0], []).append(statement)

    ask(desk, "first@example.org")  # makes the key of the hashes
    event.listen(desk.watch.store.engine, "before_cursor_execute", count)
    answers = {}
    for asking[0] in ("stranger@example.org", ANALYST, "ANN@example.org", "bob@example.org"):
        answers[asking[0]] = ask(desk, asking[0])
    event.remove(desk.watch.store.engine, "before_cursor_execute", count)
    assert len({(answer.status_code, answer.content) for answer in answers.values()}) == 1
    shapes = {re.sub(r"=[^;]+", "=", answer.headers["set-cookie"], count=1) for answer in answers.values()}
    assert len(shapes) == 1
    assert len({tuple(statements) for statements in counted.values()}) == 1
    assert {str(mail["To"]) for mail in desk.mails(3)} == {ANALYST, "bob@example.org"}
    with desk.watch.store.read() as connection:
        kept = set(connection.execute(select(sign_ins.c.address)).scalars())
    assert kept == {"", ANALYST, "bob@example.org"}  # a stranger's address is not kept


def test_one_address_is_not_mailed_again_and_again_and_one_visitor_cannot_ask_for_ever(desk: Pages) -> None:
    answers = [ask(desk) for _ in range(8)]
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    desk.mails(5)
    statuses = [ask(desk, f"a{n}@example.org").status_code for n in range(14)]
    assert statuses == [200] * 12 + [429] * 2


def test_what_is_no_address_is_shown_again(desk: Pages) -> None:
    for address in ("", "nobody", "a@example.org\r\nBcc: b@example.org", '"><script>alert(1)</script>'):
        answer = ask(desk, address)
        assert answer.status_code == 422
        assert "<script>" not in answer.text
        assert "set-cookie" not in answer.headers


ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "/\\evil.example", "/desk\\@evil.example", "javascript:alert(1)",
    "/deskevil", "/subscribe", "/desk\r\nSet-Cookie: a=b", "desk", "/desk/" + "x" * 600, "/desk\t", "@evil.example",
]  # fmt: skip


def test_no_page_elsewhere_is_gone_on_to(desk: Pages) -> None:
    for wanted in ELSEWHERE:
        assert 'name="next" value="/desk"' in desk.client.get("/sign-in", params={"next": wanted}).text
        assert own_path(wanted) == "/desk"
    assert own_path("/desk/cases/1?state=done&page=2") == "/desk/cases/1?state=done&page=2"
    assert signed_in(desk, next="//evil.example/").headers["location"] == "/desk"


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(desk: Pages) -> None:
    plain = signed_in(desk).headers.get_list("set-cookie")
    assert [one.partition("=")[0] for one in plain] == ["claimwatch-session", "claimwatch-sign-in"]
    assert all("HttpOnly" in one and "SameSite=lax" in one and "Path=/" in one for one in plain)
    assert "Max-Age=43200" in plain[0]


@pytest.mark.slow
def test_the_cookie_is_bound_to_https_and_to_where_the_pages_stand(tmp_path: Path) -> None:
    with serving(desk_settings(tmp_path / "https", public_url="https://watch.example.org")) as pages:
        (cookie,) = ask(pages).headers.get_list("set-cookie")
        assert cookie.startswith("__Host-claimwatch-sign-in=")
        assert "Secure" in cookie
    with serving(desk_settings(tmp_path / "below", public_url="https://example.org/watch")) as pages:
        answer = ask(pages)
        (cookie,) = answer.headers.get_list("set-cookie")
        assert "Path=/watch/" in cookie
        assert 'action="/watch/sign-in"' in pages.get("/sign-in").text


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(desk: Pages) -> None:
    signed_in(desk)
    copy = dict(desk.client.cookies)
    assert desk.post("/desk/sign-out", {"token": token_of(desk)}).status_code == 200
    assert desk.get("/desk").status_code == 303
    with httpx.Client(base_url=desk.url, cookies=copy, trust_env=False) as other:
        assert other.get("/desk").status_code == 303


def test_a_form_without_our_token_does_nothing(desk: Pages) -> None:
    signed_in(desk)
    token = token_of(desk)
    other = ("B" if token.startswith("A") else "A") + token[1:]  # one token in many ends, or begins, with any letter
    for sent in ({}, {"token": ""}, {"token": "x" * 27}, {"token": other}, {"token": token * 2}):
        assert desk.post("/desk/sign-out", sent).status_code == 403
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert desk.client.post("/desk/sign-out", data={"token": token}, headers=elsewhere).status_code == 403
    assert desk.client.post("/desk/sign-out", files={"token": (None, token)}).status_code == 403
    assert desk.get("/desk").status_code == 200
    # The token of one session is no other's.
    other = tokens.form_token(desk.settings, "999")
    assert desk.post("/desk/sign-out", {"token": other}).status_code == 403


def test_who_is_not_signed_in_sends_nothing(desk: Pages) -> None:
    answer = desk.post("/desk/sign-out", {"token": tokens.form_token(desk.settings, "1")})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text


def test_a_cookie_that_is_not_ours_opens_nothing(desk: Pages) -> None:
    for forged in ("", "1-x", "1-x.AAAA", "x" * 5000, "0-.", "ä"):
        header = {b"cookie": f"claimwatch-session={forged}".encode()}
        assert desk.client.get("/desk", headers=header).status_code == 303


def test_tokens_of_other_purposes_and_other_sign_ins_open_nothing(desk: Pages) -> None:
    ask(desk)
    (mail,) = desk.mails(1)
    number, _, _ = link_in(mail).rpartition("/")[2].partition("-")
    at = desk.watch.now()
    for wrong in (
        tokens.confirm_url(desk.settings, int(number), at).rpartition("/")[2],
        tokens.sign_in_url(desk.settings, int(number), at + timedelta(seconds=1)).rpartition("/")[2],
        tokens.sign_in_url(desk.settings, int(number) + 1, at).rpartition("/")[2],
        link_in(mail).rpartition("/")[2][:-1],
    ):
        assert desk.get(f"/sign-in/{wrong}").status_code == 404
        assert desk.post(f"/sign-in/{wrong}").status_code == 404
    session = tokens.session_cookie(desk.settings, int(number), "guessed")
    assert desk.client.get("/desk", headers={"cookie": f"claimwatch-session={session}"}).status_code == 303


def later(**delta: float) -> str:
    return (datetime.fromisoformat(FROZEN) + timedelta(**delta)).isoformat()


@pytest.mark.slow
def test_links_and_sessions_end_by_themselves(tmp_path: Path) -> None:
    with serving(desk_settings(tmp_path)) as pages:
        ask(pages)
        (mail,) = pages.mails(1)
        browser = dict(pages.client.cookies)
    with serving(desk_settings(tmp_path, now=later(minutes=16))) as pages:
        pages.client.cookies.update(browser)
        assert pages.post(link_in(mail)).status_code == 404
    with serving(desk_settings(tmp_path, now=later(minutes=20))) as pages:
        ask(pages)
        fresh = next(one for one in pages.mails(2) if link_in(one) != link_in(mail))
        assert pages.post(link_in(fresh)).status_code == 303
        session = dict(pages.client.cookies)
    for hours, status in ((12, 200), (12.4, 303)):
        with serving(desk_settings(tmp_path, now=later(hours=hours))) as pages:
            pages.client.cookies.update(session)
            assert pages.get("/desk").status_code == status


@pytest.mark.slow
def test_keys_rotate_and_analysts_leave(tmp_path: Path) -> None:
    with serving(desk_settings(tmp_path, secret_key="old-key-of-the-installation")) as pages:
        signed_in(pages)
        session = dict(pages.client.cookies)
    rotated = "new-key-of-the-installation,old-key-of-the-installation"
    for more, status in (
        ({"secret_key": rotated}, 200),
        ({"secret_key": "new-key-of-the-installation"}, 303),
        ({"secret_key": rotated, "analysts": ("bob@example.org",)}, 303),
        ({"secret_key": rotated, "analysts": ()}, 404),
    ):
        with serving(settings_in(tmp_path, **({"analysts": (ANALYST,)} | more))) as pages:
            pages.client.cookies.update(session)
            assert pages.get("/desk").status_code == status


def test_without_analysts_there_is_no_desk(pages: Pages) -> None:
    for path in ("/desk", "/sign-in", "/sign-in/1-1.x"):
        assert pages.get(path).status_code == 404
        assert pages.post(path).status_code in (404, 405)


@pytest.mark.slow
def test_a_trusted_proxy_says_who_it_is_and_nobody_else_does(tmp_path: Path) -> None:
    header: dict[str, object] = {"analyst_header": "X-Forwarded-Email"}
    with serving(desk_settings(tmp_path, trusted_proxy="127.0.0.1", **header)) as pages:
        assert pages.get("/desk", **{"x-forwarded-email": "Ann@example.org"}).status_code == 200
        # The proxy also says whom it speaks for: it is still the proxy that speaks.
        both = {"x-forwarded-email": ANALYST, "x-forwarded-for": "203.0.113.9"}
        assert pages.get("/desk", **both).status_code == 200
        for said in ({}, {"x-forwarded-email": "eve@example.org"}, {"x-forwarded-email": ""}):
            assert pages.get("/desk", **said).status_code == 303
        doubled = [("x-forwarded-email", ANALYST), ("x-forwarded-email", "eve@example.org")]
        assert pages.client.get("/desk", headers=doubled).status_code == 303
        assert pages.get("/sign-in").status_code == 403
        assert ask(pages).status_code == 403
        # Forms carry a token here as well.
        named = {"x-forwarded-email": ANALYST}
        assert pages.client.post("/desk/sign-out", headers=named).status_code == 403
    with serving(desk_settings(tmp_path, trusted_proxy="10.0.0.0/8", **header)) as pages:
        assert pages.get("/desk", **{"x-forwarded-email": ANALYST}).status_code == 303
        spoofed = {"x-forwarded-email": ANALYST, "x-forwarded-for": "10.0.0.1"}
        assert pages.get("/desk", **spoofed).status_code == 303
    with serving(desk_settings(tmp_path)) as pages:  # no such header is configured
        assert pages.get("/desk", **{"x-forwarded-email": ANALYST}).status_code == 303
