"""No secret shows in what a command prints, in `--json`, in an error or in a log, whatever goes wrong."""

import logging

import pytest

from claimwatch.settings import SECRETS, Settings, chosen, load_settings
from tests.cli.conftest import Run
from tests.pipeline.bench import MONDAY, NEWS, WEEK, Bench

pytestmark = pytest.mark.slow

SECRET = "s3cr3t-w0rd"
VALUES = {
    "CLAIMWATCH_SMTP_URL": f"smtp://user:{SECRET}@127.0.0.1:1?tls=none",
    "CLAIMWATCH_SECRET_KEY": SECRET,
    "CLAIMWATCH_OPERATOR_NOTIFY": f"json://user:{SECRET}@127.0.0.1:1/hook",
}


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # one of apprise's own modules
def test_no_command_prints_a_secret(
    cli: Run, bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bench.serve_list(items=[{"key": "one", "text": NEWS, "on": "2026-11-03"}])
    for name, value in VALUES.items():
        monkeypatch.setenv(name, value)
    caplog.set_level(logging.DEBUG)
    cli("subscribers", "add", "reader@example.org")
    said = ""
    for words in (
        ["run", "--json"],
        ["deliver", "--json"],
        ["deliver", "--test", "operator@example.org"],
        ["doctor", "--json"],
        ["doctor", "--alert", "--json"],
        ["sources", "list", "--json"],
        ["subscribers", "list", "--json"],
        ["findings", "list", "--json"],
        ["digest", "list", "--json"],
        ["upkeep", "--json"],
        ["backup", str(bench.home / "kept.tar"), "--json"],
        ["evidence", "export", "1", "--out", str(bench.home / "one.zip"), "--json"],
    ):
        done = cli(*words, at=MONDAY + WEEK)
        said += done.out + done.err
    assert "reader@example.org" in said, "the commands did say something"
    assert SECRET not in said
    assert SECRET not in caplog.text
    assert SECRET.encode() not in (bench.home / "kept.tar").read_bytes()
    assert SECRET.encode() not in (bench.home / "one.zip").read_bytes()


@pytest.mark.parametrize(
    "broken",
    [
        {"DATABASE_URL": f"postgresql+psycopg://user:{SECRET}@127.0.0.1:1/claimwatch"},
        {"DATABASE_URL": f"postgres://user:{SECRET}@127.0.0.1:1/claimwatch"},
        {"SMTP_URL": f"smtps:/user:{SECRET}@127.0.0.1"},
        {"DKIM_KEY": SECRET, "DKIM_SELECTOR": "one"},
        {"DKIM_KEY": f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n", "DKIM_SELECTOR": "one"},
        {"OPERATOR_NOTIFY": f"nonsense://user:{SECRET}@127.0.0.1:1/{SECRET}"},
    ],
    ids=lambda broken: next(iter(broken)),
)
@pytest.mark.parametrize("kind", ["text", "json"])
def test_what_is_wrong_with_a_secret_is_said_without_it(
    cli: Run, bench: Bench, monkeypatch: pytest.MonkeyPatch, broken: dict[str, str], kind: str
) -> None:
    bench.serve_list(items=[{"key": "one", "text": NEWS, "on": "2026-11-03"}])
    cli("subscribers", "add", "reader@example.org")
    for name, value in {**broken, "LOG": kind}.items():
        monkeypatch.setenv(f"CLAIMWATCH_{name}", value)
    said = ""
    for words in (["run", "--json"], ["doctor", "--alert", "--json"], ["deliver", "--test", "operator@example.org"]):
        done = cli(*words, at=MONDAY + WEEK)
        said += done.out + done.err
    assert said
    assert SECRET not in said


def test_every_secret_is_known_as_one() -> None:
    secret = {name for name, field in Settings.model_fields.items() if "Secret" in str(field.annotation)}
    assert secret == SECRETS
    settings = load_settings(smtp_url=VALUES["CLAIMWATCH_SMTP_URL"], secret_key=SECRET)
    assert SECRET not in repr(settings) + str(settings) + settings.model_dump_json() + str(chosen(settings))
