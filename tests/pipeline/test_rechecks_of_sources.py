"""The real parsers read a page that is looked at again as they read it when its list led there."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from claimwatch.models import ReadStatus
from claimwatch.pipeline import poll
from claimwatch.settings import PROJECT
from claimwatch.store import developments, finding_changes, gone, tables
from demo.world import World
from tests.pipeline.bench import MONDAY, Bench
from tests.store.samples import development, finding

pytestmark = pytest.mark.slow

LATER = timedelta(days=8)


def _tell_all(connection: Connection) -> None:
    """Let every publication have told something."""
    told = developments.save_development(connection, development())
    for revision in connection.execute(select(tables.publication_revisions.c.id)).scalars():
        finding_changes.save_finding(
            connection, finding(), publication_revision_id=revision, entry_revision_id=None, development_id=told,
            baseline_version="0" * 64, seen_at=MONDAY,
        )  # fmt: skip


@pytest.mark.parametrize("slug", ["federal_register", "council_on_ethics", "nbim_exclusions", "uhrp"])
def test_a_page_looked_at_again_says_what_it_said(bench: Bench, slug: str) -> None:
    bench.sources = (PROJECT / "sources.yaml").read_text(encoding="utf-8")
    with World(week=1) as world:
        bench.upstream = world  # type: ignore[assignment]
        assert bench.poll(MONDAY, slug).status.good
        with bench.watch(MONDAY + LATER) as watch:
            with watch.store.write() as connection:
                _tell_all(connection)
                long_ago = MONDAY - timedelta(days=1)
                pages = gone.told_pages(connection, slug, unseen_since=MONDAY + LATER, first_seen_since=long_ago)
            world.requests.clear()
            read = poll(watch, slug, believe=True)
        asked = set(world.requests)
    assert read is not None
    assert (read.status, read.new, read.changed, read.gone) == (ReadStatus.GOOD, 0, 0, 0), read
    assert pages, "nothing was looked at"
    assert {page.url for page in pages} <= asked
