"""What a mail server's answer means: whose fault it is, and so what is done next."""

import re
from dataclasses import dataclass
from enum import StrEnum

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_QUEUED = re.compile(r"\bqueued as ([0-9A-Za-z]+)")
_OUR_CODES = frozenset((500, 501, 502, 503, 504, 530, 534, 535, 538))


class Verdict(StrEnum):
    """Whom an answer speaks of. The first four may change by waiting, the next three may not."""

    RELAY = "relay"  # the relay is away or busy: leave it alone for a while
    LATER = "later"  # this mail, later
    FULL = "mailbox full"  # this mail, later; the mailbox may be abandoned
    OURS = "ours"  # login, policy, protocol, certificate: the operator's to mend, nobody's address is at fault
    RECIPIENT = "recipient"  # there is no such mailbox
    TOO_BIG = "too big"
    MESSAGE = "message"  # refused for good, for another reason
    UNKNOWN = "unknown"  # no answer after the final dot: it may have been taken

    @property
    def permanent(self) -> bool:
        """Whether trying the same message again is of no use."""
        return self in (Verdict.RECIPIENT, Verdict.TOO_BIG, Verdict.MESSAGE)


@dataclass(frozen=True, slots=True)
class Answer:
    """A negative answer: to which step (`MAIL FROM`, `RCPT TO`, `DATA`), its code, enhanced code and words."""

    phase: str
    code: int
    enhanced: str | None
    text: str

    @property
    def verdict(self) -> Verdict:
        """Whom it speaks of."""
        if self.code == 421:
            return Verdict.RELAY
        status = self.enhanced or ""
        detail = status.partition(".")[2]
        if detail == "2.2" or (self.code == 452 and detail == "2.1"):
            return Verdict.FULL  # also where the code is 552: readers do empty their mailboxes
        if self.code < 500:
            return Verdict.LATER
        if self._of_us(detail):
            return Verdict.OURS
        if self.code == 552 or detail in ("2.3", "3.4"):
            return Verdict.TOO_BIG
        if detail.startswith("1.") or detail in ("2.1", "2.0", "4.4"):
            return Verdict.RECIPIENT
        return Verdict.RECIPIENT if self.phase == "RCPT TO" and not detail else Verdict.MESSAGE

    def _of_us(self, detail: str) -> bool:
        policy = detail.startswith(("7.", "5.")) or detail in ("1.7", "1.8")  # 1.7 and 1.8: our own address
        size = detail == "3.4" or (self.code == 552 and not detail)
        return policy or self.code in _OUR_CODES or (self.phase == "MAIL FROM" and not size)


def read_answer(phase: str, code: int, text: str) -> Answer:
    """An answer as the server gave it."""
    said = " ".join(text.split())
    enhanced = _ENHANCED.match(said)
    return Answer(phase, code, enhanced[1] if enhanced else None, said)


def queue_id(text: str) -> str | None:
    """The name under which the server keeps what it took: `queued as 4F2A` gives `4F2A`."""
    found = _QUEUED.search(text)
    return found[1] if found else None
