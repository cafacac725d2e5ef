"""Why a reader gets a mail, in a sentence: their own series and topics, and nothing that they did not choose."""

from collections.abc import Sequence

from babel.lists import format_list

from claimwatch.editions.calendar import RECORD
from claimwatch.editions.names import source_name
from claimwatch.editions.words import Words


def why_line(
    words: Words,
    series: str,
    companies: Sequence[str],
    sources: Sequence[str] = (),
    severity: str | None = None,
) -> str:
    """`You get this because you subscribe to the weekly digest on Hikvision, from UHRP, only what official …`

    `companies` are the names of all that the reader is told of; `sources` are names, none meaning all of them;
    `severity` is the least serious that they are told.
    """
    form = words.why_record if series == RECORD else words.why
    parts = [form.format(series=words.series[series], companies=_listed(words, companies))]
    if sources:
        parts.append(words.why_sources.format(_listed(words, [source_name(name, words) for name in sources])))
    if severity is not None and severity in words.why_severity:
        parts.append(words.why_severity[severity])
    return ", ".join(parts) + "."


def general_line(words: Words, series: str, companies: Sequence[str]) -> str:
    """The same of the edition in the archive, which also greets who joins: it is nobody's own and holds everything."""
    return words.why_general.format(series=words.series[series], companies=_listed(words, companies))


def _listed(words: Words, names: Sequence[str]) -> str:
    return format_list(list(names), locale=words.locale)
