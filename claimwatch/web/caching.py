"""Answers that a browser, a feed reader or a cache may keep, and need not fetch again while they are the same."""

import hashlib
from datetime import datetime
from email.utils import format_datetime

from fastapi import Request, Response

MINUTES_5 = 300
YEAR = 31_536_000


def cached(
    request: Request, response: Response, *, max_age: int = MINUTES_5, modified_at: datetime | None = None
) -> Response:
    """The answer with its ETag, or 304 where the visitor has it already. With an age of a year it never changes."""
    body = bytes(response.body)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    lasting = ", immutable" if max_age >= YEAR else ""
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={max_age}{lasting}", "Vary": "Accept-Language"}
    if modified_at is not None:
        headers["Last-Modified"] = format_datetime(modified_at, usegmt=True)
    known = request.headers.get("if-none-match")
    if known is not None and _holds(known, etag):
        response = Response(status_code=304)
    response.headers.update(headers)
    return response


def _holds(known: str, etag: str) -> bool:
    """RFC 9110, 13.1.2: any of a list, compared weakly."""
    tags = [one.strip().removeprefix("W/") for one in known.split(",")]
    return "*" in tags or etag in tags
