"""The frame of the desk's pages: its policy, its style, its one script."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import HTMLResponse

from claimwatch.web.pages import WEB, Page
from claimwatch.web.session import Analyst

router = APIRouter()
MOST = 2**31 - 1  # the highest number of a row in either database
Number = Annotated[int, Path(ge=1, le=MOST)]
# The one script is a file of ours; frames show an edition before it leaves.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_KEPT = {"Cache-Control": "max-age=3600", "X-Robots-Tag": "noindex"}


@router.api_route("/static/desk.css", methods=["GET", "HEAD"])
def style() -> Response:
    """The desk's own style, beside that of all pages."""
    return Response((WEB / "desk.css").read_text(encoding="utf-8"), media_type="text/css", headers=_KEPT)


@router.api_route("/static/desk.js", methods=["GET", "HEAD"])
def script() -> Response:
    """Keys. Without it everything works by pointer and tabulator."""
    return Response((WEB / "desk.js").read_text(encoding="utf-8"), media_type="text/javascript", headers=_KEPT)


def show(page: Page, analyst: Analyst, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A page of the desk."""
    answer = page.show(f"desk_{template}", status, analyst=analyst, token=analyst.form_token, **values)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
