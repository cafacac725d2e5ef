"""`claimwatch evidence export` and `verify`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_group, add_json
from claimwatch.cli.output import write, write_json
from claimwatch.errors import UsageError

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands


def add_to(commands: "Commands") -> None:
    """The commands of this module."""
    group = add_group(commands, "evidence", "what stands behind a finding, to hand to others")
    export = add_command(group, "export", "write findings, quotes, claims and the received bytes into one file")
    export.add_argument(
        "what",
        nargs="?",
        metavar="FINDING|DEVELOPMENT",
        help="a finding's number, or a development's key or its beginning, as `findings list --json` has them",
    )
    export.add_argument("--edition", metavar="PERIOD", help="everything that this edition told, such as 2026-W47")
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="the ZIP to write; it must not exist")
    add_json(export)
    export.set_defaults(run=export_bundle)
    verify = add_command(group, "verify", "check an exported file: hashes, archive, quotes; needs no store")
    verify.add_argument("file", type=Path, metavar="FILE", help="what `evidence export` wrote")
    add_json(verify)
    verify.set_defaults(run=verify_bundle)


def export_bundle(arguments: argparse.Namespace) -> int:
    """Write a bundle."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.operations import evidence

    if (arguments.what is None) == (arguments.edition is None):
        raise UsageError("name a finding, a development, or an edition with --edition")
    with opened() as watch:
        if arguments.edition is not None:
            asked, ids = f"edition {arguments.edition}", evidence.find_told(watch, arguments.edition)
        else:
            asked, ids = arguments.what, evidence.find_asked(watch, arguments.what)
        bundle = evidence.export(watch, ids, asked, arguments.out)
    if arguments.json:
        write_json(bundle)
        return 0
    write(f"{arguments.out}: {bundle.findings} findings, {bundle.captures} captures, {bundle.texts} texts")
    write(f"    sha256 {bundle.sha256}")
    write(f"    last link of the chain over captures: {bundle.head}")
    return 0


def verify_bundle(arguments: argparse.Namespace) -> int:
    """Say what does not hold."""
    from claimwatch.pipeline.operations import evidence

    wrong = evidence.verify(arguments.file)
    if arguments.json:
        write_json(wrong)
    else:
        for what in wrong or ["All holds: hashes, archive, quotes, chained captures."]:
            write(what)
    return 1 if wrong else 0
