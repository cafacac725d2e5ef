"""Damage: a page in, a page that a printer, a proxy, an editor or an enemy may have made of it out.

Every mutation takes the body, the golden bodies at large and a source of choices, and gives a new body. Choices come
from a `random.Random`, which Hypothesis can drive (and shrink) or a seed can repeat.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from claimwatch.models import Page

MOST = 60_000  # bytes; what grows beyond is cut, so that a case stays small

_TAG = re.compile(rb"<[^<>]{1,400}>")
_NODE = re.compile(rb"<(\w+)\b[^<>]*>[^<>]*</\1>")
_ATTRIBUTE = re.compile(rb"""(\w[\w:-]*)=("[^"]*"|'[^']*')""")
_JSON_VALUE = re.compile(rb':\s*("(?:[^"\\]|\\.)*"|-?\d+|null|true|false)')
_NUMBER = re.compile(rb"\d+")
_WORD = re.compile(rb"[A-Za-z]{4,}")

_CODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "koi8-r", "shift_jis", "utf-7", "cp037")
_CHARSETS = (None, "utf-8", "iso-8859-1", "utf-16", "windows-1252", "x-user-defined", "nonsense", "\x01", "utf-7", "")
_TYPES = ("", "text/html", "application/xml", "application/json", "application/rss+xml", "text/plain", "image/png")
_BITS = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"&#0;", b"&#xD800;",
    b"&#x110000;", b"&nosuch;", b"&amp", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<!DOCTYPE html>",
    b"<?xml version='1.0'?>", b"<", b">", b"</", b"/>", b'"', b"\\ud800", b"\\u0000", b"\\", b"{", b"}", b"[", b"]",
    b",", b"null", b"1e999", b"NaN", b"-1", "\u202e".encode(), "\u200b".encode(), "\u0085".encode(),
    "\u2028".encode(), b"\x1e", b"\x1f", b"\x1d", b"\x0c", "İ".encode(), "ǆ".encode(), "e\u0301".encode(),
    "𝕳𝖎𝖐".encode(), b"Hikvision", b"Dahua", "海康威视".encode(), b"<h1>", b"</h1>", b"<article>", b"</article>",
    b"<table>", b"<tr>", b"<td>", b"<td colspan=99999999999>", b"</html>", b"<a href='http://[::1'>",
    b"<a href='//'>", b"<a href='https://\xe2\x84\x80.example/'>", b"<a href='javascript:x'>",
    b"<base href='http://['>", b"<script>", b"<style>", b"<svg>", b"<template>", b"<plaintext>",
    b"<meta charset=utf-7>", b"<time datetime='9999999999-99-99'>", b"0000-00-00", b"9999-12-31",
    b"31 February 2026", b"1. januar 99999", b"</rss>", b"</feed>", b"<item/>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"&a;",
)  # fmt: skip

Mutation = Callable[[bytes, Sequence[bytes], random.Random], bytes]


def damaged(page: Page, others: Sequence[bytes], choose: random.Random) -> Page:
    """`page` after one to four mutations, at times with another declared type, charset, address or no head."""
    body = page.body
    for _ in range(choose.randint(1, 4)):
        body = choose.choice(MUTATIONS)(body, others, choose)[:MOST]
    page = replace(page, body=body)
    match choose.randrange(12):
        case 0:
            page = replace(page, charset=choose.choice(_CHARSETS))
        case 1:
            page = replace(page, content_type=choose.choice(_TYPES))
        case 2:
            page = replace(page, head=None)
        case 3:
            page = replace(page, url=choose.choice((page.url + "?page=x", page.url + "/..", "https://x.example/")))
    return page


def _place(body: bytes, choose: random.Random) -> int:
    return choose.randint(0, len(body))


def _stretch(body: bytes, choose: random.Random) -> tuple[int, int]:
    start = _place(body, choose)
    return start, min(len(body), start + choose.choice((1, 3, 20, 200, 5000)))


def flip(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """Single bytes replaced."""
    changed = bytearray(body)
    for _ in range(choose.randint(1, 8) if changed else 0):
        changed[choose.randrange(len(changed))] = choose.randrange(256)
    return bytes(changed)


def cut(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """The end is missing, or the beginning."""
    at = _place(body, choose)
    return body[:at] if choose.random() < 0.8 else body[at:]


def drop(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """A stretch is missing."""
    start, end = _stretch(body, choose)
    return body[:start] + body[end:]


def repeat(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """A stretch comes several times."""
    start, end = _stretch(body, choose)
    return body[:end] + body[start:end] * choose.choice((1, 2, 50)) + body[end:]


def insert(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """Something is put in that means something to some reader."""
    for _ in range(choose.randint(1, 3)):
        at = _place(body, choose)
        body = body[:at] + choose.choice(_BITS) + body[at:]
    return body


def in_text(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """Something is put where a word stands, so that it lands in a value and not in the syntax."""
    return _exchange(_WORD, body, lambda word: choose.choice((word, b"")) + choose.choice(_BITS), choose)


def splice(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """A stretch of another page stands in this one."""
    other = choose.choice(others)
    start, end = _stretch(other, choose)
    at = _place(body, choose)
    return body[:at] + other[start:end] + body[at:]


def _exchange(pattern: re.Pattern[bytes], body: bytes, by: Callable[[bytes], bytes], choose: random.Random) -> bytes:
    found = list(pattern.finditer(body))
    if not found:
        return body
    hit = choose.choice(found)
    return body[: hit.start()] + by(hit[0]) + body[hit.end() :]


def tag(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """A tag is lost, doubled, renamed or self-closed."""
    name = choose.choice((b"", b"<x>", b"</x>", b"<td>", b"<tr>", b"<h1>", b"<p/>", b"</main>", b"</body>"))
    return _exchange(_TAG, body, lambda found: name if choose.random() < 0.7 else found * 2, choose)


def node(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """An innermost element is removed, repeated, emptied or swapped with another."""
    found = list(_NODE.finditer(body))
    if not found:
        return body
    one, two = sorted((choose.choice(found), choose.choice(found)), key=lambda hit: hit.start())
    match choose.randrange(3):
        case 0:
            return body[: one.start()] + body[one.end() :]
        case 1:
            return body[: one.end()] + one[0] * choose.choice((1, 3, 300)) + body[one.end() :]
    if one.end() > two.start():
        return body
    return body[: one.start()] + two[0] + body[one.end() : two.start()] + one[0] + body[two.end() :]


def attribute(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """An attribute gets another value, or is lost."""
    value = choose.choice((b'""', b'"http://["', b'"x" x="y"', b'"&#0;"', b'"' + b"a" * 9000 + b'"', b'"-1"', b'" "'))
    return _exchange(_ATTRIBUTE, body, lambda found: found.split(b"=")[0] + b"=" + value, choose)


def value(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """A value of JSON is of another type, or too large."""
    new = choose.choice(
        (b"null", b"[]", b"{}", b'""', b"0", b"-1", b"true", b'"\\ud800"', b'"\\u0000"', b"9" * 5000, b'"2026-02-30"',
         b"1e400", b"NaN", b'["x"]', b'{"a":{"b":1}}')
    )  # fmt: skip
    return _exchange(_JSON_VALUE, body, lambda _found: b": " + new, choose)


def number(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """A number is another one."""
    new = choose.choice((b"0", b"-1", b"99999999999999999999", b"31", b"2", b"", b"1.5", "٣".encode(), "²".encode()))
    return _exchange(_NUMBER, body, lambda _found: new, choose)


def coding(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """The page is in another encoding than it says, or was encoded twice."""
    text = body.decode("utf-8", "replace")
    if choose.random() < 0.4:
        return text.encode("utf-8").decode("latin-1").encode("utf-8")
    return text.encode(choose.choice(_CODINGS), "replace")


def nest(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """Elements or arrays stand very deep."""
    open_, close = choose.choice(
        ((b"<div>", b"</div>"), (b"<td>", b""), (b"[", b"]"), (b'{"a":', b"}"), (b"<E>", b"</E>"))
    )
    depth = choose.choice((30, 200, 800))
    at = _place(body, choose)
    return body[:at] + open_ * depth + b"x" + close * depth + body[at:]


def long_line(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """A line, a word or a run of one sign is thousands of signs long."""
    at = _place(body, choose)
    piece = choose.choice(
        (b"a", b" ", b"&", b"<", b"1", b"a b ", b"-", b"&amp;", b"<br>", "é".encode(), b"(a", b"\xa0")
    )
    return body[:at] + piece * choose.choice((500, 5000)) + body[at:]


def noise(body: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """Something else altogether: random bytes, nothing, or another page whole."""
    kind = choose.randrange(3)
    if kind == 0:
        return bytes(choose.randrange(256) for _ in range(choose.choice((0, 1, 40, 400))))
    return choose.choice(others) if kind == 1 else b"".join(choose.choice(_BITS) for _ in range(30))


MUTATIONS: tuple[Mutation, ...] = (
    flip, cut, drop, repeat, insert, in_text, splice, tag, node, attribute, value, number, coding, nest, long_line,
    noise,
)  # fmt: skip
