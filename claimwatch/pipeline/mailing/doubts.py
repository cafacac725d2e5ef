"""Doubts: messages of which nobody knows whether they were taken, settled by evidence or by waiting."""

import time

from claimwatch.delivery import Evidence, MaildirEvidence, MaildirTransport, PostfixLog, RelayMemory, Route, Tried
from claimwatch.pipeline.lease import is_dead
from claimwatch.pipeline.watch import Watch
from claimwatch.store import leases, outbox
from claimwatch.store.leases import Settlement

SETTLE_S = 60.0  # for what is still on its way into a log
AT_ONCE = ("urgent",)  # series that are worth a possible duplicate rather than an hour


class Doubts:
    """What can be said of attempts without an answer, and how long to wait where nothing can."""

    def __init__(self, watch: Watch, route: Route) -> None:
        self._watch = watch
        self._evidence = _evidence(watch, route)
        # What became due after this has not been held against evidence that had settled, and is left to the next pass.
        self.asked_at = 0.0

    def wait_s(self, series: str) -> float:
        """How long a message of this series waits in doubt before it is sent again: never less than the evidence
        takes to settle."""
        settle_s = self._evidence.settle_s if self._evidence else 0.0
        return max(settle_s, 0.0 if series in AT_ONCE else 3600.0 * self._watch.settings.resend_hours)

    def settle(self) -> int:
        """Put what was cut off in doubt, and settle every doubt of which the evidence speaks; returns how many.

        Taken: it is accepted. Not taken, or known again by the relay: it is ready again, and no duplicate. Nothing
        said: it waits.
        """
        watch = self._watch
        real = self.asked_at = time.time()
        with watch.store.write() as connection:
            outbox.note_cut_off(connection, real, is_dead, self.wait_s)
            doubts = outbox.list_doubts(connection)
            header = watch.settings.idempotency_header
            if isinstance(self._evidence, RelayMemory) and header is not None:
                keyed = outbox.doubts_with(connection, header)  # others were frozen before the header was set
                doubts = [one for one in doubts if one.id in keyed]
        if self._evidence is None or not doubts:
            return 0
        found = self._evidence.find({one.message_id: Tried(one.tried_at, one.doubted_at) for one in doubts})
        settled = 0
        with watch.store.write() as connection:
            for one in doubts:
                if one.message_id in found:
                    name = found[one.message_id]
                    settled += leases.settle_doubt(connection, one, _settlement(name), watch.now())
        return settled


def _settlement(name: str | None) -> Settlement:
    if name is None:
        return Settlement("ready", "the evidence says that it can be sent again without coming twice")
    return Settlement("accepted", f"the evidence says that it was taken, as {name}", queue_id=name[:64])


def _evidence(watch: Watch, route: Route) -> Evidence | None:
    if route.maildir is not None:
        return MaildirEvidence(MaildirTransport(route.maildir))
    if watch.settings.postfix_log is not None:
        return PostfixLog(watch.settings.postfix_log, settle_s=SETTLE_S)
    return RelayMemory() if watch.settings.idempotency_header is not None else None
