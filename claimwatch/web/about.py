"""What this is, how it decides, who is responsible, and what is done when it was wrong."""

from email.utils import parseaddr

from fastapi import APIRouter, Request, Response

from claimwatch.editions.addresses import document_path
from claimwatch.models import ACCEPTED
from claimwatch.web.board_words import board_words
from claimwatch.web.caching import cached
from claimwatch.web.pages import ThisPage
from claimwatch.web.stories import companies_of, forms_of

router = APIRouter()


@router.api_route("/about", methods=["GET", "HEAD"])
def show_about(page: ThisPage, request: Request) -> Response:
    """The page, with the imprint from the settings."""
    words, settings = board_words(page.words.language), page.watch.settings
    names = companies_of(page.watch, forms_of(page.watch, page.words.language))
    filled = {"companies": names, "operator": parseaddr(settings.operator)[1], "postal": settings.postal_address}
    answer = page.show(
        "about",
        board=words,
        sections=[[text.format(**filled) for text in section] for section in words.about_sections],
        documents=[
            (document_path(one.id), one) for one in page.watch.baseline.documents.values() if one.kind != ACCEPTED
        ],
        imprint=[text.format(**filled) for text in words.imprint],
    )
    return cached(request, answer)
