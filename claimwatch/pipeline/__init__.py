"""The verbs: poll, compare, build, deliver. Flows, command line and pages all call these.

with open_watch(load_settings()) as watch:
    reads = poll_all(watch, due_sources(watch))
    edition = build(watch)
    report = deliver(watch)

Each is loaded when it is first asked for: whoever lists findings need not wait for what composes mail.
"""

from typing import TYPE_CHECKING

from claimwatch.on_demand import on_demand

if TYPE_CHECKING:
    from claimwatch.pipeline.mailing.deliver import DeliveryReport, deliver
    from claimwatch.pipeline.operations.inspect import inspect_watch
    from claimwatch.pipeline.operations.summary import RunSummary, summarize
    from claimwatch.pipeline.problem import Problem
    from claimwatch.pipeline.reading.broken import ReadsBroke
    from claimwatch.pipeline.reading.poll import due_sources, poll
    from claimwatch.pipeline.reading.round import poll_all
    from claimwatch.pipeline.subscribers.subscribe import subscribe, unsubscribe
    from claimwatch.pipeline.telling.build import Rehearsed, build, due_series, preview, rehearse
    from claimwatch.pipeline.telling.in_flight import EditionsBroke, build_after_reads, build_due, build_each
    from claimwatch.pipeline.telling.review import Recalled, Reviewed, approve, cancel, hold, recall
    from claimwatch.pipeline.telling.trial import Trial, send_trial
    from claimwatch.pipeline.watch import Watch, open_watch

__all__ = [
    "DeliveryReport",
    "EditionsBroke",
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
    "build_each",
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

_MODULES = {
    "DeliveryReport": "mailing.deliver",
    "EditionsBroke": "telling.in_flight",
    "Problem": "problem",
    "ReadsBroke": "reading.broken",
    "Recalled": "telling.review",
    "Rehearsed": "telling.build",
    "Reviewed": "telling.review",
    "RunSummary": "operations.summary",
    "Trial": "telling.trial",
    "Watch": "watch",
    "approve": "telling.review",
    "build": "telling.build",
    "build_after_reads": "telling.in_flight",
    "build_due": "telling.in_flight",
    "build_each": "telling.in_flight",
    "cancel": "telling.review",
    "deliver": "mailing.deliver",
    "due_series": "telling.build",
    "due_sources": "reading.poll",
    "hold": "telling.review",
    "inspect_watch": "operations.inspect",
    "open_watch": "watch",
    "poll": "reading.poll",
    "poll_all": "reading.round",
    "preview": "telling.build",
    "recall": "telling.review",
    "rehearse": "telling.build",
    "send_trial": "telling.trial",
    "subscribe": "subscribers.subscribe",
    "summarize": "operations.summary",
    "unsubscribe": "subscribers.subscribe",
}

__getattr__ = on_demand(__name__, _MODULES)
