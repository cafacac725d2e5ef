"""One item as a reader sees it: in words, numbers in their form, hostile text made safe."""

import re
from dataclasses import dataclass, replace
from itertools import dropwhile

from claimwatch.editions.addresses import item_path
from claimwatch.editions.assemble import dated
from claimwatch.editions.calendar import RECORD, URGENT
from claimwatch.editions.changes import Change, change_between
from claimwatch.editions.display import Link, Piece, clean, excerpt, safe_link
from claimwatch.editions.forms import Forms
from claimwatch.editions.glossary import glosses
from claimwatch.editions.headlines import attributed, credited, headline, what_became
from claimwatch.editions.names import source_name, value_of
from claimwatch.models import Edition, Evidence, Finding, Item, Outcome, Quantity

_CITATION = re.compile(r"\d+ FR \d")
_FURTHER_CITATIONS = (("record.citation",), ("record.first_sight", "unseen.citation"))
_TITLE_LIMIT = 160
_VALUE_LIMIT = 240
# Of a single alert: its text part has at most `MOST_LINES` above the footer. Who says it takes one of them.
MOST_LINES = 20
_SHORT_HEADLINE, _SHORT_VALUE, _SHORT_QUOTE, _SHORT_NAME, _SHORT_SPEAKER = 140, 100, 180, 50, 66
_TIGHT_VALUE = 55


@dataclass(frozen=True, slots=True)
class Seen:
    """Where something was said: the source, its name for the page or row, the value there, a link if one is fit."""

    name: str
    link: Link | None
    title: str = ""
    now: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One item as a reader sees it. `dates` are (label, day) pairs; `labels` are short remarks beside the badge.

    `section` is the heading that it stands under, `page` the item on our pages, `glosses` (word, our gloss) pairs,
    `otherwise` what other sources say against it, with their words as the title. `change` is set where `now` is a
    changed form of `before`: which of its words are new, and what is gone.
    """

    number: int
    section: str
    outcome: str
    badge: str
    headline: str
    page: Link | None
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
    glosses: tuple[tuple[str, str], ...]
    speaker: str
    title: str
    source: Seen
    dates: tuple[tuple[str, str], ...]
    also: tuple[Seen, ...]
    otherwise: tuple[Seen, ...] = ()
    change: Change | None = None


def shown_item(number: int, item: Item, edition: Edition, forms: Forms, public: str | None) -> Shown:
    """An item of an edition, told in full; `public` is the base of the pages, None where there are none to link to."""
    words, lead = forms.words, item.evidence[0]
    finding = lead.finding
    history = edition.series == RECORD
    labels = (
        (history, forms.day(dated(item))),
        (item.told_before, words.told_before),
        (item.late and not edition.first and edition.series != URGENT and edition.correction is None, words.late),
        (not item.reviewed, words.machine_read),
        (len(item.publishers) > 1, words.corroborated.format(forms.number(len(item.publishers)))),
    )
    compared = item.claim is not None or finding.before is not None
    now = _now(item, forms) if compared else None
    # A value with nothing of the same thing before it stands beside the claim; it does not replace it.
    is_beside = finding.before is None and finding.after is not None and finding.after.value is not None
    outcome = Outcome.NEW if is_beside else item.outcome
    section = words.new if item.outcome is Outcome.NEW else words.attention
    if edition.correction is not None:
        section = words.taken_back  # not as if it were told
    quote = excerpt(finding)
    return Shown(
        number=number,
        section=", ".join(clean(name, 60) for name in item.companies) if history else section,
        outcome=item.outcome.value,
        badge=words.badge[item.outcome],
        headline=clean(headline(item, words, history=history)),
        page=safe_link(public + item_path(item.development)) if public else None,
        place=forms.place(item.place) if item.place else None,
        labels=tuple(label for said, label in labels if said),
        before_label=words.known if history else words.before[outcome],
        before=_quantity(finding.before, forms) if compared else None,
        claim=words.claim.format(item.claim.id) if item.claim else None,
        claim_quote=clean(item.claim.quote, _VALUE_LIMIT) if item.claim else None,
        claim_document=clean(item.document.title, _TITLE_LIMIT) if item.document else None,
        now_label=words.then if history else words.added if _only_adds(finding) else words.now[outcome],
        now=now,
        quote=quote,
        quote_language=finding.language,
        glosses=glosses("".join(piece.text for piece in quote), finding.language, words.language),
        speaker=credited(lead, words),
        title=clean(lead.title, _TITLE_LIMIT),
        source=Seen(_source(lead, forms), safe_link(finding.url)),
        dates=_dates(item, lead, now, forms),
        also=_also(item, forms),
        otherwise=_otherwise(item, forms),
        change=_change(finding, forms, _VALUE_LIMIT),
    )


def short_item(shown: Shown, item: Item, forms: Forms, *, tight: bool = False) -> Shown:
    """One item in a few lines; the page that it links to and the archive have the rest.

    `tight`: in fewer yet, without glosses and without a list of the words that are new or gone.
    """
    finding, most = item.evidence[0].finding, _TIGHT_VALUE if tight else _SHORT_VALUE
    before, claim = shown.before, shown.claim
    if before is not None:
        before, claim = clean(before, most) + (f" ({claim})" if claim else ""), None
    names = dict.fromkeys(seen.name for seen in shown.also)
    quote = excerpt(finding, _SHORT_QUOTE)
    told = glosses("".join(piece.text for piece in quote), finding.language, forms.words.language)
    change = _change(finding, forms, most) if shown.change else None
    if tight and change is not None:
        change = replace(change, added="", gone="")
    return replace(
        shown,
        section="",
        headline=clean(shown.headline, _SHORT_HEADLINE),
        before=before,
        claim=claim,
        claim_quote=clean(shown.claim_quote, most) if shown.claim_quote else None,
        claim_document=clean(shown.claim_document, _SHORT_NAME) if shown.claim_document else None,
        now=clean(shown.now, most) if shown.now else None,
        change=change,
        quote=quote,
        glosses=() if tight else told[:2],
        speaker=credited(item.evidence[0], forms.words, _SHORT_SPEAKER),
        title="",
        otherwise=_short_otherwise(shown.otherwise),
        also=(Seen(clean(", ".join(names), _SHORT_NAME), None),) if names else (),
    )


def _now(item: Item, forms: Forms) -> str | None:
    words, finding = forms.words, item.evidence[0].finding
    if item.outcome is Outcome.DENIAL:
        return words.rejected_by.format(attributed(item.evidence[0], words))
    after = _quantity(finding.after, forms)
    if after is not None or item.outcome is Outcome.NEW:
        return after
    became = what_became(item, words)
    became = became[0].upper() + became[1:]
    return words.on.format(became, forms.day(item.happened_on)) if item.happened_on else became


def _change(finding: Finding, forms: Forms, limit: int) -> Change | None:
    """What is new in a row or a wording; figures are short enough to be read side by side."""
    before, after = finding.before, finding.after
    if before is None or after is None or before.value is not None or after.value is not None:
        return None
    said = before.text
    if "record.citation" in finding.rules:
        # Of a row's citations only those that are new are told as `after`: the others are not gone.
        said = "; ".join(dropwhile(_CITATION.match, before.text.split("; ")))
    change = change_between(said, after.text, limit)
    if change is None or after.as_of is None:
        return change
    as_of = Piece(forms.words.as_of.format("", forms.as_of(after.as_of)), False)
    return replace(change, now=(*change.now, as_of))


def _only_adds(finding: Finding) -> bool:
    """Whether what is told now came to what was there before and did not take its place: a row's further citations.

    Before the first citation that a row has, the claim's own words may stand; nothing is added to them.
    """
    before = finding.before
    return finding.rules in _FURTHER_CITATIONS and before is not None and _CITATION.match(before.text) is not None


def _quantity(quantity: Quantity | None, forms: Forms) -> str | None:
    if quantity is None:
        return None
    text = value_of(quantity, forms.words, _VALUE_LIMIT)
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
    told = {(one.finding.url, one.title) for one in (lead, *item.otherwise)}
    also = []
    for evidence in item.evidence[1:]:
        where = (evidence.finding.url, evidence.title)
        if where not in told:
            told.add(where)
            after = evidence.finding.after
            differs = after is not None and (lead.finding.after is None or after.text != lead.finding.after.text)
            now = _quantity(after, forms) if differs else None
            link, title = safe_link(evidence.finding.url), clean(evidence.title, _TITLE_LIMIT)
            also.append(Seen(_source(evidence, forms), link, title, now))
    return tuple(also)


def _otherwise(item: Item, forms: Forms) -> tuple[Seen, ...]:
    """What contradicts the item: who says it, in what words, with the value where there is one."""
    return tuple(
        Seen(
            ", ".join(dict.fromkeys((attributed(one, forms.words), _source(one, forms)))),
            safe_link(one.finding.url),
            "".join(piece.text for piece in excerpt(one.finding, _SHORT_QUOTE)),
            _quantity(one.finding.after, forms),
        )
        for one in item.otherwise
    )


def _short_otherwise(otherwise: tuple[Seen, ...]) -> tuple[Seen, ...]:
    """Who says otherwise, in a line: their words stand on the page."""
    return (Seen(clean(", ".join(seen.name for seen in otherwise), _SHORT_NAME), None),) if otherwise else ()


def _source(evidence: Evidence, forms: Forms) -> str:
    return clean(source_name(evidence.source_name, forms.words), 80)
