"""A template that somebody broke: the edition is refused with the place, and nothing is frozen."""

import shutil
import sys
from pathlib import Path

import pytest

from claimwatch.errors import EditionInvalid
from claimwatch.settings import TEMPLATES
from tests.editions import factory as make


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("{% if %}", r"templates/email/digest\.txt\.j2, line 1 cannot be used"),
        ("{{ no_such_thing }}", r"templates/email/digest\.txt\.j2 cannot be used: 'no_such_thing' is undefined"),
        ("{% include 'gone.j2' %}", r"cannot be used: .*gone\.j2.*; mend it"),
    ],
)
def test_a_broken_template_is_named(broken: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["claimwatch.editions.render"]  # the package's `render` is the function
    shutil.copytree(TEMPLATES / "email", tmp_path / "email")
    (tmp_path / "email" / "digest.txt.j2").write_text(broken)
    monkeypatch.setattr(module, "_TEMPLATES", tmp_path / "email")
    module._environment.cache_clear()
    try:
        with pytest.raises(EditionInvalid, match=says):
            make.a_mail(make.EDITIONS["reversal"]())
    finally:
        monkeypatch.undo()
        module._environment.cache_clear()
