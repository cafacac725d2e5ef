"""Where things stand on the pages, as paths below the public address. Pure; what is said here holds for ever.

An edition of the weekly series stands at its week, of another at its series and period. What joins two periods is
written `--` there, as ISO 8601 does: an en dash is nothing that people type. A correction stands below the edition
that it corrects.
"""

from urllib.parse import quote

WEEKLY = "weekly"
RECALL = "recall"
_EDITIONS = "/editions"


def edition_path(series: str, period: str) -> str:
    """`/editions/2026-W47` for a week, `/editions/SERIES/PERIOD` for others; that of a correction (series `recall`,
    period `weekly:2026-W47#1`) is `/editions/2026-W47/corrections/1`."""
    if series == RECALL:
        origin, _, number = period.partition("#")
        of_series, _, of_period = origin.partition(":")
        return f"{edition_path(of_series, of_period)}/corrections/{_quoted(number)}"
    shown = _quoted(period.replace("–", "--"))
    return f"{_EDITIONS}/{shown}" if series == WEEKLY else f"{_EDITIONS}/{_quoted(series)}/{shown}"


def period_in(path: str) -> str:
    """The period as it is stored, from the part of an address that names it."""
    return path.replace("--", "–")


def item_path(key: str) -> str:
    """A development, by its key."""
    return f"/items/{_quoted(key)}"


def claim_path(claim_id: str) -> str:
    """A claim of the baseline."""
    return f"/claims/{_quoted(claim_id)}"


def document_path(slug: str) -> str:
    """A document of the baseline."""
    return f"/documents/{_quoted(slug)}"


def publication_path(publication_id: int) -> str:
    """What a source published, by its number in the store."""
    return f"/publications/{publication_id}"


def entry_path(entry_id: int) -> str:
    """A row of a list that a source keeps, by its number in the store."""
    return f"/entries/{entry_id}"


def _quoted(part: str) -> str:
    # A colon may stand in a path as it is; an alert's period has one.
    return quote(part, safe=":")
