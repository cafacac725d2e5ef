"""The application: pages, their headers, and what is shown when something goes wrong."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from sqlalchemy import text
from starlette.exceptions import HTTPException

from claimwatch.errors import ClaimwatchError
from claimwatch.pipeline.knowledge import Knowing
from claimwatch.pipeline.watch import open_watch
from claimwatch.settings import Settings
from claimwatch.web import (
    about,
    archive,
    claims,
    desk,
    desk_editions,
    desk_frame,
    desk_names,
    desk_texts,
    documents,
    feeds,
    finder,
    items,
    joining,
    leaving,
    now,
    session,
    signing_in,
    status,
)
from claimwatch.web.courier import Courier
from claimwatch.web.pages import WEB, Page, Site, ThisPage, page_of
from claimwatch.web.words import words_of

# Tokens are in addresses: no page sends its address on, is kept by a cache, or is shown in somebody else's frame.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex",
}
# What search engines may show: our own words, not excerpts of other people's work, and no address with a token.
_INDEXED = ("", "about", "claims", "editions", "items", "privacy", "status", "subscribe")
_LOG = logging.getLogger("claimwatch.web")


def create_app(settings: Settings, *, tended: bool = False) -> FastAPI:
    """The pages of one installation. The store is opened when the server starts and closed when it ends.

    `tended`: what takes long to work out is made when the server starts, and anew behind the visitors (`Kept.tended`).
    Otherwise each answer is of this moment.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with open_watch(settings) as watch, Courier(watch) as courier:
            site = app.state.site = Site(watch, courier, Knowing(watch))
            with site.kept.tended(lambda: _work_out(site)) if tended else nullcontext():
                yield

    app = FastAPI(title="Claimwatch", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    for module in (now, claims, documents, archive, items, feeds, finder, status, about):
        app.include_router(module.router)
    app.include_router(joining.router)
    app.include_router(leaving.router)
    app.include_router(signing_in.router)
    for room in (desk, desk_names, desk_editions, desk_texts, desk_frame):
        app.include_router(room.router)
    app.api_route("/privacy", methods=["GET", "HEAD"])(show_privacy)
    app.api_route("/static/style.css", methods=["GET", "HEAD"])(style)
    app.api_route("/healthz", methods=["GET", "HEAD"])(health)
    app.add_exception_handler(HTTPException, _http_fault)
    app.add_exception_handler(RequestValidationError, _no_such_page)

    @app.middleware("http")
    async def add_headers(request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
        try:
            response = await proceed(request)
        except Exception as error:  # the last resort: whatever it is, the visitor gets a page and we get the trace
            response = _fault(request, error)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.url.path.strip("/").partition("/")[0] in _INDEXED:
            del response.headers["X-Robots-Tag"]
        response.headers.setdefault("Cache-Control", "no-store")
        if settings.public_url.startswith("https:"):
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response

    session.set_up(app, settings)
    return app


def _work_out(site: Site) -> None:
    """What visitors ask for most, and would wait for."""
    page = Page(site, words_of(site.watch.settings.language), "/", fixed=False)
    now.front_of(page)
    claims.board_html(page)


def show_privacy(page: ThisPage) -> Response:
    """What is kept of a reader."""
    return page.say((page.words.privacy_title, *page.words.privacy))


def style() -> Response:
    """The one style sheet."""
    css = (WEB / "style.css").read_text(encoding="utf-8")
    return Response(css, media_type="text/css", headers={"Cache-Control": "max-age=3600", "X-Robots-Tag": "noindex"})


def health(page: ThisPage) -> Response:
    """For a monitor: 200 `ok` while the store can be read, else 503."""
    try:
        with page.watch.store.read() as connection:
            connection.execute(text("SELECT 1 FROM meta"))
    except ClaimwatchError as error:
        _LOG.error("health: %s", error)
        return PlainTextResponse("the store cannot be read\n", 503)
    return PlainTextResponse("ok\n")


def _http_fault(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    page = page_of(request)
    if status == 404:
        return page.say(page.words.not_found, status)
    answer = page.say((page.words.fault_title, page.words.faults["form"]), status)
    if isinstance(error, HTTPException):
        answer.headers.update(error.headers or {})  # such as Allow
    return answer


def _no_such_page(request: Request, error: Exception) -> Response:
    """An address that no link of ours has: a number that is none, a name that there cannot be."""
    page = page_of(request)
    return page.say(page.words.not_found, 404)


def _fault(request: Request, error: Exception) -> Response:
    # Without the address of the page: it may hold a token.
    _LOG.error("a page failed: %s", error, exc_info=error)
    page = page_of(request)
    return page.say(page.words.failed, 500)
