"""How the whole is doing: a page for people, and numbers for a monitor. Neither names a reader."""

from collections.abc import Iterator, Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from claimwatch import __version__
from claimwatch.editions.addresses import edition_path
from claimwatch.editions.display import clean
from claimwatch.editions.names import source_name
from claimwatch.pipeline.showing.health import Counts, counts, health
from claimwatch.web.archive import heading
from claimwatch.web.archive_words import archive_words
from claimwatch.web.board_words import board_words
from claimwatch.web.caching import cached
from claimwatch.web.pages import ThisPage
from claimwatch.web.stories import forms_of

router = APIRouter()
_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_OLDEST_S = 120.0  # how old what is said of sources may be: that nothing is read any more changes no row
Sample = tuple[Mapping[str, str], float]


@router.api_route("/status", methods=["GET", "HEAD"])
def show_status(page: ThisPage, request: Request) -> Response:
    """Sources, the last editions, and mails by what became of them."""
    now, forms = (
        page.kept("health", health, spoken=False, oldest_s=_OLDEST_S),
        forms_of(page.watch, page.words.language),
    )
    said = archive_words(page.words.language)
    answer = page.show(
        "status",
        board=board_words(page.words.language),
        forms=forms,
        health=now,
        names={one.source: clean(source_name(one.name, forms.words), 80) for one in now.sources},
        reasons={one.source: clean(one.reason or "", 200) for one in now.sources},
        addresses={one.id: edition_path(one.series, one.period) for one in now.editions},
        titles={
            one.id: f"{said.series_names.get(one.series, one.series)}, {heading(one.series, one.period, forms, said)}"
            for one in now.editions
        },
    )
    return cached(request, answer)


@router.api_route("/metrics", methods=["GET", "HEAD"])
def show_metrics(page: ThisPage) -> Response:
    """The same for Prometheus, in its text format."""
    now = page.kept("metrics", counts, spoken=False, oldest_s=_OLDEST_S)
    return PlainTextResponse("".join(metrics(now, page.watch.baseline.version)), media_type=_TEXT)


def metrics(now: Counts, baseline_version: str) -> Iterator[str]:
    """The lines of a scrape; one metric after the other, each with its help and type."""
    sources = [one for one in now.health.sources if one.enabled]
    yield from _metric(
        "claimwatch_build_info",
        "Which program and baseline are running.",
        [({"version": __version__, "baseline": baseline_version[:12]}, 1)],
    )
    yield from _metric(
        "claimwatch_source_last_good_timestamp_seconds",
        "When a source was last read well.",
        [({"source": one.source}, one.last_good_at.timestamp()) for one in sources if one.last_good_at],
    )
    yield from _metric(
        "claimwatch_source_failures",
        "Readings of a source that failed in a row.",
        [({"source": one.source}, one.failures) for one in sources],
    )
    yield from _metric(
        "claimwatch_source_reads_last_day",
        "Readings of a source in the last 24 hours.",
        [({"source": source, "status": status}, count) for (source, status), count in now.reads.items()],
    )
    yield from _metric(
        "claimwatch_findings",
        "Findings in the store, withdrawn ones too.",
        [({"outcome": outcome}, count) for outcome, count in now.findings.items()],
    )
    yield from _metric(
        "claimwatch_editions",
        "Editions in the store.",
        [({"series": series, "state": state}, count) for (series, state), count in now.editions.items()],
    )
    yield from _metric(
        "claimwatch_messages",
        "Mails in the outbox by state.",
        [({"state": state}, count) for state, count in now.health.messages.items()],
    )


def _metric(name: str, what: str, samples: list[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {what}\n# TYPE {name} gauge\n"
    for labels, value in sorted(samples, key=lambda sample: sorted(sample[0].items())):
        inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{name}{{{inside}}} {value:.17g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
