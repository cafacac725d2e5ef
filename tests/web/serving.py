"""The pages on a real server on a free port of loopback, and what a reader does with them."""

import mailbox
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import httpx
import uvicorn

from claimwatch.pipeline.watch import Watch
from claimwatch.settings import Settings, load_settings
from claimwatch.web.app import create_app
from claimwatch.web.kept import Kept

FROZEN = "2026-11-16T07:00:00+01:00"


@dataclass(frozen=True, slots=True)
class Pages:
    """A running server; `client` follows no redirects."""

    url: str
    client: httpx.Client
    watch: Watch
    kept: Kept

    @property
    def settings(self) -> Settings:
        """Those of the installation."""
        return self.watch.settings

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(self.path(path), headers=headers)

    def post(self, path: str, fields: Mapping[str, str | list[str]] | None = None) -> httpx.Response:
        return self.client.post(self.path(path), data=dict(fields or {}))

    def settle(self) -> None:
        """Wait until nothing is being made anew behind the visitors."""
        end = time.monotonic() + 30
        while self.kept.busy:
            assert time.monotonic() < end, "the pages do not come to rest"
            time.sleep(0.005)

    def path(self, link: str) -> str:
        """The path of a link in a mail."""
        return link.removeprefix(self.settings.public_url)

    def mails(self, count: int, timeout_s: float = 20.0) -> list[EmailMessage]:
        """The mails delivered, once there are `count` of them."""
        end = time.monotonic() + timeout_s
        while len(found := read_mails(self.settings.home / "mail")) < count:
            assert time.monotonic() < end, f"{len(found)} mails instead of {count}"
            time.sleep(0.02)
        assert len(found) == count
        return found


def read_mails(path: Path) -> list[EmailMessage]:
    """The mails in a Maildir, by subject."""
    if not (path / "cur").exists():  # the last of its folders to be made
        return []
    raw = [bytes(message) for message in mailbox.Maildir(path, create=False)]
    mails = [message_from_bytes(one, policy=policy.default) for one in raw]
    assert all(isinstance(mail, EmailMessage) for mail in mails)
    return sorted(mails, key=lambda mail: str(mail["Subject"]))


def link_in(mail: EmailMessage) -> str:
    """The one link in a mail."""
    body = mail.get_body()
    assert body is not None
    (link,) = re.findall(r"http://\S+", body.get_content())
    return str(link)


def settings_in(home: Path, **more: object) -> Settings:
    """Settings of an installation in `home`, its clock frozen."""
    values: dict[str, object] = {
        "home": home, "now": FROZEN, "sender": "Claimwatch <claimwatch@example.org>",
        "operator": "operator@example.org", "postal_address": "1 Street, 0001 Oslo",
    }  # fmt: skip
    return load_settings(**values | more)


@contextmanager
def serving(settings: Settings, *, tended: bool = False) -> Iterator[Pages]:
    """Serve until the block ends; `tended` as `claimwatch serve` does."""
    app = create_app(settings, tended=tended)
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, access_log=False, log_level="error", ws="none", proxy_headers=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        end = time.monotonic() + 30
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < end
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, trust_env=False, timeout=20) as client:
            yield Pages(url, client, app.state.site.watch, app.state.site.kept)
    finally:
        server.should_exit = True
        thread.join()
