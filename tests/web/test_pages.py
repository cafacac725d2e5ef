"""Readers ask, confirm, choose and stop; scanners that open every link change nothing."""

import re
import threading

import pytest
from sqlalchemy import event

from claimwatch import tokens
from claimwatch.models import Member
from claimwatch.store import consents, subscribers, suppressions
from claimwatch.store.tables import signups
from tests.web.serving import Pages, link_in

FORM: dict[str, str | list[str]] = {
    "address": "reader@example.org",
    "website": "",
    "series": ["weekly", "urgent"],
    "company": ["hikvision"],
    "severity": "S3",
    "language": "en",
    "timezone": "Europe/London",
}


def form(pages: Pages, **changed: str | list[str]) -> dict[str, str | list[str]]:
    return FORM | {"source": list(pages.watch.polled)} | changed


def members(pages: Pages) -> list[Member]:
    with pages.watch.store.read() as connection:
        return subscribers.list_members(connection)


def joined(pages: Pages, **changed: str | list[str]) -> Member:
    """Somebody who has asked and confirmed."""
    assert pages.post("/subscribe", form(pages, **changed)).status_code == 200
    (mail,) = pages.mails(1)
    assert pages.post(link_in(mail)).status_code == 200
    (member,) = members(pages)
    return member


def unsubscribe_of(pages: Pages, member: Member, series: str) -> str:
    return tokens.unsubscribe_url(pages.settings, member.subscriber.id, series)


def preferences_of(pages: Pages, member: Member) -> str:
    return tokens.preferences_url(pages.settings, member.subscriber.id)


def test_how_serious_is_asked_in_words(pages: Pages) -> None:
    offered = re.findall(r'<option value="(S?\d?)"[^>]*>([^<]+)</option>', pages.get("/subscribe?lang=en").text)
    assert [value for value, _ in offered] == ["", "S3", "S2", "S1"]
    assert not any(re.search(r"S\d", label) for _, label in offered)


def test_the_way_in_is_a_form_a_mail_and_a_button(pages: Pages) -> None:
    assert 'name="address"' in pages.get("/subscribe").text
    assert "mailbox" in pages.post("/subscribe", form(pages)).text
    (mail,) = pages.mails(1)
    assert mail["To"] == "reader@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert members(pages) == []

    shown = pages.get(link_in(mail))
    assert shown.status_code == 200
    assert "<button>" in shown.text
    assert members(pages) == []  # a scanner that opens the link confirms nothing

    assert "You subscribe" in pages.post(link_in(mail)).text
    (member,) = members(pages)
    assert (member.subscriber.active, member.subscriber.timezone) == (True, "Europe/London")
    assert {one.series for one in member.current} == {"weekly", "urgent"}
    topics = member.current[0].topics
    assert (topics.companies, topics.sources, topics.severity) == (("hikvision",), (), "S3")


def test_confirming_twice_is_confirming_once(pages: Pages) -> None:
    member = joined(pages)
    (mail,) = pages.mails(1)
    assert pages.post(link_in(mail)).status_code == 200
    assert members(pages) == [member]
    with pages.watch.store.read() as connection:
        agreed = consents.list_consents(connection, member.subscriber.id)
    assert [(one.kind, one.source) for one in agreed] == [("requested", "page"), ("confirmed", "page")]
    assert all(one.text_version == "2026-11-22.en" for one in agreed)


def test_the_answer_does_not_say_whether_an_address_is_known(pages: Pages) -> None:
    member = joined(pages)
    with pages.watch.store.write() as connection:
        suppressions.suppress(connection, "held@example.org", "complained", source="bounce", at=pages.watch.now())
    answers = {
        address: pages.post("/subscribe", form(pages, address=address))
        for address in ("reader@example.org", "held@example.org", "new@example.org")
    }
    assert len({(answer.status_code, answer.text) for answer in answers.values()}) == 1
    known = next(mail for mail in pages.mails(3) if mail["Subject"] == "You subscribe to Claimwatch already")
    assert known["To"] == "reader@example.org"
    assert link_in(known) == preferences_of(pages, member)
    assert {str(mail["To"]) for mail in pages.mails(3)} == {"reader@example.org", "new@example.org"}


def test_what_is_asked_of_the_database_does_not_say_it_either(pages: Pages) -> None:
    """What is said in mail, and so hangs on who it is, is done beside the request, by the courier."""
    joined(pages)
    with pages.watch.store.write() as connection:
        suppressions.suppress(connection, "held@example.org", "complained", source="bounce", at=pages.watch.now())
    asked: dict[str, list[str]] = {}
    asking = ["nobody"]

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if threading.current_thread().name != "courier":
            asked.setdefault(asking[0], []).append(statement)

    pages.post("/subscribe", form(pages, address="first@example.org"))
    event.listen(pages.watch.store.engine, "before_cursor_execute", note)
    for _ in range(3):
        pages.post("/subscribe", form(pages, address="often@example.org"))
    asked.clear()
    for asking[0] in ("reader@example.org", "held@example.org", "new@example.org", "often@example.org"):
        pages.post("/subscribe", form(pages, address=asking[0]))
    event.remove(pages.watch.store.engine, "before_cursor_execute", note)
    assert len(asked) == 4
    assert len({tuple(statements) for statements in asked.values()}) == 1
    with pages.watch.store.read() as connection:
        kept = {row.address for row in connection.execute(signups.select())}
    assert "held@example.org" not in kept


def test_a_machine_that_fills_every_field_gets_the_same_answer_and_nothing_else(pages: Pages) -> None:
    answer = pages.post("/subscribe", form(pages, website="https://example.org/"))
    assert answer.text == pages.post("/subscribe", form(pages, address="new@example.org")).text
    (mail,) = pages.mails(1)
    assert mail["To"] == "new@example.org"


def test_one_address_is_not_mailed_again_and_again(pages: Pages) -> None:
    answers = {pages.post("/subscribe", form(pages)).status_code for _ in range(6)}
    assert answers == {200}
    assert pages.post("/subscribe", form(pages, address="last@example.org")).status_code == 200
    mails = pages.mails(4)
    assert sum(mail["To"] == "reader@example.org" for mail in mails) == 3


def test_one_visitor_cannot_mail_the_world(pages: Pages) -> None:
    answers = [pages.post("/subscribe", form(pages, address=f"r{n}@example.org")).status_code for n in range(22)]
    assert answers == [200] * 20 + [429] * 2
    pages.mails(20)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"address": "nobody"}, "not an e-mail address"),
        ({"address": "a@example.org\r\nBcc: b@example.org"}, "not an e-mail address"),
        ({"series": []}, "Choose at least one"),
        ({"series": ["hourly"]}, "Choose at least one"),
        ({"company": []}, "at least one company"),
        ({"timezone": "Mars/North"}, "no such time zone"),
        ({"severity": "S9"}, "did not come through whole"),
    ],
)
def test_a_form_that_cannot_be_is_shown_again(pages: Pages, changed: dict[str, str | list[str]], said: str) -> None:
    answer = pages.post("/subscribe", form(pages, **changed))
    assert answer.status_code == 422
    assert said in answer.text


def test_what_was_typed_comes_back_escaped(pages: Pages) -> None:
    answer = pages.post("/subscribe", form(pages, address='"><script>alert(1)</script>'))
    assert "<script" not in answer.text


def test_one_click_stops_one_series_and_says_so_again(pages: Pages) -> None:
    member = joined(pages)
    link = unsubscribe_of(pages, member, "weekly")
    assert pages.get(link).status_code == 200
    assert pages.client.head(pages.path(link)).status_code == 200
    assert members(pages) == [member]  # GET and HEAD change nothing

    for _ in range(2):
        answer = pages.post(link, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    (after,) = members(pages)
    assert [one.series for one in after.current] == ["urgent"]
    assert after.subscriber.active


def test_one_click_may_come_as_multipart(pages: Pages) -> None:
    member = joined(pages, series=["weekly"])
    link = pages.path(unsubscribe_of(pages, member, "weekly"))
    answer = pages.client.post(link, files={"List-Unsubscribe": (None, "One-Click")})
    assert answer.status_code == 200
    (after,) = members(pages)
    assert not after.subscriber.active
    (ended,) = after.subscriptions
    assert ended.ended_reason == "unsubscribed in the mail program"


def test_the_other_button_stops_everything(pages: Pages) -> None:
    member = joined(pages)
    answer = pages.post(unsubscribe_of(pages, member, "weekly"), {"all": "all"})
    assert "No more mail goes to reader@example.org" in answer.text
    (after,) = members(pages)
    assert (after.current, after.subscriber.active) == ((), False)


@pytest.mark.parametrize("path", ["/unsubscribe/{}", "/preferences/{}", "/confirm/{}"])
def test_a_token_that_is_not_ours_opens_nothing(pages: Pages, path: str) -> None:
    member = joined(pages)
    wrong_purpose = unsubscribe_of(pages, member, "weekly").rpartition("/")[2]
    forged = "1w." + "A" * 27
    for token in (forged, "1", "x" * 300, wrong_purpose if "unsubscribe" not in path else forged):
        assert pages.get(path.format(token)).status_code == 404
        assert pages.post(path.format(token)).status_code == 404
    assert members(pages) == [member]


def test_preferences_are_shown_and_saved(pages: Pages) -> None:
    member = joined(pages)
    link = preferences_of(pages, member)
    shown = pages.get(link).text
    assert re.search(r'value="urgent" checked', shown)
    assert not re.search(r'value="dahua" checked', shown)
    changed = form(pages, series=["monthly"], company=["hikvision", "dahua"], severity="", timezone="Europe/Oslo")
    assert "Saved." in pages.post(link, changed).text
    (after,) = members(pages)
    assert [one.series for one in after.current] == ["monthly"]
    assert (after.current[0].topics.companies, after.proof_of_life) == ((), False)
    assert after.subscriber.timezone == "Europe/Oslo"


def test_who_stopped_can_come_back_by_the_same_link(pages: Pages) -> None:
    member = joined(pages)
    link = preferences_of(pages, member)
    pages.post(link, {"stop": "all"})
    assert not members(pages)[0].subscriber.active
    pages.post(link, form(pages, series=["weekly"]))
    (after,) = members(pages)
    assert after.subscriber.active
    with pages.watch.store.read() as connection:
        kinds = [one.kind for one in consents.list_consents(connection, member.subscriber.id)]
    assert kinds == ["requested", "confirmed", "ended", "changed"]


def test_no_page_lets_anything_in_or_its_address_out(pages: Pages) -> None:
    for path in ("/", "/subscribe", "/privacy", "/nowhere", "/unsubscribe/x", "/static/style.css"):
        answer = pages.get(path)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text
        assert re.findall(r'(?:src|href)="(?:https?:)?//', answer.text) == []
    assert pages.get("/unsubscribe/x").headers["x-robots-tag"] == "noindex"


@pytest.mark.parametrize(
    ("path", "accept", "language"),
    [
        ("/subscribe", "nb-NO,nb;q=0.9,en;q=0.8", "nb"),
        ("/subscribe", "de,en;q=0.5", "en"),
        ("/subscribe", "nn;q=0.1,en;q=0.9", "en"),
        ("/subscribe?lang=nb", "en", "nb"),
        ("/subscribe?lang=xx", "", "en"),
    ],
)
def test_pages_speak_the_readers_language(pages: Pages, path: str, accept: str, language: str) -> None:
    assert f'<html lang="{language}">' in pages.get(path, **{"accept-language": accept}).text


def test_a_body_that_no_form_of_ours_has_is_refused(pages: Pages) -> None:
    assert pages.post("/subscribe", {"address": "a" * 20_000}).status_code == 413


def test_health(pages: Pages) -> None:
    assert (pages.get("/healthz").status_code, pages.get("/healthz").text) == (200, "ok\n")
