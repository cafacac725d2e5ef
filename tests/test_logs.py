"""Log lines: one a happening, with what belongs to it in fields, as text or JSON; nothing hostile, no secret."""

import json
import logging
import sys

import pytest

from claimwatch.logs import MASK, Lines, fields, lines_of, secret_values, to_stderr
from claimwatch.settings import SECRETS, load_settings
from tests.cli.test_secrets import SECRET, VALUES

LOG = logging.getLogger("claimwatch.tests")


def record(message: str, *values: object, trace: bool = False, **said: str | int | None) -> logging.LogRecord:
    try:
        raise ValueError("first line\n2026-11-22T06:05:09.184Z error forged message=\x1b[31m")
    except ValueError:
        info = sys.exc_info() if trace else None
    made = LOG.makeRecord(LOG.name, logging.WARNING, __file__, 1, message, values, info, extra=fields(**said))
    made.created = 1795327509.184
    return made


def test_a_line_of_text() -> None:
    line = Lines().format(record("%s: unread: %s", "uhrp", "status 503", source="uhrp", new=0, at_page=None))
    assert line == (
        "2026-11-22T06:05:09.184Z warning claimwatch.tests "
        'message="uhrp: unread: status 503" source=uhrp new=0 at_page=null'
    )


def test_a_line_of_json() -> None:
    line = Lines("json").format(record("%s: å", "uhrp", source="uhrp", new=3))
    assert "\n" not in line
    assert json.loads(line) == {
        "at": "2026-11-22T06:05:09.184Z",
        "level": "warning",
        "logger": "claimwatch.tests",
        "message": "uhrp: å",
        "source": "uhrp",
        "new": 3,
    }


@pytest.mark.parametrize(
    "hostile", ["a\nb", "\x1b[2J", "\u202eevil", "zero\u200bwidth", 'quote" level=info', "\ud800", "\x7f"]
)
def test_scraped_text_can_neither_end_a_line_nor_reach_the_terminal(hostile: str) -> None:
    for kind in ("text", "json"):
        line = Lines(kind).format(record("page: %s", hostile, title=hostile))
        assert line.isprintable()
        assert line.isascii() or hostile.startswith("quote")
    assert json.loads(line)["title"] == hostile


def test_a_traceback_stands_indented_below_or_in_a_field() -> None:
    first, *below = Lines().format(record("a page failed", trace=True)).split("\n")
    assert first.endswith('message="a page failed"')
    assert all(line.startswith("    ") and line.isprintable() for line in below)
    line = Lines("json").format(record("a page failed", trace=True))
    assert "\n" not in line
    assert "ValueError: first line" in json.loads(line)["traceback"]


def test_no_secret_of_the_settings_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {name: f"{SECRET}-of-{name}" for name in SECRETS}
    monkeypatch.setenv("CLAIMWATCH_SMTP_URL", f"smtp://user:{held['smtp_url']}%40x@127.0.0.1:1?tls=none")
    monkeypatch.setenv("CLAIMWATCH_DATABASE_URL", f"postgresql+psycopg://u:{held['database_url']}@127.0.0.1:1/x")
    monkeypatch.setenv("CLAIMWATCH_SECRET_KEY", f"{held['secret_key']},older-{held['secret_key']}")
    monkeypatch.setenv("CLAIMWATCH_DKIM_KEY", held["dkim_key"])
    monkeypatch.setenv("CLAIMWATCH_DKIM_SELECTOR", "one")
    monkeypatch.setenv("CLAIMWATCH_OPERATOR_NOTIFY", f"ntfys://host/topic json://u:{held['operator_notify']}@host/hook")
    settings = load_settings()
    held["smtp_url"] += "@x"  # as it is, beside how it is written in an address
    said = " ".join([*held.values(), held["smtp_url"].replace("@", "%40"), "ntfys://host/topic"])
    for kind in ("text", "json"):
        line = Lines(kind, secret_values(settings)).format(record("%s", said, why=said))
        assert SECRET not in line
        assert "topic" not in line
        assert MASK in line


def test_what_is_logged_goes_to_standard_error_as_the_setting_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAIMWATCH_LOG", "json")
    monkeypatch.setenv("CLAIMWATCH_SMTP_URL", VALUES["CLAIMWATCH_SMTP_URL"])
    with to_stderr(load_settings()):
        LOG.warning("mail to %s was put off", VALUES["CLAIMWATCH_SMTP_URL"], extra=fields(what="sign in"))
        logging.getLogger("a.library").error("broken")
        LOG.info("not shown")
    LOG.warning("afterwards")
    out, err = capsys.readouterr()
    first, second = map(json.loads, err.splitlines())
    assert (first["what"], second["logger"], out) == ("sign in", "a.library", "")
    assert SECRET not in err
    assert isinstance(lines_of(load_settings()), Lines)
