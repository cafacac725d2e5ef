"""An installation whose mail comes back, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select

from claimwatch.captures import CaptureStore
from claimwatch.pipeline import Watch
from claimwatch.pipeline.mailing.bounces import read_bounces
from claimwatch.settings import load_settings
from claimwatch.store import Store, bounces, suppressions
from claimwatch.store.tables import messages
from tests.delivery.returned import BOUNCES, dsn
from tests.faults.outbox_world import NOW


class World:
    """An installation that has sent one mail to each of three readers, and a box in which mail comes back."""

    def __init__(self, home: Path, smtp_url: str, box: Path | None = None) -> None:
        self.home, self.box, self.files = home, box or home / "returned", 0
        (self.box / "new").mkdir(parents=True, exist_ok=True)
        self.settings: dict[str, object] = {
            "home": home, "smtp_url": smtp_url, "bounces": BOUNCES,
            "bounces_box": f"maildir:{self.box}", "sender": "watch@claimwatch.example",
        }  # fmt: skip

    @contextmanager
    def at(self, now: datetime = NOW, **more: object) -> Iterator[Watch]:
        settings = load_settings(**(self.settings | more))
        store, nothing = Store(settings.database_url.get_secret_value()), cast(Any, None)
        try:
            yield Watch(settings, store, CaptureStore(settings.captures_url), nothing, nothing, lambda: now)
        finally:
            store.close()

    def comes_back(self, raw: bytes) -> None:
        """A mail arrives in the box."""
        self.files += 1
        (self.box / "new" / f"{self.files:04}").write_bytes(raw)

    def sent_to(self, number: int) -> tuple[str, str]:
        """The Message-ID and the token of the mail to a reader."""
        with self.at() as watch, watch.store.read() as connection:
            there = messages.c.recipient == f"weekly{number}@reader.example"
            id_ = connection.execute(select(messages.c.message_id).where(there)).scalar_one()
        return id_, id_.rpartition("@")[0].rpartition(".")[2]

    def bounce(self, number: int, at: datetime = NOW, **more: Any) -> None:
        """The mail to a reader comes back and is read."""
        id_, token = self.sent_to(number)
        self.comes_back(dsn(message_id=id_, token=token, own_id=f"<{number}.{self.files}@mx.example>", **more))
        with self.at(at) as watch:
            read_bounces(watch)

    def held(self, at: datetime = NOW) -> list[str]:
        """Who gets no mail."""
        everybody = [f"weekly{number}@reader.example" for number in range(3)]
        with self.at(at) as watch, watch.store.read() as connection:
            return sorted(suppressions.suppressed_among(connection, everybody, at))

    def effects(self) -> list[str]:
        with self.at() as watch, watch.store.read() as connection:
            return [one.effect for one in bounces.list_bounces(connection)]
