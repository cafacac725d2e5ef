"""The whole path: `./dev demo`'s program in a process of its own, and the mail that it delivered, read back.

What the mails must hold is what the sample world holds: see demo/world/*/README.md.
"""

import email
import email.policy
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
GUARD = Path(__file__).with_name("loopback_guard")
SOURCES = ("federal_register", "entity_list", "council_on_ethics", "nbim_exclusions", "uhrp")

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that has ended, and the mails that it delivered, the earlier first."""

    status: int
    output: str
    errors: str
    seconds: float
    left_the_machine: str
    home: Path
    mails: tuple[EmailMessage, ...]

    def text(self, week: int) -> str:
        """The plain-text part of a week's mail."""
        return self._part(week, "plain")

    def html(self, week: int) -> str:
        """The HTML part of a week's mail."""
        return self._part(week, "html")

    def items(self, week: int) -> list[str]:
        """The numbered items of the plain-text part, each on one line, without marks of quotation."""
        told = self.text(week).split("\nSaid again\n")[0]
        blocks = re.split(r"^(?=\d+\. [A-Z]+ · )", told, flags=re.MULTILINE)[1:]
        return [" ".join(block.replace("\n   > ", "\n").split()) for block in blocks]

    def _part(self, week: int, kind: str) -> str:
        part = self.mails[week - 1].get_body(preferencelist=(kind,))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    guard_log = folder / "guard.log"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("CLAIMWATCH_", "PREFECT_"))
    }
    environment |= {"PYTHONPATH": str(GUARD), "LOOPBACK_GUARD": str(guard_log), "HOME": str(folder)}
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--home", str(folder / "state")],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    mails = [
        email.message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=email.policy.default)
        for path in (folder / "state" / "mail" / "new").glob("*")
    ]
    return Demo(
        status=done.returncode,
        output=done.stdout,
        errors=done.stderr,
        seconds=time.monotonic() - begun,
        left_the_machine=guard_log.read_text() if guard_log.exists() else "",
        home=folder / "state",
        mails=tuple(sorted(mails, key=lambda mail: mail["Date"].datetime)),
    )


def test_it_ends_well_and_quietly(demo: Demo) -> None:
    assert demo.status == 0, demo.output + demo.errors
    assert demo.errors == ""
    assert not re.search(r"traceback|warning|deprecat|exception", demo.output, re.IGNORECASE)


def test_it_shows_progress_and_a_summary(demo: Demo) -> None:
    for slug in SOURCES:
        assert f"  {slug}: reading" in demo.output
    assert re.search(r"findings: .*\d+ REVERSAL", demo.output)
    assert f"digest: {demo.mails[0]['Subject']}" in demo.output
    assert f"digest: {demo.mails[1]['Subject']}" in demo.output


def test_nothing_left_the_machine(demo: Demo) -> None:
    assert demo.left_the_machine == ""


def test_a_preview_of_each_mail_was_written(demo: Demo) -> None:
    for week in (1, 2):
        assert (demo.home / "preview" / f"week-{week}.html").read_text() == demo.html(week)
        assert (demo.home / "preview" / f"week-{week}.txt").read_text() == demo.text(week)
        assert f"preview/week-{week}.html" in demo.output


def test_two_mails_to_the_reader(demo: Demo) -> None:
    assert [mail["To"].addresses[0].addr_spec for mail in demo.mails] == ["reader@example.org"] * 2


def test_the_first_edition_opens_with_the_withdrawal(demo: Demo) -> None:
    first = demo.items(1)[0]
    assert first.startswith("1. REVERSED · Council on Ethics (Norway)")
    assert "Claim A09" in first
    assert "15. september 2020" in first, "the sentence on the page, in Nynorsk, which does not name the company"
    assert "https://etikkradet.no/hangzhou-hikvision-digital-technology-co-ltd/" in first
    assert "the baseline today" in demo.mails[0]["Subject"]
    assert "First seen 9 November 2026, 07:00" in first


def test_the_html_part_opens_with_it_too(demo: Demo) -> None:
    claims = re.findall(r"Claim ([AB]\d\d)", demo.html(1))
    assert claims[0] == "A09"


def test_the_second_edition_shows_a_changed_figure(demo: Demo) -> None:
    (share,) = [item for item in demo.items(2) if "Claim A25" in item]
    before, now = share.split("Before: ")[1].split("Now: ")
    assert "42%" in before
    assert now.startswith("40.8%")
    assert "late: dated well before this period" in share


def test_the_second_edition_shows_a_new_citation(demo: Demo) -> None:
    (row,) = [item for item in demo.items(2) if "entry on the Entity List" in item]
    before, now = row.split("Before: ")[1].split("Now: ")
    assert "84 FR 54004" in before
    assert "87 FR 62202" not in before
    assert "87 FR 62202, 10/13/22" in now.split(">")[0].split("Added: ")[1]
    assert "Removed: " not in now


def test_the_second_edition_tells_nothing_twice(demo: Demo) -> None:
    assert not any("Claim A09" in item for item in demo.items(2))
    headlines = [[item.split(" (")[0].split(". ", 1)[1] for item in demo.items(week)] for week in (1, 2)]
    assert len(set(headlines[1])) == len(headlines[1])


def test_the_second_edition_counts_what_it_folds(demo: Demo) -> None:
    said_again = demo.text(2).split("\nSaid again\n")[1].split("\nCoverage\n")[0]
    count = re.search(r"- Uyghur Human Rights Project: (\d+)", said_again)
    assert count is not None
    assert int(count[1]) >= 2


def test_the_second_edition_says_which_source_it_could_not_read(demo: Demo) -> None:
    assert "1 source unread" in demo.mails[1]["Subject"]
    coverage = " ".join(demo.text(2).split("\nCoverage\n")[1].split())
    assert "Norges Bank Investment Management (exclusions) — UNREAD Reads: 1 (1 failed)" in coverage
    assert coverage.count("UNREAD") == 1
    assert "5 of 5 sources read" in demo.text(1)


def test_what_is_older_than_the_baseline_is_left_out(demo: Demo) -> None:
    for week in (1, 2):
        assert "uhrp-applauds-new-bill-on-magnitsky-sanctions" not in demo.html(week) + demo.text(week)


def test_the_mails_load_nothing(demo: Demo) -> None:
    for week in (1, 2):
        assert not re.search(r"<(img|link|script|iframe)\b|url\(", demo.html(week))
