"""Who is signed in, and that a form is really theirs. Every page and form of the review desk asks here.

An analyst is known by a session cookie, or, where the settings say so, by the header of a trusted reverse proxy; then
by nothing else. Cookies go along with a link from elsewhere (SameSite=Lax), so every form carries a token as well.
"""

import ipaddress
import re
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from claimwatch import tokens
from claimwatch.pipeline.reviewing import sign_in
from claimwatch.settings import Settings
from claimwatch.store.sign_ins import SignIn
from claimwatch.web import forms
from claimwatch.web.forms import Fields
from claimwatch.web.pages import Page, page_of
from claimwatch.web.words import words_of

DESK = "/desk"
SESSION, BROWSER = "claimwatch-session", "claimwatch-sign-in"
_PEER = "claimwatch.peer"
_OWN_PATH = re.compile(r"/desk(?:[/?][\x21-\x5b\x5d-\x7e]*)?")
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Analyst:
    """Who is signed in. `session` is None where a proxy signed them in; `form_token` goes into every form."""

    address: str
    session: SignIn | None
    form_token: str


class NotSignedIn(Exception):
    """The page is for analysts only."""


class Peer:
    """Keeps the address that a request really came from, before the headers of a proxy replace it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the address and go on."""
        scope[_PEER] = (scope.get("client") or ("",))[0]
        await self._app(scope, receive, send)


def set_up(app: FastAPI, settings: Settings) -> None:
    """Let the pages know who asks, and turn away who is not signed in."""
    proxies = list(settings.trusted_proxy) or ["127.0.0.1", "::1"]
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=proxies)
    app.add_middleware(Peer)  # the last one added is the first to see a request
    app.add_exception_handler(NotSignedIn, _turn_away)


def analyst_of(request: Request) -> Analyst:
    """The analyst who asks. Raises `NotSignedIn`, and 404 where the desk is not set up."""
    page = desk_page_of(request)
    settings = page.watch.settings
    if settings.analyst_header is not None:
        address = sign_in.analyst_named(page.watch, _said_by_proxy(request, settings))
        if address is None:
            raise NotSignedIn
        return Analyst(address, None, tokens.form_token(settings, address))
    session = sign_in.find_session(page.watch, request.cookies.get(cookie_name(settings, SESSION), ""))
    if session is None:
        raise NotSignedIn
    return Analyst(session.address, session, tokens.form_token(settings, str(session.id)))


def desk_page_of(request: Request) -> Page:
    """The page of a request to the desk, which is in English; 404 where nobody may sign in."""
    page = page_of(request)
    if not page.watch.settings.analysts:
        raise HTTPException(404)
    return replace(page, words=words_of("en"), fixed=False)


def own_site(request: Request) -> None:
    """Refuses a form that the browser says another site has sent (403)."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403)


def fields_of(
    request: Request,
    analyst: Annotated[Analyst, Depends(analyst_of)],
    fields: Annotated[Fields, Depends(forms.read_fields)],
) -> Fields:
    """The fields of a form of the desk. Raises 403 for one that did not come from a page of this analyst's."""
    own_site(request)
    whose = str(analyst.session.id) if analyst.session else analyst.address
    settings = request.app.state.site.watch.settings
    if not tokens.holds_form_token(settings, whose, fields.get("token", [""])[-1]):
        raise HTTPException(403)
    return fields


def cookie_name(settings: Settings, name: str) -> str:
    """The name of a cookie. With https and no path before the pages, no other site of the domain can plant it."""
    parts = urlsplit(settings.public_url)
    return f"__Host-{name}" if parts.scheme == "https" and not parts.path else name


def set_cookie(response: Response, settings: Settings, name: str, value: str, lasts_s: float) -> None:
    """Have the browser keep a secret; one that lasts no time is deleted."""
    parts = urlsplit(settings.public_url)
    response.set_cookie(
        cookie_name(settings, name),
        value,
        max_age=int(lasts_s),
        path=f"{parts.path}/",
        secure=parts.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def own_path(wanted: str) -> str:
    """The page of the desk that was wanted; the desk itself for anything else."""
    return wanted if len(wanted) <= _LONGEST and _OWN_PATH.fullmatch(wanted) else DESK


def _said_by_proxy(request: Request, settings: Settings) -> str:
    """The address in the proxy's header; empty where it is missing, doubled, or not the proxy's."""
    said = request.headers.getlist(settings.analyst_header or "")
    try:
        peer = ipaddress.ip_address(request.scope.get(_PEER, ""))
    except ValueError:
        return ""
    trusted = any(peer in ipaddress.ip_network(network) for network in settings.trusted_proxy)
    return said[0] if trusted and len(said) == 1 else ""


def _turn_away(request: Request, error: Exception) -> Response:
    page = desk_page_of(request)
    if request.method in ("GET", "HEAD"):
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"{page.root}/sign-in?next={quote(own_path(wanted), safe='/')}", 303)
    said = ("You are not signed in", "Nothing was changed. Sign in, go back to the page and send the form once more.")
    return page.say(said, 403, link=(page.root + "/sign-in", "Sign in"))


ThisAnalyst = Annotated[Analyst, Depends(analyst_of)]
DeskPage = Annotated[Page, Depends(desk_page_of)]
Act = Annotated[Fields, Depends(fields_of)]
