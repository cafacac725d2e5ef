"""The next mail is found as fast among thousands that wait as among a few: each one that leaves asks for it."""

import time
from pathlib import Path
from typing import Any

import pytest

from claimwatch.settings import load_settings
from claimwatch.store import Store, leases
from tests.faults.outbox_world import NOW, fill, open_outbox

STEP = 10  # instructions of the database to a tick


def ticks(store: Store, *, plain: bool) -> int:
    """What finding the next eight mails costs the database."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    with store.write() as connection:
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(tick, STEP)
        try:
            assert len(leases.find_due(connection, NOW, time.time(), 8, plain=plain)) == 8
        finally:
            driver.set_progress_handler(None, 0)
    return count


@pytest.mark.slow
def test_a_long_queue_costs_no_more_to_take_from_than_a_short_one(tmp_path: Path) -> None:
    cost: dict[int, list[int]] = {}
    for waiting in (20, 150):
        watch = open_outbox(load_settings(home=tmp_path / str(waiting)))
        fill(watch.store, waiting)
        cost[waiting] = [ticks(watch.store, plain=plain) for plain in (True, False)]
        watch.store.close()
    assert all(many <= few * 1.5 for few, many in zip(cost[20], cost[150], strict=True)), cost
