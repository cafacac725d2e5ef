"""What the forms of the desk ask for, checked before anything is done; faults in words for the page."""

import re
from datetime import date

from claimwatch.errors import UsageError
from claimwatch.models import Action, Label, Outcome, Verdict
from claimwatch.web.forms import Fields

LONGEST_WHY = 2_000


def verdicts_of(fields: Fields, who: str) -> list[Verdict]:
    """What a form asks for. Raises `UsageError` naming what is missing, in words for the page."""
    why = one_of(fields, "why") or None
    if why is not None and len(why) > LONGEST_WHY:
        raise UsageError(f"The reason is too long; {LONGEST_WHY} characters are the most.")
    try:
        action = Action(one_of(fields, "action"))
    except ValueError:
        raise UsageError("The form did not come through whole. Please try once more.") from None
    if action.needs_why and why is None:
        raise UsageError("Write down why.")
    if action is Action.ACCEPT:
        return _accept(fields, who, why)
    if action is Action.SNOOZE:
        return [Verdict(action, who, why, until=_day(one_of(fields, "until")))]
    if action is Action.RELABEL:
        return [Verdict(action, who, why, label=_label(fields))]
    if action is Action.SAME_AS:
        if not re.fullmatch(r"[0-9a-f]+", one_of(fields, "other")):
            raise UsageError("Name the other case by its key or the beginning of it.")
        return [Verdict(action, who, why, other=one_of(fields, "other"))]
    if action is Action.UNDO:
        return [Verdict(action, who, why, undoes=_number(one_of(fields, "undoes")))]
    return [Verdict(action, who, why, not_the_company=action is Action.DISMISS and "not_the_company" in fields)]


def _accept(fields: Fields, who: str, why: str | None) -> list[Verdict]:
    """Accept a development; those of its findings that are not ticked are dismissed in the same step."""
    shown, ticked = fields.get("shown", []), set(fields.get("finding", []))
    left_out = [number for number in shown if number not in ticked]
    if not left_out:
        return [Verdict(Action.ACCEPT, who, why)]
    if len(left_out) == len(shown):
        raise UsageError("Tick what you accept. To accept none of it, dismiss the case.")
    if why is None:
        raise UsageError("Write down why some of the findings do not count.")
    dismissed = [Verdict(Action.DISMISS, who, why, finding=_number(number)) for number in left_out]
    return [*dismissed, Verdict(Action.ACCEPT, who, why)]


def _label(fields: Fields) -> Label:
    outcome = one_of(fields, "outcome")
    if outcome and outcome not in [one.value for one in Outcome]:
        raise UsageError("Choose one of the outcomes.")
    claims = [one.upper() for one in re.split(r"[\s,;]+", one_of(fields, "claims")) if one]
    label = Label(Outcome(outcome) if outcome else None, one_of(fields, "predicate") or None, tuple(claims) or None)
    if label == Label():
        raise UsageError("Choose what it is: an outcome, a kind of claim, or claims.")
    return label


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("Choose the day on which it comes back.") from None


def _number(text: str) -> int | None:
    if not re.fullmatch(r"\d{1,9}", text):
        raise UsageError("The form did not come through whole. Please try once more.")
    return int(text)


def without_options(text: str) -> str:
    """An error of the command line in words for the page: without the options that nobody types here."""
    said = re.sub(r"\s*\(?--[a-z-]+ [A-Z][^).]*\)?|: --.*|; `[^`]*`.*", "", text).strip()
    return said[:1].upper() + said[1:]


def one_of(fields: Fields, name: str) -> str:
    """The value of a field, the last where there are several; empty where there is none. Free of NUL, which
    PostgreSQL cannot keep."""
    return fields.get(name, [""])[-1].replace("\0", "").strip()
