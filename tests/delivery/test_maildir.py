"""The Maildir, read back with the stdlib."""

import mailbox
from pathlib import Path

import pytest

from claimwatch.delivery import open_transport
from claimwatch.errors import DeliveryFailed

FROM, TO = "watch@claimwatch.example", "kari@reader.example"


def a_message(id_: str, subject: str = "x") -> bytes:
    return f"Message-ID: <{id_}>\r\nSubject: {subject}\r\n\r\nbody\r\n".encode()


def test_a_message_lies_there_byte_for_byte(tmp_path: Path) -> None:
    with open_transport(f"maildir:{tmp_path}/mail") as transport:
        receipt = transport.send(FROM, TO, a_message("1@claimwatch.example"))
    (message,) = mailbox.Maildir(tmp_path / "mail", create=False)
    assert message["Subject"] == "x"
    assert Path(receipt.text).read_bytes() == a_message("1@claimwatch.example")
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []


def test_the_same_message_id_is_delivered_once_also_after_it_was_read(tmp_path: Path) -> None:
    with open_transport(f"maildir:{tmp_path}") as transport:
        transport.send(FROM, TO, a_message("1@claimwatch.example"))
        transport.send(FROM, TO, a_message("1@claimwatch.example", "again"))
        fresh = next((tmp_path / "new").iterdir())
        fresh.rename(tmp_path / "cur" / f"{fresh.name}:2,S")
        transport.send(FROM, TO, a_message("1@claimwatch.example", "again"))
        transport.send(FROM, TO, a_message("2@claimwatch.example", "other"))
    assert sorted(m["Subject"] for m in mailbox.Maildir(tmp_path, create=False)) == ["other", "x"]


def test_a_message_id_cannot_leave_the_maildir(tmp_path: Path) -> None:
    with open_transport(f"maildir:{tmp_path}/mail") as transport:
        receipt = transport.send(FROM, TO, a_message("../../evil/1@x"))
    assert Path(receipt.text).parent == tmp_path / "mail" / "new"


def test_a_message_without_id_is_refused_for_good(tmp_path: Path) -> None:
    with (
        open_transport(f"maildir:{tmp_path}") as transport,
        pytest.raises(DeliveryFailed, match="Message-ID") as caught,
    ):
        transport.send(FROM, TO, b"Subject: x\r\n\r\n")
    assert caught.value.permanent


def test_a_place_that_cannot_be_written_is_named_and_temporary(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        open_transport(f"maildir:{tmp_path}/file/mail") as transport,
        pytest.raises(DeliveryFailed, match="file/mail") as caught,
    ):
        transport.send(FROM, TO, a_message("1@x"))
    assert not caught.value.permanent
