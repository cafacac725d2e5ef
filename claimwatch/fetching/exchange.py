"""What is asked of a server and what it answered."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

LONGEST_REST_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Request:
    """One GET. `etag` and `last_modified` are validators of an earlier answer and make the request conditional.

    `max_bytes` bounds the body after decompression; `timeout_s` the whole exchange with its redirects, in seconds, our
    waiting for a turn not counted; `pace_s` is the least time between the starts of two requests to one host.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    max_bytes: int = 25_000_000
    timeout_s: float = 60.0
    pace_s: float = 1.0
    accept: str = "*/*"


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer as it was received, its body decompressed.

    `url` is the address asked for, `final_url` the one that answered after redirects, both in their original form.
    `headers` are in their order and spelling. `content_type` is the media type in lower case without parameters
    ("" where none was sent), `charset` what the header declared, in lower case. `fetched_at` is the given clock's
    aware UTC time at the start, `elapsed_s` the real seconds since then, waiting for a turn included. `complete` is
    False where the body was cut by us or on its way, which only answers that errors carry have. `moved_to` is where
    `url` has moved for good: what the permanent redirects (301, 308) at the start of the chain lead to, in its
    original form, or None where the first hop is none.
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    content_type: str
    charset: str | None
    fetched_at: datetime
    elapsed_s: float
    complete: bool = True
    moved_to: str | None = None

    def header(self, name: str) -> str | None:
        """The first header of that name, in whatever case."""
        return header_of(self.headers, name)


def header_of(headers: tuple[tuple[str, str], ...], name: str) -> str | None:
    """The first header of that name, in whatever case, or None."""
    return next((value for key, value in headers if key.lower() == name.lower()), None)


def media_type(value: str | None) -> tuple[str, str | None]:
    """Content-Type as (media type, charset), both in lower case: `text/html; charset=UTF-8` gives text/html, utf-8."""
    if not value:
        return "", None
    message = Message()
    message["Content-Type"] = value
    return message.get_content_type(), message.get_content_charset()


def retry_after(answer: Answer) -> float | None:
    """Retry-After in seconds from when the answer was sent; None where there is none or it says nothing usable.

    A date is seen from the server's own Date, so that neither clock need be right, or else from `fetched_at`. It is a
    day at most: a slip of a server's (a date of next year, milliseconds for seconds) must not blind us for longer, and
    asking once a day is no burden to anybody.
    """
    value = (answer.header("retry-after") or "").strip()
    if value.isdecimal():
        return min(float(value), LONGEST_REST_S)
    at = _http_date(value)
    if at is None:
        return None
    seconds = (at - (_http_date(answer.header("date")) or answer.fetched_at)).total_seconds()
    return min(max(0.0, seconds), LONGEST_REST_S)


def _http_date(value: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)  # "-0000" is UTC of an unknown place (RFC 5322)
