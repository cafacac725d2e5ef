"""How the sources stood in a period, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from claimwatch.editions.display import clean
from claimwatch.editions.forms import Forms
from claimwatch.editions.names import source_name
from claimwatch.editions.words import count_of
from claimwatch.models import Coverage, Gone

_NAME_LIMIT = 80
_GAP_LIMIT = 160


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """How one source stood, in words."""

    name: str
    unread: bool
    reads: str
    failed: str | None
    last_good: str
    newest: str
    notes: tuple[str, ...]


def coverage_row(source: Coverage, forms: Forms) -> CoverageRow:
    """One source's row."""
    words = forms.words
    notes = [] if source.reads else [f"{words.not_polled}."]
    notes += [words.gap.format(clean(gap, _GAP_LIMIT)) for gap in source.gaps]
    notes += [words.gone.format(_gone(what, forms)) for what in source.gone]
    return CoverageRow(
        name=called(source, forms),
        unread=source.unread,
        reads=forms.number(source.reads),
        failed=words.failed_cell.format(forms.number(source.failed)) if source.failed else None,
        last_good=forms.short_moment(source.last_good_at) if source.last_good_at else words.never,
        newest=forms.short_day(source.newest_on) if source.newest_on else words.none,
        notes=tuple(notes),
    )


def called(source: Coverage, forms: Forms) -> str:
    """A source's name."""
    return clean(source_name(source.name, forms.words), _NAME_LIMIT)


def reads_line(coverage: Iterable[Coverage], forms: Forms) -> str:
    """`392 reads, 31 failed.`"""
    words, sources = forms.words, tuple(coverage)
    reads, failed = sum(source.reads for source in sources), sum(source.failed for source in sources)
    return words.reads_line.format(
        reads=count_of(words.reads_count, reads, forms.number(reads)),
        failed=words.failed_some.format(forms.number(failed)) if failed else words.failed_none,
    )


def pauses_line(coverage: Sequence[Coverage], forms: Forms) -> str | None:
    """In one line: which sources that are read again went unread for longer than planned, and when.

    Of several times of one source the longest; where it is every source that was read, only the longest of all. None:
    there were none.
    """
    words = forms.words
    paused = [source for source in coverage if source.pauses]
    if not paused:
        return None
    if len(paused) == sum(not source.unread for source in coverage) > 2:
        return words.pauses_all.format(_longest([pause for source in paused for pause in source.pauses], forms))
    told = []
    for source in paused:
        longest = _longest(source.pauses, forms)
        if len(source.pauses) == 1:
            told.append(f"{called(source, forms)} {longest}")
        else:
            count = forms.number(len(source.pauses))
            told.append(words.pauses_longest.format(source=called(source, forms), count=count, longest=longest))
    return words.pauses.format("; ".join(told))


def _longest(pauses: Sequence[tuple[datetime, datetime]], forms: Forms) -> str:
    begin, end = max(pauses, key=lambda pause: pause[1] - pause[0])
    return forms.words.pause.format(begin=forms.weekday_moment(begin), end=forms.weekday_moment(end))


def _gone(what: Gone, forms: Forms) -> str:
    words = forms.words
    page = clean(what.page or "", _GAP_LIMIT)
    if what.sentence is not None:
        return words.gone_sentence.format(sentence=clean(what.sentence, _GAP_LIMIT), page=page)
    return words.gone_page.format(page=page) if what.page is not None else clean(what.entry or "", _GAP_LIMIT)
