"""Editions on the desk: those that wait, how they read, and what is decided about them."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException

from claimwatch.editions.display import clean
from claimwatch.errors import DecidedMeanwhile, UsageError
from claimwatch.pipeline.telling.review import approve, cancel, hold
from claimwatch.store import editions, reviews
from claimwatch.store.editions import EditionRow
from claimwatch.web import desk_view
from claimwatch.web.desk_forms import one_of, without_options
from claimwatch.web.desk_frame import Number, show
from claimwatch.web.pages import Page
from claimwatch.web.session import DESK, Act, Analyst, DeskPage, ThisAnalyst

router = APIRouter()
SHOWN = 30
# How an edition reads: as in the mail, in a frame of ours, without anything that could run or load.
_PREVIEW = "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; form-action 'none'; "
PREVIEW = {"Content-Security-Policy": _PREVIEW + "frame-ancestors 'self'", "X-Frame-Options": "SAMEORIGIN"}
VERBS = {"approve": approve, "hold": hold, "cancel": cancel}
STATES = {"frozen": "approved or not held", "held": "waits for approval", "cancelled": "cancelled"}


@router.api_route(f"{DESK}/editions", methods=["GET", "HEAD"])
def show_editions(page: DeskPage, analyst: ThisAnalyst) -> Response:
    """Those that wait first, then the newest."""
    with page.watch.store.read() as connection:
        lines = reviews.edition_lines(connection, SHOWN)
    forms = desk_view.forms_of(page.watch)
    rows = [
        {
            "href": f"{page.root}{DESK}/editions/{line.id}",
            "series": desk_view.ENGLISH.series.get(line.series, line.series),
            "period": line.period,
            "state": line.state,
            "waits": line.waits,
            "subject": clean(line.subject),
            "frozen": forms.moment(line.frozen_at),
            "messages": messages_in_words(line.messages),
        }
        for line in lines
    ]
    waiting = [row for row in rows if row["waits"]]
    return show(page, analyst, "editions", waiting=waiting, rest=[row for row in rows if not row["waits"]])


@router.api_route(f"{DESK}/editions/{{number}}", methods=["GET", "HEAD"])
def show_edition(page: DeskPage, analyst: ThisAnalyst, number: Number) -> Response:
    """One edition, how it reads, and the forms to decide about it."""
    return _show_edition(page, analyst, _edition(page, number))


@router.api_route(f"{DESK}/editions/{{number}}/preview", methods=["GET", "HEAD"])
def preview(page: DeskPage, analyst: ThisAnalyst, number: Number) -> Response:
    """An edition as it reads in the mail, without personal parts."""
    return HTMLResponse(_edition(page, number).html, headers=PREVIEW)


@router.post(f"{DESK}/editions/{{number}}")
def decide(page: DeskPage, analyst: ThisAnalyst, number: Number, fields: Act, request: Request) -> Response:
    """Approve, hold or cancel an edition, unless somebody has decided since it was looked at."""
    row = _edition(page, number)
    verb, seen = VERBS.get(one_of(fields, "action")), one_of(fields, "seen")
    if verb is None or not seen.isdecimal():
        return _show_edition(page, analyst, row, 422, "The form did not come through whole. Please try once more.")
    try:
        verb(
            page.watch,
            f"{row.series}:{row.period}",
            who=analyst.address,
            why=one_of(fields, "why")[:2_000] or None,
            seen=int(seen[:9]),
        )
    except DecidedMeanwhile as error:
        back = f"{page.root}{DESK}/editions/{number}"
        values = {"decision": None, "message": str(error), "typed": one_of(fields, "why"), "back": back}
        return show(page, analyst, "meanwhile", 409, **values)
    except UsageError as error:
        return _show_edition(page, analyst, row, 422, without_options(str(error)))
    return RedirectResponse(f"{page.root}{DESK}/editions/{number}", 303)


def messages_in_words(messages: tuple[tuple[str, int], ...]) -> str:
    """How many messages there are in each state."""
    return ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(messages)) or "none"


def _edition(page: Page, number: int) -> EditionRow:
    with page.watch.store.read() as connection:
        row = editions.edition_by_id(connection, number)
    if row is None:
        raise HTTPException(404)
    return row


def _show_edition(page: Page, analyst: Analyst, row: EditionRow, status: int = 200, fault: str = "") -> Response:
    with page.watch.store.read() as connection:
        counts = tuple(reviews.letter_counts(connection, row.id).items())
        decided = reviews.decisions(connection, row.id)
    forms = desk_view.forms_of(page.watch)
    held = row.state == "held"
    waits = held or any(state in reviews.WAITING for state, _ in counts)
    return show(
        page,
        analyst,
        "edition",
        status,
        row=row,
        series=desk_view.ENGLISH.series.get(row.series, row.series),
        subject=clean(row.subject),
        state=STATES.get(row.state, row.state),
        frozen=forms.moment(row.frozen_at),
        messages=messages_in_words(counts),
        decided=[(one.what, clean(one.who), forms.moment(one.at), clean(one.why or "")) for one in reversed(decided)],
        seen=len(decided),
        verbs=[verb for verb, may in (("approve", held), ("hold", waits and not held), ("cancel", waits)) if may],
        fault=fault,
    )
