"""Settings: where they come from, which win, what is refused, and that secrets stay secret."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from claimwatch.errors import SettingsInvalid
from claimwatch.settings import Settings, clock, load_settings, placeholders, signing_keys, variable


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own whose claimwatch.toml counts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("claimwatch.settings.SETTINGS_FILE", "claimwatch.toml")
    return tmp_path


def test_defaults_lie_in_the_home(folder: Path) -> None:
    settings = load_settings()
    assert settings.home == folder / "var"
    assert settings.database_url.get_secret_value() == f"sqlite:///{folder}/var/claimwatch.db"
    assert settings.captures_url == f"file://{folder}/var/captures"
    assert settings.smtp_url.get_secret_value() == f"maildir:{folder}/var/mail"
    assert settings.sources.is_file()
    assert settings.baselines.is_dir()


def test_a_home_moves_what_lies_in_it_and_leaves_what_is_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWATCH_HOME", "state")
    monkeypatch.setenv("CLAIMWATCH_CAPTURES_URL", "memory://captures")
    settings = load_settings()
    assert settings.database_url.get_secret_value() == f"sqlite:///{folder}/state/claimwatch.db"
    assert settings.captures_url == "memory://captures"


def test_overrides_win_over_the_environment_and_that_over_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "claimwatch.toml").write_text(
        'from = "file@example.org"\noperator = "file@example.org"\ntimezone = "Europe/London"\n'
    )
    monkeypatch.setenv("CLAIMWATCH_FROM", "Watch <environment@example.org>")
    monkeypatch.setenv("CLAIMWATCH_TIMEZONE", "")
    settings = load_settings(operator="call@example.org")
    assert (settings.sender, settings.operator, settings.timezone) == (
        "Watch <environment@example.org>",
        "call@example.org",
        "Europe/London",
    )


def test_unknown_keys_of_the_file_are_named(folder: Path) -> None:
    (folder / "claimwatch.toml").write_text('smpt_url = "maildir:x"\nsender = "a@b.org"\n')
    with pytest.raises(SettingsInvalid, match=r"claimwatch\.toml.*'smpt_url'; did you mean 'smtp_url'") as caught:
        load_settings()
    assert "'sender'" in str(caught.value)


def test_a_broken_file_is_named(folder: Path) -> None:
    (folder / "claimwatch.toml").write_text("home = \n")
    with pytest.raises(SettingsInvalid, match=r"claimwatch\.toml: cannot be read"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLAIMWATCH_DATABASE_URL", "mysql://root:geheim@host/db"),
        ("CLAIMWATCH_SMTP_URL", "http://user:geheim@host"),
        ("CLAIMWATCH_SMTP_URL", "maildir:"),
        ("CLAIMWATCH_FROM", "nobody"),
        ("CLAIMWATCH_FROM", "a@example.org\nBcc: b@example.org"),
        ("CLAIMWATCH_REPLY_TO", "@example.org"),
        ("CLAIMWATCH_OPERATOR", "operator"),
        ("CLAIMWATCH_POSTAL_ADDRESS", "Street 1\r\nTown"),
        ("CLAIMWATCH_CONTACT_URL", "https://example.org/\r\nX: y"),
        ("CLAIMWATCH_TIMEZONE", "Europe/Olso"),
        ("CLAIMWATCH_LANGUAGE", "zh"),
        ("CLAIMWATCH_REVIEW", "some"),
        ("CLAIMWATCH_PUBLIC_URL", "example.org"),
        ("CLAIMWATCH_UPSTREAM", "https://mirror.example/?a=b"),
        ("CLAIMWATCH_UPSTREAM", "ftp://mirror.example/"),
        ("CLAIMWATCH_PACE", "slow"),
        ("CLAIMWATCH_NOW", "2026-11-16T07:00:00"),
        ("CLAIMWATCH_NOW", "tomorrow"),
    ],
)
def test_bad_values_name_the_variable_and_show_no_secret(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{name}: ")
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_every_fault_has_its_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "claimwatch.toml").write_text('pace = "slow"\n')
    monkeypatch.setenv("CLAIMWATCH_LANGUAGE", "zh")
    with pytest.raises(SettingsInvalid) as caught:
        load_settings(colour="red")
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert {line.split(" (")[0].split(": Input")[0] for line in lines} == {
        "claimwatch.toml: pace",
        "CLAIMWATCH_LANGUAGE",
        "there is no setting 'colour'",
    }


def test_a_key_without_selector_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="CLAIMWATCH_DKIM_SELECTOR: set both or neither"):
        load_settings(dkim_key="/etc/claimwatch/dkim.pem")


def test_secrets_are_not_printed() -> None:
    settings = load_settings(
        smtp_url="smtp://user:geheim@mail.example:587",
        database_url="postgresql+psycopg://u:geheim@h/d",
        secret_key="geheim",
    )
    assert "geheim" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_pace_off_counts_only_with_an_upstream() -> None:
    assert load_settings(pace="off").paced
    assert not load_settings(pace="off", upstream="http://127.0.0.1:9/").paced
    assert load_settings(upstream="http://127.0.0.1:9/").paced
    assert load_settings(upstream="http://127.0.0.1:9/mirror/").upstream == "http://127.0.0.1:9/mirror"


def test_the_clock_is_frozen_or_real() -> None:
    frozen = clock(load_settings(now="2026-11-16T07:00:00+01:00"))
    assert frozen() == frozen() == datetime(2026, 11, 16, 6, tzinfo=UTC)
    assert frozen().tzinfo is UTC
    before = datetime.now(UTC)
    assert before <= clock(load_settings())() <= datetime.now(UTC)


def test_placeholders_are_listed_until_set() -> None:
    needed = ("CLAIMWATCH_FROM", "CLAIMWATCH_OPERATOR", "CLAIMWATCH_POSTAL_ADDRESS", "CLAIMWATCH_CONTACT_URL")
    assert placeholders(load_settings()) == needed
    settings = load_settings(sender="a@example.org", contact_url="mailto:a@example.org")
    assert placeholders(settings) == needed[1:3]


def test_a_signing_key_is_made_once_and_private(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home")
    (made,) = signing_keys(settings)
    assert len(made.get_secret_value()) >= 32
    assert signing_keys(settings) == (made,)
    (file,) = (tmp_path / "home").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    chosen = signing_keys(load_settings(secret_key="new, old"))
    assert [key.get_secret_value() for key in chosen] == ["new", "old"]


def test_every_setting_is_described() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert variable(name).startswith("CLAIMWATCH_")
