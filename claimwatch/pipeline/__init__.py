"""The verbs: poll, compare, build, deliver. Flows, command line and pages all call these.

with open_watch(load_settings()) as watch:
    reads = poll_all(watch, due_sources(watch))
    edition = build(watch)
    report = deliver(watch)
"""

from claimwatch.pipeline.mailing.deliver import DeliveryReport, deliver
from claimwatch.pipeline.operations.inspect import inspect_watch
from claimwatch.pipeline.operations.summary import RunSummary, summarize
from claimwatch.pipeline.problem import Problem
from claimwatch.pipeline.reading.broken import ReadsBroke
from claimwatch.pipeline.reading.poll import due_sources, poll
from claimwatch.pipeline.reading.round import poll_all
from claimwatch.pipeline.subscribers.subscribe import subscribe, unsubscribe
from claimwatch.pipeline.telling.build import Rehearsed, build, due_series, preview, rehearse
from claimwatch.pipeline.telling.in_flight import build_after_reads, build_due
from claimwatch.pipeline.telling.review import Recalled, Reviewed, approve, cancel, hold, recall
from claimwatch.pipeline.telling.trial import Trial, send_trial
from claimwatch.pipeline.watch import Watch, open_watch

__all__ = [
    "DeliveryReport",
    "Problem",
    "ReadsBroke",
    "Recalled",
    "Rehearsed",
    "Reviewed",
    "RunSummary",
    "Trial",
    "Watch",
    "approve",
    "build",
    "build_after_reads",
    "build_due",
    "cancel",
    "deliver",
    "due_series",
    "due_sources",
    "hold",
    "inspect_watch",
    "open_watch",
    "poll",
    "poll_all",
    "preview",
    "recall",
    "rehearse",
    "send_trial",
    "subscribe",
    "summarize",
    "unsubscribe",
]
