"""Drain the outbox: each frozen message is leased, its attempt noted before the first byte, and then settled."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parseaddr

from claimwatch.delivery import OutcomeUnknown, Transport, open_transport
from claimwatch.errors import DeliveryFailed
from claimwatch.pipeline.lease import this_owner
from claimwatch.pipeline.watch import Watch
from claimwatch.store import advance_clock, outbox
from claimwatch.store.outbox import Claimed

LEASE_S = 900.0  # longer than the 600 s that a server may take to answer DATA
BACK_OFF_S = (300.0, 900.0, 3600.0, 10800.0, 21600.0)


@dataclass(slots=True)
class DeliveryReport:
    """What became of the messages that were due. `waiting` are still to be sent, `doubtful` were sent again after an
    attempt that ended without an answer."""

    accepted: int = 0
    failed: int = 0
    waiting: int = 0
    expired: int = 0
    doubtful: int = 0
    errors: list[str] = field(default_factory=list)


def deliver(watch: Watch, *, progress: Callable[[str], None] = lambda _line: None) -> DeliveryReport:
    """Send every message that is due; safe to run twice at once and after a crash.

    A temporary failure puts a message off with growing pauses, a permanent one refuses it; neither raises.
    """
    owner = this_owner()
    report = DeliveryReport()
    with watch.store.write() as connection:
        advance_clock(connection, watch.now())
        report.expired = outbox.expire_messages(connection, watch.now(), time.time())
    claimed = _claim(watch, owner)
    if claimed is not None:
        with open_transport(watch.settings.smtp_url.get_secret_value()) as transport:
            while claimed is not None:
                progress(claimed.recipient)
                _send(watch, transport, owner, claimed, report)
                claimed = _claim(watch, owner)
    with watch.store.read() as connection:
        counts = outbox.count_messages(connection)
    report.waiting = sum(counts.get(state, 0) for state in ("ready", "deferred", "in_doubt", "sending"))
    return report


def _claim(watch: Watch, owner: str) -> Claimed | None:
    with watch.store.write() as connection:
        return outbox.claim_message(connection, owner, watch.now(), time.time(), LEASE_S)


def _send(watch: Watch, transport: Transport, owner: str, claimed: Claimed, report: DeliveryReport) -> None:
    # The lease and the attempt are committed: from here on a crash leaves a trace.
    report.doubtful += claimed.doubtful
    try:
        receipt = transport.send(parseaddr(watch.settings.sender)[1], claimed.recipient, claimed.mime)
    except DeliveryFailed as error:
        # In doubt means that it may have arrived: it is sent again, later, with the same Message-ID, and counted.
        state = "refused" if error.permanent else "in_doubt" if isinstance(error, OutcomeUnknown) else "deferred"
        pause = BACK_OFF_S[min(claimed.attempt, len(BACK_OFF_S)) - 1]
        report.failed += 1
        report.errors.append(f"{claimed.recipient}: {error}")
        text, next_try_at = str(error), None if error.permanent else time.time() + pause
    else:
        state, text, next_try_at = "accepted", receipt.text, None
        report.accepted += 1
    with watch.store.write() as connection:
        outbox.settle_message(
            connection, claimed, owner, state=state, text=text, now=watch.now(), next_try_at=next_try_at
        )
