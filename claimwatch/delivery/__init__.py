"""Delivery: a rendered edition as the bytes of one message, and the ways in which bytes leave."""

from claimwatch.delivery.compose import Sender, compose, message_id_for
from claimwatch.delivery.transport import OutcomeUnknown, Receipt, Transport, open_transport

__all__ = ["OutcomeUnknown", "Receipt", "Sender", "Transport", "compose", "message_id_for", "open_transport"]
