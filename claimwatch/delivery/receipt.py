"""What came of handing a message over."""

from dataclasses import dataclass

from claimwatch.errors import DeliveryFailed


@dataclass(frozen=True, slots=True)
class Receipt:
    """The message was taken; `text` is what the taker said, such as the server's queue id."""

    text: str


class OutcomeUnknown(DeliveryFailed):
    """The whole message was on its way and no answer came: it may have been taken. Sending again may send twice."""
