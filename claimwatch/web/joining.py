"""To subscribe: a form, a mail with a link, a page with a button. Nothing happens on GET: mail scanners open links."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from claimwatch import tokens
from claimwatch.errors import UsageError
from claimwatch.pipeline.subscribers import signup
from claimwatch.pipeline.subscribers.subscribe import normal_address, person
from claimwatch.web import forms
from claimwatch.web.forms import Chosen, Fields
from claimwatch.web.pages import Page, ThisPage, Visitor
from claimwatch.web.words import TEXT_VERSION

router = APIRouter()
Sent = Annotated[Fields, Depends(forms.read_fields)]


@router.api_route("/subscribe", methods=["GET", "HEAD"])
def show_form(page: ThisPage) -> Response:
    """The form."""
    return _form(page, forms.blank(page.watch, page.words.language))


@router.post("/subscribe")
def ask(page: ThisPage, fields: Sent, visitor: Visitor) -> Response:
    """Ask to be subscribed. The answer is the same whether the address is known, held back or new."""
    chosen = forms.sent(page.watch, fields)
    try:
        address = normal_address(chosen.address)
    except UsageError:
        return _form(page, chosen, "address")
    if chosen.faults:
        return _form(page, chosen)
    # People do not see this field; what fills it in is a machine that need not know why it gets no mail.
    if any(fields.get("website", [""])):
        return page.say(page.words.asked)
    wanted = forms.wishes(page.watch, chosen)
    one = person(page.watch, address, None, chosen.language, chosen.timezone, wanted, proof_of_life=True)
    version = f"{TEXT_VERSION}.{page.words.language}"
    if not signup.ask(page.watch, one, visitor=visitor, text_version=version):
        return page.say(page.words.too_often, 429)
    page.site.courier.wake()
    return page.say(page.words.asked)


@router.api_route("/confirm/{token}", methods=["GET", "HEAD"])
def show_request(page: ThisPage, token: str) -> Response:
    """What is to be confirmed, and a button."""
    said = tokens.read_confirm(page.watch.settings, token)
    asked = signup.find_request(page.watch, *said) if said else None
    if asked is None:
        return _stale(page)
    page = page.in_language(asked.language)
    return page.show("confirm", address=asked.address, series=page.names(asked.series))


@router.post("/confirm/{token}")
def confirm(page: ThisPage, token: str) -> Response:
    """The button: from now on they subscribe. Pressed again it says so again."""
    said = tokens.read_confirm(page.watch.settings, token)
    member = signup.confirm(page.watch, *said) if said else None
    if member is None:
        return _stale(page)
    page = page.in_language(member.subscriber.language)
    link = tokens.preferences_path(page.watch.settings, member.subscriber.id)
    return page.say(page.words.confirmed, link=(link, page.words.changed_mind), address=member.subscriber.address)


def _form(page: Page, chosen: Chosen, *faults: str) -> Response:
    wrong = [page.words.faults[name] for name in (*faults, *chosen.faults)]
    return page.show("subscribe", 422 if wrong else 200, chosen=chosen, faults=wrong, **page.choices())


def _stale(page: Page) -> Response:
    return page.say(page.words.stale, 404, link=(page.root + "/subscribe", page.words.subscribe))
