"""Comparing on every core: documents go to processes of their own, and what they say comes back in their order.

A text against the baseline is computing and nothing else, of which the threads of a process cannot do two at once. The
processes know the baseline and nothing more; whoever asked is the only one that writes.
"""

import logging
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Self

from claimwatch.claims import Comparer
from claimwatch.claims.accepted import settle
from claimwatch.errors import BaselineInvalid, SourceChanged
from claimwatch.models import Baseline, Finding, Publication, SourceClass

# Processes, however many documents: one for each core that is ours to use. More than eight would wait for whoever reads
# and stores what they compare.
MOST = min(len(os.sched_getaffinity(0)), 8)
_LOG = logging.getLogger("claimwatch.comparing")
_GONE = (EOFError, OSError)  # OSError itself: of a message that breaks off
Found = tuple[Finding, ...] | str  # a str says what broke


@dataclass(slots=True)
class _Hand:
    """One of the processes. `waited` are the documents that it has and whose findings were not yet taken."""

    process: SpawnProcess
    pipe: Connection
    waited: deque[Publication] = field(default_factory=deque)

    def take(self) -> Found | None:
        """The findings of the first that is waited for; None where it must be compared without the process."""
        try:
            found: Found | None = self.pipe.recv()
        except _GONE:
            _LOG.warning("a process that compares documents ended; %d are compared without it", len(self.waited))
            self.waited.clear()
            self.end()
            return None
        self.waited.popleft()
        return found

    def give(self, what: Baseline | Sequence[Publication]) -> bool:
        """Send something; whether that could be done, or else the process is gone."""
        try:
            self.pipe.send(what)
        except _GONE:
            _LOG.warning("a process that compares documents ended; comparing goes on without it")
            self.end()
            return False
        return True

    def is_there(self) -> bool:
        """Whether it can be given documents."""
        return not self.pipe.closed and self.process.is_alive()

    def end(self) -> None:
        """End it, without waiting until it has."""
        self.pipe.close()
        self.process.terminate()


class Crew:
    """The processes; a context manager. They are started with the first documents: one for each, at most `MOST`.

    Where one of them dies or cannot be started, what it had is compared by the others and by whoever asked. Where there
    could be but one, there is none: whoever asked would do nothing but wait for it.
    """

    def __init__(self, baseline: Baseline, source_class: SourceClass) -> None:
        self._baseline, self._source_class = baseline, source_class
        self._hands: list[_Hand] = []
        self._most = MOST if MOST > 1 else 0

    def begin(self, publications: Sequence[Publication]) -> None:
        """Have documents compared, which `findings` then asks for in this order."""
        for hand in self._hands:
            while hand.waited:  # of what nobody asked for in the end
                hand.take()
        if len(publications) > 1:
            self._hire(min(self._most, len(publications)))
        there = [hand for hand in self._hands if hand.is_there()]
        for at, hand in enumerate(there):
            share = publications[at :: len(there)]
            if share and hand.give(share):
                hand.waited.extend(share)

    def _hire(self, wanted: int) -> None:
        """Start what is lacking of so many; no other is started for one that died, or after one that was refused."""
        hired: list[_Hand] = []
        while len(self._hands) < min(wanted, self._most):
            try:
                hand = _hired(self._source_class)
            except OSError as error:  # no more processes, memory or files for us
                _LOG.warning(
                    "cannot start a process that compares documents (%s); comparing goes on with %d of them",
                    error, len(self._hands),
                )  # fmt: skip
                self._most = len(self._hands)
                break
            self._hands.append(hand)
            hired.append(hand)
        for hand in hired:  # once all are starting, since each takes it only when it has started
            hand.give(self._baseline)

    def findings(self, publication: Publication) -> tuple[Finding, ...] | None:
        """What a document says that `begin` was given; None where it was not, or its process is gone.

        Raises `SourceChanged` where the comparison breaks.
        """
        hand = next((one for one in self._hands if one.waited and one.waited[0] is publication), None)
        found = hand.take() if hand is not None else None
        if isinstance(found, str):
            raise SourceChanged(publication.url, found)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for hand in self._hands:
            hand.end()
        for hand in self._hands:
            hand.process.join()


def _hired(source_class: SourceClass) -> _Hand:
    """A process that starts, and is then to be given the baseline. Raises `OSError` where the system refuses it.

    Its arguments are small: they go through a pipe that we hold both ends of, so that with more than the pipe holds we
    would wait without end for a process that dies before it reads them.
    """
    context = multiprocessing.get_context("spawn")  # a fork would copy open databases and locks
    ours, theirs = context.Pipe()
    try:
        process = context.Process(target=_work, args=(theirs, source_class), daemon=True)
        process.start()
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()  # so that ours says when the process is gone
    return _Hand(process, ours)


def _work(pipe: Connection, source_class: SourceClass) -> None:
    """What one of the processes does: until its end of the pipe says that whoever started it is gone, killed or not."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; whoever started us says what it means
    try:
        baseline: Baseline = pipe.recv()
    except _GONE:
        return
    comparer = Comparer(baseline)
    try:
        while True:
            for publication in pipe.recv():
                pipe.send(_found(comparer, baseline, publication, source_class))
    except _GONE:
        return


def _found(comparer: Comparer, baseline: Baseline, publication: Publication, source_class: SourceClass) -> Found | None:
    try:
        return settle(comparer.publication(publication, source_class), publication.text, baseline, source_class)
    except BaselineInvalid:
        return None  # whoever asked compares it, and meets the fault where it can be told
    except Exception as error:  # in words: not every error can be sent from one process to another
        return f"the comparison of {publication.key} broke: {type(error).__name__}: {error}"
