"""The review desk: the queue, a case, and what is decided about it.

GET changes nothing. Every form carries the version of the case as it was shown: where somebody else has decided since,
nothing is overwritten and a page says who decided what.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from claimwatch.editions.display import clean
from claimwatch.errors import DecidedMeanwhile, UsageError
from claimwatch.models import Action, CaseState, Decision, Development, Outcome
from claimwatch.pipeline.reviewing.deciding import decide_many
from claimwatch.pipeline.reviewing.desk import Case, get_case
from claimwatch.pipeline.reviewing.queue import MOST_COUNTED, QueuePage, cases_around, queue_page
from claimwatch.pipeline.telling.tellable import today_of
from claimwatch.store import texts
from claimwatch.web import desk_view
from claimwatch.web.archive_words import archive_words
from claimwatch.web.desk_forms import one_of, verdicts_of, without_options
from claimwatch.web.desk_frame import show
from claimwatch.web.pages import Page
from claimwatch.web.session import DESK, Act, Analyst, DeskPage, ThisAnalyst

router = APIRouter()
SIZE = 25
STATES = {CaseState.OPEN: "To be reviewed", CaseState.SNOOZED: "Snoozed", CaseState.DONE: "Decided"}
_KEY = re.compile(r"[0-9a-f]{4,64}")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the queue is narrowed to, as the address says it. What there is not to choose counts as not said.

    `after` and `before` are keys: the page begins behind one case, or ends before another.
    """

    state: str = CaseState.OPEN.value
    company: str = ""
    source: str = ""
    outcome: str = ""
    after: str = ""
    before: str = ""

    def query(self, **changed: object) -> str:
        """The same in an address; what is not said is left out."""
        said = {**asdict(self), **changed}
        usual = asdict(Filters())
        return urlencode({name: value for name, value in said.items() if value != usual.get(name)})

    def cases(self, page: Page) -> QueuePage:
        """A page of the cases that they let through."""
        return queue_page(page.watch, **self._asked(), after=self.after, before=self.before, size=SIZE)

    def around(self, page: Page, key: str) -> tuple[Sequence[Development], Sequence[Development]]:
        """Those before a case and behind it."""
        return cases_around(page.watch, key, **self._asked(), each=SIZE // 2)

    def _asked(self) -> dict[str, Any]:
        return {
            "state": CaseState(self.state),
            "company": self.company or None,
            "source": self.source or None,
            "outcome": Outcome(self.outcome) if self.outcome else None,
        }


def filters_of(request: Request, page: DeskPage) -> Filters:
    """The filters of a request."""
    said = request.query_params

    def among(name: str, there: Sequence[str]) -> str:
        return said.get(name, "") if said.get(name, "") in there else ""

    return Filters(
        state=among("state", list(CaseState)) or CaseState.OPEN.value,
        company=among("company", list(page.watch.baseline.companies)),
        source=among("source", list(page.watch.sources)),
        outcome=among("outcome", [outcome.value for outcome in Outcome if outcome.alerts]),
        **{name: said[name] for name in ("after", "before") if _KEY.fullmatch(said.get(name, ""))},
    )


TheseFilters = Annotated[Filters, Depends(filters_of)]


@router.api_route(DESK, methods=["GET", "HEAD"])
def show_queue(page: DeskPage, analyst: ThisAnalyst, filters: TheseFilters, done: str = "") -> Response:
    """The queue, the gravest first."""
    found = filters.cases(page)
    return show(
        page,
        analyst,
        "queue",
        lines=[desk_view.line_of(page.watch, line) for line in found.cases],
        found=found,
        most=MOST_COUNTED,
        filters=filters,
        states=[(state.value, name) for state, name in STATES.items()],
        companies=[(company.slug, company.name) for company in page.watch.baseline.companies.values()],
        sources=[(slug, spec.name) for slug, spec in page.watch.sources.items()],
        outcomes=[(outcome.value, desk_view.BADGES[outcome.value]) for outcome in Outcome if outcome.alerts],
        notice=_notice(page, done),
    )


@router.api_route(f"{DESK}/cases/{{key}}", methods=["GET", "HEAD"])
def show_case(page: DeskPage, analyst: ThisAnalyst, filters: TheseFilters, key: str, done: str = "") -> Response:
    """One case, and the forms to decide about it."""
    case = _case(page, key)
    return _show_case(page, analyst, filters, case, notice=_notice(page, done))


@router.post(f"{DESK}/cases/{{key}}")
def decide(page: DeskPage, analyst: ThisAnalyst, filters: TheseFilters, key: str, fields: Act) -> Response:
    """Decide about a case. After that comes the next one of the queue."""
    case = _case(page, key)
    try:
        verdicts = verdicts_of(fields, analyst.address)
        decide_many(page.watch, case.key, verdicts, one_of(fields, "version"))
    except DecidedMeanwhile as error:
        return _meanwhile(page, analyst, filters, case.key, error, one_of(fields, "why"))
    except UsageError as error:
        typed = {name: values[-1] for name, values in fields.items()}
        return _show_case(page, analyst, filters, case, 422, fault=without_options(str(error)), typed=typed)
    if verdicts[-1].action is Action.COMMENT:
        return _go(page, desk_view.case_href(case.key), filters)
    following = one_of(fields, "next")
    if _KEY.fullmatch(following):
        return _go(page, desk_view.case_href(following), filters, done=case.key)
    return _go(page, DESK, filters, done=case.key)


def _case(page: Page, key: str) -> Case:
    if not _KEY.fullmatch(key):
        raise HTTPException(404)
    try:
        return get_case(page.watch, key)
    except UsageError:
        raise HTTPException(404) from None


def _show_case(
    page: Page,
    analyst: Analyst,
    filters: Filters,
    case: Case,
    status: int = 200,
    *,
    notice: "Notice | None" = None,
    fault: str = "",
    typed: Mapping[str, str] | None = None,
) -> Response:
    watch = page.watch
    with watch.store.read() as connection:
        places = texts.places_of(connection, [piece.evidence.id for piece in case.pieces])
    before, after = filters.around(page, case.key)
    earliest, usual = desk_view.tomorrow(today_of(watch))
    forms = desk_view.forms_of(watch)
    return show(
        page,
        analyst,
        "case",
        status,
        case=case,
        badge=desk_view.BADGES[case.development.outcome.value],
        severity=archive_words("en").severities.get(case.development.severity, case.development.severity),
        companies=[
            watch.baseline.companies[slug].name if slug in watch.baseline.companies else slug
            for slug in case.development.companies
        ],
        place=forms.place(case.development.place) if case.development.place else "",
        kind=_kind(page, case.development.predicate),
        state=STATES[case.state],
        headline=clean(case.headline) or case.key[:12],
        pieces=desk_view.pieces_of(watch, case.pieces, places),
        decisions=desk_view.decisions_of(watch, case),
        told=[f"{one.series}:{one.period}" + ("" if one.state == "frozen" else f" ({one.state})") for one in case.told],
        filters=filters,
        following=after[0].key if after else None,
        previous=before[-1].key if before else None,
        others=[(one.key, desk_view.named(watch, forms, one)) for one in (*before, *after)],
        outcomes=[(outcome.value, desk_view.BADGES[outcome.value]) for outcome in Outcome],
        predicates=[(name, one.label) for name, one in watch.baseline.predicates.items()],
        earliest=earliest,
        usual=usual,
        notice=notice,
        fault=fault,
        typed=typed or {},
        case_href=desk_view.case_href,
    )


def _kind(page: Page, predicate: str | None) -> str:
    known = page.watch.baseline.predicates.get(predicate or "")
    return known.label if known else "kind not recognised"


@dataclass(frozen=True, slots=True)
class Notice:
    """What was decided just before, with a way back."""

    key: str
    headline: str
    last: desk_view.ShownDecision
    version: str


def _notice(page: Page, key: str) -> Notice | None:
    """The last decision about the case that an address says was just decided."""
    if not _KEY.fullmatch(key):
        return None
    try:
        case = get_case(page.watch, key)
    except UsageError:
        return None
    decided = desk_view.decisions_of(page.watch, case)
    if not decided:
        return None
    return Notice(case.key, clean(case.headline), decided[0], case.version)


def _meanwhile(
    page: Page, analyst: Analyst, filters: Filters, key: str, error: DecidedMeanwhile, typed: str
) -> Response:
    decision = error.decision if isinstance(error.decision, Decision) else None
    forms = desk_view.forms_of(page.watch)
    return show(
        page,
        analyst,
        "meanwhile",
        409,
        decision=None if decision is None else desk_view.decision_of(page.watch, forms, decision),
        message="A source has told more of it since you looked",
        typed=typed,
        back=f"{page.root}{desk_view.case_href(key)}" + (f"?{filters.query()}" if filters.query() else ""),
    )


def _go(page: Page, path: str, filters: Filters, **more: str) -> Response:
    query = filters.query(**more)
    return RedirectResponse(f"{page.root}{path}" + (f"?{query}" if query else ""), 303)
