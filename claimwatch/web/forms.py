"""What forms send: read with a limit, checked against what there is to choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs
from zoneinfo import available_timezones

from fastapi import HTTPException, Request

from claimwatch.models import SERIES, SEVERITIES, Member, Subscription, Topics
from claimwatch.pipeline.subscribers.subscribe import LANGUAGES
from claimwatch.pipeline.watch import Watch

MOST_BYTES = 16_384
Fields = Mapping[str, list[str]]


async def read_fields(request: Request) -> Fields:
    """The fields of a form in urlencoded form; none of any other (a one-click request may come as multipart).

    Raises `HTTPException` 413 for a body that no form of ours has, 400 for one that cannot be read.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413)
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    try:
        return parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=200)
    except ValueError as error:
        raise HTTPException(400) from error


@dataclass(frozen=True, slots=True)
class Chosen:
    """The state of the fields in which a reader chooses: as the page shows them, and as they were sent."""

    series: tuple[str, ...]
    companies: tuple[str, ...]
    sources: tuple[str, ...]
    severity: str
    language: str
    timezone: str
    proof_of_life: bool = True
    address: str = ""
    faults: tuple[str, ...] = field(default=())

    @property
    def offers_languages(self) -> bool:
        """Whether there is a language to choose."""
        return len(LANGUAGES) > 1


def blank(watch: Watch, language: str) -> Chosen:
    """The fields of a fresh form on a page in `language`: everything, weekly."""
    return Chosen(
        series=("weekly",),
        companies=tuple(watch.baseline.companies),
        sources=tuple(watch.polled),
        severity="",
        language=language if language in LANGUAGES else LANGUAGES[0],
        timezone=watch.settings.timezone,
    )


def of_member(watch: Watch, member: Member) -> Chosen:
    """The fields as a subscriber has chosen; whoever has stopped everything sees what they had."""
    held = member.current or member.subscriptions
    topics = held[0].topics if held else Topics()
    return Chosen(
        series=tuple(one.series for one in member.current),
        companies=topics.companies or tuple(watch.baseline.companies),
        sources=topics.sources or tuple(watch.polled),
        severity=topics.severity or "",
        language=member.subscriber.language,
        timezone=member.subscriber.timezone,
        proof_of_life=member.proof_of_life,
    )


def sent(watch: Watch, fields: Fields) -> Chosen:
    """The fields as they were sent, with the names of those at fault."""
    one = {name: values[-1].strip() for name, values in fields.items()}
    companies = _known(fields.get("company", ()), tuple(watch.baseline.companies))
    sources = _known(fields.get("source", ()), tuple(watch.polled))
    series = _known(fields.get("series", ()), SERIES)
    timezone, severity, language = one.get("timezone", ""), one.get("severity", ""), one.get("language", "")
    faults = [
        name
        for name, wrong in (
            ("series", not series),
            ("companies", not companies),
            ("sources", not sources),
            ("timezone", timezone not in available_timezones()),
            ("form", severity not in ("", *SEVERITIES) or language not in LANGUAGES),
        )
        if wrong
    ]
    return Chosen(
        series=series,
        companies=companies,
        sources=sources,
        severity=severity,
        language=language,
        timezone=timezone,
        proof_of_life="proof_of_life" in fields,
        address=one.get("address", ""),
        faults=tuple(faults),
    )


def wishes(watch: Watch, chosen: Chosen) -> tuple[Subscription, ...]:
    """What was chosen, as subscriptions. All of them ticked means all, those watched later included."""
    companies = () if set(chosen.companies) == set(watch.baseline.companies) else chosen.companies
    sources = () if set(chosen.sources) == set(watch.polled) else chosen.sources
    topics = Topics(companies, sources, chosen.severity or None)
    return tuple(Subscription(series, topics) for series in chosen.series)


def _known(given: Sequence[str], there: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `there` that were given. What is no longer there (an older page) is left out."""
    return tuple(name for name in there if name in given)
