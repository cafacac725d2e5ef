"""Where the demo keeps its state: wiped when it is an earlier demo's, never shared, never somebody else's."""

from pathlib import Path

import pytest

from demo.__main__ import DemoFailed, claim_home


def test_an_earlier_demo_is_wiped(tmp_path: Path) -> None:
    with claim_home(tmp_path / "demo") as home:
        (home / "claimwatch.db").touch()
    with claim_home(tmp_path / "demo") as home:
        assert home == tmp_path / "demo"
        assert not (home / "claimwatch.db").exists()


def test_a_demo_that_runs_beside_another_gets_a_home_of_its_own(tmp_path: Path) -> None:
    with claim_home(tmp_path / "demo") as one:
        (one / "claimwatch.db").touch()
        with claim_home(tmp_path / "demo") as other:
            assert other == tmp_path / "demo-2"
        assert (one / "claimwatch.db").exists()


def test_a_folder_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter-1.txt").write_text("all of it")
    with pytest.raises(DemoFailed, match="thesis holds something"), claim_home(tmp_path / "thesis"):
        pass
    assert (tmp_path / "thesis" / "chapter-1.txt").exists()
