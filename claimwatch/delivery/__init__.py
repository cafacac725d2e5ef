"""Delivery: a rendered edition as the bytes of one message, and the ways in which bytes leave."""

from claimwatch.delivery.answers import Verdict
from claimwatch.delivery.boxes import Box, Returned, open_box
from claimwatch.delivery.compose import Sender, compose, message_id_for
from claimwatch.delivery.evidence import Evidence, MaildirEvidence, PostfixLog, Tried
from claimwatch.delivery.maildir import MaildirTransport
from claimwatch.delivery.receipt import NotTaken, OutcomeUnknown, Receipt
from claimwatch.delivery.reports import Harm, Kind, Report, read_report
from claimwatch.delivery.return_path import opaque_part, return_path, token_in
from claimwatch.delivery.signing import Signer, load_signer
from claimwatch.delivery.stencil import Personal, Stencil
from claimwatch.delivery.transport import Route, Transport, open_transport, read_route

__all__ = [
    "Box",
    "Evidence",
    "Harm",
    "Kind",
    "MaildirEvidence",
    "MaildirTransport",
    "NotTaken",
    "OutcomeUnknown",
    "Personal",
    "PostfixLog",
    "Receipt",
    "Report",
    "Returned",
    "Route",
    "Sender",
    "Signer",
    "Stencil",
    "Transport",
    "Tried",
    "Verdict",
    "compose",
    "load_signer",
    "message_id_for",
    "opaque_part",
    "open_box",
    "open_transport",
    "read_report",
    "read_route",
    "return_path",
    "token_in",
]
