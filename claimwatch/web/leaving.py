"""To choose and to stop, by a token from a mail and without log-in. GET changes nothing.

`/unsubscribe` is what List-Unsubscribe names (RFC 8058): a POST acts in any form of body, never redirects, and answers
200 again when it comes again.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from claimwatch import tokens
from claimwatch.models import Member
from claimwatch.pipeline.subscribers import signup
from claimwatch.pipeline.subscribers.signup import Choice
from claimwatch.web import forms
from claimwatch.web.forms import Chosen, Fields
from claimwatch.web.pages import Page, ThisPage

router = APIRouter()
Sent = Annotated[Fields, Depends(forms.read_fields)]


@router.api_route("/preferences/{token}", methods=["GET", "HEAD"])
def show_preferences(page: ThisPage, token: str) -> Response:
    """What a subscriber gets, as a form."""
    member = _member(page, tokens.read_preferences(page.watch.settings, token))
    if member is None:
        return page.say(page.words.not_found, 404)
    page = page.in_language(member.subscriber.language)
    return _preferences(page, member, forms.of_member(page.watch, member))


@router.post("/preferences/{token}")
def save_preferences(page: ThisPage, token: str, fields: Sent) -> Response:
    """Save the form, or stop everything."""
    member = _member(page, tokens.read_preferences(page.watch.settings, token))
    if member is None:
        return page.say(page.words.not_found, 404)
    page = page.in_language(member.subscriber.language)
    if "stop" in fields:
        return _stop(page, member, [one.series for one in member.current], "page", everything=True)
    chosen = forms.sent(page.watch, fields)
    if chosen.faults:
        return _preferences(page, member, chosen)
    wanted = forms.wishes(page.watch, chosen)
    choice = Choice(wanted, chosen.language, chosen.timezone, chosen.proof_of_life)
    member = signup.choose(page.watch, member.subscriber.id, choice)
    if member is None:  # erased meanwhile
        return page.say(page.words.not_found, 404)
    page = page.in_language(member.subscriber.language)
    return _preferences(page, member, forms.of_member(page.watch, member), saved=True)


@router.api_route("/unsubscribe/{token}", methods=["GET", "HEAD"])
def show_unsubscribe(page: ThisPage, token: str) -> Response:
    """What would be stopped, and buttons."""
    said = tokens.read_unsubscribe(page.watch.settings, token)
    member = _member(page, said[0] if said else None)
    if said is None or member is None:
        return page.say(page.words.not_found, 404)
    page = page.in_language(member.subscriber.language)
    return page.show(
        "unsubscribe",
        address=member.subscriber.address,
        series=page.words.series[said[1]][0],
        ended=said[1] not in [one.series for one in member.current],
        more=len(member.current) > 1,
        preferences=tokens.preferences_path(page.watch.settings, member.subscriber.id),
    )


@router.post("/unsubscribe/{token}")
def unsubscribe(page: ThisPage, token: str, fields: Sent, request: Request) -> Response:
    """Stop the series of the token, or with the other button all of them."""
    said = tokens.read_unsubscribe(page.watch.settings, token)
    if said is None:
        return page.say(page.words.not_found, 404)
    member = _member(page, said[0])
    if member is None:  # erased since: nothing goes there, which is what was asked for
        return page.say(page.words.stopped_all[:1])
    page = page.in_language(member.subscriber.language)
    if "all" in fields:
        return _stop(page, member, [one.series for one in member.current], "page", everything=True)
    pressed = "series" in fields and not request.headers.get("content-type", "").startswith("multipart/")
    return _stop(page, member, [said[1]], "page" if pressed else "one-click", everything=False)


def _stop(page: Page, member: Member, series: list[str], source: str, *, everything: bool) -> Response:
    signup.stop(page.watch, member.subscriber.id, series, source=source)
    said = page.words.stopped_all if everything else page.words.stopped
    named = page.names(series).capitalize()
    link = tokens.preferences_path(page.watch.settings, member.subscriber.id)
    words = page.words.changed_mind
    return page.say(said, link=(link, words), series=named, address=member.subscriber.address)


def _member(page: Page, subscriber_id: int | None) -> Member | None:
    return None if subscriber_id is None else signup.find_member(page.watch, subscriber_id)


def _preferences(page: Page, member: Member, chosen: Chosen, *, saved: bool = False) -> Response:
    wrong = [page.words.faults[name] for name in chosen.faults]
    return page.show(
        "preferences",
        422 if wrong else 200,
        address=member.subscriber.address,
        chosen=chosen,
        faults=wrong,
        saved=saved,
        mixed=len({one.topics for one in member.current}) > 1,
        held=signup.is_held_back(page.watch, member.subscriber.address),
        **page.choices(),
    )
