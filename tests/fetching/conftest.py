"""The client under test."""

from collections.abc import Iterator

import pytest

from claimwatch.fetching import Client
from claimwatch.settings import load_settings
from tests.fetching.asking import NOW
from tests.upstream import Upstream


@pytest.fixture
def client(upstream: Upstream) -> Iterator[Client]:
    """A client whose upstream is the `upstream` server and which never waits."""
    settings = load_settings(upstream=upstream.url, pace="off", contact_url="https://watch.example/contact")
    with Client(settings, lambda: NOW) as running:
        yield running
