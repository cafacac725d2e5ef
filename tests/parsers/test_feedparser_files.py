"""feedparser's own test files through our feed parser: read or refused, never a crash.

They are taken from the source distribution of the installed version at test time, and are not kept.
"""

import re
import subprocess
import sys
import tarfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import pytest

from claimwatch.errors import SourceChanged
from claimwatch.models import Page
from parsers import feed
from tests.fuzz.targets import Target, outcome

VERSION = version("feedparser")
# Counted when this was written. Another version of feedparser brings other files: count anew and look at what changed.
MEASURED = {"6.0.14": (1758, 1736)}  # files, and how many of them are read as feeds

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """All files under tests/wellformed and tests/illformed of the source distribution, by path."""
    folder = tmp_path_factory.mktemp("feedparser")
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
        "--no-binary", "feedparser", "--dest", str(folder), f"feedparser=={VERSION}",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        pytest.skip("the package index did not answer within two minutes")
    if done.returncode != 0:
        pytest.skip(f"the source distribution of feedparser cannot be had: {done.stderr.strip()[-300:]}")
    (archive,) = Path(folder).glob("feedparser-*.tar.gz")
    found = {}
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            inside = re.search(r"/tests/((?:wellformed|illformed)/.+\.xml)$", member.name)
            data = tar.extractfile(member) if inside and member.isfile() else None
            if inside and data is not None:
                found[inside[1]] = data.read()
    return found


def test_every_file_is_read_or_refused(files: dict[str, bytes]) -> None:
    target = Target("feed/feed", feed.parse, ())
    said: Counter[str] = Counter()
    for path, body in files.items():
        charset = re.search(rb"charset=([\w-]+)", body[:500]) if b"Content-type:" in body[:500] else None
        page = Page("feedparser", "feed", f"https://x.example/{path}", body, "application/xml")
        try:
            how, _ = outcome(target, page)
            if charset is not None:  # as the header would say it that the file asks its server for
                outcome(target, Page(page.source, page.kind, page.url, body, "application/xml", charset[1].decode()))
        except Exception as error:
            raise AssertionError(f"{path} broke it") from error
        said[how] += 1
    assert set(said) <= {"parsed", SourceChanged.__name__}
    assert VERSION in MEASURED, f"feedparser {VERSION} is not counted yet: {len(files)} files, {dict(said)}"
    assert (len(files), said["parsed"]) == MEASURED[VERSION]
