"""Letters: wrong charset headers, byte order marks, mojibake, and characters that nobody sees."""

import json
from dataclasses import replace

import pytest

from claimwatch.errors import SourceChanged
from claimwatch.models import Page, Publication
from parsers import council_on_ethics, entity_list, federal_register, feed, nbim_exclusions, uhrp, wordpress
from parsers.reading import absolute, canonical, squeeze
from tests.parsers.golden import GOLDEN, page_of

TEXT = "Rådet tilrådde å utelukke selskapet frå fondet, og “Dahua” vart ikkje nemnd."
PAGE = (
    "<!DOCTYPE html><html lang='nn'><head>{}</head><body><main><article><h1>Håø</h1><p>{}</p></article></main></body>"
    "</html>"
)
META, LATIN_META = "<meta charset='utf-8'>", "<meta charset='iso-8859-1'>"


def _company(body: bytes, charset: str | None) -> tuple[Publication, tuple[str, ...]]:
    page = Page("council_on_ethics", "company", "https://etikkradet.no/haao/", body, "text/html", charset)
    parsed = council_on_ethics.parse(page)
    return parsed.publications[0], parsed.warnings


@pytest.mark.parametrize(
    ("encoding", "meta", "charset"),
    [
        ("utf-8", META, None),
        ("utf-8", "", None),
        ("utf-8", META, "iso-8859-1"),
        ("utf-8", "", "iso-8859-1"),
        ("utf-8", LATIN_META, None),
        ("utf-8", META, "no-such-charset"),
        ("utf-8", META, "rot13"),
        ("utf-8", META, "unicode_escape"),
        ("utf-8-sig", LATIN_META, "iso-8859-1"),
        ("cp1252", "", None),
        ("cp1252", "", "iso-8859-1"),
        ("cp1252", META, "utf-8"),
        ("cp1252", LATIN_META, None),
        ("utf-16", "", None),
        ("utf-16-le", "", "utf-16le"),
    ],
)
def test_letters_survive_a_wrong_label(encoding: str, meta: str, charset: str | None) -> None:
    publication, warnings = _company(PAGE.format(meta, TEXT).encode(encoding), charset)
    assert (publication.title, publication.text, publication.language) == ("Håø", TEXT, "nn")
    assert warnings == ()


def test_one_bad_byte_costs_one_letter_and_is_said() -> None:
    body = PAGE.format(META, TEXT).encode().replace(b"fondet", b"fon\xffdet")
    publication, warnings = _company(body, "utf-8")
    assert publication.text == TEXT.replace("fondet", "fon\N{REPLACEMENT CHARACTER}det")
    assert "garbled" in warnings[0]


LETTERS = "Café Ö – “så” ’s … 5 € ™ © « Ø Æ Å » ÁÍÏÐÝ á"


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_letters_that_were_encoded_twice_are_mended_and_that_is_said(encoding: str, times: int) -> None:
    text = LETTERS.replace("ÁÍÏÐÝ", "") if encoding == "cp1252" else LETTERS
    garbled = text
    for _ in range(times):
        # What browsers call Windows-1252 passes the bytes that it does not know.
        raw = garbled.encode()
        garbled = raw.decode(encoding) if encoding == "latin-1" else _windows(raw)
    assert garbled != text
    whole, said = _company(PAGE.format(META, text).encode(), "utf-8")
    for template in (PAGE.replace("Håø", "H"), PAGE):  # the theme may be well where the text is not
        publication, warnings = _company(template.format(META, garbled).encode(), "utf-8")
        assert publication.text == whole.text
        assert len(warnings) == 1
        assert "mended" in warnings[0]
    assert said == ()


def _windows(raw: bytes) -> str:
    return "".join(bytes([byte]).decode("cp1252") if byte not in UNKNOWN else chr(byte) for byte in raw)


UNKNOWN = (0x81, 0x8D, 0x8F, 0x90, 0x9D)


def test_a_closing_quotation_mark_that_lost_a_byte_is_mended() -> None:
    publication, warnings = _company(PAGE.format(META, TEXT.encode().decode("cp1252", "replace")).encode(), "utf-8")
    assert publication.text == TEXT
    assert "mended" in warnings[0]


def test_letters_that_were_encoded_twice_and_lost_bytes_make_a_bad_page() -> None:
    garbled = "Í dag vart Hikvision nemnt".encode().decode("cp1252", "replace")
    with pytest.raises(SourceChanged, match="past mending"):
        _company(PAGE.format(META, garbled).encode(), "utf-8")


def test_letters_in_references_json_and_feeds_are_mended_too() -> None:
    publication, _ = _company(PAGE.format(META, "Hikvision&acirc;&euro;&trade;s fr&Atilde;&yen;").encode(), "utf-8")
    assert publication.text == "Hikvision’s frå"
    post = {
        "id": 1,
        "link": "https://example.org/a",
        "title": {"rendered": "A"},
        "content": {"rendered": "<p>frÃ¥</p>"},
    }
    page = Page("x", "posts", "https://example.org/wp-json/wp/v2/posts", json.dumps([post]).encode())
    parsed = wordpress.parse(page)
    assert (parsed.publications[0].text, len(parsed.warnings)) == ("frå", 1)
    item = "<item><title>frÃ¥</title><link>https://example.org/a</link></item>"
    page = Page("x", "feed", "https://example.org/feed", f"<rss version='2.0'><channel>{item}</channel></rss>".encode())
    parsed = feed.parse(page)
    assert parsed.links[0].head is not None
    assert (parsed.links[0].head.title, len(parsed.warnings)) == ("frå", 1)


def test_letters_of_other_languages_are_not_taken_for_garble() -> None:
    for text in (
        "Café São Paulo, Ã la carte",
        "The 5€ “fee” – that’s all",
        "Zürich, Århus, Łódź, Ürümqi, 杭州海康威视",
        "SMÅ» og “SMÅ” i “gå”…",
        "en “café”… och â la carte",
    ):
        publication, warnings = _company(PAGE.format(META, text).encode(), "utf-8")
        assert (publication.text, warnings) == (text, ())


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff", "\u00ad", "\u202e", "\u2066", "\u200f", "\x02"])
def test_what_nobody_sees_is_no_part_of_a_name(unseen: str) -> None:
    assert squeeze(f"Hik{unseen}vision") == "Hikvision"
    page = page_of(GOLDEN / "nbim_exclusions/table.yaml")
    plain = nbim_exclusions.parse(page)
    (company,) = [e.name for e in plain.entries if e.name.startswith("Cognyte")]
    marked = page.body.replace(company.encode(), f"Cog{unseen}{company[3:]}".encode())
    assert marked != page.body
    assert nbim_exclusions.parse(replace(page, body=marked)).entries == plain.entries


def test_joiners_that_a_script_needs_stay() -> None:
    assert squeeze("می\u200cخواهم") == "می\u200cخواهم"


def test_a_lone_half_of_a_pair_can_be_stored() -> None:
    page = page_of(GOLDEN / "federal_register/search-ordinary.yaml")
    data = json.loads(page.body)
    data["results"][0] |= {"title": "Hik\ud800vision\x00 added", "full_text_xml_url": None}
    (publication, *_) = federal_register.parse(replace(page, body=json.dumps(data).encode())).publications
    assert publication.title == "Hik\N{REPLACEMENT CHARACTER}vision added"
    publication.text.encode()


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("case", ["federal_register/search-ordinary", "federal_register/document-list-rule",
                                  "entity_list/supplement", "uhrp/list"])  # fmt: skip
def test_a_byte_order_mark_changes_nothing(case: str, mark: bytes) -> None:
    parse = {"f": federal_register.parse, "e": entity_list.parse, "u": uhrp.parse}[case[0]]
    page = page_of(GOLDEN / f"{case}.yaml")
    assert parse(replace(page, body=mark + page.body)) == parse(page)


@pytest.mark.parametrize(
    "address",
    [
        "https://uhrp.org/statement/uhrp%E2%80%99s-letter/",
        "https://uhrp.org/statement/uhrp%e2%80%99s-letter",
        "http://www.uhrp.org/statement/uhrp’s-letter/",
        "HTTPS://UHRP.org/statement/uhrp’s-letter/?utm_source=x#top",
    ],
)
def test_addresses_of_one_page_are_one_key(address: str) -> None:
    assert canonical(address) == "https://uhrp.org/statement/uhrp%E2%80%99s-letter/"


def test_addresses_of_two_pages_are_two_keys() -> None:
    keys = {
        canonical(f"https://uhrp.org/{path}")
        for path in ("a%3Fb/", "a/b/", "a%25b/", "a%2520b/", "a%20b/", "%ff/", "%fe/")
    }
    assert len(keys) == 7


def test_an_address_holds_nothing_that_nobody_sees() -> None:
    page = Page("uhrp", "list", "https://uhrp.org/statements/", b"")
    assert absolute(page, " /statement/a\x00b\u200b/#top ") == "https://uhrp.org/statement/ab/"


@pytest.mark.parametrize(("broken", "left"), [("a\\u0000b", "ab"), ("a\\ud800b", "a\N{REPLACEMENT CHARACTER}b")])
def test_json_can_spell_what_no_store_can_hold(broken: str, left: str) -> None:
    posts = page_of(GOLDEN / "wordpress" / "posts.yaml")
    (whole, *_) = wordpress.parse(posts).publications
    said = posts.body.replace(b'"rendered":', b'"rendered": "' + broken.encode() + b'", "_":')
    (publication, *_) = wordpress.parse(replace(posts, body=said)).publications
    assert (publication.key, publication.title, publication.text) == (whole.key, left, left)
    refused = b'{"headers": {}, "status": "' + broken.encode() + b'", "body": {"code": "gone"}}'
    with pytest.raises(SourceChanged, match=f"the site answers {left}:"):
        wordpress.parse(replace(posts, body=refused))
