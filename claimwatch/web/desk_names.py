"""The desk's page of names in doubt: whether a name that is nearly a watched company's, or was another's before, is it.

GET changes nothing. A name on which somebody else has decided since is left as they said.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from claimwatch.errors import UsageError
from claimwatch.pipeline.reviewing.doubtful import Doubts, let_in, list_doubts, rule_out, take_back
from claimwatch.store import texts
from claimwatch.web import desk_view
from claimwatch.web.desk_forms import LONGEST_WHY, one_of
from claimwatch.web.desk_frame import Number, show
from claimwatch.web.pages import Page
from claimwatch.web.session import DESK, Act, Analyst, DeskPage, ThisAnalyst

router = APIRouter()
NAMES = f"{DESK}/names"
PageNumber = Annotated[int, Query(alias="page", ge=1, le=10_000)]


@router.api_route(NAMES, methods=["GET", "HEAD"])
def show_names(page: DeskPage, analyst: ThisAnalyst, number: PageNumber = 1) -> Response:
    """The names that wait, the gravest first."""
    return _show(page, analyst, list_doubts(page.watch, number))


@router.post(f"{NAMES}/{{finding_id}}")
def decide(page: DeskPage, analyst: ThisAnalyst, finding_id: Number, fields: Act) -> Response:
    """It is the company, it is not, or that it is not is taken back."""
    action, why = one_of(fields, "action"), one_of(fields, "why")
    try:
        if len(why) > LONGEST_WHY:
            raise UsageError(f"The reason is too long; {LONGEST_WHY} characters are the most.")
        if action == "accept":
            decided = let_in(page.watch, finding_id, analyst.address, why or None)
            return RedirectResponse(page.root + desk_view.case_href(decided.decision.development), 303)
        if action == "dismiss":
            rule_out(page.watch, finding_id, analyst.address, why)
        elif action == "undo":
            take_back(page.watch, finding_id, analyst.address)
        else:
            raise UsageError("The form did not come through whole. Please try once more.")
    except UsageError as error:
        fault = str(error)
        if "does not wait" in fault:
            fault = f"Finding {finding_id} does not wait any more: somebody has decided on it. Nothing was changed."
        return _show(page, analyst, list_doubts(page.watch), 422, fault)
    return RedirectResponse(page.root + NAMES, 303)


def _show(page: Page, analyst: Analyst, found: Doubts, status: int = 200, fault: str = "") -> Response:
    watch = page.watch
    out = [one.piece for one in found.ruled_out]
    with watch.store.read() as connection:
        places = texts.places_of(connection, [piece.evidence.id for piece in (*found.pieces, *out)])
    forms = desk_view.forms_of(watch)
    decided = [desk_view.decision_of(watch, forms, one.decision) for one in found.ruled_out]
    return show(
        page,
        analyst,
        "names",
        status,
        found=found,
        pieces=desk_view.pieces_of(watch, found.pieces, places),
        ruled_out=list(zip(desk_view.pieces_of(watch, out, places), decided, strict=True)),
        fault=fault,
    )
