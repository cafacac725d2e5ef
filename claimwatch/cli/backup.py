"""`claimwatch backup` and `restore`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_json
from claimwatch.cli.output import write, write_json

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands


def add_to(commands: "Commands") -> None:
    """The commands of this module."""
    backup = add_command(
        commands,
        "backup",
        "copy database, captures and settings into one file",
        "Consistent, also while a poll is writing. Secrets are left out and named.",
    )
    backup.add_argument("file", type=Path, metavar="FILE", help="where to; it must not exist")
    backup.add_argument("--with-key", action="store_true", help="put the signing key of the home into the file as well")
    add_json(backup)
    backup.set_defaults(run=make)
    restore = add_command(
        commands,
        "restore",
        "put a backup into the home, the database and the captures that the settings name",
        "Everything is checked before anything is written. Stop server, worker and timers first.",
    )
    restore.add_argument("file", type=Path, metavar="FILE", help="what `backup` wrote")
    restore.add_argument(
        "--force", action="store_true", help="also where there is something; a SQLite file is kept aside"
    )
    add_json(restore)
    restore.set_defaults(run=put_back)


def make(arguments: argparse.Namespace) -> int:
    """Write a backup and say what is in it."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.operations.backup import backup

    with opened() as watch:
        manifest = backup(watch, arguments.file.absolute(), with_key=arguments.with_key)
    if arguments.json:
        write_json(manifest)
        return 1 if manifest.lost else 0
    rows = sum(manifest.tables.values())
    bodies = sum(name.startswith("captures/") for name in manifest.files)
    write(f"{arguments.file}: {rows:,} rows in {len(manifest.tables)} tables, {bodies:,} captures")
    write(f"    last link of the chain over captures: {manifest.head}")
    for secret in manifest.secrets:
        write(f"    not in it, keep it elsewhere: {secret}")
    for sha256 in manifest.lost:
        write(f"    lost, so not in it: capture {sha256}")
    return 1 if manifest.lost else 0


def put_back(arguments: argparse.Namespace) -> int:
    """Restore a backup and say what is still missing."""
    from claimwatch.pipeline.operations.backup import restore
    from claimwatch.settings import load_settings

    done = restore(load_settings(), arguments.file, force=arguments.force)
    if arguments.json:
        write_json(done)
        return 0
    manifest = done.manifest
    rows = sum(manifest.tables.values())
    write(f"restored as of {manifest.made_at}: {rows:,} rows, {done.captures:,} captures, verified")
    for what in done.missing:
        write(f"    missing, set it again: {what}")
    write("    settings of then are in restored-settings.json in the home; mail sent since is not known here:")
    write("    before `claimwatch deliver`, look at `claimwatch digest list` and cancel what was sent")
    return 0
