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
from claimwatch.errors import SourceChanged
from claimwatch.models import Baseline, Finding, Publication, SourceClass

CORES = os.cpu_count() or 1
_LOG = logging.getLogger("claimwatch.comparing")
_GONE = (EOFError, BrokenPipeError, ConnectionResetError)
Found = tuple[Finding, ...] | str  # a str says what broke


@dataclass(slots=True)
class _Hand:
    """One of the processes. `waited` are the documents that it has and whose findings were not yet taken."""

    process: SpawnProcess
    pipe: Connection
    waited: deque[Publication] = field(default_factory=deque)

    def take(self) -> Found | None:
        """The findings of the first that is waited for; None where the process is gone."""
        try:
            found: Found = self.pipe.recv()
        except _GONE:
            _LOG.warning("a process that compares documents ended; %d are compared without it", len(self.waited))
            self.waited.clear()
            return None
        self.waited.popleft()
        return found


class Crew:
    """The processes, one for each core; a context manager. They are started with the first documents.

    Where one of them dies, what it had is compared by whoever asked.
    """

    def __init__(self, baseline: Baseline, source_class: SourceClass) -> None:
        self._baseline, self._source_class = baseline, source_class
        self._hands: list[_Hand] | None = None

    def begin(self, publications: Sequence[Publication]) -> None:
        """Have documents compared, which `findings` then asks for in this order."""
        if self._hands is None:
            self._hands = [_hired(self._baseline, self._source_class) for _ in range(CORES)]
        for hand in self._hands:
            while hand.waited:  # of what nobody asked for in the end
                hand.take()
        there = [hand for hand in self._hands if hand.process.is_alive()]
        for at, hand in enumerate(there):
            share = publications[at :: len(there)]
            try:
                hand.pipe.send(share)
                hand.waited.extend(share)
            except _GONE:
                _LOG.warning("a process that compares documents ended; comparing goes on without it")

    def findings(self, publication: Publication) -> tuple[Finding, ...] | None:
        """What a document says that `begin` was given; None where it was not, or its process is gone.

        Raises `SourceChanged` where the comparison breaks.
        """
        hand = next((one for one in self._hands or () if one.waited and one.waited[0] is publication), None)
        found = hand.take() if hand is not None else None
        if isinstance(found, str):
            raise SourceChanged(publication.url, found)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for hand in self._hands or ():
            hand.pipe.close()
            hand.process.terminate()
        for hand in self._hands or ():
            hand.process.join()


def _hired(baseline: Baseline, source_class: SourceClass) -> _Hand:
    context = multiprocessing.get_context("spawn")  # a fork would copy open databases and locks
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, baseline, source_class), daemon=True)
    process.start()
    theirs.close()
    return _Hand(process, ours)


def _work(pipe: Connection, baseline: Baseline, source_class: SourceClass) -> None:
    """What one of the processes does: until its end of the pipe says that whoever started it is gone, killed or not."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; whoever started us says what it means
    comparer = Comparer(baseline)
    try:
        while True:
            for publication in pipe.recv():
                pipe.send(_found(comparer, baseline, publication, source_class))
    except _GONE:
        return


def _found(comparer: Comparer, baseline: Baseline, publication: Publication, source_class: SourceClass) -> Found:
    try:
        return settle(comparer.publication(publication, source_class), publication.text, baseline, source_class)
    except Exception as error:  # in words: not every error can be sent from one process to another
        return f"the comparison of {publication.key} broke: {type(error).__name__}: {error}"
