"""Help, the version and mistakes are instant: nothing heavy is imported before a command is known to be one."""

import argparse
import subprocess
import sys
from importlib import import_module

import pytest

from claimwatch.cli import COMMANDS
from claimwatch.cli.arguments import sentence

HEAVY = {
    "aiosmtplib", "alembic", "asyncio", "babel", "bs4", "feedparser", "fsspec", "httpx", "jinja2", "lxml", "nupunkt",
    "prefect", "pydantic", "rich", "sqlalchemy", "yaml", "zstandard",
}  # fmt: skip
CODE = "import sys; from claimwatch.cli import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"


@pytest.mark.parametrize(
    "argv",
    ["--help", "--version", "", "nonsense", "poll --help", "findings list --help", "findings list --since yesterday",
     "digest --preview --dry-run", "subscribers"],
)  # fmt: skip
def test_nothing_heavy_is_imported(argv: str) -> None:
    done = subprocess.run([sys.executable, "-c", CODE, *argv.split()], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stderr.splitlines()[-1].split()}
    assert "argparse" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize(
    ("argv", "needed"),
    # The map of claims names sources, and the options of some are checked by their parsers.
    [("baseline show", set()), ("screen -", set()), ("baseline check", {"lxml"}), ("baseline coverage", {"lxml"})],
)
def test_commands_that_need_no_store_bring_none_along(argv: str, needed: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, *argv.split()], input="Hikvision.", capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in done.stderr.splitlines()[-1].split()}
    assert loaded & {"prefect", "sqlalchemy", "httpx", "lxml", "jinja2", "rich"} <= needed


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "claimwatch", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("claimwatch ")


@pytest.mark.parametrize("module", dict.fromkeys(module for _, module, _ in COMMANDS))
def test_the_list_of_commands_is_what_the_modules_add(module: str) -> None:
    commands = argparse.ArgumentParser().add_subparsers()
    import_module(f"claimwatch.cli.{module}").add_to(commands)
    listed = {command: sentence(help) for command, where, help in COMMANDS if where == module}
    assert list(commands.choices) == list(listed)
    for command, line in listed.items():
        assert (commands.choices[command].description or "").startswith(line)


def test_a_round_brings_along_only_what_a_round_needs() -> None:
    code = "import sys, claimwatch.cli.watch; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert (
        loaded & {"aiosmtpd", "alembic", "cryptography", "dkim", "dns", "email_validator", "prefect", "warcio"} == set()
    )
