"""`claimwatch findings list` and `show`; the desk's commands are in `deciding`, those for labellers in `gold`."""

import argparse
from collections.abc import Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from claimwatch.cli import deciding, gold
from claimwatch.cli.arguments import add_command, add_group, add_json, day
from claimwatch.cli.output import moment, shorten, write, write_json, write_json_list, write_table
from claimwatch.errors import UsageError
from claimwatch.models.finding import Outcome

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands
    from claimwatch.models import Evidence, Quantity
    from claimwatch.pipeline import Watch
    from claimwatch.store.finding_rows import FindingRow

QUOTE_WIDTH = 90


def add_to(commands: "Commands") -> None:
    """The commands of this module."""
    group = add_group(commands, "findings", "what sources were found to say about the companies")
    list_ = add_command(group, "list", "list findings, oldest first")
    list_.add_argument(
        "--outcome",
        action="append",
        type=str.upper,
        choices=[outcome.value for outcome in Outcome],
        metavar="OUTCOME",
        help=f"only these (may be repeated): {', '.join(outcome.value for outcome in Outcome)}",
    )
    list_.add_argument("--entity", metavar="COMPANY", help="only about this company (a slug such as hikvision)")
    list_.add_argument("--source", metavar="SOURCE", help="only from this source")
    list_.add_argument("--since", type=day, metavar="DATE", help="only what was first seen on or after this day")
    list_.add_argument("--waiting", action="store_true", help="only those whose name is in doubt and waits for review")
    add_json(list_)
    list_.set_defaults(run=list_all)
    show = add_command(
        group, "show", "show one finding with its evidence, or a development with all that was found and decided"
    )
    show.add_argument("id", metavar="ID|KEY", help="a number of `findings list`, or a key of `findings queue`")
    add_json(show)
    show.set_defaults(run=show_one)
    deciding.add_to(group)
    gold.add_to(group)


def list_all(arguments: argparse.Namespace) -> int:
    """Print the findings that the filters let through."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.telling.tellable import each_decided
    from claimwatch.store import findings

    with opened() as watch:
        if arguments.source is not None:
            watch.source(arguments.source)
        if arguments.entity is not None and arguments.entity not in watch.baseline.companies:
            known = ", ".join(watch.baseline.companies)
            raise UsageError(f"there is no company {arguments.entity!r}; there are {known}")
        since = arguments.since
        zone = ZoneInfo(watch.settings.timezone)
        with watch.store.read() as connection:
            ids = findings.list_ids(
                connection,
                outcomes=arguments.outcome or (),
                entity=arguments.entity,
                source=arguments.source,
                since=None if since is None else datetime.combine(since, time(), zone),
                waiting=arguments.waiting,
            )
        rows = each_decided(watch, ids)
        if arguments.json:
            write_json_list(map(_record, rows))
        elif ids:
            header = ("id", "outcome", "company", "kind", "place", "source", "published", "quote")
            write_table(header, map(_cells, rows))
        else:
            write("No finding.")
    return 0


def show_one(arguments: argparse.Namespace) -> int:
    """Print one finding or one development in full."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.reviewing.desk import get_case
    from claimwatch.pipeline.telling.otherwise import said_otherwise, told_by_whom
    from claimwatch.pipeline.telling.tellable import as_decided
    from claimwatch.store import findings

    with opened() as watch:
        row, number = None, int(arguments.id) if deciding.is_number(arguments.id) else None
        if number is not None:
            with watch.store.read() as connection:
                row = findings.find_finding(connection, number, watch.sources)
                if row is None:
                    raise UsageError(f"there is no finding {number}; `claimwatch findings list` shows those there are")
                (row,) = as_decided(connection, watch, [row])
                told_by = told_by_whom(connection, watch, row)
                against = said_otherwise(connection, watch, row)
        if row is None:
            case = get_case(watch, arguments.id)
            if arguments.json:
                write_json(case)
            else:
                deciding.show_case(watch, case)
            return 0
        if arguments.json:
            beside = {"publishers": told_by, "otherwise": [one.id for one in against]}
            write_json({**_record(row), **beside})
        else:
            details = [*_details(row, watch), ("told by", _told_by(told_by)), *map(_against, against)]
            write_table(("field", "value"), [(name, value) for name, value in details if value])
    return 0


def _record(row: "FindingRow") -> dict[str, object]:
    """The object of the contract: what `screen` prints, and beside it what the store knows."""
    from claimwatch.claims import finding_json

    evidence = row.evidence
    return {
        **finding_json(evidence.finding),
        "id": evidence.id,
        "development": row.development,
        "alerted": row.alerted,
        "status": row.status,
        "first_seen_at": evidence.first_seen_at,
        "published": evidence.published_on,
        "capture": evidence.capture_sha256,
    }


def _cells(row: "FindingRow") -> tuple[object, ...]:
    finding = row.evidence.finding
    return (
        row.evidence.id,
        finding.outcome.value,
        finding.entity,
        finding.predicate or "unrecognised",
        finding.place,
        finding.source,
        row.evidence.published_on,
        shorten(finding.quote, QUOTE_WIDTH),
    )


def _details(row: "FindingRow", watch: "Watch") -> list[tuple[str, str]]:
    evidence, finding, zone = row.evidence, row.evidence.finding, watch.settings.timezone
    details = [
        ("finding", f"{evidence.id} ({row.status})"),
        ("outcome", finding.outcome.value),
        ("company", finding.entity),
        ("kind", f"{finding.predicate or 'unrecognised'} ({finding.operation})"),
        ("place", finding.place or ""),
        ("as of", finding.as_of or ""),
        ("before", _quantity(finding.before)),
        ("now", _quantity(finding.after)),
        ("who says it", finding.speaker or ""),
        ("quote", finding.quote),
        ("named as", f"{finding.surface or 'not by name'} ({finding.method})"),
        ("source", f"{evidence.source_name}: {evidence.title}"),
        ("address", finding.url),
        ("published", str(evidence.published_on or "")),
        ("takes effect", str(evidence.effective_on or "")),
        ("first seen", moment(evidence.first_seen_at, zone)),
        ("severity", f"{finding.severity} (confidence: {finding.confidence})"),
        ("rules", ", ".join(finding.rules)),
        ("development", row.development or "none: it does not alert"),
        ("bytes", f"sha256 {evidence.capture_sha256}, received {moment(evidence.capture_at, zone)}"),
        ("parser", evidence.parser),
    ]
    for id_ in finding.claims:
        claim = watch.baseline.claims.get(id_)
        if claim is not None:
            details.append((f"claim {id_}", f"{claim.quote} ({watch.baseline.documents[claim.document].title})"))
    return details


def _told_by(publishers: Sequence[str]) -> str:
    if len(publishers) < 2:
        return ""
    return f"{len(publishers)} independent sources: {', '.join(publishers)}"


def _against(evidence: "Evidence") -> tuple[str, str]:
    finding = evidence.finding
    value = f"{finding.after.text}: " if finding.after is not None else ""
    return (
        f"but {evidence.id}",
        f"{finding.outcome.value}, {evidence.source_name}: {value}{finding.quote} ({finding.url})",
    )


def _quantity(quantity: "Quantity | None") -> str:
    if quantity is None:
        return ""
    return quantity.text + (f" (as of {quantity.as_of})" if quantity.as_of else "")
