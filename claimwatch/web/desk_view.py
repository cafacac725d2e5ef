"""What the pages of the desk show of a case: words, dates in their form, hostile text made safe. No layout here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from claimwatch.editions import words_for
from claimwatch.editions.display import Link, Piece, clean, excerpt, safe_link
from claimwatch.editions.forms import Forms
from claimwatch.editions.headlines import credited
from claimwatch.models import Action, Decision, Development, Evidence, Label, Outcome, Quantity
from claimwatch.pipeline.reviewing.desk import Case, CaseLine, Near
from claimwatch.pipeline.reviewing.desk import Piece as CasePiece
from claimwatch.pipeline.watch import Watch
from claimwatch.store.texts import Place

DESK = "/desk"
ENGLISH = words_for("en")
_ROW_QUOTE, _QUOTE, _AROUND, _VALUE, _TITLE = 300, 2_000, 600, 400, 200
DONE = {
    Action.ACCEPT: "accepted it", Action.DISMISS: "dismissed it", Action.SNOOZE: "snoozed it",
    Action.RELABEL: "relabelled it", Action.SAME_AS: "joined it to another", Action.UNDO: "took back a decision",
    Action.COMMENT: "commented",
}  # fmt: skip
BADGES = {outcome.value: ENGLISH.badge.get(outcome, outcome.value.capitalize()) for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class Line:
    """One case in the queue. `href` is its page, without what was filtered by."""

    key: str
    href: str
    outcome: str
    badge: str
    severity: str
    headline: str
    quote: tuple[Piece, ...]
    language: str
    before: str
    now: str
    source: str
    published: str
    findings: int
    tags: tuple[str, ...]
    version: str


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A baseline claim beside a finding."""

    id: str
    href: str
    quote: str
    document: str
    value: str


@dataclass(frozen=True, slots=True)
class ShownPiece:
    """One finding of a case."""

    id: int
    company: str
    surface: str
    outcome: str
    badge: str
    before: str
    quote: tuple[Piece, ...]
    after: str
    language: str
    was: str
    now: str
    claims: tuple[ShownClaim, ...]
    reasons: tuple[str, ...]
    speaker: str
    source: str
    title: str
    dates: tuple[tuple[str, str], ...]
    live: Link | None
    text_href: str
    capture_href: str
    capture: str
    parser: str
    dismissed: bool


@dataclass(frozen=True, slots=True)
class ShownDecision:
    """One decision in the history of a case. `undoable`: it may be taken back."""

    id: int
    who: str
    what: str
    when: str
    why: str
    more: str
    undone: bool
    undoable: bool


def forms_of(watch: Watch) -> Forms:
    """How the desk writes dates: in English, where the installation stands."""
    return Forms(ENGLISH, watch.zone)


def case_href(key: str) -> str:
    """The page of a case."""
    return f"{DESK}/cases/{quote(key, safe='')}"


def line_of(watch: Watch, line: CaseLine) -> Line:
    """A case in the queue."""
    forms, finding = forms_of(watch), line.lead.finding
    return Line(
        key=line.key,
        href=case_href(line.key),
        outcome=line.development.outcome.value,
        badge=BADGES[line.development.outcome.value],
        severity=line.development.severity,
        headline=clean(line.headline),
        quote=excerpt(finding, _ROW_QUOTE),
        language=_language(finding.language),
        before=_quantity(forms, finding.before),
        now=_quantity(forms, finding.after),
        source=clean(line.lead.source_name, _TITLE),
        published=_published(forms, line.lead),
        findings=line.findings,
        tags=tuple(clean(tag) for tag in line.tags) + _until(forms, line.until),
        version=line.version,
    )


def named(watch: Watch, forms: Forms, development: Development) -> str:
    """A case in a few words, from the facts alone."""
    predicate, known = watch.baseline.predicates.get(development.predicate or ""), watch.baseline.companies
    companies = ", ".join(known[slug].name if slug in known else slug for slug in development.companies)
    kind = predicate.label if predicate else "kind not recognised"
    said = f"{BADGES[development.outcome.value]}: {kind} — {companies}"
    on = development.happened_on or development.published_on
    return clean(f"{said}, {forms.day(on)}" if on else said)


def pieces_of(watch: Watch, pieces: Iterable[CasePiece], places: Mapping[int, Place]) -> tuple[ShownPiece, ...]:
    """The findings of a case; `places` says where each stands."""
    forms = forms_of(watch)
    return tuple(_piece(watch, forms, piece, places.get(piece.evidence.id)) for piece in pieces)


def decisions_of(watch: Watch, case: Case) -> tuple[ShownDecision, ...]:
    """What was decided about a case, newest first. The last one that holds may be taken back."""
    forms = forms_of(watch)
    held = [one for one in case.decisions if one.undone_by is None and one.action not in (Action.UNDO, Action.COMMENT)]
    last = held[-1].id if held else None
    return tuple(decision_of(watch, forms, one, undoable=one.id == last) for one in reversed(case.decisions))


def decision_of(watch: Watch, forms: Forms, one: Decision, *, undoable: bool = False) -> ShownDecision:
    """One decision in words."""
    return ShownDecision(
        id=one.id,
        who=clean(one.who),
        what=DONE[one.action],
        when=forms.moment(one.at),
        why=clean(one.why or ""),
        more="; ".join(_more(watch, forms, one)),
        undone=one.undone_by is not None,
        undoable=undoable,
    )


def tomorrow(today: date) -> tuple[str, str]:
    """The first day until which a case may be put off, and a week from today, as forms write them."""
    return (today + timedelta(days=1)).isoformat(), (today + timedelta(days=7)).isoformat()


def _piece(watch: Watch, forms: Forms, piece: CasePiece, place: Place | None) -> ShownPiece:
    evidence, finding = piece.evidence, piece.evidence.finding
    company = watch.baseline.companies.get(finding.entity)
    sha256 = evidence.capture_sha256 or ""
    dates = [("Published", _published(forms, evidence)), ("First seen", forms.moment(evidence.first_seen_at))]
    if evidence.effective_on:
        dates.insert(1, ("Takes effect", forms.day(evidence.effective_on)))
    if evidence.capture_at:
        dates.append(("Captured", forms.moment(evidence.capture_at)))
    return ShownPiece(
        id=evidence.id,
        company=company.name if company else finding.entity,
        surface=clean(finding.surface, _TITLE),
        outcome=finding.outcome.value,
        badge=BADGES[finding.outcome.value],
        before=clean(piece.before, _AROUND),
        quote=excerpt(finding, _QUOTE),
        after=clean(piece.after, _AROUND),
        language=_language(finding.language),
        was=_quantity(forms, finding.before),
        now=_quantity(forms, finding.after),
        claims=tuple(_claim(forms, near) for near in piece.nearest),
        reasons=tuple(clean(reason) for reason in piece.reasons),
        speaker=credited(evidence, ENGLISH),
        source=clean(evidence.source_name, _TITLE),
        title=clean(evidence.title, _TITLE),
        dates=tuple((name, said) for name, said in dates if said),
        live=safe_link(finding.url),
        text_href="" if place is None else f"{text_href(place)}?revision={place.number}&finding={evidence.id}#finding",
        capture_href=f"{DESK}/captures/{sha256}" if sha256 else "",
        capture=sha256[:12],
        parser=clean(evidence.parser),
        dismissed=piece.dismissed,
    )


def text_href(place: Place) -> str:
    """The page of a whole text."""
    return f"{DESK}/texts/{place.kind.value}/{place.id}"


def _claim(forms: Forms, near: Near) -> ShownClaim:
    claim, document = near.claim, near.document
    value = "" if claim.value is None else f"{claim.value:,.10g} {claim.unit or ''}".strip()
    dated = f"{value} (as of {forms.as_of(claim.as_of)})" if value and claim.as_of else value
    title = "" if document is None else document.title
    return ShownClaim(claim.id, f"/claims/{quote(claim.id, safe='')}", clean(claim.quote), clean(title), dated)


def _quantity(forms: Forms, quantity: Quantity | None) -> str:
    if quantity is None:
        return ""
    text = clean(quantity.text, _VALUE)
    return f"{text} (as of {forms.as_of(quantity.as_of)})" if quantity.as_of else text


def _published(forms: Forms, evidence: Evidence) -> str:
    return forms.day(evidence.published_on) if evidence.published_on else ""


def _language(language: str) -> str:
    return language if language.replace("-", "").isalnum() else ""


def _until(forms: Forms, until: date | None) -> tuple[str, ...]:
    return (f"until {forms.day(until)}",) if until else ()


def _more(watch: Watch, forms: Forms, one: Decision) -> list[str]:
    """What there is to a decision beside its kind."""
    said = []
    if one.finding is not None:
        said.append(f"finding {one.finding} only")
    if one.until is not None:
        said.append(f"until {forms.day(one.until)}")
    if one.label is not None:
        said.append(label_words(watch, one.label))
    if one.other is not None:
        said.append(f"now part of {one.other[:12]}")
    if one.not_the_company:
        said.append("not the company")
    if one.undoes is not None:
        said.append(f"decision {one.undoes}")
    return said


def label_words(watch: Watch, label: Label) -> str:
    """A label in words."""
    predicate = watch.baseline.predicates.get(label.predicate or "")
    parts = [
        BADGES[label.outcome.value] if label.outcome else "",
        predicate.label if predicate else (label.predicate or ""),
        "claims " + ", ".join(label.claims) if label.claims else "",
    ]
    return ", ".join(part for part in parts if part)
