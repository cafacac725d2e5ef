"""What was captured, in full, for analysts only: it is other people's work.

Captured bytes never leave as HTML: a view of them is plain text, a copy of them is a download.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException

from claimwatch.editions.display import clean, legible, safe_link
from claimwatch.errors import CaptureLost
from claimwatch.store import texts
from claimwatch.store.texts import Kind, Received, Revision
from claimwatch.web import desk_view
from claimwatch.web.desk_diff import compare
from claimwatch.web.desk_frame import MOST, Number, show
from claimwatch.web.pages import Page
from claimwatch.web.session import DESK, DeskPage, ThisAnalyst

router = APIRouter()
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
Asked = Annotated[int, Query(ge=0, le=MOST)]
# Whatever a browser takes it for, it can run nothing and load nothing.
_INERT = {"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
_TEXT = ("text/", "application/json", "application/xml", "application/atom+xml", "application/rss+xml")
_LONGEST = 2_000_000


@router.api_route(f"{DESK}/captures/{{sha256}}", methods=["GET", "HEAD"])
def show_capture(page: DeskPage, analyst: ThisAnalyst, sha256: Sha256) -> Response:
    """Where bytes came from, and the ways to look at them."""
    received = _received(page, sha256)
    return show(
        page,
        analyst,
        "capture",
        sha256=sha256,
        received=received,
        url=clean(received.url),
        live=safe_link(received.url),
        content_type=clean(received.content_type or "not said"),
        when=desk_view.forms_of(page.watch).moment(received.fetched_at),
        readable=_is_text(received),
    )


@router.api_route(f"{DESK}/captures/{{sha256}}/text", methods=["GET", "HEAD"])
def show_bytes(page: DeskPage, analyst: ThisAnalyst, sha256: Sha256) -> Response:
    """The bytes as plain text; 415 for what is none, such as a PDF."""
    received = _received(page, sha256)
    if not _is_text(received):
        raise HTTPException(415)
    try:
        text = _bytes(page, sha256).decode(received.charset or "utf-8", errors="replace")
    except LookupError:  # a character set that nobody knows
        text = _bytes(page, sha256).decode("utf-8", errors="replace")
    return PlainTextResponse(text, headers=_INERT)


@router.api_route(f"{DESK}/captures/{{sha256}}/download", methods=["GET", "HEAD"])
def download(page: DeskPage, analyst: ThisAnalyst, sha256: Sha256) -> Response:
    """The bytes as a file."""
    _received(page, sha256)
    named = {"Content-Disposition": f'attachment; filename="capture-{sha256[:16]}.bin"'}
    return Response(_bytes(page, sha256), media_type="application/octet-stream", headers=_INERT | named)


@router.api_route(f"{DESK}/texts/{{kind}}/{{number}}", methods=["GET", "HEAD"])
def show_text(
    page: DeskPage,
    analyst: ThisAnalyst,
    kind: Kind,
    number: Number,
    revision: Asked = 0,
    against: Asked = 0,
    finding: Asked = 0,
) -> Response:
    """A revision of a text (the newest where none is named), companies marked; or what changed since another one."""
    with page.watch.store.read() as connection:
        source = texts.source_of(connection, kind, number)
        revisions = texts.revisions_of(connection, kind, number)
        if source is None or not revisions:
            raise HTTPException(404)
        one = _revision(revisions, revision or revisions[0].number)
        other = _revision(revisions, against) if against else None
        text = texts.text_of(connection, kind, one.id)
        marks = texts.mentions_in(connection, kind, one.id)
        at = texts.start_of(connection, finding, one.id, kind) if finding else None
        old = texts.text_of(connection, kind, other.id) if other else ""
    forms = desk_view.forms_of(page.watch)
    spec = page.watch.sources.get(source)
    return show(
        page,
        analyst,
        "text",
        address=f"{page.root}{DESK}/texts/{kind.value}/{number}",
        title=clean(one.title) or "Without a title",
        source=clean(spec.name if spec else source),
        language_=one.language if re.fullmatch(r"[A-Za-z-]{2,16}", one.language) else "",
        one=one,
        other=other,
        live=safe_link(one.url),
        published=forms.day(one.published_on) if one.published_on else "",
        revisions=[(each.number, forms.moment(each.seen_at), each.sha256) for each in revisions],
        pieces=stretches(text[:_LONGEST], marks, at),
        cut=len(text) > _LONGEST,
        rows=compare(legible(old), legible(text)) if other else (),
    )


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a text: `named` where it names a company, `wanted` where the finding begins that was asked for."""

    text: str
    named: bool
    wanted: bool = False


def stretches(text: str, marks: list[tuple[int, int]], wanted: int | None = None) -> list[Stretch]:
    """A text in parts; marks that overlap are one."""
    edges, at = [(0, len(text), False)], 0
    for start, end in marks:
        start, end = max(start, at), min(end, len(text))
        if start < end:
            before = edges.pop()
            edges += [(before[0], start, False), (start, end, True), (end, len(text), False)]
            at = end
    parts = []
    for start, end, named in edges:
        here = wanted is not None and start < wanted < end
        cuts = [start, wanted, end] if here and wanted is not None else [start, end]
        parts += [Stretch(legible(text[low:high]), named, low == wanted) for low, high in pairwise(cuts) if low < high]
    return parts


def _revision(revisions: list[Revision], number: int) -> Revision:
    found = next((one for one in revisions if one.number == number), None)
    if found is None:
        raise HTTPException(404)
    return found


def _received(page: Page, sha256: str) -> Received:
    with page.watch.store.read() as connection:
        received = texts.find_received(connection, sha256)
    if received is None:
        raise HTTPException(404)
    return received


def _bytes(page: Page, sha256: str) -> bytes:
    try:
        return page.watch.captures.get(sha256)
    except CaptureLost:
        raise HTTPException(410) from None


def _is_text(received: Received) -> bool:
    return (received.content_type or "").lower().startswith(_TEXT)
