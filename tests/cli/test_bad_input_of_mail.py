"""What can be wrong with mail, as an operator meets it: each fault says what to do, and nobody is mailed twice.

Every test ends with the fault mended, and exactly one mail to the one reader.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from claimwatch.settings import TEMPLATES
from tests.cli.conftest import Run
from tests.delivery.sink import PASSWORD, USER, Sink, make_certificate
from tests.pipeline.bench import Bench
from tests.pipeline.conftest import bench, engine, migrated  # noqa: F401

pytestmark = pytest.mark.slow

NEWS = "Hikvision opened a cheese museum in Iceland on 3 November 2026."
INJECTION = "News\r\nBcc: everybody@evil.example\r\n\r\n<script>alert(1)</script>\x00"


@pytest.fixture
def read(cli: Run, bench: Bench) -> Bench:  # noqa: F811
    """A reader, and one piece of news under a title that tries to break out."""
    bench.serve_list(items=[{"key": "one", "text": NEWS, "on": "2026-11-03", "title": INJECTION}])
    assert cli("subscribers", "add", "reader@example.org").status == 0
    assert cli("poll").status == 0
    return bench


def relay(sink: Sink, *, password: str = PASSWORD) -> str:
    return f"smtp://{USER}:{password}@localhost:{sink.port}?tls=starttls"


def waits_for(cli: Run, *said: str) -> None:
    """A delivery that fails, says all of this, and loses nothing."""
    done = cli("deliver")
    assert done.status == 1
    for words in said:
        assert words in done.out, done.out
    assert "1 waiting" in done.out
    assert any(line.startswith("paused until") and "--resume" in line for line in done.out.splitlines())


def leaves_once(cli: Run) -> None:
    assert "1 accepted, 0 failed, 0 waiting" in cli("deliver", "--resume").out
    assert "0 accepted, 0 failed, 0 waiting" in cli("deliver", "--resume").out


@pytest.mark.parametrize(
    "address",
    ["reader", "reader@", "@example.org", "a b@example.org", "a@example.org\r\nBcc: b@example.org", "a@b@c.d"],
)
def test_a_bad_address(cli: Run, read: Bench, address: str) -> None:
    refused = cli("subscribers", "add", address)
    assert refused.status == 2
    assert "address" in refused.err
    listed = read.home / "readers.csv"
    listed.write_text(f'address\n"{address}"\ngood@example.org\n', encoding="utf-8")
    imported = cli("subscribers", "import", str(listed))
    assert imported.status != 0
    assert "address" in imported.err
    assert len(cli("subscribers", "list", "--json").json) == 1, "nobody of a file with a fault"
    cli("digest")
    leaves_once(cli)
    assert len(read.mails()) == 1


def test_a_header_injection_in_a_title(cli: Run, read: Bench) -> None:
    assert cli("digest").status == 0
    leaves_once(cli)
    (path,) = (read.home / "mail" / "new").iterdir()
    mail: Message = BytesParser().parsebytes(path.read_bytes())
    assert mail["Bcc"] is None
    assert mail["To"] == "reader@example.org"
    text, html = (part.get_payload(decode=True).decode() for part in mail.get_payload())  # type: ignore[union-attr]
    assert "<script" not in html
    assert "News Bcc: everybody@evil.example" in " ".join(text.split()), "it is told, as words"
    assert not any(line.startswith("Bcc") for line in text.splitlines())


def test_an_unreachable_relay(cli: Run, read: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with Sink() as sink:
        gone = f"smtp://127.0.0.1:{sink.port}?tls=none"
    monkeypatch.setenv("CLAIMWATCH_SMTP_URL", gone)
    cli("digest")
    waits_for(cli, f"127.0.0.1:{sink.port}", "cannot be reached", "check host and port in CLAIMWATCH_SMTP_URL")
    assert "cannot be reached" in cli("doctor").out
    monkeypatch.delenv("CLAIMWATCH_SMTP_URL")
    leaves_once(cli)
    assert len(read.mails()) == 1


def test_a_wrong_password(cli: Run, read: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, context = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with Sink(tls=context, login=True) as sink:
        monkeypatch.setenv("CLAIMWATCH_SMTP_URL", relay(sink, password="wr0ng-word"))
        cli("digest")
        waits_for(cli, "refuses our login (535)", "correct user and password in CLAIMWATCH_SMTP_URL")
        assert "wr0ng-word" not in cli("deliver").out + cli("doctor").out
        monkeypatch.setenv("CLAIMWATCH_SMTP_URL", relay(sink))
        leaves_once(cli)
    assert len(sink.taken) == 1


def test_an_expired_certificate(cli: Run, read: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old").mkdir()
    path, context = make_certificate(tmp_path / "old", lasts=timedelta(minutes=-1))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with Sink(tls=context, login=True) as sink:
        monkeypatch.setenv("CLAIMWATCH_SMTP_URL", relay(sink))
        cli("digest")
        waits_for(cli, "shows a certificate that has expired; renew it")
    assert sink.taken == []
    path, context = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with Sink(tls=context, login=True) as sink:
        monkeypatch.setenv("CLAIMWATCH_SMTP_URL", relay(sink))
        leaves_once(cli)
    assert len(sink.taken) == 1


def test_a_template_error(cli: Run, read: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["claimwatch.editions.render"]
    shutil.copytree(TEMPLATES / "email", tmp_path / "email")
    (tmp_path / "email" / "digest.html.j2").write_text("<p>{% if %}</p>")
    with monkeypatch.context() as broken:
        broken.setattr(module, "_TEMPLATES", tmp_path / "email")
        module._environment.cache_clear()
        refused = cli("digest")
    module._environment.cache_clear()
    assert refused.status == 1
    assert "templates/email/digest.html.j2, line 1 cannot be used" in refused.err
    assert "mend it, and build again" in refused.err
    assert cli("digest", "list", "--json").json == [], "nothing is frozen"
    assert cli("digest").status == 0
    leaves_once(cli)
    assert len(read.mails()) == 1


@contextmanager
def no_more_room() -> Iterator[None]:
    """No database may grow by a page."""

    def limit(connection: Any, _record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limit)


def test_a_full_disk(cli: Run, read: Bench) -> None:
    with no_more_room():
        refused = cli("digest")
    assert refused.status == 1
    assert "database or disk is full" in refused.err
    assert len(refused.err.splitlines()) < 5, "a word to the operator, no traceback"
    assert cli("digest", "list", "--json").json == []
    assert cli("digest").status == 0
    leaves_once(cli)
    assert len(read.mails()) == 1
