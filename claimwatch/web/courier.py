"""Sends the mails that requests wait for, beside the pages: an answer on a page must not wait for a mail server, nor
tell by how long it takes whether an address is known."""

import logging
import threading
from types import TracebackType
from typing import Self

from claimwatch.errors import ClaimwatchError
from claimwatch.pipeline.mailing.signup_mail import send_signup_mails
from claimwatch.pipeline.reviewing.sign_in_mail import send_sign_in_mails
from claimwatch.pipeline.watch import Watch

RETRY_S = 60.0  # how often put-off mails are looked for
_LOG = logging.getLogger("claimwatch.web")


class Courier:
    """One thread; a context manager. What it has not sent when it ends is still due in the store."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._call = threading.Event()
        self._done = False
        self._thread = threading.Thread(target=self._run, name="courier")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done = True
        self._call.set()
        self._thread.join()

    def wake(self) -> None:
        """There is a mail to send."""
        self._call.set()

    def _run(self) -> None:
        while not self._done:
            for what, send in (("confirm", send_signup_mails), ("sign in", send_sign_in_mails)):
                try:
                    send(self._watch)
                except (ClaimwatchError, OSError) as error:
                    _LOG.error("mail to %s was put off: %s", what, error)
            self._call.wait(RETRY_S)
            self._call.clear()
