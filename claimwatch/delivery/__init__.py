"""Delivery: a rendered edition as the bytes of one message, and the ways in which bytes leave.

`signing` and `lmtp` are imported by themselves: they bring much along that few need.
"""

from claimwatch.delivery.answers import Verdict
from claimwatch.delivery.boxes import Box, MaildirBox, Returned, open_box
from claimwatch.delivery.compose import Sender, compose, message_id_for
from claimwatch.delivery.evidence import Evidence, MaildirEvidence, PostfixLog, RelayMemory, Tried
from claimwatch.delivery.maildir import MaildirTransport
from claimwatch.delivery.receipt import NotTaken, OutcomeUnknown, Receipt
from claimwatch.delivery.reports import Harm, Kind, Report, read_report
from claimwatch.delivery.return_path import opaque_part, return_path, token_in
from claimwatch.delivery.stencil import Personal, Stencil
from claimwatch.delivery.transport import Route, Transport, open_transport, read_route

__all__ = [
    "Box",
    "Evidence",
    "Harm",
    "Kind",
    "MaildirBox",
    "MaildirEvidence",
    "MaildirTransport",
    "NotTaken",
    "OutcomeUnknown",
    "Personal",
    "PostfixLog",
    "Receipt",
    "RelayMemory",
    "Report",
    "Returned",
    "Route",
    "Sender",
    "Stencil",
    "Transport",
    "Tried",
    "Verdict",
    "compose",
    "message_id_for",
    "opaque_part",
    "open_box",
    "open_transport",
    "read_report",
    "read_route",
    "return_path",
    "token_in",
]
