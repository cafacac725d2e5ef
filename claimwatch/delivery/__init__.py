"""Delivery: a rendered edition as the bytes of one message, and the ways in which bytes leave."""

from claimwatch.delivery.answers import Verdict
from claimwatch.delivery.compose import Sender, compose, message_id_for
from claimwatch.delivery.evidence import Evidence, MaildirEvidence, PostfixLog, Tried
from claimwatch.delivery.maildir import MaildirTransport
from claimwatch.delivery.receipt import NotTaken, OutcomeUnknown, Receipt
from claimwatch.delivery.return_path import opaque_part, return_path
from claimwatch.delivery.signing import Signer, load_signer
from claimwatch.delivery.transport import Route, Transport, open_transport, read_route

__all__ = [
    "Evidence",
    "MaildirEvidence",
    "MaildirTransport",
    "NotTaken",
    "OutcomeUnknown",
    "PostfixLog",
    "Receipt",
    "Route",
    "Sender",
    "Signer",
    "Transport",
    "Tried",
    "Verdict",
    "compose",
    "load_signer",
    "message_id_for",
    "opaque_part",
    "open_transport",
    "read_route",
    "return_path",
]
