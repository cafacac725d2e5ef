"""Whether mail can leave and will be believed: login and certificate at the mail server; SPF, DKIM and DMARC in DNS."""

import base64
import ipaddress
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from pathlib import Path

import dns.exception
import dns.resolver
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from claimwatch.delivery import Route, read_route
from claimwatch.delivery.receipt import NotTaken
from claimwatch.delivery.smtp import SmtpTransport
from claimwatch.pipeline.problem import Problem
from claimwatch.settings import Settings

EXPIRES_SOON = timedelta(days=14)
DNS_TIMEOUT_S = 5.0
Lookup = Callable[[str], tuple[str, ...]]


class NoAnswer(Exception):
    """The name server said nothing: nothing is known then."""


def inspect_mail(settings: Settings, now: datetime) -> tuple[list[Problem], list[str]]:
    """What keeps mail from leaving or from being believed, and what could not be looked at."""
    route = read_route(settings.smtp_url.get_secret_value())
    if route.relay is None:
        return _maildir_problems(Path(route.maildir or "")), []
    problems = _server_problems(route, now)
    try:
        problems += dns_problems(settings, lookup(settings.resolver))
    except NoAnswer as error:
        return problems, [f"SPF, DKIM and DMARC: {error}"]
    return problems, []


def _maildir_problems(folder: Path) -> list[Problem]:
    place = folder
    while not place.exists():
        place = place.parent
    if os.access(place, os.W_OK):
        return []
    return [Problem("mail", f"{place} cannot be written to", f"chown it to the user that runs this: {place}", "mail")]


def _server_problems(route: Route, now: datetime) -> list[Problem]:
    relay = route.relay
    assert relay is not None
    problems = []
    if relay.tls == "none" and not _is_near(relay.host):
        why = f"mail to {route.name} goes in the clear" + (", the password too" if relay.password else "")
        problems.append(Problem("mail", why, "take tls=none out of CLAIMWATCH_SMTP_URL, or use smtps://", "mail"))
    try:
        with SmtpTransport(relay) as transport:
            until = transport.probe()
    except NotTaken as error:
        do = "mend CLAIMWATCH_SMTP_URL or the server, then try `claimwatch deliver --test ADDRESS`"
        return [*problems, Problem("mail", str(error), do, "mail")]
    if until is not None and until - now < EXPIRES_SOON:
        why = f"the certificate of {route.name} runs out on {until:%Y-%m-%d}"
        problems.append(Problem("mail", why, "have it renewed; afterwards no mail leaves", "mail"))
    return problems


def _is_near(host: str) -> bool:
    """Whether a host is this machine or on its own network, where mail may go in the clear."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or "." not in host


def lookup(resolver: str | None) -> Lookup:
    """What asks for the TXT records of a name; none where there is none. Raises `NoAnswer`."""
    try:
        asking = dns.resolver.Resolver(configure=resolver is None)
    except dns.resolver.NoResolverConfiguration as error:
        raise NoAnswer("this machine has no name server; set CLAIMWATCH_RESOLVER") from error
    if resolver is not None:
        host, _, port = resolver.rpartition(":") if resolver.count(":") == 1 else (resolver, "", "53")
        asking.nameservers, asking.port = [host], int(port)
    asking.lifetime = DNS_TIMEOUT_S

    def ask(name: str) -> tuple[str, ...]:
        try:
            answer = asking.resolve(name, "TXT")
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except dns.exception.DNSException as error:
            raise NoAnswer(f"the name server did not answer for {name} ({type(error).__name__})") from error
        return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in answer)

    return ask


def dns_problems(settings: Settings, ask: Lookup) -> list[Problem]:
    """What receivers will hold against our mail. Raises `NoAnswer`."""
    sender = parseaddr(settings.sender)[1].rpartition("@")[2].lower()
    envelope = parseaddr(settings.bounces or settings.sender)[1].rpartition("@")[2].lower()
    return [*_spf(envelope, ask), *_dkim(settings, sender, ask), *_dmarc(sender, ask)]


def _spf(domain: str, ask: Lookup) -> list[Problem]:
    records = [text for text in ask(domain) if text.lower().split(" ")[0] == "v=spf1"]
    do = f"publish one TXT record at {domain}: `v=spf1 ip4:ADDRESS-OF-THE-MAIL-SERVER -all`"
    if len(records) != 1:
        why = "has no SPF record" if not records else f"has {len(records)} SPF records; receivers heed none of them"
        return [Problem(domain, why, do, "dns")]
    if records[0].lower().split()[-1] in ("+all", "all", "?all"):
        return [Problem(domain, f"its SPF record lets anybody send: {records[0]}", do, "dns")]
    return []


def _dkim(settings: Settings, domain: str, ask: Lookup) -> list[Problem]:
    if settings.dkim_key is None or settings.dkim_selector is None:
        return []  # the mail server may sign; whether it does shows only in mail that arrived
    name = f"{settings.dkim_selector}._domainkey.{domain}"
    try:
        kind, public = public_key(settings.dkim_key.get_secret_value())
    except (OSError, ValueError) as error:
        do = "set it to a private key in PEM, or to the path of one that may be read"
        return [Problem("CLAIMWATCH_DKIM_KEY", f"it cannot be used ({type(error).__name__})", do, "settings")]
    do = f"publish one TXT record at {name}: `v=DKIM1; k={kind}; p={public}`"
    records = [tags for text in ask(name) if "p" in (tags := _tags(text))]
    if len(records) != 1:
        return [Problem(name, "has no DKIM key" if not records else "has more than one DKIM key", do, "dns")]
    if "".join(records[0]["p"].split()) != public:
        return [Problem(name, "is the key of somebody else: our signatures do not verify", do, "dns")]
    return []


def _dmarc(domain: str, ask: Lookup) -> list[Problem]:
    parents = domain.split(".")
    for begin in range(max(len(parents) - 1, 1)):
        name = "_dmarc." + ".".join(parents[begin:])
        records = [_tags(text) for text in ask(name) if text.lower().startswith("v=dmarc1")]
        if len(records) == 1 and "p" in records[0]:
            return []
        if records:
            return [Problem(name, "has more than one DMARC record, or one without a policy", _dmarc_do(domain), "dns")]
    return [Problem(f"_dmarc.{domain}", "has no DMARC record; large receivers demand one", _dmarc_do(domain), "dns")]


def _dmarc_do(domain: str) -> str:
    return f"publish one TXT record at _dmarc.{domain}: `v=DMARC1; p=quarantine; rua=mailto:postmaster@{domain}`"


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";") if "=" in part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def public_key(key: str) -> tuple[str, str]:
    """(k, p) of the DKIM record that belongs to a private key in PEM, or at a path."""
    pem = key.encode() if "-----BEGIN" in key else Path(key).expanduser().read_bytes()
    private = load_pem_private_key(pem, None)
    if isinstance(private, Ed25519PrivateKey):
        raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return "ed25519", base64.b64encode(raw).decode()
    der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "rsa", base64.b64encode(der).decode()
