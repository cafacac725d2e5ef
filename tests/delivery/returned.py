"""Mail that comes back, as servers write it: samples for tests, in our own words."""

from email.message import EmailMessage
from textwrap import dedent

BOUNCES = "bounces@claimwatch.example"
TOKEN = "0123456789abcdef0123456789abcdef"
MESSAGE_ID = f"<weekly.2026-W46.{TOKEN}@claimwatch.example>"


def dsn(
    *,
    token: str | None = TOKEN,
    message_id: str | None = MESSAGE_ID,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <kari@reader.example>: Recipient address rejected: User unknown",
    own_id: str = "<r1@mx.reader.example>",
    more: str = "",
) -> bytes:
    """A delivery status notification (RFC 3464); `more` are further blocks of recipients."""
    to = f"bounces+{token}@claimwatch.example" if token else BOUNCES
    enclosed = f"Return-Path: <{to}>\n" + (f"Message-ID: {message_id}\n" if message_id else "") + "Subject: Watch W46\n"
    head = f"""\
        Return-Path: <>
        Delivered-To: {to}
        From: MAILER-DAEMON@mx.reader.example (Mail Delivery System)
        To: {to}
        Subject: Undelivered Mail Returned to Sender
        Message-ID: {own_id}
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b0"

        --b0
        Content-Type: text/plain

        I could not deliver it.

        --b0
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.reader.example

        Final-Recipient: rfc822; kari@reader.example
        Action: {action}
        Status: {status}
        Diagnostic-Code: {diagnostic}
        """
    tail = f"\n--b0\nContent-Type: text/rfc822-headers\n\n{enclosed}\n--b0--\n"
    return (dedent(head) + more + tail).encode()


def complaint(
    *, message_id: str | None = MESSAGE_ID, kind: str = "abuse", to: str = "fbl@claimwatch.example", original: str = ""
) -> bytes:
    """A complaint (RFC 5965), as a provider sends it to the address that it was told."""
    text = dedent(f"""\
        From: feedback@provider.example
        To: {to}
        Subject: Complaint
        Message-ID: <c1@provider.example>
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

        --b1
        Content-Type: text/plain

        A reader marked this as spam.

        --b1
        Content-Type: message/feedback-report

        Feedback-Type: {kind}
        User-Agent: Provider-FBL/1.0
        Version: 1
        """)
    enclosed = (f"Message-ID: {message_id}\n" if message_id else "") + "Subject: Watch W46\n\nHello\n"
    return f"{text}{original}\n--b1\nContent-Type: message/rfc822\n\n{enclosed}\n--b1--\n".encode()


def holiday() -> bytes:
    """An answer that a machine wrote while its owner is away."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "kari@reader.example", f"bounces+{TOKEN}@claimwatch.example"
    mail["Subject"], mail["Auto-Submitted"] = "I am away until Monday", "auto-replied (vacation)"
    mail["Message-ID"] = "<v1@reader.example>"
    mail.set_content("Back on Monday.")
    return mail.as_bytes()


def old_fashioned() -> bytes:
    """A bounce in a form of its own, as some servers wrote before there was a standard."""
    mail = EmailMessage()
    mail["Return-Path"], mail["From"] = "<>", "MAILER-DAEMON@old.example"
    mail["To"], mail["Subject"] = f"bounces+{TOKEN}@claimwatch.example", "failure notice"
    mail["Message-ID"] = "<q1@old.example>"
    mail.set_content("I'm afraid I wasn't able to deliver your message.\n<kari@reader.example>:\nno mailbox here.\n")
    return mail.as_bytes()
