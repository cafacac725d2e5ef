"""DKIM signatures, verified by dkimpy with a name server of ours."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from claimwatch.delivery import compose, message_id_for, signing
from claimwatch.delivery.signing import load_signer
from claimwatch.errors import EditionInvalid, SettingsInvalid
from claimwatch.models import Rendered
from tests.delivery.test_compose import MAIL, SENDER
from tests.editions.factory import a_subscriber

UNSUBSCRIBE = "https://claimwatch.example/unsubscribe/MTI.w.abcdefghijklmnopqrstuvwxyz0"
AT = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)


def pem_of(key: RSAPrivateKey | Ed25519PrivateKey) -> str:
    raw = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return raw.decode()


@pytest.fixture(scope="module")
def keys() -> dict[str, RSAPrivateKey | Ed25519PrivateKey]:
    return {"rsa": generate_private_key(65537, 2048), "ed25519": Ed25519PrivateKey.generate()}


def record(kind: str, key: RSAPrivateKey | Ed25519PrivateKey) -> Callable[..., bytes]:
    public = key.public_key()
    if kind == "rsa":
        raw = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    else:
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    answer = f"v=DKIM1; k={kind}; p={base64.b64encode(raw).decode()}".encode()

    def txt(name: bytes, timeout: int = 5) -> bytes:
        assert name in (b"w46._domainkey.claimwatch.example.", "w46._domainkey.claimwatch.example.")
        return answer

    return txt


def signed(pem: str, rendered: Rendered = MAIL) -> bytes:
    reader = a_subscriber()
    return compose(
        rendered,
        sender=SENDER,
        recipient=reader,
        message_id=message_id_for("weekly:2026-W46", reader, secret="k", domain="claimwatch.example"),
        date=AT,
        series="weekly",
        period="2026-W46",
        unsubscribe_url=UNSUBSCRIBE,
        references=("<1@claimwatch.example>", "<2@claimwatch.example>"),
        signer=load_signer(pem, "w46", "claimwatch.example"),
    )


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_dkimpy_verifies_what_we_sign_and_no_changed_mail(
    kind: str, keys: dict[str, RSAPrivateKey | Ed25519PrivateKey]
) -> None:
    mime, dns = signed(pem_of(keys[kind])), record(kind, keys[kind])
    assert dkim.verify(mime, dnsfunc=dns)
    assert mime == signed(pem_of(keys[kind]))
    changes = [
        mime + b"one more line\r\n",
        mime.replace(b"One-Click", b"Two-Click"),
        b"Subject: another\r\n" + mime,
        b"From: somebody@else.example\r\n" + mime,
    ]
    for changed in changes:
        assert not dkim.verify(changed, dnsfunc=dns)


def test_what_readers_and_mail_programs_go_by_is_covered(keys: dict[str, RSAPrivateKey | Ed25519PrivateKey]) -> None:
    head = signed(pem_of(keys["rsa"])).partition(b"\r\nFrom:")[0].replace(b"\r\n ", b"")
    covered = head.partition(b"h=")[2].partition(b";")[0].decode().split(":")
    wanted = {"from", "to", "subject", "date", "message-id", "list-id", "list-unsubscribe", "list-unsubscribe-post"}
    assert wanted <= set(covered)
    assert (covered.count("from"), covered.count("subject"), covered.count("to")) == (2, 2, 1)
    assert max(map(len, signed(pem_of(keys["rsa"])).split(b"\r\n"))) <= 998


@pytest.mark.parametrize("name", sorted(set(signing.OWED) - {"from", "subject"}))
def test_a_mail_whose_signature_leaves_out_what_it_owes_is_not_composed(
    name: str, keys: dict[str, RSAPrivateKey | Ed25519PrivateKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "SIGNED", signing.SIGNED - {name.encode()})
    with pytest.raises(EditionInvalid, match=f"leaves out {name.title()}, .*Nothing was sent; sign it"):
        signed(pem_of(keys["ed25519"]))


def test_a_second_from_could_be_added_to_a_mail_that_covers_it_once(
    keys: dict[str, RSAPrivateKey | Ed25519PrivateKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "OVERSIGNED", (b"from", b"subject", b"to"))
    signed(pem_of(keys["ed25519"]))
    head = b"From: a@claimwatch.example\r\nFrom: b@claimwatch.example\r\nSubject: x"
    with pytest.raises(EditionInvalid, match="leaves out From"):
        signing._refuse_uncovered(head, " v=1; h=from:subject:subject:from:to:to; b=")


def test_a_key_may_be_a_file(tmp_path: Path, keys: dict[str, RSAPrivateKey | Ed25519PrivateKey]) -> None:
    path = tmp_path / "dkim.pem"
    path.write_text(pem_of(keys["ed25519"]))
    assert signed(str(path)) == signed(pem_of(keys["ed25519"]))


@pytest.mark.parametrize("key", ["/no/such/file", "-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n"])
def test_an_unusable_key_is_named_and_not_shown(key: str) -> None:
    with pytest.raises(SettingsInvalid, match="CLAIMWATCH_DKIM_KEY") as caught:
        load_signer(key, "w46", "claimwatch.example")
    assert "nonsense" not in str(caught.value)


def test_a_short_rsa_key_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="2048 bits"):
        load_signer(pem_of(generate_private_key(65537, 1024)), "w46", "claimwatch.example")
