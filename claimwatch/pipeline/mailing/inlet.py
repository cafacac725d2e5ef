"""Mail that comes back by LMTP: kept in the Maildir of returned mail before the mail server is told so, then read."""

import asyncio
import logging
from collections.abc import Callable

from claimwatch.delivery import MaildirBox, open_box
from claimwatch.delivery.lmtp import Place, serve_lmtp
from claimwatch.errors import ClaimwatchError, UsageError
from claimwatch.pipeline.mailing.bounces import read_bounces
from claimwatch.pipeline.watch import Watch

_LOG = logging.getLogger("claimwatch.inlet")


async def receive_bounces(watch: Watch, place: Place, ready: Callable[[Place], None], stop: asyncio.Event) -> None:
    """Take mail at `place` until `stop` is set, and let each report have its effect; `ready` is told where.

    What cannot be read at once waits in the box for the next pass of `deliver`. Raises `UsageError` where no Maildir
    is set, `ClaimwatchError` where it cannot be made or the place cannot be had.
    """
    box = open_box(watch.settings.bounces_box) if watch.settings.bounces_box is not None else None
    if not isinstance(box, MaildirBox):
        raise UsageError("set CLAIMWATCH_BOUNCES_BOX to maildir:PATH; what comes by LMTP is kept there")
    box.make()
    loop, arrived, done = asyncio.get_running_loop(), asyncio.Event(), False

    def keep(raw: bytes) -> None:
        box.keep(raw)
        loop.call_soon_threadsafe(arrived.set)

    async def read_on() -> None:
        while not done:
            await arrived.wait()
            arrived.clear()
            await asyncio.to_thread(_read, watch)

    reading = asyncio.create_task(read_on())
    try:
        await serve_lmtp(place, keep, ready, stop)
    finally:
        done = True
        arrived.set()  # what was kept last is read as well
        await reading


def _read(watch: Watch) -> None:
    try:
        read_bounces(watch)
    except ClaimwatchError as error:
        _LOG.error("what came back waits to be read: %s", error)
    except Exception:  # a fault of ours in one mail must not end the reading of those that follow
        _LOG.exception("what came back waits to be read, by a fault of the program")
