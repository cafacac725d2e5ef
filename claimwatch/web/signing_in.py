"""Signing in to the review desk and out of it: a form, a mail with a link, a page with a button.

Nothing happens on GET: programs that scan mail open links. The answer is the same for every address.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from claimwatch.errors import UsageError
from claimwatch.pipeline.reviewing import sign_in
from claimwatch.pipeline.subscribers.subscribe import normal_address
from claimwatch.web import forms
from claimwatch.web.forms import Fields
from claimwatch.web.pages import Page, Visitor
from claimwatch.web.session import (
    BROWSER,
    DESK,
    SESSION,
    Act,
    DeskPage,
    ThisAnalyst,
    cookie_name,
    own_path,
    own_site,
    set_cookie,
)

router = APIRouter()
MINUTES = sign_in.LINK_LASTS.seconds // 60
ASKED = (
    "Look into your mailbox",
    f"If this address is an analyst’s, a mail with a link is on its way. Open the link within {MINUTES} minutes, in "
    "this browser, and press the button.",
    "Nothing there? Look among unwanted mail, or write to {operator}.",
)
STALE = (
    "This link cannot be used",
    f"It holds for {MINUTES} minutes, works once, and only in the browser in which you asked for it.",
)
TOO_OFTEN = ("Too many requests", "This form was used very often from where you are. Try again in an hour.")
BY_PROXY = (
    "You are not signed in",
    "Here you sign in before you reach this page, and your address was not among the analysts’. Write to {operator}.",
)
SIGNED_OUT = ("Signed out", "You are no longer signed in here.")


@router.api_route("/sign-in", methods=["GET", "HEAD"])
def show_form(page: DeskPage, next: str = DESK) -> Response:
    """The form."""
    if page.watch.settings.analyst_header is not None:
        return page.say(BY_PROXY, 403)
    return page.show("sign_in", goes_on_to=own_path(next), address="", fault=None)


@router.post("/sign-in", dependencies=[Depends(own_site)])
def ask(page: DeskPage, fields: Annotated[Fields, Depends(forms.read_fields)], visitor: Visitor) -> Response:
    """Ask for a link."""
    if page.watch.settings.analyst_header is not None:
        return page.say(BY_PROXY, 403)
    typed, goes_on_to = _one(fields, "address"), own_path(_one(fields, "next"))
    try:
        address = normal_address(typed)
    except UsageError:
        fault = "This is not an e-mail address that can get mail."
        return page.show("sign_in", 422, goes_on_to=goes_on_to, address=typed, fault=fault)
    browser = sign_in.ask(page.watch, address, goes_on_to=goes_on_to, visitor=visitor)
    if browser is None:
        return page.say(TOO_OFTEN, 429)
    page.site.courier.wake()
    answer = page.say(ASKED)
    set_cookie(answer, page.watch.settings, BROWSER, browser, sign_in.LINK_LASTS.total_seconds())
    return answer


@router.api_route("/sign-in/{token}", methods=["GET", "HEAD"])
def show_button(page: DeskPage, token: str, request: Request) -> Response:
    """A button, where this browser asked for the link."""
    asked = sign_in.find_request(page.watch, token, _browser(page, request))
    if asked is None:
        return _stale(page)
    return page.show("sign_in_button", address=asked.address)


@router.post("/sign-in/{token}", dependencies=[Depends(own_site)])
def begin(page: DeskPage, token: str, request: Request) -> Response:
    """The button: a session begins, and the link is used up."""
    begun = sign_in.begin(page.watch, token, _browser(page, request))
    if begun is None:
        return _stale(page)
    answer = RedirectResponse(page.root + begun.goes_on_to, 303)
    settings = page.watch.settings
    set_cookie(answer, settings, SESSION, begun.cookie, sign_in.SESSION_LASTS.total_seconds())
    set_cookie(answer, settings, BROWSER, "", 0)
    return answer


@router.post(f"{DESK}/sign-out")
def sign_out(page: DeskPage, analyst: ThisAnalyst, fields: Act) -> Response:
    """End the session."""
    if analyst.session is not None:
        sign_in.end(page.watch, analyst.session)
    answer = page.say(SIGNED_OUT, link=(page.root + "/sign-in", "Sign in"))
    set_cookie(answer, page.watch.settings, SESSION, "", 0)
    return answer


def _browser(page: Page, request: Request) -> str:
    return request.cookies.get(cookie_name(page.watch.settings, BROWSER), "")


def _stale(page: Page) -> Response:
    return page.say(STALE, 404, link=(page.root + "/sign-in", "Ask for a fresh link"))


def _one(fields: Fields, name: str) -> str:
    return fields.get(name, [""])[-1].strip()
