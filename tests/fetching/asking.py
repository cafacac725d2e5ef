"""What the tests of the client share."""

from datetime import UTC, datetime

import pytest

from claimwatch.errors import FetchFailed, ReadFailed
from claimwatch.fetching import Answer, Client, Request

NOW = datetime(2026, 11, 16, 6, tzinfo=UTC)
URL = "https://example.org/page"
PATH = "/example.org/page"


def failure(client: Client, request: Request) -> FetchFailed:
    """The `FetchFailed` that a request ends in."""
    with pytest.raises(FetchFailed) as caught:
        client.get(request)
    return caught.value


def arrived(error: ReadFailed) -> Answer:
    """What an error carries of the answer."""
    assert isinstance(error.answer, Answer)
    return error.answer
