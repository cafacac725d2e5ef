"""A real Postfix on loopback: STARTTLS and login demanded, nothing leaves the machine.

Every mail to a reader comes into one Maildir, what comes back to us into another.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest

from tests.delivery.sink import PASSWORD, USER, make_certificate
from tests.system import require

MAIN = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
maillog_file = {root}/mail.log
maillog_file_prefixes = {root}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.reader.example
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
default_transport = error:nothing leaves this test
virtual_mailbox_domains = reader.example claimwatch.example
virtual_mailbox_base = {root}/mail
virtual_mailbox_maps = regexp:{root}/boxes
virtual_alias_maps = inline:{{ {{ {gone} = nobody@moved.example }} }}
transport_maps = inline:{{ {{ moved.example = error:5.1.1 no such user }} {lmtp} }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {root}/certificate.pem
smtpd_tls_key_file = {root}/certificate.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {root}/auth/login
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_client_restrictions = permit_sasl_authenticated, reject
smtpd_delay_reject = yes
smtputf8_enable = no
"""
BOXES = "/@claimwatch\\.example$/ returned/\n/./ all/\n"
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
error unix - - n - - error
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT = """
base_dir = {root}/dovecot
state_dir = {root}/dovecot
log_path = {root}/dovecot.log
protocols =
ssl = no
auth_mechanisms = plain login
disable_plaintext_auth = no
default_internal_user = {user}
default_login_user = nobody
passdb {{
  driver = static
  args = user={login} password={password}
}}
service auth {{
  unix_listener {root}/auth/login {{
    mode = 0666
  }}
}}
service stats {{
  client_limit = 100
}}
"""


@dataclass(frozen=True)
class Postfix:
    """A running server. `url` is for CLAIMWATCH_SMTP_URL; SSL_CERT_FILE must name `certificate`."""

    url: str
    log: Path
    certificate: Path
    maildir: Path
    returned: Path

    def copies(self) -> Counter[str]:
        """What arrived in the Maildir, by Message-ID."""
        parser, counts = BytesHeaderParser(), Counter[str]()
        for path in (self.maildir / "new").glob("*"):
            counts[str(parser.parsebytes(path.read_bytes())["Message-ID"])] += 1
        return counts

    def settled_copies(self, wanted: int) -> Counter[str]:
        """The same once `wanted` mails are there and the queue has had time to bring more."""
        deadline = time.monotonic() + 60
        while (counts := self.copies()).total() < wanted and time.monotonic() < deadline:
            time.sleep(0.1)
        while (again := self.copies()) != counts or subprocess.run(
            ["mailq", "-C", str(self.log.parent)], capture_output=True, text=True, check=False
        ).stdout.count("\n") > 1:
            counts = again
            time.sleep(0.2)
        return again


@contextmanager
def postfix(gone: str = "gone@reader.example", *, lmtp: int | None = None) -> Iterator[Postfix]:
    """Starts Postfix and Dovecot's login service, and stops both. Skips the test where they or root are missing.

    Mail for `gone` is taken from us, and then sent back: into a Maildir, or by LMTP to a port on loopback.
    """
    require("postfix")
    require("dovecot")
    if os.geteuid() != 0:
        pytest.skip("Postfix starts only as root")
    root = Path(tempfile.mkdtemp(prefix="claimwatch-postfix-"))
    try:
        root.chmod(0o755)  # its parts run as several users
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with _running(root, port, gone, lmtp) as server:
            yield server
    finally:
        shutil.rmtree(root)


@contextmanager
def _running(root: Path, port: int, gone: str, lmtp: int | None) -> Iterator[Postfix]:
    make_certificate(root)
    nobody, owner = pwd.getpwnam("nobody"), pwd.getpwnam("postfix")
    for name in ("queue", "data", "mail", "auth", "dovecot"):
        (root / name).mkdir()
    os.chown(root / "data", owner.pw_uid, owner.pw_gid)
    os.chown(root / "mail", nobody.pw_uid, nobody.pw_gid)
    by_lmtp = f"{{ claimwatch.example = lmtp:inet:127.0.0.1:{lmtp} }}" if lmtp else ""
    main = MAIN.format(root=root, uid=nobody.pw_uid, gid=nobody.pw_gid, gone=gone, lmtp=by_lmtp)
    (root / "main.cf").write_text(main)
    (root / "boxes").write_text(BOXES)
    (root / "master.cf").write_text(MASTER.format(port=port))
    (root / "dovecot.conf").write_text(DOVECOT.format(root=root, user="dovecot", login=USER, password=PASSWORD))
    dovecot = subprocess.Popen(["dovecot", "-F", "-c", str(root / "dovecot.conf")])
    try:
        subprocess.run(["postfix", "-c", str(root), "start"], check=True, capture_output=True)
        try:
            _await_greeting(port)
            yield Postfix(
                f"smtp://{USER}:{PASSWORD}@127.0.0.1:{port}?tls=starttls",
                root / "mail.log",
                root / "certificate.pem",
                root / "mail" / "all",
                root / "mail" / "returned",
            )
        finally:
            subprocess.run(["postfix", "-c", str(root), "stop"], check=True, capture_output=True)
    finally:
        dovecot.terminate()
        dovecot.wait(30)


def _await_greeting(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                assert connection.recv(100).startswith(b"220")
                return
        except (ConnectionRefusedError, AssertionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
