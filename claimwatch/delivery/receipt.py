"""What came of handing a message over."""

from dataclasses import dataclass

from claimwatch.delivery.answers import Answer, Verdict, queue_id
from claimwatch.errors import DeliveryFailed


@dataclass(frozen=True, slots=True)
class Receipt:
    """The message was taken; `text` is what the taker said."""

    text: str

    @property
    def queue_id(self) -> str | None:
        """The server's name for it, where it told one."""
        return queue_id(self.text)


class NotTaken(DeliveryFailed):
    """A message was not taken, or nobody knows. `verdict` says whose fault it is, `answer` what the server said."""

    def __init__(
        self, reason: str, verdict: Verdict, *, phase: str | None = None, answer: Answer | None = None
    ) -> None:
        super().__init__(reason, permanent=verdict.permanent)
        self.verdict = verdict
        self.phase = answer.phase if answer else phase
        self.answer = answer


class OutcomeUnknown(NotTaken):
    """The whole message was on its way and no answer came: it may have been taken. Sending again may send twice."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, Verdict.UNKNOWN, phase="DATA")
