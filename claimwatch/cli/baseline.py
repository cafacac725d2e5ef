"""`claimwatch baseline show`, `check`, `coverage`, which read the files alone, and `export`, which writes them."""

import argparse
import textwrap
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_group, add_json
from claimwatch.cli.output import write, write_json, write_table

if TYPE_CHECKING:
    from claimwatch.baseline.coverage import ClaimCover, CoverageMap
    from claimwatch.cli.arguments import Commands

_WIDTH = 100


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
    coverage = add_command(
        group,
        "coverage",
        "show for each claim where a change of it would be seen, and what nobody reads",
        "Exit status 1, and every fault, if a claim has no line in the map.",
    )
    add_json(coverage)
    coverage.set_defaults(run=show_coverage)
    export = add_command(
        group,
        "export",
        "write what analysts accepted into the baseline's files, for a commit",
        "New documents, and claims at the end of claims.yaml and coverage.yaml; read what changed before you commit.",
    )
    export.add_argument("--to", type=Path, metavar="FOLDER", help="the baseline to add to, by default the one in use")
    add_json(export)
    export.set_defaults(run=export_accepted)


def show_tables(arguments: argparse.Namespace) -> int:
    """Print the tables that describe the baseline."""
    from claimwatch.baseline import load_baseline
    from claimwatch.baseline.describe import describe
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
    from claimwatch.baseline.coverage import load_coverage
    from claimwatch.claims import Comparer
    from claimwatch.settings import load_settings
    from claimwatch.sources import load_sources

    settings = load_settings()
    baseline = load_baseline(settings.baselines)
    Comparer(baseline).check()  # compiles the names and the word lists
    load_coverage(settings.baselines, baseline, load_sources(settings.sources, options=False))
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


def show_coverage(arguments: argparse.Namespace) -> int:
    """Print the map of claims to sources, with its blanks."""
    from claimwatch.baseline import load_baseline
    from claimwatch.baseline.coverage import Cover, load_coverage
    from claimwatch.settings import load_settings
    from claimwatch.sources import load_sources

    settings = load_settings()
    baseline = load_baseline(settings.baselines)
    coverage = load_coverage(settings.baselines, baseline, load_sources(settings.sources, options=False))
    totals = [(cover.value, coverage.count(cover), coverage.count(cover, time_bound=True)) for cover in Cover]
    if arguments.json:
        write_json(
            {
                "totals": [{"cover": c, "claims": n, "time_bound": bound} for c, n, bound in totals],
                "claims": coverage.claims,
                "blanks": coverage.blanks,
                "off": sorted(coverage.off),
            }
        )
        return 0
    for predicate in dict.fromkeys(line.predicate for line in coverage.claims):
        write(baseline.predicates[predicate].label)
        lines = sorted((line for line in coverage.claims if line.predicate == predicate), key=_said)
        for _, same in groupby(lines, key=_said):
            _write_claims(coverage, list(same))
        write()
    write("Not read by anything here")
    for key, text in coverage.blanks.items():
        claims = [line.claim for line in coverage.claims if key in line.blanks]
        _write_wrapped("  ", f"{key}: {text}", "      ")
        _write_wrapped("      ", ", ".join(claims), "      ")
    write()
    everything = (len(coverage.claims), sum(line.time_bound for line in coverage.claims))
    write_table(("where a change would show", "claims", "of them time-bound"), [*totals, ("all", *everything)])
    return 0


def export_accepted(arguments: argparse.Namespace) -> int:
    """Add the facts that analysts accepted to the files of a baseline."""
    from claimwatch.baseline import load_baseline
    from claimwatch.baseline.export import export
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.knowledge import accepted_facts

    with opened() as watch:
        root = arguments.to or watch.settings.baselines
        made = export(load_baseline(root), accepted_facts(watch))
    for name, text in made.files:
        (root / name).write_text(text, encoding="utf-8")
    for name, text in (("claims.yaml", made.claims), ("coverage.yaml", made.coverage)):
        if text:
            with (root / name).open("a", encoding="utf-8") as file:
                file.write(text)
    load_baseline(root)
    if arguments.json:
        write_json(
            {"folder": root, "claims": made.ids, "files": [name for name, _ in made.files], "by_hand": made.by_hand}
        )
        return 0
    write(f"{len(made.ids)} claims added in {root}" + (": " + ", ".join(made.ids) if made.ids else "") + ".")
    for line in made.by_hand:
        write(f"By hand: {line}")
    return 0


def _said(line: "ClaimCover") -> tuple[str, ...]:
    return (line.cover.value, line.why, *line.sources, *line.second_hand, *line.blanks)


def _write_claims(coverage: "CoverageMap", lines: "list[ClaimCover]") -> None:
    def named(slugs: tuple[str, ...]) -> str:
        return ", ".join(f"{slug} (off)" if slug in coverage.off else slug for slug in slugs)

    line = lines[0]
    parts = [line.cover.value]
    if line.sources:
        parts.append(f"shows in {named(line.sources)}")
    if line.second_hand:
        parts.append(f"perhaps repeated in {named(line.second_hand)}")
    if line.blanks:
        parts.append(f"unread: {', '.join(line.blanks)}")
    _write_wrapped(f"  {', '.join(each.claim for each in lines)}  ", "; ".join(parts), "      ")
    _write_wrapped("      ", line.why, "      ")


def _write_wrapped(first: str, text: str, indent: str) -> None:
    for line in textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False):
        write(line)
