"""An edition in print: each distinct mail is composed once, and every reader gets what composing theirs would give."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from claimwatch import pipeline
from claimwatch.models import Reader, Rendered, Subscription, Topics
from claimwatch.pipeline import Watch
from claimwatch.pipeline.subscribers.subscribe import subscribe
from claimwatch.pipeline.telling.build import compose_own, due_messages
from claimwatch.pipeline.telling.draft import Own, draft, wanted_period
from claimwatch.pipeline.telling.press import Press
from tests.pipeline.bench import MONDAY, MORE_NEWS, NEWS, WEEK, Bench

LATER = MONDAY + WEEK


@pytest.fixture
def watch(bench: Bench) -> Iterator[Watch]:
    bench.serve_list(
        items=[{"key": "a", "text": NEWS, "on": "2026-11-03"}, {"key": "b", "text": MORE_NEWS, "on": "2026-11-03"}]
    )
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with bench.watch() as first:
        for number in range(12):
            topics = Topics(companies=("dahua",)) if number % 3 == 0 else Topics()
            name = None if number % 2 else f"Reader Å {number}"
            subscribe(first, f"r{number}@example.org", name=name, wanted=[Subscription("weekly", topics)])
        pipeline.poll(first, "toy")
    with bench.watch(LATER, dkim_key=pem, dkim_selector="s", public_url="https://watch.example") as later:
        yield later


def due(watch: Watch) -> list[tuple[Reader, Own]]:
    with watch.store.read() as connection:
        wanted = wanted_period(connection, watch, "weekly", None, LATER)
        assert wanted is not None
        return due_messages(connection, watch, draft(connection, watch, wanted, LATER), "weekly", LATER)


def test_every_mail_is_what_composing_it_would_give(watch: Watch) -> None:
    composed: list[int] = []

    def compose(watch_: Watch, reader: Reader, mine: Own, now: datetime) -> tuple[Rendered, str, bytes]:
        composed.append(reader.subscriber.id)
        return compose_own(watch_, reader, mine, now)

    press, readers = Press(watch, LATER, compose), due(watch)
    assert len(readers) == 12
    for reader, mine in readers:
        assert press.compose(reader, mine) == compose_own(watch, reader, mine, LATER)[1:]
    # Two kinds of readers, whose numbers have one digit or two; each kind is composed for its first and second.
    assert len(composed) <= 8


def test_what_else_is_personal_is_never_anothers(watch: Watch) -> None:
    def compose(watch_: Watch, reader: Reader, mine: Own, now: datetime) -> tuple[Rendered, str, bytes]:
        rendered, message_id, mime = compose_own(watch_, reader, mine, now)
        return rendered, message_id, mime + f"Dear {reader.subscriber.address}\r\n".encode()

    press = Press(watch, LATER, compose)
    for reader, mine in due(watch):
        _, mime = press.compose(reader, mine)
        assert mime.endswith(f"Dear {reader.subscriber.address}\r\n".encode())


def test_a_mail_under_another_is_composed_in_full(watch: Watch) -> None:
    press = Press(watch, LATER, compose_own)
    for reader, mine in due(watch)[:3]:
        threaded = replace(mine, parents=(f"<parent.{reader.subscriber.id}@example.org>",))
        _, mime = press.compose(reader, threaded)
        assert f"In-Reply-To: <parent.{reader.subscriber.id}@example.org>".encode() in mime
