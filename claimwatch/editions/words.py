"""The words of a mail that are ours, one `Words` a language: all that a template or a headline says by itself.

Dates, numbers and names of countries come from Babel, names of things that claims are made of from `names`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from claimwatch.models import Outcome


@dataclass(frozen=True, slots=True)
class Words:
    """One language. `locale` is Babel's; texts with `{}` are formats, `day` and `short_day`
    patterns of Babel's; pairs are of one and of several."""

    language: str
    locale: str
    quotes: tuple[str, str]
    dash: str
    counted: Mapping[Outcome, tuple[str, str]]
    more: tuple[str, str]
    badge: Mapping[Outcome, str]
    before: Mapping[Outcome, str]
    now: Mapping[Outcome, str]
    known: str
    then: str
    became: Mapping[str, str]
    series: Mapping[str, str]
    told_as: Mapping[str, str]
    places: Mapping[str, str]
    # Headlines
    named: str
    citing: str
    citing_own: str
    said_about: str
    changed_to: str
    asked_for: str
    considered: str
    date_passed: str
    fixed: Mapping[str, str]
    rejects: str
    rows: str
    credited: str
    # The head of a mail
    product: str
    day: str
    short_day: str
    week: str
    weeks: str
    week_short: str
    weeks_short: str
    alert: str
    record_short: str
    first_title: str
    first_subject: str
    first_lead: str
    several: Mapping[str, str]  # periods, by the series of an edition that covers more than one
    nothing: str
    read: str
    unread_count: tuple[str, str]
    unread_lead: str
    reads_line: str
    reads_count: tuple[str, str]
    failed_none: str
    failed_some: str
    alert_why: str
    last_today: str
    correction: str
    correction_title: str
    correction_lead: str
    record_title: str
    record_lead: str
    # Items
    taken_back: str
    attention: str
    new: str
    more_in_a_line: tuple[str, str]
    more_elsewhere: tuple[str, str]
    more_on_page: str
    claim: str
    added: str
    taken_out: str
    on: str
    as_of: str
    rejected_by: str
    published: str
    effective: str
    happened: str
    first_seen: str
    source_in: str
    read_at: str
    no_link: str
    also_in: str
    otherwise: str
    corroborated: str
    late: str
    told_before: str
    machine_read: str
    machine_read_note: str
    baseline_note: str
    glossary: str
    glossary_note: str
    # Below the items
    already: str
    already_line: str
    said_again: str
    said_again_lead: str
    said_in_passing: str
    coverage: str
    source: str
    reads: str
    last_good: str
    newest: str
    failed_cell: str
    unread: str
    never: str
    none: str
    not_polled: str
    gap: str
    more_sources: tuple[str, str]
    pauses: str
    pauses_all: str
    pause: str
    pauses_longest: str
    gone: str
    gone_page: str
    gone_sentence: str
    # The footer
    about: str
    stop: str
    stop_by_reply: str
    stop_here: str
    stop_link: str
    change_here: str
    change_link: str
    why: str
    why_record: str
    why_sources: str
    why_severity: Mapping[str, str]
    why_general: str
    why_corrected: str
    archived: str
    pages: str


def count_of(forms: tuple[str, str], count: int, number: str) -> str:
    """A count in words: the form of one or of several, with the number as the language writes it."""
    return forms[0 if count == 1 else 1].format(number)
