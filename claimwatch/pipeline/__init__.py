"""The verbs: poll, compare, build, deliver. Flows, command line and pages all call these.

with open_watch(load_settings()) as watch:
    reads = poll_all(watch, due_sources(watch))
    edition = build(watch)
    report = deliver(watch)
"""

from claimwatch.pipeline.build import Rehearsed, build, due_series, preview, rehearse
from claimwatch.pipeline.deliver import DeliveryReport, deliver
from claimwatch.pipeline.in_flight import build_after_reads, build_due
from claimwatch.pipeline.inspect import inspect_watch
from claimwatch.pipeline.poll import due_sources, poll
from claimwatch.pipeline.problem import Problem
from claimwatch.pipeline.review import Recalled, Reviewed, approve, cancel, hold, recall
from claimwatch.pipeline.round import poll_all
from claimwatch.pipeline.subscribe import subscribe, unsubscribe
from claimwatch.pipeline.summary import RunSummary, summarize
from claimwatch.pipeline.trial import Trial, send_trial
from claimwatch.pipeline.watch import Watch, open_watch

__all__ = [
    "DeliveryReport",
    "Problem",
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
