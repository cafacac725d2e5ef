"""Golden mails: HTML, text and whole message of a form, in `tests/golden/mail/`."""

from pathlib import Path

import pytest

from claimwatch.delivery import Sender, compose, message_id_for
from claimwatch.editions.addresses import edition_path
from claimwatch.models import Edition, Rendered
from tests.editions import factory as make
from tests.editions import pieces

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "mail"
DOMAIN = "claimwatch.example"
STOP = f"https://{DOMAIN}/unsubscribe/7w.b1RKHkYp1sXxQ0m8bJ2dC4eF6gA"
CHANGE = f"https://{DOMAIN}/preferences/7.Zk3mN5pQ7rS9tU1vW3xY5zA7bC9"


def hold_against_golden(name: str, edition: Edition, mail: Rendered) -> None:
    """Compares with the files of a form (`name`, with the language where it is not English); what is missing is
    written, and the test fails until somebody has read it."""
    reader = make.a_subscriber(language=mail.language)
    mime = compose(
        mail,
        sender=Sender(f"Claimwatch <watch@{DOMAIN}>", pieces.OPERATOR),
        recipient=reader,
        message_id=message_id_for(f"{edition.series}:{edition.period}", reader, secret="of the tests", domain=DOMAIN),
        date=pieces.NOW,
        series=edition.series,
        period=edition.period,
        unsubscribe_url=STOP,
        archived_at=f"https://{DOMAIN}{edition_path(edition.series, edition.period)}",
        references=(f"<weekly.2026-W45.0123456789abcdef@{DOMAIN}>",) if edition.correction else (),
    )
    stem = name if mail.language == "en" else f"{name}.{mail.language}"
    missing = []
    for suffix, got in ((".html", mail.html.encode()), (".txt", mail.text.encode()), (".eml", mime)):
        path = GOLDEN / f"{stem}{suffix}"
        if not path.exists():
            path.write_bytes(got)
            missing.append(path.name)
            continue
        assert got.decode() == path.read_bytes().decode(), f"{path} differs; delete it to have it written anew"
    if missing:
        pytest.fail(f"{', '.join(missing)} in {GOLDEN} were missing and have been written: please read them, run again")
