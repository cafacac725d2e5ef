"""What the templates show: one mail in words. No layout here."""

from dataclasses import dataclass
from itertools import groupby

from claimwatch.editions.addresses import edition_path
from claimwatch.editions.calendar import MISSED, RECORD, URGENT, period_days
from claimwatch.editions.display import Link, clean, safe_link
from claimwatch.editions.forms import Forms
from claimwatch.editions.headlines import headline
from claimwatch.editions.names import source_name
from claimwatch.editions.selection import fresh
from claimwatch.editions.shown import Shown, short_item, shown_item
from claimwatch.editions.standing import CoverageRow, called, coverage_row, pauses_line, reads_line
from claimwatch.editions.subject import counted_words, read_line, subject_of
from claimwatch.editions.words import Words, count_of
from claimwatch.models import Edition

_MOST_ROWS = 40  # sources in the HTML part, which has little room; the text part names each


@dataclass(frozen=True, slots=True)
class Section:
    """Items under one heading; a single alert needs none."""

    title: str
    items: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One mail. The first `full` of its items are told in full, those up to `listed` in a line each.

    `compared` says that it speaks of the baseline, which its footer then explains.
    """

    words: Words
    subject: str
    preheader: str
    period: str
    title: str
    lead: str
    read: str
    reads: str
    unread: str | None
    notice: str | None
    items: tuple[Shown, ...]
    already: tuple[str, ...]
    full: int
    listed: int
    machine_read: bool
    compared: bool
    said_again: tuple[tuple[str, str], ...]
    in_passing: str | None
    coverage: tuple[CoverageRow, ...]
    pauses: str | None
    why: str
    stop: str | None
    unsubscribe: Link | None
    preferences: Link | None
    series: str
    short: bool
    archived: Link | None
    pages: Link | None
    postal_address: str

    @property
    def sections(self) -> tuple[Section, ...]:
        """The items told in full, under their headings."""
        groups = groupby(self.items[: self.full], key=lambda item: item.section)
        return tuple(Section(title, tuple(items)) for title, items in groups)

    @property
    def brief(self) -> tuple[Shown, ...]:
        """The items told in a line each."""
        return self.items[self.full : self.listed]

    @property
    def unlisted(self) -> int:
        """How many more there are."""
        return max(len(self.items) - self.listed, 0)

    @property
    def more_title(self) -> str:
        """The heading of the items told in a line each."""
        return count_of(self.words.more_in_a_line, len(self.brief), str(len(self.brief)))

    @property
    def covered(self) -> tuple[CoverageRow, ...]:
        """The sources that have a row each in the HTML part: all, or of very many some, trouble first."""
        if len(self.coverage) <= _MOST_ROWS:
            return self.coverage
        troubled = sorted(self.coverage, key=lambda row: not (row.unread or row.failed or row.notes))
        return tuple(troubled[:_MOST_ROWS])

    @property
    def more_sources(self) -> str | None:
        """What is said there of the others."""
        count = len(self.coverage) - len(self.covered)
        return count_of(self.words.more_sources, count, str(count)) if count else None

    @property
    def unlisted_line(self) -> str:
        """What is said of the others."""
        return count_of(self.words.more_elsewhere, self.unlisted, str(self.unlisted))


def view_of(
    edition: Edition,
    forms: Forms,
    *,
    why: str,
    operator: str,
    public: Link | None,
    postal: str,
    unsubscribe: Link | None = None,
    preferences: Link | None = None,
    tight: bool = False,
) -> View:
    """The view of an edition, every item in full; an alert of one item is short and has its remarks in the footer.

    `tight`: such an alert is as short as it can be.
    `public` is the base of the pages that editions and items are linked to, None where there are none to open.
    """
    words = forms.words
    items = fresh(edition)
    short = edition.series == URGENT and edition.correction is None and len(items) == 1
    base = public.url.rstrip("/") if public else None
    shown = tuple(shown_item(number, item, edition, forms, base) for number, item in enumerate(items, 1))
    counted = counted_words(edition, forms)
    lead, notice = _lead(edition, counted, forms), words.last_today if edition.last_today else ""
    if short:
        shown = (short_item(shown[0], items[0], forms, tight=tight),)
        why, lead, notice = " ".join(part for part in (notice, lead, why) if part), "", ""
    unread = [called(source, forms) for source in edition.coverage if source.unread]
    return View(
        words=words,
        subject=subject_of(edition, forms),
        preheader=shown[0].headline if shown else f"{words.nothing}. {read_line(edition, forms)}.",
        period=forms.period(edition.period, edition.series),
        title=_title(edition, counted, words),
        lead=lead,
        read=read_line(edition, forms),
        reads=reads_line(edition.coverage, forms),
        unread=words.unread_lead.format(", ".join(unread)) if unread else None,
        notice=notice or None,
        items=shown,
        already=tuple(
            words.already_line.format(headline=clean(headline(item, words)), series=words.told_as[item.told_as])
            for item in edition.items
            if item.told_as is not None
        ),
        full=len(shown),
        listed=len(shown),
        machine_read=any(not item.reviewed for item in items),
        compared=edition.first or bool(edition.folded) or any(item.claim is not None for item in items),
        said_again=tuple((clean(source_name(name, words), 80), forms.number(count)) for name, count in edition.folded),
        in_passing=words.said_in_passing.format(forms.number(edition.context)) if edition.context else None,
        coverage=tuple(coverage_row(source, forms) for source in edition.coverage),
        pauses=pauses_line(edition.coverage, forms),
        why=clean(why),
        stop=None if unsubscribe else _stop(operator, words),
        unsubscribe=unsubscribe,
        preferences=preferences,
        series=words.series[edition.series],
        short=short,
        archived=safe_link(base + edition_path(edition.series, edition.period)) if base else None,
        pages=public,
        postal_address=clean(postal),
    )


def _title(edition: Edition, counted: str, words: Words) -> str:
    if edition.correction is not None:
        return words.correction_title
    if edition.series == RECORD:
        return words.record_title
    return words.first_title if edition.first else _unbroken(counted)


def _lead(edition: Edition, counted: str, forms: Forms) -> str:
    words = forms.words
    if edition.correction is not None:
        return words.correction_lead.format(clean(edition.correction))
    if edition.series == RECORD:
        first, last = (forms.day(on) for on in period_days(edition.period))
        return f"{words.record_lead.format(first=first, last=last)} {counted[0].upper()}{counted[1:]}."
    if edition.series == URGENT:
        return words.alert_why
    if edition.first:
        return f"{words.first_lead} {counted}."
    return words.several[edition.series] if MISSED in edition.period else ""


def _unbroken(counted: str) -> str:
    """No line ends between a number and what it counts."""
    return ", ".join(part.replace(" ", "\u00a0") for part in counted.split(", "))


def _stop(operator: str, words: Words) -> str:
    return words.stop.format(clean(operator)) if operator else words.stop_by_reply
