"""`claimwatch findings sample` and `export`: for people who check and label what was found."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_json
from claimwatch.cli.output import to_json, write, write_json, write_table

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands


def add_to(group: "Commands") -> None:
    """The commands of this module, in the group `findings`."""
    sample = add_command(
        group,
        "sample",
        "draw folded findings at random, to see what was folded wrongly",
        "The same seed draws the same ones until something is added.",
    )
    sample.add_argument("--folded", type=_positive, default=50, metavar="N", help="how many (default 50)")
    sample.add_argument("--seed", type=int, default=1, metavar="N", help="of the draw (default 1)")
    add_json(sample)
    sample.set_defaults(run=draw)
    export = add_command(
        group,
        "export",
        "write what analysts settled as labelled documents",
        "One JSON object a line, as in the label guide.",
    )
    export.add_argument("--gold", type=Path, required=True, metavar="FILE", help="the file to write; - for stdout")
    add_json(export)
    export.set_defaults(run=export_gold)


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of findings; say 1 or more")
    return int(text)


def draw(arguments: argparse.Namespace) -> int:
    """Print a random sample of the folded findings."""
    from claimwatch.claims import finding_json
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.reviewing.gold import folded_sample

    with opened() as watch:
        rows, total = folded_sample(watch, arguments.folded, arguments.seed)
    if arguments.json:
        write_json([{**finding_json(row.evidence.finding), "id": row.evidence.id} for row in rows])
        return 0
    if not rows:
        write("No finding was folded yet.")
        return 0
    write_table(
        ("id", "outcome", "company", "claims", "source", "quote"),
        [
            (
                row.evidence.id,
                row.evidence.finding.outcome.value,
                row.evidence.finding.entity,
                ", ".join(row.evidence.finding.claims[:3]),
                row.evidence.finding.source,
                row.evidence.finding.quote,
            )
            for row in rows
        ],
    )
    write(f"{len(rows)} of {total} folded findings, seed {arguments.seed}.")
    return 0


def export_gold(arguments: argparse.Namespace) -> int:
    """Write the labelled documents."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.reviewing.gold import gold_documents

    with opened() as watch:
        documents = gold_documents(watch)
    lines = "".join(to_json(document) + "\n" for document in documents)
    if str(arguments.gold) == "-":
        print(lines, end="")
        return 0
    arguments.gold.write_text(lines, encoding="utf-8")
    labels = sum(len(document.findings) for document in documents)
    if arguments.json:
        write_json({"file": arguments.gold, "documents": len(documents), "findings": labels})
    else:
        write(f"{len(documents)} documents with {labels} labelled findings in {arguments.gold}.")
    return 0
