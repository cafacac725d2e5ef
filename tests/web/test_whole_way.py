"""A reader's whole way with a real browser and a real mail server: subscribe, confirm, receive, stop with one click."""

import re
import shutil
import time
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from claimwatch.pipeline import build, deliver
from tests.delivery.sink import Sink
from tests.pipeline.bench import MONDAY, Bench
from tests.upstream import Upstream
from tests.web.archive_world import ITEMS, MORE, archive_settings
from tests.web.browsing import chromium, opened
from tests.web.desk_world import compiled
from tests.web.serving import Pages, serving

pytestmark = pytest.mark.slow
ADDRESS = "newcomer@example.org"
NEWS = {
    "key": "harbour", "title": "A harbour", "on": "2026-11-18",
    "text": "Hikvision leased a floating library in Bergen harbour on 17 November 2026.",
}  # fmt: skip


def taken_by(sink: Sink, address: str) -> list[EmailMessage]:
    """The mails that the server took for an address."""
    raw = [one.content for one in sink.taken if one.rcpt_tos == [address] and isinstance(one.content, bytes)]
    mails = [message_from_bytes(one, policy=policy.default) for one in raw]
    assert all(isinstance(mail, EmailMessage) for mail in mails)
    return mails


def test_subscribe_confirm_receive_and_stop(archive: Pages, tmp_path: Path) -> None:
    home = Path(shutil.copytree(archive.settings.home, tmp_path / "home"))
    with Upstream() as upstream:
        bench = Bench(home, upstream, compiled())
        bench.serve_list(items=[*ITEMS, *MORE, NEWS])
        bench.poll(MONDAY + timedelta(days=9), force=True)
    with Sink() as sink:
        now = (MONDAY + timedelta(days=9, hours=3)).isoformat()
        settings = archive_settings(home, now=now, smtp_url=f"smtp://127.0.0.1:{sink.port}?tls=none")
        with serving(settings) as pages, chromium() as browser:
            with opened(browser, pages.url + "/subscribe?lang=en", scripts=False) as page:
                page.get_by_label("E-mail address").fill(ADDRESS)
                page.get_by_role("button", name="Send me the link").click()
                assert page.locator("h1").inner_text() == "Look into your mailbox"
            (asked,) = wait_for(sink, ADDRESS, 1)
            link = re.search(r"https://\S+/confirm/\S+", asked.get_body(("plain",)).get_content())  # type: ignore[union-attr]
            assert link is not None
            with opened(browser, pages.url + pages.path(link[0]), scripts=False) as page:
                assert ADDRESS in page.locator("main").inner_text()
                page.get_by_role("button", name="Yes, send me this mail").click()
                assert page.locator("h1").inner_text() == "You subscribe"
        later = (MONDAY + timedelta(days=14)).isoformat()
        with serving(archive_settings(home, now=later, smtp_url=settings.smtp_url)) as pages:
            assert build(pages.watch) is not None
            deliver(pages.watch)
            # The newest edition of before they came, once, and what is news; over two connections at once.
            first, digest = sorted(wait_for(sink, ADDRESS, 3)[1:], key=lambda mail: str(mail["Subject"]))
            assert "W46" in first["Subject"]
            assert "W47" in digest["Subject"]
            body = digest.get_body(("plain",))
            assert body is not None
            assert "floating library" in body.get_content()
            assert "glacier railway" not in body.get_content()  # told before they came
            # The same edition is a back issue now, without what is this reader's own.
            shown = pages.get("/editions/2026-W47")
            assert "floating library" in shown.text
            stop = re.search(r"<(https://[^>]+/unsubscribe/[^>]+)>", digest["List-Unsubscribe"])
            assert stop is not None
            assert stop[1] not in shown.text
            assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            answer = pages.post(pages.path(stop[1]), {"List-Unsubscribe": "One-Click"})
            assert answer.status_code == 200
            assert "newcomer@example.org" not in shown.text
        last = (MONDAY + timedelta(days=21)).isoformat()
        with serving(archive_settings(home, now=last, smtp_url=settings.smtp_url)) as pages:
            assert build(pages.watch) is not None
            deliver(pages.watch)
        assert len(taken_by(sink, ADDRESS)) == 3
        assert len(taken_by(sink, "reader@example.org")) >= 2


def wait_for(sink: Sink, address: str, count: int) -> list[EmailMessage]:
    """The mails for an address, once there are so many: the first is sent by another thread."""
    end = time.monotonic() + 30
    while len(taken_by(sink, address)) < count:
        assert time.monotonic() < end, f"{len(taken_by(sink, address))} mails instead of {count}"
        time.sleep(0.05)
    return taken_by(sink, address)
