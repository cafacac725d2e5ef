"""Any text against the baseline: records read from lines, findings written as the objects that `screen` prints."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from claimwatch.claims.comparer import Comparer
from claimwatch.claims.text import word_set, words
from claimwatch.errors import UsageError
from claimwatch.models import Finding, Publication, Quantity, SourceClass

_CLASSES = {
    "federal_register": SourceClass.OFFICIAL, "entity_list": SourceClass.OFFICIAL,
    "council_on_ethics": SourceClass.OFFICIAL, "nbim_exclusions": SourceClass.OFFICIAL, "uhrp": SourceClass.NGO,
}  # fmt: skip
_FIELDS = ("source", "url", "title", "published", "language", "text")
# What a record may call its language, and which of those that are read that is.
LANGUAGES = {
    "en": "en",
    "nb": "nb",
    "nn": "nn",
    "no": "nb",
    "zh": "zh-Hans",
    "zh-hans": "zh-Hans",
    "zh-hant": "zh-Hans",
}
# Function words that tell the three Latin-script languages apart.
_NORWEGIAN = (
    "og det er som på av til har også mot med om etter fordi seg skal vil kan den de denne dette disse mellom fram hos"
    " i ut opp ned inn nye alle"
)
_MARKERS = {
    "en": word_set(
        "the of and to is was were be by with that this these has have had been on from not it its an as or which after"
    ),
    "nb": word_set(f"{_NORWEGIAN} ikke jeg fra en et ble blir hun selskapet noen hva sier gjør vært"),
    "nn": word_set(f"{_NORWEGIAN} ikkje eg frå ein eit vart blir vert ho selskapet nokon kva dei seier gjer vore"),
}
_NORWEGIAN_LETTERS = re.compile("[æøå]")


@dataclass(frozen=True, slots=True)
class ScreenRecord:
    """One text to be screened. `language` is `en`, `nb`, `nn` or `zh-Hans`; `published` None where unknown."""

    source: str
    url: str
    title: str
    published: date | None
    language: str
    text: str


def detect_language(text: str) -> str:
    """`en`, `nb`, `nn` or `zh-Hans`, by script, function words and letters; `en` where nothing decides."""
    if len(re.findall(r"[㐀-鿿]", text)) * 4 > len(text.strip()):
        return "zh-Hans"
    bag = words(text[:20_000])
    counts = {language: sum(word in markers for word in bag) for language, markers in _MARKERS.items()}
    letters = sum(_NORWEGIAN_LETTERS.search(word) is not None for word in bag)
    counts["nb"] += letters
    counts["nn"] += letters
    return max(counts, key=lambda language: (counts[language], language == "en", language == "nb"))


def read_records(lines: Iterable[str], format: str = "auto") -> Iterator[ScreenRecord]:
    """Records of JSON lines or plain text. `format` is `auto`, `jsonl` or `text`.

    `auto` takes the input for JSON lines when its first line that is not blank begins with `{`. Plain text is one
    record. Raises `UsageError` naming the line and the field.
    """
    if format not in ("auto", "jsonl", "text"):
        raise UsageError(f"format {format!r} is not known; use auto, jsonl or text")
    iterator = iter(lines)
    head: list[str] = []
    for line in iterator:
        head.append(line)
        if line.strip():
            break
    first = head[-1].lstrip("\ufeff \t") if head else ""
    if format == "text" or (format == "auto" and not first.startswith("{")):
        text = "".join((*head, *iterator))
        if text.strip():
            yield ScreenRecord("text", "", "", None, detect_language(text), text)
        return
    for number, line in enumerate(chain(head, iterator), start=1):
        if line.strip():
            yield _record(line, number)


def _record(line: str, number: int) -> ScreenRecord:
    try:
        data = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"line {number}: broken JSON ({error})") from error
    if not isinstance(data, dict):
        raise UsageError(f'line {number}: a JSON object is due, such as {{"text": "…"}}')
    values = {}
    for name in _FIELDS:
        value = data.get(name)
        if value is not None and not isinstance(value, str):
            raise UsageError(f"line {number}: {name!r} should be a string")
        values[name] = value or ""
    if not isinstance(data.get("text"), str):
        raise UsageError(f"line {number}: 'text' is missing")
    language = values["language"].lower()
    if language and language not in LANGUAGES:
        raise UsageError(f"line {number}: language {values['language']!r} is not known; use en, nb, nn or zh-Hans")
    try:
        published = date.fromisoformat(values["published"][:10]) if values["published"] else None
    except ValueError as error:
        raise UsageError(f"line {number}: 'published' should be an ISO date such as 2024-02-07") from error
    return ScreenRecord(
        source=values["source"] or "text",
        url=values["url"],
        title=values["title"],
        published=published,
        language=LANGUAGES[language] if language else detect_language(values["text"]),
        text=values["text"],
    )


def screen_record(comparer: Comparer, record: ScreenRecord) -> tuple[Finding, ...]:
    """The findings of one record; a source slug of ours sets the source class, any other word counts as press."""
    publication = Publication(
        source=record.source,
        key=record.url,
        url=record.url,
        title=record.title,
        kind="record",
        language=record.language,
        text=record.text,
        published_on=record.published,
    )
    return comparer.publication(publication, _CLASSES.get(record.source, SourceClass.PRESS))


def finding_json(finding: Finding) -> dict[str, object]:
    """A finding as the object that `screen` and `findings list --json` print; keys in the order of the contract."""
    return {
        "source": finding.source,
        "url": finding.url,
        "entity": finding.entity,
        "outcome": finding.outcome.value,
        "predicate": finding.predicate,
        "claims": list(finding.claims),
        "before": _quantity(finding.before),
        "after": _quantity(finding.after),
        "place": finding.place,
        "as_of": finding.as_of,
        "speaker": finding.speaker,
        "modality": finding.modality,
        "quote": finding.quote,
        "start": finding.start,
        "end": finding.end,
        "surface": finding.surface,
        "method": finding.method,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "rules": list(finding.rules),
        "language": finding.language,
        "fingerprint": finding.fingerprint,
    }


def _quantity(quantity: Quantity | None) -> dict[str, object] | None:
    if quantity is None:
        return None
    return {
        "value": quantity.value,
        "unit": quantity.unit,
        "comparator": quantity.comparator,
        "as_of": quantity.as_of,
        "text": quantity.text,
    }
