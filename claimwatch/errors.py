"""The error tree. Every error that a user can cause or meet says what happened and what to do.

ClaimwatchError
├── UsageError             the command line was wrong (exit status 2)
├── SettingsInvalid        an environment variable or claimwatch.toml
├── BaselineInvalid        a file in baselines/
├── SourcesInvalid         sources.yaml
├── ClockWentBack          CLAIMWATCH_NOW is earlier than what is stored
├── CaptureLost            kept bytes are missing or damaged
├── ReadFailed             a page of a source could not be had or used
│   ├── FetchFailed        no answer, an error status, a time-out, a redirect loop
│   ├── TooLarge           over a size limit, before or after decompression
│   ├── Blocked            a bot wall, a login wall, a captive portal
│   └── SourceChanged      an answer that is not what the parser knows: drift, wrong type, too few items
├── DecidedMeanwhile       somebody else has decided on a development, or it has moved on
├── EditionInvalid         an edition that must not leave (preflight)
└── DeliveryFailed         a message that could not be handed over

What a `ReadFailed` says of the next try is its `kind`: `FailureKind`.
"""

import os
from enum import StrEnum


class ClaimwatchError(Exception):
    """Base of all errors that are reported without a traceback."""


class UsageError(ClaimwatchError):
    """The command line asks for something that does not exist or does not fit together."""


class SettingsInvalid(ClaimwatchError):
    """A setting has a value that cannot be used."""


class BaselineInvalid(ClaimwatchError):
    """A baseline file breaks a rule that loading holds it to."""


class SourcesInvalid(ClaimwatchError):
    """sources.yaml breaks a rule that loading holds it to."""


class ClockWentBack(ClaimwatchError):
    """The clock reads earlier than something already stored."""


class CaptureLost(ClaimwatchError):
    """Bytes that were kept are missing, or are not the ones that were kept."""


def worded(error: Exception) -> str:
    """What an error says, for people: of the system's without the number, which tells nobody anything."""
    if isinstance(error, OSError) and error.strerror:
        return f"{os.fsdecode(error.filename)}: {error.strerror}" if _is_path(error.filename) else error.strerror
    return str(error)


def _is_path(name: object) -> bool:
    return isinstance(name, str | bytes)  # it is a number where a descriptor was used


class FailureKind(StrEnum):
    """How likely the next try is to go better, and so how soon it should be."""

    TEMPORARY = "temporary"  # no answer, a time-out, 408, 425, 429, any 5xx, a broken transfer: it passes by itself
    SOFT = "soft"  # not there, refused, a wall, too large, changed: it may pass, or be for somebody to look at
    HARD = "hard"  # the address or what it leads to is wrong: nothing changes until somebody changes it


class ReadFailed(ClaimwatchError):
    """A page could not be had or used; nothing in the store may move because of it.

    `url` is the original address (never the re-rooted one), `reason` one line for people. `answer` is what arrived
    (a `fetching.Answer`, its body perhaps cut), None where nothing did. `kind` says how soon another try makes sense.
    """

    kind: FailureKind = FailureKind.SOFT

    def __init__(self, url: str, reason: str, *, answer: object | None = None) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason
        self.answer = answer


class FetchFailed(ReadFailed):
    """No usable HTTP answer.

    `status` is the HTTP status, or None when there was no answer; a page that says with status 200 that it is not
    there has 404. `retry_after_s` is how long the server asked us to wait, in seconds, at most a day.
    """

    def __init__(
        self,
        url: str,
        reason: str,
        *,
        status: int | None = None,
        kind: FailureKind = FailureKind.TEMPORARY,
        retry_after_s: float | None = None,
        answer: object | None = None,
    ) -> None:
        super().__init__(url, reason, answer=answer)
        self.status = status
        self.kind = kind
        self.retry_after_s = retry_after_s


class TooLarge(ReadFailed):
    """The answer is over a size limit."""


class Blocked(ReadFailed):
    """The answer is a wall, not the page."""


class SourceChanged(ReadFailed):
    """The answer came, but it is not what the parser knows."""


class DecidedMeanwhile(ClaimwatchError):
    """A development is not as it was when the analyst looked at it; nothing was changed.

    `decision` is what somebody decided since (a `models.Decision`), None where a source told more of it.
    """

    def __init__(self, message: str, decision: object | None = None) -> None:
        super().__init__(message)
        self.decision = decision


class EditionInvalid(ClaimwatchError):
    """The preflight refuses an edition."""


class DeliveryFailed(ClaimwatchError):
    """A message could not be handed over. `permanent` says that trying again is of no use."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent
