"""What analysts decide about what was found: one row a decision, only ever added, and what they come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from claimwatch.models.fact import Lesson
from claimwatch.models.finding import Development, Outcome


class Action(StrEnum):
    """What an analyst may do with a development."""

    ACCEPT = "accept"
    DISMISS = "dismiss"
    SNOOZE = "snooze"
    RELABEL = "relabel"
    SAME_AS = "same_as"
    UNDO = "undo"
    COMMENT = "comment"

    @property
    def needs_why(self) -> bool:
        """Whether it cannot be done without a reason."""
        return self in (Action.DISMISS, Action.RELABEL, Action.COMMENT)


class CaseState(StrEnum):
    """How a development stands on the desk."""

    OPEN = "open"
    SNOOZED = "snoozed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Label:
    """What an analyst says that a development is; None leaves what was found."""

    outcome: Outcome | None = None
    predicate: str | None = None
    claims: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an analyst wants done.

    `who` is their name. `why` is needed by dismiss, relabel and comment. `until` goes with snooze (the day on which it
    comes back), `label` with relabel, `other` (the key of another development) with same_as. `undoes` is the id of the
    decision to take back; without it, undo takes back the last one. `not_the_company` goes with dismiss: the name was
    not that of the company, and the same name of the same source is reviewed from then on. `finding` narrows a
    dismissal or a comment to one finding of several.
    """

    action: Action
    who: str
    why: str | None = None
    until: date | None = None
    label: Label | None = None
    other: str | None = None
    undoes: int | None = None
    not_the_company: bool = False
    finding: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict as it was written down. `development` is the key of what it is about, `state_version` its state then.

    Of a same_as `other` is the development that the two are from then on, `moved` the ids of the findings that went
    there. `was` and `became` are the development (of a same_as: the other one) before and after, where the decision
    changed it. `lessons` are what a dismissal taught about names. `undone_by` is the id of the undo that took it back.
    """

    id: int
    development: str
    action: Action
    who: str
    at: datetime
    state_version: int
    why: str | None = None
    finding: int | None = None
    until: date | None = None
    label: Label | None = None
    other: str | None = None
    moved: tuple[int, ...] = ()
    was: Development | None = None
    became: Development | None = None
    not_the_company: bool = False
    lessons: tuple[Lesson, ...] = ()
    undoes: int | None = None
    undone_by: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the decisions about a development come to. `last` is the one that settles it, None where none does.

    `relabel` is the one that says what it is. `version` is the id of the newest decision that is no comment, 0 for
    none: who decides on the ground of an older one is late.
    """

    last: Decision | None = None
    relabel: Decision | None = None
    version: int = 0

    @property
    def label(self) -> Label | None:
        """What analysts say that it is."""
        return None if self.relabel is None else self.relabel.label

    @property
    def action(self) -> Action | None:
        """What was done last and still holds."""
        return None if self.last is None else self.last.action

    def seen(self, state_version: int) -> str:
        """Identifies what somebody sees who looks now: the newest decision, and the state of the development."""
        return f"{self.version}.{state_version}"

    def covers(self, state_version: int) -> bool:
        """Whether the last decision was made on this state of the development; a later one is to be looked at again."""
        return self.last is not None and self.last.state_version >= state_version

    def state(self, state_version: int, today: date) -> CaseState:
        """How it stands on a day."""
        if self.action is Action.SAME_AS:
            return CaseState.DONE
        if self.last is None or not self.covers(state_version):
            return CaseState.OPEN
        if self.action is Action.SNOOZE:
            return CaseState.SNOOZED if self.last.until is not None and today < self.last.until else CaseState.OPEN
        return CaseState.DONE

    def is_told(self, state_version: int, today: date) -> bool:
        """Whether readers may be told of it: not while it is dismissed, is no news, waits, or is part of another."""
        if self.action is Action.SAME_AS:
            return False
        quiet = self.label is not None and self.label.outcome is not None and not self.label.outcome.alerts
        if self.action is Action.DISMISS or quiet:
            return not self.covers(state_version)
        return self.state(state_version, today) is not CaseState.SNOOZED

    def reviewed(self, state_version: int) -> bool:
        """Whether an analyst has looked at this state and let it stand or corrected it."""
        return self.action in (Action.ACCEPT, Action.RELABEL) and self.covers(state_version)


def standing(decisions: Sequence[Decision]) -> Standing:
    """What the decisions about one development, oldest first, come to.

    Those that were undone count for nothing; that one of several findings was dismissed settles nothing of the whole.
    """
    last: Decision | None = None
    relabel: Decision | None = None
    for one in decisions:
        if one.undone_by is not None or one.finding is not None or one.action in (Action.UNDO, Action.COMMENT):
            continue
        if one.label is not None:
            relabel = one
        last = one
    newest = max((one.id for one in decisions if one.action is not Action.COMMENT), default=0)
    return Standing(last, relabel, newest)
