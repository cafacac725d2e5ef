"""`claimwatch sources list` and `check`: how each source stands. Nothing here touches the network."""

import argparse
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_group, add_json
from claimwatch.cli.output import moment, write, write_json, write_table
from claimwatch.cli.poll import explain

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands
    from claimwatch.models import Read, SourceSpec
    from claimwatch.pipeline import Problem, Watch


def add_to(commands: "Commands") -> None:
    """The commands of this module."""
    group = add_group(commands, "sources", "what is polled, and how it stands")
    list_ = add_command(group, "list", "list the sources with their last good read and what is due")
    add_json(list_)
    list_.set_defaults(run=list_all)
    check = add_command(
        group,
        "check",
        "show each source's configuration, its last read and what is missing",
        "Reads nothing from the network. Exit status 1 when a source has had no good read lately.",
    )
    add_json(check)
    check.set_defaults(run=check_all)


def list_all(arguments: argparse.Namespace) -> int:
    """Print one row a source."""
    from claimwatch.cli.watch import opened
    from claimwatch.store import documents, reads

    with opened() as watch:
        with watch.store.read() as connection:
            rows = [
                (spec, reads.source_state(connection, slug), documents.newest_published_on(connection, slug))
                for slug, spec in watch.sources.items()
            ]
        zone = watch.settings.timezone
    if arguments.json:
        write_json(
            [
                {
                    "source": spec.slug,
                    "name": spec.name,
                    "last_good_at": state.last_good_at,
                    "failures": state.failures,
                    "next_due_at": state.next_due_at,
                    "newest_on": newest_on,
                }
                for spec, state, newest_on in rows
            ]
        )
        return 0
    write_table(
        ("source", "name", "last good read", "failures", "next due", "newest item"),
        [
            (
                spec.slug,
                spec.name,
                moment(state.last_good_at, zone),
                state.failures,
                "now" if state.next_due_at is None else moment(state.next_due_at, zone),
                newest_on,
            )
            for spec, state, newest_on in rows
        ],
    )
    return 0


def check_all(arguments: argparse.Namespace) -> int:
    """Print everything about each source; 1 when one is in trouble."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline import inspect_watch
    from claimwatch.store import reads

    with opened() as watch:
        problems = {slug: [p for p in inspect_watch(watch) if p.what == slug] for slug in watch.sources}
        with watch.store.read() as connection:
            last: dict[str, Sequence[Read]] = {
                slug: reads.reads_between(connection, slug, None, watch.now())[-1:] for slug in watch.sources
            }
        if arguments.json:
            write_json(
                [
                    {"configuration": spec, "last_read": (*last[slug], None)[0], "problems": problems[slug]}
                    for slug, spec in watch.sources.items()
                ]
            )
        else:
            for number, (slug, spec) in enumerate(watch.sources.items()):
                if number:
                    write()
                _write_source(watch, spec, last[slug], problems[slug])
    return 1 if any(problems.values()) else 0


def _write_source(watch: "Watch", spec: "SourceSpec", last: "Sequence[Read]", problems: "Sequence[Problem]") -> None:
    expect, limits = spec.expect, spec.limits
    at_most = f"at most {expect.max_items}" if expect.max_items is not None else "any number"
    stale = f", something new every {_span(expect.stale_after)}" if expect.stale_after else ""
    lines = [
        ("home", spec.home),
        *(("page", f"{page.url} ({page.kind}{', unconfirmed' if page.probe else ''})") for page in spec.pages),
        ("parser", spec.parser),
        ("read", f"every {_span(spec.every)}, at most {limits.max_pages} pages, {limits.pace_s:g} s apart"),
        ("expect", f"at least {expect.min_items} items, {at_most}{stale}"),
        ("terms", f"{spec.terms} (read on {spec.terms_read_on})"),
    ]
    if not last:
        lines.append(("last", "never read"))
    for read in last:
        skipped = sum(count for _, count in read.skipped)
        counts = f"{read.containers} items, {read.kept} kept, {skipped} skipped, {read.new} new"
        lines.append(("last", f"{read.status.value} at {moment(read.started_at, watch.settings.timezone)}: {counts}"))
        lines += [("", line) for line in explain(read)]
    for problem in problems:
        lines += [("wrong", problem.why), ("do", problem.do)]
    write(f"{spec.slug}: {spec.name}")
    for label, text in lines:
        write(f"  {label:<7} {text}")


def _span(duration: timedelta) -> str:
    hours = duration.total_seconds() / 3600
    return f"{hours / 24:g} days" if hours >= 48 else f"{hours:g} h"
