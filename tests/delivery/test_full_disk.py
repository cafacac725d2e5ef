"""The store's disk is full in the middle of a pass: it is said, nothing is lost, and nobody is mailed twice."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update

from claimwatch.errors import ClaimwatchError
from claimwatch.pipeline import Watch, deliver
from claimwatch.pipeline.mailing import doubts
from claimwatch.settings import load_settings
from claimwatch.store import outbox
from claimwatch.store.tables import messages
from tests.faults.outbox_world import FaultySink, Odds, fill, message_id_of, open_outbox

MAILS = 150


@contextmanager
def no_more_room(watch: Watch) -> Iterator[None]:
    """The database may not grow by a page."""

    def limit(connection: Any, _record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine = watch.store.engine
    engine.dispose()
    event.listen(engine, "connect", limit)
    yield
    event.remove(engine, "connect", limit)
    engine.dispose()


def test_a_full_disk_in_mid_pass_loses_nothing_and_mails_nobody_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubts, "SETTLE_S", 0.0)
    log = tmp_path / "mail.log"
    with FaultySink(log, Odds(), 1) as sink:
        url = f"smtp://127.0.0.1:{sink.port}?tls=none"
        watch = open_outbox(load_settings(home=tmp_path, smtp_url=url, postfix_log=log))
        fill(watch.store, MAILS)
        with no_more_room(watch), pytest.raises(ClaimwatchError, match="database or disk is full"):
            deliver(watch)
        assert 0 < len(sink.taken) < MAILS
        with watch.store.write() as connection:  # as if the process had ended, and not this test gone on
            connection.execute(update(messages).where(messages.c.state == "sending").values(lease_until=0.0))
        report = deliver(watch)
        assert (report.failed, report.waiting, report.possible_duplicates) == (0, 0, 0)
        with watch.store.read() as connection:
            assert outbox.count_messages(connection) == {"accepted": MAILS}
        watch.store.close()
    copies = Counter(message_id_of(envelope) for envelope in sink.taken)
    assert len(copies) == MAILS
    assert set(copies.values()) == {1}
