"""The settings: variables `CLAIMWATCH_*` and `claimwatch.toml` in the working directory; the environment wins.

Each field's description is its documentation; in the file a key is the variable's name in lower case without the
prefix (`CLAIMWATCH_SMTP_URL` is `smtp_url`). An empty variable counts as not set. Secrets are `SecretStr`: they show
as asterisks wherever settings are printed.
"""

import difflib
import ipaddress
import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from claimwatch import paths
from claimwatch.errors import SettingsInvalid

PREFIX, SETTINGS_FILE, PROJECT = paths.PREFIX, paths.SETTINGS_FILE, paths.PROJECT
TEMPLATES = PROJECT / "templates"
_NEEDED = ("from", "operator", "postal_address", "contact_url")


def _http_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("write an address such as https://host/path, without query or fragment")
    return url.rstrip("/")


def _header_text(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError("write one line of printable text")
    return text


def _address(text: str) -> str:
    local, at, domain = parseaddr(_header_text(text))[1].rpartition("@")
    if not (local and at and domain):
        raise ValueError("write an e-mail address, such as Claimwatch <claimwatch@example.org>")
    return text


def _contact(url: str) -> str:
    if not url.isascii() or not url.isprintable() or not url.startswith(("https://", "http://", "mailto:")):
        raise ValueError("write an http(s) or mailto: address in ASCII; publishers read it in our user agent")
    return url


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("write an IANA time zone, such as Europe/Oslo") from error
    return name


def _database(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("write sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME")
    return url


def _mail(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if not (parts.scheme == "maildir" and parts.path) and not (parts.scheme in ("smtp", "smtps") and parts.hostname):
        raise ValueError("write smtp://USER:PASSWORD@HOST:587?tls=starttls, smtps://USER:PASSWORD@HOST or maildir:PATH")
    return url


def _resolver(text: str) -> str:
    host, _, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "53")
    try:
        ipaddress.ip_address(host)
        if 0 < int(port) < 65536:
            return text
    except ValueError:
        pass
    raise ValueError("write an IP address, or IP:PORT, such as 127.0.0.1:5353")


def _keys(value: object) -> object:
    return tuple(key.strip() for key in value.split(",") if key.strip()) if isinstance(value, str) else value


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise ValueError("write an IP address or network, such as 127.0.0.1 or 10.0.0.0/24") from error


Days = Annotated[int, Field(ge=0, le=36_500)]
LocalPath = Annotated[Path, AfterValidator(paths.absolute)]
Network = Annotated[str, AfterValidator(_network)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
Address = Annotated[str, AfterValidator(_address)]


class Settings(BaseModel):
    """Everything an operator can set. Made by `load_settings`; paths are absolute, addresses without trailing slash."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, validate_default=True)

    home: LocalPath = Field(paths.HOME, description="Directory of the state: database, captures, outbox.")
    database_url: Annotated[SecretStr, AfterValidator(_database)] = Field(
        description="The store: sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME. "
        "Default: claimwatch.db in the home."
    )
    captures_url: str = Field(
        min_length=1, description="Where captured bytes go, an fsspec URL. Default: captures/ in the home."
    )
    smtp_url: Annotated[SecretStr, AfterValidator(_mail)] = Field(
        description="How mail leaves: smtp://USER:PASSWORD@HOST:587?tls=starttls, smtps://USER:PASSWORD@HOST or "
        "maildir:PATH. Default: a Maildir named mail in the home."
    )
    sender: Address = Field(
        "Claimwatch <claimwatch@example.invalid>", alias="from", description="Sender of every message."
    )
    reply_to: Address | None = Field(None, description="Where answers to our mail go. Default: to the sender.")
    bounces: Address | None = Field(
        None,
        description="Where word of undelivered mail goes, such as bounces@example.org: each message gets a return path "
        "of its own, bounces+TOKEN@example.org. Default: to the sender.",
    )
    bounces_box: Annotated[str, Field(pattern=r"^(maildir|mbox):.")] | None = Field(
        None,
        description="Where such mail lies: maildir:PATH or mbox:PATH. Each pass reads what is new there. "
        "Default: none is read.",
    )
    dkim_key: SecretStr | None = Field(
        None,
        description="Signs mail with DKIM: a private key in PEM (RSA or Ed25519), or the path of one. Default: off.",
    )
    dkim_selector: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$",
        description="The selector of the DKIM key: its public half is a TXT record at SELECTOR._domainkey.DOMAIN.",
    )
    mail_rate: Annotated[float, Field(gt=0)] | None = Field(
        None, description="The most messages a second that the mail server is given. Default: no limit."
    )
    mail_daily: Annotated[int, Field(ge=1)] | None = Field(
        None, description="The most messages that the mail server is given in a day (UTC). Default: no limit."
    )
    postfix_log: LocalPath | None = Field(
        None,
        description="Log of the Postfix that takes our mail: it settles whether a message was taken when an attempt "
        "ended without an answer. Default: none; such a message is sent again and marked.",
    )
    idempotency_header: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$")] | None = Field(
        None,
        description="A header by which the mail server knows a message that it was given before, such as "
        "Resend-Idempotency-Key: what ended without an answer is sent again at once, and taken once. Default: none.",
    )
    resend_hours: Annotated[float, Field(ge=0)] = Field(
        1.0,
        description="Hours that a message of which nobody knows whether it was taken waits before it is sent again; "
        "alerts do not wait.",
    )
    operator: Address = Field("operator@example.invalid", description="The operator's own address, for alerts.")
    operator_notify: SecretStr | None = Field(
        None,
        description="Where else the operator is told of trouble: apprise URLs, divided by blanks, such as "
        "ntfys://ntfy.example.org/claimwatch. Default: by mail only.",
    )
    resolver: Annotated[str, AfterValidator(_resolver)] | None = Field(
        None,
        description="The name server that doctor asks about SPF, DKIM and DMARC: IP or IP:PORT. Default: the system's.",
    )
    disk_reserve_mb: Annotated[int, Field(ge=0)] = Field(
        500, description="Megabytes that must be free where the state is; less is trouble."
    )
    keep_captures_days: Days = Field(
        365, description="Days that bytes are kept which nothing was read from; cited ones stay. 0: for ever."
    )
    keep_reads_days: Days = Field(
        730, description="Days that the log of reads is kept, but for reads that something rests on. 0: for ever."
    )
    keep_mail_days: Days = Field(
        180,
        description="Days that the bytes of sent messages are kept; that they were sent stays on record. 0: for ever.",
    )
    keep_left_days: Days = Field(365, description="Days that a subscriber's data is kept after they left. 0: for ever.")
    postal_address: Annotated[str, AfterValidator(_header_text)] = Field(
        "(no postal address set)",
        description="The operator's postal address, on one line, in the footer of every mail.",
    )
    contact_url: Annotated[str, AfterValidator(_contact)] = Field(
        "https://example.invalid/claimwatch",
        description="http(s) or mailto: address that publishers see in our user agent.",
    )
    secret_key: Annotated[tuple[SecretStr, ...], BeforeValidator(_keys)] = Field(
        (), description="Keys that sign tokens, newest first, divided by commas. Default: one made once in the home."
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "Europe/Oslo", description="IANA time zone of editions, where a subscriber has none."
    )
    language: Literal["en", "nb"] = Field(
        "en", description="Language of editions, where a subscriber has none: en (English) or nb (Norwegian Bokmål)."
    )
    review: Literal["none", "urgent", "all"] = Field(
        "none", description="Which editions wait for `claimwatch digest approve`: none, urgent (alerts) or all."
    )
    urgent_daily: Annotated[int, Field(ge=1, le=100)] = Field(
        5, description="The most alerts that a reader gets in a day; what comes after waits for their next edition."
    )
    public_url: HttpUrl = Field(
        "http://127.0.0.1:8000", description="Base address of the pages and of the links in mail."
    )
    analysts: Annotated[tuple[Address, ...], BeforeValidator(_keys)] = Field(
        (), description="Addresses that may sign in to the review desk, divided by commas. Default: nobody."
    )
    analyst_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")] | None = Field(
        None,
        description="Header in which a reverse proxy names the analyst it has signed in, such as X-Forwarded-Email; it "
        "counts only from CLAIMWATCH_TRUSTED_PROXY, and no link is mailed then. Default: none.",
    )
    trusted_proxy: Annotated[tuple[Network, ...], BeforeValidator(_keys)] = Field(
        (),
        description="Addresses or networks of reverse proxies whose headers count, divided by commas. Default: this "
        "machine's own, for X-Forwarded-For only.",
    )
    upstream: HttpUrl | None = Field(
        None,
        description="Sends every request to UPSTREAM/HOST/PATH instead of HOST: a mirror, a recording, a test world.",
    )
    pace: Literal["polite", "off"] = Field(
        "polite", description="polite waits between requests to one host; off is heeded only with an upstream."
    )
    log: Literal["text", "json"] = Field("text", description="Log lines on standard error: text (key=value) or json.")
    now: AwareDatetime | None = Field(
        None,
        description="A frozen clock: ISO 8601 with zone, such as 2026-11-16T07:00:00+01:00. Default: the system's.",
    )
    sources: LocalPath = Field(PROJECT / "sources.yaml", description="The file that says what is polled.")
    baselines: LocalPath = Field(paths.BASELINES, description="The directory of what is already known.")

    @model_validator(mode="before")
    @classmethod
    def _in_the_home(cls, data: dict[str, object]) -> dict[str, object]:
        home = paths.absolute(Path(str(data.get("home", paths.HOME))))
        places = {
            "database_url": f"sqlite:///{home}/claimwatch.db",
            "captures_url": f"file://{home}/captures",
            "smtp_url": f"maildir:{home}/mail",
        }
        return places | data

    @model_validator(mode="after")
    def _key_with_selector(self) -> Self:
        if (self.dkim_key is None) != (self.dkim_selector is None):
            raise ValueError("CLAIMWATCH_DKIM_KEY and CLAIMWATCH_DKIM_SELECTOR: set both or neither")
        return self

    @model_validator(mode="after")
    def _header_with_proxy(self) -> Self:
        if self.analyst_header is not None and not self.trusted_proxy:
            raise ValueError("CLAIMWATCH_ANALYST_HEADER: set CLAIMWATCH_TRUSTED_PROXY to who may send it")
        return self

    @property
    def paced(self) -> bool:
        """Whether we wait between requests to one host; only a named upstream may do without."""
        return self.upstream is None or self.pace == "polite"


_FIELD_OF_KEY = {field.alias or name: name for name, field in Settings.model_fields.items()}
# Heeded by `./dev` and by the tests.
_NOT_SETTINGS = (f"{PREFIX}PREFECT_HOME", f"{PREFIX}REQUIRE_SYSTEM")
_KEY_OF_FIELD = {name: key for key, name in _FIELD_OF_KEY.items()}


# The keys of the settings that are never printed, copied into a backup, or left where others can read them.
SECRETS = frozenset({"database_url", "smtp_url", "secret_key", "dkim_key", "operator_notify"})


def variable(field: str) -> str:
    """The environment variable of a field of `Settings`: `sender` gives `CLAIMWATCH_FROM`."""
    return PREFIX + _KEY_OF_FIELD[field].upper()


def unknown_variables() -> dict[str, str | None]:
    """What is set in the environment under our prefix and is no setting, each with the variable that may be meant."""
    known = [PREFIX + key.upper() for key in _FIELD_OF_KEY]
    unknown = [name for name in os.environ if name.startswith(PREFIX) and name not in {*known, *_NOT_SETTINGS}]
    closest = {name: _closest(name.removeprefix(PREFIX)) for name in unknown}
    return {name: PREFIX + key.upper() if key else None for name, key in closest.items()}


def load_settings(**overrides: object) -> Settings:
    """The settings from `overrides` (field names of `Settings`), the environment and the file, in that order.

    Raises `SettingsInvalid` with one line for each fault that names the variable or key and says what to write.
    """
    from_file = _from_file()
    from_environment = {
        name: value for key, name in _FIELD_OF_KEY.items() if (value := os.environ.get(PREFIX + key.upper()))
    }
    try:
        return Settings.model_validate(from_file | from_environment | overrides)
    except ValidationError as error:
        raise SettingsInvalid(
            "\n".join(_fault(e["loc"], e["msg"], from_environment | overrides) for e in error.errors())
        ) from None  # pydantic's own text shows the values, secrets included


def chosen(settings: Settings) -> dict[str, object]:
    """The settings that differ from their defaults, by key and as JSON has them; secrets show as asterisks."""
    values = settings.model_dump(mode="json", exclude_defaults=True)
    derived = Settings.model_validate({"home": settings.home})
    return {
        _KEY_OF_FIELD[name]: value
        for name, value in values.items()
        if getattr(settings, name) != getattr(derived, name)
    }


def placeholders(settings: Settings) -> tuple[str, ...]:
    """The variables that still hold a placeholder and must be set before mail goes to strangers."""
    names = (_FIELD_OF_KEY[key] for key in _NEEDED)
    return tuple(variable(name) for name in names if getattr(settings, name) == Settings.model_fields[name].default)


def clock(settings: Settings) -> Callable[[], datetime]:
    """What tells the time: aware UTC datetimes, always the same one where `CLAIMWATCH_NOW` freezes it."""
    if settings.now is None:
        return lambda: datetime.now(UTC)
    frozen = settings.now.astimezone(UTC)
    return lambda: frozen


def signing_keys(settings: Settings) -> tuple[SecretStr, ...]:
    """The keys that sign tokens, newest first: those set, else the one in the home, made on first use (mode 0600)."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.home / "secret.key"
    paths.make_folder(settings.home, variable("home"))
    try:
        if not path.exists():
            _make_key(path)
        return (SecretStr(path.read_text().strip()),)
    except OSError as error:
        why = paths.trouble_at(path, variable("home")) or error.strerror
        raise SettingsInvalid(f"cannot read or make the key {path}: {why}") from error


def _make_key(path: Path) -> None:
    fresh = path.with_name(f"secret.key.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(fresh, path)  # never replaces: of two processes that begin together, one key wins for both
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _from_file() -> dict[str, object]:
    raw = paths.read_settings_file()
    unknown = [key for key in raw if key not in _FIELD_OF_KEY]
    if unknown:
        raise SettingsInvalid(
            "\n".join(f"{SETTINGS_FILE}: there is no setting {key!r}{_meant(key)}" for key in unknown)
        )
    return {_FIELD_OF_KEY[key]: value for key, value in raw.items()}


def _meant(key: str) -> str:
    close = _closest(key.lower().removeprefix(PREFIX.lower()))
    return f"; did you mean {close!r}?" if close else f"; there are: {', '.join(_FIELD_OF_KEY)}"


def _closest(key: str) -> str | None:
    """The key of a setting that may be meant."""
    return next(iter(difflib.get_close_matches(key.lower(), _FIELD_OF_KEY, n=1)), None)


def _fault(loc: tuple[int | str, ...], message: str, not_from_file: dict[str, object]) -> str:
    text = message.removeprefix("Value error, ")
    if not loc:
        return text
    name = _FIELD_OF_KEY.get(str(loc[0]), str(loc[0]))
    if name not in _KEY_OF_FIELD:
        return f"there is no setting {name!r}"
    where = variable(name) if name in not_from_file else f"{SETTINGS_FILE}: {_KEY_OF_FIELD[name]}"
    return f"{where}: {text} ({Settings.model_fields[name].description})"
