"""The verbs by the name of the package, each loaded when it is asked for."""

import subprocess
import sys

import pytest

from claimwatch import pipeline


@pytest.mark.parametrize("name", pipeline.__all__)
def test_every_verb_is_there(name: str) -> None:
    assert getattr(pipeline, name).__name__ == name


def test_another_name_is_refused_as_of_any_module() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'compare_all'"):
        getattr(pipeline, "compare_all")  # noqa: B009 (else mypy says it before the test)


def test_what_composes_mail_and_asks_hosts_is_not_loaded_with_the_store() -> None:
    code = (
        "import sys, claimwatch.cli.watch\n"
        "late = {'httpx', 'jinja2', 'bs4', 'numpy', 'claimwatch.claims'}\n"
        "print(*sorted(late & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
