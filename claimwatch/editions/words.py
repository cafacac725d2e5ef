"""The words of a mail that are ours, by language. A further language is a further `Words`; nothing else changes.

Headlines are made when an edition is frozen (`headlines`); dates, numbers and names of places come from Babel.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from claimwatch.models import Outcome


@dataclass(frozen=True, slots=True)
class Words:
    """One language. `locale` is Babel's; fields with `{}` are formats."""

    language: str
    locale: str
    counted: Mapping[Outcome, str]
    badge: Mapping[Outcome, str]
    before: Mapping[Outcome, str]
    now: Mapping[Outcome, str]
    series: Mapping[str, str]
    places: Mapping[str, str]
    told_as: Mapping[str, str]
    week: str = "Week {}"
    weeks: str = "Weeks {} to {}"
    week_short: str = "W{}"
    product: str = "Claimwatch"
    first_title: str = "Where the baseline stands today"
    first_subject: str = "where the baseline stands today"
    first_lead: str = (
        "Every source read for the first time: what has changed since the baseline was written, and what is new."
    )
    nothing: str = "Nothing new"
    read: str = "{read} of {all} sources read"
    unread_one: str = "1 source unread"
    unread_many: str = "{} sources unread"
    unread_lead: str = "Not read: {}. What was published there in this time is not in this mail."
    reads_line: str = "{reads}, {failed}."
    reads_one: str = "1 read"
    reads_many: str = "{} reads"
    failed_none: str = "none failed"
    failed_some: str = "{} failed"
    attention: str = "Needs attention"
    new: str = "New"
    alert: str = "alert"
    alert_why: str = "In force by the act of an official source, or such an act undone: too grave to wait for a digest."
    last_today: str = "This is the last alert that you get today. What comes after waits for your next edition."
    already: str = "Already sent to you"
    already_line: str = "{headline} ({series})"
    correction: str = "correction"
    correction_title: str = "Correction: what we told you was wrong"
    correction_lead: str = "We take back what stands below; the mail that told it is the one that this answers. Why: {}"
    more_one: str = "And 1 more, in a line"
    more_many: str = "And {} more, in a line each"
    unlisted_one: str = "And 1 more, which the plain-text part of this mail names"
    unlisted_many: str = "And {} more, which the plain-text part of this mail names"
    claim: str = "Claim {}"
    in_document: str = "Baseline"
    on: str = "{} on {}"
    as_of: str = "{} (as of {})"
    rejected_by: str = "Rejected by {}"
    published: str = "Published"
    effective: str = "In effect"
    happened: str = "Happened"
    first_seen: str = "First seen"
    read_at: str = "Read it at {}"
    no_link: str = "no link: its address is not a web address"
    also_in: str = "Also in"
    late: str = "late: dated well before this period"
    told_before: str = "told earlier, changed since"
    machine_read: str = "machine-read"
    machine_read_note: str = "Machine-read: found by software in the source’s own words; no analyst has checked it yet."
    said_again: str = "Said again"
    said_again_lead: str = "Repeats of what the baseline holds, counted and kept, not told one by one."
    said_in_passing: str = "Named in passing, with nothing to check: {}."
    coverage: str = "Coverage"
    source: str = "Source"
    reads: str = "Reads"
    last_good: str = "Last good"
    newest: str = "Newest item"
    failed_cell: str = "{} failed"
    unread: str = "Unread"
    never: str = "never"
    none: str = "none"
    gap: str = "Gap: {}"
    gone: str = "Gone without a reason given: {}"
    about: str = "About this mail"
    stop: str = "To stop, write to {} or answer this mail with the word “stop”."
    stop_by_reply: str = "To stop, answer this mail with the word “stop”."
    stop_here: str = "To stop the {}, open this page:"
    stop_link: str = "Stop the {}"
    change_here: str = "To change what you get, open this page:"
    change_link: str = "Change what you get"
    why: str = "You get this because you subscribe to the {series} on {companies}"
    why_sources: str = "from {}"
    why_severity: str = "of severity {} and more serious"
    why_gravest: str = "of severity {}, the most serious, only"
    why_general: str = "This is from the {series} on {companies}, and holds all that was told in it."
    why_corrected: str = "You get this because we sent you the mail that it corrects."
    pages: str = "More at {}"


ENGLISH = Words(
    language="en",
    locale="en_GB",
    counted={
        Outcome.REVERSAL: "{} reversed",
        Outcome.UPDATE: "{} updated",
        Outcome.PENDING: "{} pending",
        Outcome.DENIAL: "{} denied",
        Outcome.NEW: "{} new",
    },
    badge={
        Outcome.REVERSAL: "Reversed",
        Outcome.UPDATE: "Updated",
        Outcome.PENDING: "Pending",
        Outcome.DENIAL: "Denied",
        Outcome.NEW: "New",
    },
    before={
        Outcome.REVERSAL: "Before",
        Outcome.UPDATE: "Before",
        Outcome.PENDING: "Today",
        Outcome.DENIAL: "Claim",
        Outcome.NEW: "Beside",
    },
    now={
        Outcome.REVERSAL: "Now",
        Outcome.UPDATE: "Now",
        Outcome.PENDING: "Pending",
        Outcome.DENIAL: "Answer",
        Outcome.NEW: "New",
    },
    series={"urgent": "alerts", "weekly": "weekly digest", "daily": "daily digest", "monthly": "monthly digest"},
    told_as={
        "urgent": "as an alert",
        "daily": "in the daily digest",
        "weekly": "in the weekly digest",
        "monthly": "in the monthly digest",
    },
    # Subdivisions and regions that Babel does not name.
    places={
        "CN-XJ": "Xinjiang (Uyghur Region)",
        "GB-LND": "London",
        "DK-84": "Capital Region of Denmark",
        "world": "worldwide",
    },
)

_WORDS: Mapping[str, Words] = {"en": ENGLISH}


def words_for(language: str) -> Words:
    """The words of a language, English where it has none yet: a mail is in one language, dates included."""
    return _WORDS.get(language, ENGLISH)
