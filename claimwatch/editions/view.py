"""What the templates show: an edition in words, numbers in their form, hostile text made safe. No layout here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from claimwatch.editions.assemble import ORDER
from claimwatch.editions.calendar import URGENT
from claimwatch.editions.display import Link, Piece, clean, excerpt, safe_link
from claimwatch.editions.forms import Forms
from claimwatch.editions.headlines import attributed, what_became
from claimwatch.editions.selection import fresh
from claimwatch.editions.words import Words
from claimwatch.models import Coverage, Edition, Evidence, Item, Outcome, Quantity

ATTENTION = ORDER[:-1]
_TITLE_LIMIT = 160
_VALUE_LIMIT = 240
_GAP_LIMIT = 160
# Of a single alert: its text part has at most 20 lines above the footer.
_SHORT_HEADLINE, _SHORT_VALUE, _SHORT_QUOTE, _SHORT_NAME = 140, 100, 180, 50


@dataclass(frozen=True, slots=True)
class Seen:
    """Where something was said: the source, its name for the page or row, the value there, a link if one is fit."""

    name: str
    link: Link | None
    title: str = ""
    now: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One item as a reader sees it. `dates` are (label, day) pairs; `labels` are short remarks beside the badge."""

    number: int
    outcome: str
    badge: str
    headline: str
    place: str | None
    labels: tuple[str, ...]
    before_label: str
    before: str | None
    claim: str | None
    claim_quote: str | None
    claim_document: str | None
    now_label: str
    now: str | None
    quote: tuple[Piece, ...]
    quote_language: str
    speaker: str
    title: str
    source: Seen
    dates: tuple[tuple[str, str], ...]
    also: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Items under one heading."""

    title: str
    items: tuple[Shown, ...]


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


@dataclass(frozen=True, slots=True)
class View:
    """One mail. The first `full` of its items are told in full, those up to `listed` in a line each."""

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
    said_again: tuple[tuple[str, str], ...]
    in_passing: str | None
    coverage: tuple[CoverageRow, ...]
    why: str
    stop: str | None
    unsubscribe: Link | None
    preferences: Link | None
    series: str
    short: bool
    pages: Link | None
    postal_address: str

    @property
    def sections(self) -> tuple[Section, ...]:
        """The items told in full, under their headings; a single alert needs none."""
        told = self.items[: self.full]
        if self.short and told:
            return (Section("", told),)
        attention = tuple(item for item in told if Outcome(item.outcome) in ATTENTION)
        new = tuple(item for item in told if Outcome(item.outcome) not in ATTENTION)
        sections = (Section(self.words.attention, attention), Section(self.words.new, new))
        return tuple(section for section in sections if section.items)

    @property
    def brief(self) -> tuple[Shown, ...]:
        """The items told in a line each."""
        return self.items[self.full : self.listed]

    @property
    def unlisted(self) -> int:
        """How many more there are."""
        return max(len(self.items) - self.listed, 0)


def counts(edition: Edition) -> tuple[tuple[Outcome, int], ...]:
    """How many items of each outcome are told here, in the order in which they are told; none that are zero."""
    found = ((outcome, sum(item.outcome is outcome for item in fresh(edition))) for outcome in ORDER)
    return tuple((outcome, count) for outcome, count in found if count)


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
) -> View:
    """The view of an edition, every item in full; an alert of one item is short and has its remarks in the footer."""
    words = forms.words
    items = fresh(edition)
    short = edition.series == URGENT and edition.correction is None and len(items) == 1
    shown = tuple(_shown(number, item, edition, forms) for number, item in enumerate(items, 1))
    lead, notice = _lead(edition, counted_words(edition, forms), words), words.last_today if edition.last_today else ""
    if short:
        shown = (_short(shown[0], items[0]),)
        why, lead, notice = " ".join(part for part in (notice, lead, why) if part), "", ""
    unread = [clean(source.name, 80) for source in edition.coverage if source.unread]
    counted = counted_words(edition, forms)
    return View(
        words=words,
        subject=subject_of(edition, forms),
        preheader=shown[0].headline if shown else f"{words.nothing}. {_read_line(edition, forms)}.",
        period=forms.period(edition.period, edition.series),
        title=_title(edition, counted, words),
        lead=lead,
        read=_read_line(edition, forms),
        reads=_reads_line(edition.coverage, forms),
        unread=words.unread_lead.format(", ".join(unread)) if unread else None,
        notice=notice or None,
        items=shown,
        already=tuple(
            words.already_line.format(headline=clean(item.headline), series=words.told_as[item.told_as])
            for item in edition.items
            if item.told_as is not None
        ),
        full=len(shown),
        listed=len(shown),
        machine_read=any(not item.reviewed for item in items),
        said_again=tuple((clean(name, 80), forms.number(count)) for name, count in edition.folded),
        in_passing=words.said_in_passing.format(forms.number(edition.context)) if edition.context else None,
        coverage=tuple(_coverage_row(source, forms) for source in edition.coverage),
        why=clean(why),
        stop=None if unsubscribe else _stop(operator, words),
        unsubscribe=unsubscribe,
        preferences=preferences,
        series=words.series[edition.series],
        short=short,
        pages=public,
        postal_address=clean(postal),
    )


def subject_of(edition: Edition, forms: Forms) -> str:
    """`Claimwatch W46: 1 reversed, 5 new — Hikvision, Dahua`; an empty or blind edition says so."""
    words = forms.words
    items, unread = fresh(edition), sum(source.unread for source in edition.coverage)
    unread_words = words.unread_one if unread == 1 else words.unread_many.format(forms.number(unread))
    said = [counted_words(edition, forms)]
    if unread:
        said.append(unread_words)
    elif not items:
        said[0] = f"{said[0]} ({_read_line(edition, forms)})"
    text = ", ".join(said)
    if edition.first:
        text = f"{words.first_subject} — {text}"
    elif edition.correction is not None:
        text = f"{words.correction}: {text}"
    elif not items:
        text = text[0].lower() + text[1:]
    subject = f"{words.product} {forms.short_period(edition.period, edition.series)}: {text}"
    companies = ", ".join(dict.fromkeys(clean(name, 40) for item in items for name in item.companies))
    whole = f"{subject} — {companies}"
    return whole if companies and not edition.first and len(whole) <= 90 else subject


def counted_words(edition: Edition, forms: Forms) -> str:
    """`1 reversed, 2 updated, 5 new`, or that there is nothing new."""
    parts = [forms.words.counted[outcome].format(forms.number(count)) for outcome, count in counts(edition)]
    return ", ".join(parts) or forms.words.nothing


def _title(edition: Edition, counted: str, words: Words) -> str:
    if edition.correction is not None:
        return words.correction_title
    return words.first_title if edition.first else _unbroken(counted)


def _lead(edition: Edition, counted: str, words: Words) -> str:
    if edition.correction is not None:
        return words.correction_lead.format(clean(edition.correction))
    if edition.series == URGENT:
        return words.alert_why
    return f"{words.first_lead} {counted}." if edition.first else ""


def _unbroken(counted: str) -> str:
    """No line ends between a number and what it counts."""
    return ", ".join(part.replace(" ", "\u00a0") for part in counted.split(", "))


def _read_line(edition: Edition, forms: Forms) -> str:
    read = sum(not source.unread for source in edition.coverage)
    return forms.words.read.format(read=forms.number(read), all=forms.number(len(edition.coverage)))


def _reads_line(coverage: Iterable[Coverage], forms: Forms) -> str:
    words, sources = forms.words, tuple(coverage)
    reads, failed = sum(source.reads for source in sources), sum(source.failed for source in sources)
    return words.reads_line.format(
        reads=words.reads_one if reads == 1 else words.reads_many.format(forms.number(reads)),
        failed=words.failed_some.format(forms.number(failed)) if failed else words.failed_none,
    )


def _shown(number: int, item: Item, edition: Edition, forms: Forms) -> Shown:
    words, lead = forms.words, item.evidence[0]
    finding = lead.finding
    labels = (
        (item.told_before, words.told_before),
        (item.late and not edition.first and edition.series != URGENT, words.late),
        (not item.reviewed, words.machine_read),
    )
    compared = item.claim is not None or finding.before is not None
    now = _now(item, forms) if compared else None
    # A value with nothing of the same thing before it stands beside the claim; it does not replace it.
    is_beside = finding.before is None and finding.after is not None and finding.after.value is not None
    return Shown(
        number=number,
        outcome=item.outcome.value,
        badge=words.badge[item.outcome],
        headline=clean(item.headline),
        place=forms.place(item.place) if item.place else None,
        labels=tuple(label for said, label in labels if said),
        before_label=words.before[Outcome.NEW if is_beside else item.outcome],
        before=_quantity(finding.before, forms) if compared else None,
        claim=words.claim.format(item.claim.id) if item.claim else None,
        claim_quote=clean(item.claim.quote, _VALUE_LIMIT) if item.claim else None,
        claim_document=clean(item.document.title, _TITLE_LIMIT) if item.document else None,
        now_label=words.now[Outcome.NEW if is_beside else item.outcome],
        now=now,
        quote=excerpt(finding),
        quote_language=finding.language,
        speaker=attributed(lead),
        title=clean(lead.title, _TITLE_LIMIT),
        source=Seen(clean(lead.source_name, 80), safe_link(finding.url)),
        dates=_dates(item, lead, now, forms),
        also=_also(item, forms),
    )


def _short(shown: Shown, item: Item) -> Shown:
    """One item in a few lines; the page that it links to and the archive have the rest."""
    before, claim = shown.before, shown.claim
    if before is not None:
        before, claim = clean(before, _SHORT_VALUE) + (f" ({claim})" if claim else ""), None
    names = dict.fromkeys(seen.name for seen in shown.also)
    return replace(
        shown,
        headline=clean(shown.headline, _SHORT_HEADLINE),
        before=before,
        claim=claim,
        claim_quote=clean(shown.claim_quote, _SHORT_VALUE) if shown.claim_quote else None,
        claim_document=clean(shown.claim_document, _SHORT_NAME) if shown.claim_document else None,
        now=clean(shown.now, _SHORT_VALUE) if shown.now else None,
        quote=excerpt(item.evidence[0].finding, _SHORT_QUOTE),
        speaker=clean(shown.speaker, _SHORT_NAME),
        title="",
        also=(Seen(clean(", ".join(names), _SHORT_NAME), None),) if names else (),
    )


def _stop(operator: str, words: Words) -> str:
    return words.stop.format(clean(operator)) if operator else words.stop_by_reply


def _now(item: Item, forms: Forms) -> str | None:
    words, finding = forms.words, item.evidence[0].finding
    if item.outcome is Outcome.DENIAL:
        return words.rejected_by.format(attributed(item.evidence[0]))
    after = _quantity(finding.after, forms)
    if after is not None or item.outcome is Outcome.NEW:
        return after
    became = what_became(finding)
    became = became[0].upper() + became[1:]
    return words.on.format(became, forms.day(item.happened_on)) if item.happened_on else became


def _quantity(quantity: Quantity | None, forms: Forms) -> str | None:
    if quantity is None:
        return None
    text = clean(quantity.text, _VALUE_LIMIT)
    return forms.words.as_of.format(text, forms.as_of(quantity.as_of)) if quantity.as_of else text


def _dates(item: Item, lead: Evidence, now: str | None, forms: Forms) -> tuple[tuple[str, str], ...]:
    words = forms.words
    dates = [(words.published, lead.published_on), (words.effective, lead.effective_on)]
    if item.happened_on not in (lead.published_on, lead.effective_on):
        dates.append((words.happened, item.happened_on))
    told = [(label, forms.day(on)) for label, on in dates if on is not None]
    told = [(label, day) for label, day in told if label != words.happened or day not in (now or "")]
    return (*told, (words.first_seen, forms.moment(item.first_seen_at)))


def _also(item: Item, forms: Forms) -> tuple[Seen, ...]:
    """Each further page or row once, with its value where that is another than the first one's."""
    lead = item.evidence[0]
    told = {(lead.finding.url, lead.title)}
    also = []
    for evidence in item.evidence[1:]:
        where = (evidence.finding.url, evidence.title)
        if where not in told:
            told.add(where)
            after = evidence.finding.after
            differs = after is not None and (lead.finding.after is None or after.text != lead.finding.after.text)
            now = _quantity(after, forms) if differs else None
            link, title = safe_link(evidence.finding.url), clean(evidence.title, _TITLE_LIMIT)
            also.append(Seen(clean(evidence.source_name, 80), link, title, now))
    return tuple(also)


def _coverage_row(source: Coverage, forms: Forms) -> CoverageRow:
    words = forms.words
    gaps = [words.gap.format(clean(gap, _GAP_LIMIT)) for gap in source.gaps]
    gone = [words.gone.format(clean(what, _GAP_LIMIT)) for what in source.gone]
    return CoverageRow(
        name=clean(source.name, 80),
        unread=source.unread,
        reads=forms.number(source.reads),
        failed=words.failed_cell.format(forms.number(source.failed)) if source.failed else None,
        last_good=forms.short_moment(source.last_good_at) if source.last_good_at else words.never,
        newest=forms.short_day(source.newest_on) if source.newest_on else words.none,
        notes=(*gaps, *gone),
    )
