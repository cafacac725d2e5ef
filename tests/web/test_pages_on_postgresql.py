"""The same pages on PostgreSQL: whoever subscribed before keeps the digest, and a reader comes, stops and is erased."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from claimwatch import tokens
from claimwatch.pipeline.subscribers.roster import export_csv, import_csv
from claimwatch.pipeline.subscribers.subscribe import erase, subscribe
from claimwatch.store import MIGRATIONS, subscribers
from tests.e2e.test_postgresql import postgresql  # noqa: F401
from tests.web.serving import link_in, serving, settings_in

pytestmark = pytest.mark.slow


def before_there_were_series(url: str) -> None:
    """A database at the former schema, with one subscriber."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.execute(
            text(
                "INSERT INTO subscribers (address, language, timezone, active, joined_at) "
                "VALUES ('old@example.org', 'en', 'Europe/Oslo', true, '2026-01-05 06:00:00')"
            )
        )
    engine.dispose()


def test_a_reader_comes_and_goes(postgresql: str, tmp_path: Path) -> None:  # noqa: F811
    before_there_were_series(postgresql)
    with serving(settings_in(tmp_path, database_url=postgresql)) as pages:
        form: dict[str, str | list[str]] = {
            "address": "reader@example.org", "series": ["weekly", "urgent"], "company": ["dahua"],
            "source": list(pages.watch.polled), "severity": "", "language": "en", "timezone": "Europe/Oslo",
        }  # fmt: skip
        assert pages.post("/subscribe", form).status_code == 200
        (mail,) = pages.mails(1)
        for _ in range(2):
            assert pages.post(link_in(mail)).status_code == 200

        def weekly() -> list[str]:
            with pages.watch.store.read() as connection:
                return [one.subscriber.address for one in subscribers.list_readers(connection, "weekly")]

        assert weekly() == ["old@example.org", "reader@example.org"]
        with pages.watch.store.read() as connection:
            reader = subscribers.find_subscriber(connection, "READER@example.org")
        assert reader is not None
        link = tokens.unsubscribe_url(pages.settings, reader.id, "weekly")
        for _ in range(2):
            assert pages.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert weekly() == ["old@example.org"]
        assert erase(pages.watch, "reader@example.org")
        assert "reader@example.org" not in export_csv(pages.watch)
        done = import_csv(pages.watch, "address\nreader@example.org\nnew@example.org\n")
        assert (done.added, len(done.skipped)) == (["new@example.org"], 1)
        subscribe(pages.watch, "reader@example.org", lift=True)
        assert weekly() == ["old@example.org", "new@example.org", "reader@example.org"]
