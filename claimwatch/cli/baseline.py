"""`claimwatch baseline show` and `check`. Both read the files alone."""

import argparse
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_group, add_json
from claimwatch.cli.output import write, write_json, write_table

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands


def add_to(commands: "Commands") -> None:
    """The commands of this module."""
    group = add_group(commands, "baseline", "what is already known: documents, companies, claims")
    show = add_command(group, "show", "show the baseline, or one claim or company in full")
    show.add_argument("key", nargs="?", metavar="CLAIM|COMPANY", help="an id such as A09, or a slug such as hikvision")
    add_json(show)
    show.set_defaults(run=show_tables)
    check = add_command(
        group, "check", "check every quote, name and word list", "Exit status 1, and every fault by file, if one fails."
    )
    add_json(check)
    check.set_defaults(run=check_files)


def show_tables(arguments: argparse.Namespace) -> int:
    """Print the tables that describe the baseline."""
    from claimwatch.baseline import describe, load_baseline
    from claimwatch.settings import load_settings

    tables = describe(load_baseline(load_settings().baselines), arguments.key)
    if arguments.json:
        write_json(
            [{"title": t.title, "rows": [dict(zip(t.header, row, strict=True)) for row in t.rows]} for t in tables]
        )
        return 0
    for number, table in enumerate(tables):
        if number:
            write()
        write_table(table.header, table.rows, title=table.title)
    return 0


def check_files(arguments: argparse.Namespace) -> int:
    """Load and compile everything; a fault raises."""
    from claimwatch.baseline import load_baseline
    from claimwatch.claims import Comparer
    from claimwatch.settings import load_settings

    baseline = load_baseline(load_settings().baselines)
    Comparer(baseline)  # compiles the names and the word lists
    counts = {
        "documents": len(baseline.documents),
        "companies": len(baseline.companies),
        "names": sum(len(company.aliases) for company in baseline.companies.values()),
        "claims": len(baseline.claims),
        "languages": len(baseline.triggers),
    }
    if arguments.json:
        write_json({"version": baseline.version, **counts})
    else:
        write("The baseline is sound: " + ", ".join(f"{count} {name}" for name, count in counts.items()) + ".")
        write(f"Version {baseline.version}")
    return 0
