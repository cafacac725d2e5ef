"""`claimwatch sources list` and `check`: how each source stands. Only `check --live` touches the network."""

import argparse
import textwrap
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_group, add_json
from claimwatch.cli.output import clean, moment, progress, shorten, write, write_json, write_table
from claimwatch.cli.poll import explain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from claimwatch.cli.arguments import Commands
    from claimwatch.models import SourceSpec
    from claimwatch.pipeline import Problem, Watch
    from claimwatch.pipeline.reading.coverage import Gap
    from claimwatch.pipeline.reading.verify import PageCheck, SourceCheck
    from claimwatch.pipeline.showing.standing import Standing

_WIDTH = 100
NOT_VERIFIED = "not yet verified live"


def add_to(commands: "Commands") -> None:
    """The commands of this module and of its neighbours in the group."""
    from claimwatch.cli import coverage, new_source

    group = add_group(commands, "sources", "what is polled, and how it stands")
    list_ = add_command(group, "list", "list the sources with their last good read and what is due")
    add_json(list_)
    list_.set_defaults(run=list_all)
    check = add_command(
        group,
        "check",
        "show each source's configuration, its last read and what is missing",
        "Reads nothing from the network but with --live. Exit status 1 when a source that is switched on has had no "
        "good read lately; with --live, when a needed page fails or robots.txt closes one.",
    )
    check.add_argument("sources", nargs="*", metavar="SOURCE", help="a slug from sources.yaml; by default all")
    check.add_argument(
        "--live",
        action="store_true",
        help="fetch robots.txt and the first pages of the sources (by default those switched on), and try the parsers",
    )
    add_json(check)
    check.set_defaults(run=check_sources)
    new_source.add_to(group)
    coverage.add_to(group)


def list_all(arguments: argparse.Namespace) -> int:
    """Print one row a source, and below what needs more words."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.showing.standing import standings

    with opened() as watch:
        rows = standings(watch)
        zone, now = watch.settings.timezone, watch.now()
    if arguments.json:
        write_json([_as_json(standing) for standing in rows.values()])
        return 0
    write_table(
        ("source", "state", "last good read", "next due", "newest item", "verified live"),
        [
            (
                standing.source,
                standing.health.value,
                _short(standing.last_good_at, zone) or "never",
                _due(standing, now, zone),
                standing.newest_on,
                _short(standing.verified_at, zone)[:10] or "not yet",
            )
            for standing in rows.values()
        ],
    )
    notes = [f"{standing.source}: {line}" for standing in rows.values() for line in _notes(standing, zone)]
    if notes:
        write()
    for note in notes:
        _write_wrapped(note, indent=4)
    write()
    write(f"Times are in {zone}. `claimwatch sources check SOURCE` shows one in full.")
    return 0


def check_sources(arguments: argparse.Namespace) -> int:
    """Print everything about each source; 1 when one is in trouble."""
    from claimwatch.cli.watch import opened

    with opened() as watch:
        specs = [watch.source(slug) for slug in dict.fromkeys(arguments.sources)]
        if arguments.live:
            return _check_live(watch, specs or list(watch.polled.values()), as_json=arguments.json)
        return _check_stored(watch, specs or list(watch.sources.values()), as_json=arguments.json)


def _check_stored(watch: "Watch", specs: "Sequence[SourceSpec]", *, as_json: bool) -> int:
    from claimwatch.pipeline import inspect_watch
    from claimwatch.pipeline.showing.standing import standings

    everything = inspect_watch(watch)
    problems = {spec.slug: [problem for problem in everything if problem.what == spec.slug] for spec in specs}
    rows = standings(watch)
    if as_json:
        write_json(
            [
                {
                    "configuration": spec,
                    "standing": _as_json(rows[spec.slug]),
                    "last_read": rows[spec.slug].last,
                    "problems": problems[spec.slug],
                }
                for spec in specs
            ]
        )
    else:
        for number, spec in enumerate(specs):
            if number:
                write()
            _write_source(watch, spec, rows[spec.slug], problems[spec.slug])
    return 1 if any(problems.values()) else 0


def _write_source(watch: "Watch", spec: "SourceSpec", standing: "Standing", problems: "Sequence[Problem]") -> None:
    zone = watch.settings.timezone
    expect, limits = spec.expect, spec.limits
    at_most = f"at most {expect.max_items}" if expect.max_items is not None else "any number"
    stale = f", something new every {_span(expect.stale_after)}" if expect.stale_after else ""
    again = f"; pages that said something again every {_span(spec.recheck)}" if spec.recheck else ""
    lines = [
        ("home", spec.home),
        *(("page", f"{page.url} ({page.kind}{', unconfirmed' if page.probe else ''})") for page in spec.pages),
        ("parser", spec.parser),
        ("read", f"every {_span(spec.every)}, at most {limits.max_pages} pages, {limits.pace_s:g} s apart{again}"),
        ("expect", f"at least {expect.min_items} items, {at_most}{stale}"),
        ("terms", f"{spec.terms} (read on {spec.terms_read_on})"),
        ("live", f"verified on {moment(standing.verified_at, zone)}" if standing.verified_at else NOT_VERIFIED),
    ]
    if not spec.enabled:
        lines.append(("off", "read when it is asked for by name; `enabled: true` switches it on"))
    if standing.last is None:
        lines.append(("last", "never read"))
    else:
        read = standing.last
        skipped = sum(count for _, count in read.skipped)
        counts = f"{read.containers} items, {read.kept} kept, {skipped} skipped, {read.new} new"
        lines.append(("last", f"{read.status.value} at {moment(read.started_at, zone)}: {counts}"))
        lines += [("", line) for line in explain(read)]
    lines += [("note", line) for line in _notes(standing, zone)]
    lines += [("gap", _times(gap, zone)) for gap in standing.gaps]
    for problem in problems:
        lines += [("wrong", problem.why), ("do", problem.do)]
    write(f"{spec.slug}: {spec.name}")
    for label, text in lines:
        _write_wrapped(text, f"  {label:<7} ", indent=10)


def _notes(standing: "Standing", zone: str) -> "Iterator[str]":
    """What a row of the list has no room for."""
    if standing.failures and standing.failing_since is not None:
        tries = "the last try" if standing.failures == 1 else f"{standing.failures} tries"
        good = f" (last good {moment(standing.last_good_at, zone)})" if standing.last_good_at else ""
        yield f"no good read in {tries}, since {moment(standing.failing_since, zone)}{good}: {standing.reason}"
    if standing.gaps:
        last = standing.gaps[-1]
        count = f"{len(standing.gaps)} times" if len(standing.gaps) > 1 else "once"
        yield f"went unread {count} in the last 30 days, lately from {_times(last, zone)}"
    for rest in standing.rests:
        yield f"{rest.host} asked us to wait until {moment(rest.until, zone)}: {rest.reason}"
    yield from standing.moved


def _check_live(watch: "Watch", specs: "Sequence[SourceSpec]", *, as_json: bool) -> int:
    from claimwatch.pipeline.reading.verify import verify

    checks: list[SourceCheck] = []
    with progress("checking") as tell:
        for check in verify(watch, specs, progress=tell):
            checks.append(check)
    if as_json:
        write_json(checks)
    else:
        if watch.settings.upstream is not None:
            write(f"Not the publishers themselves: CLAIMWATCH_UPSTREAM sends everything to {watch.settings.upstream}")
            write()
        for check in checks:
            _write_live(watch, watch.source(check.source), check)
    return 1 if any(check.problems for check in checks) else 0


def _write_live(watch: "Watch", spec: "SourceSpec", check: "SourceCheck") -> None:
    write(f"{spec.slug}: {spec.name}")
    for host in check.hosts:
        asked = f", Crawl-delay {host.crawl_delay_s:g} s" if host.crawl_delay_s is not None else ""
        state = f"unread: {host.fault}" if host.fault else "there" if host.found else "there is none"
        write(f"  robots  {host.host}: {state}{asked}")
    for page in check.pages:
        marks = [page.kind, *(["a probe"] if page.probe else []), *(["a sample"] if page.sample else [])]
        write(f"  page    {shorten(page.url, _WIDTH - 14 - len(', '.join(marks)))} ({', '.join(marks)})")
        for line in _page_lines(page):
            _write_wrapped(line, " " * 10, indent=12)
    for problem in check.problems:
        _write_wrapped(problem, "  wrong   ", indent=10)
    for advice in check.advice:
        _write_wrapped(advice, "  advice  ", indent=10)
    when = moment(check.checked_at, watch.settings.timezone)
    write(f"  live    {NOT_VERIFIED if check.problems else f'verified on {when}'}")
    write()


def _write_wrapped(text: str, label: str = "", *, indent: int) -> None:
    """A line of at most 100 columns and its continuations; addresses stay whole, so that they can be copied."""
    for line in textwrap.wrap(
        clean(text),
        _WIDTH,
        initial_indent=label,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
        break_long_words=False,
    ):
        write(line)


def _page_lines(page: "PageCheck") -> "Iterator[str]":
    if page.status is not None:
        yield f"{page.status} {page.content_type or 'without a type'}, {page.size:,} bytes"
    if page.fault is not None or page.missing:
        yield page.fault or "not there"
        return
    skipped = "".join(f", {count} skipped: {reason}" for reason, count in page.skipped)
    yield f"{page.containers} item{'s' if page.containers != 1 else ''}: {page.kept} kept{skipped}"
    sent = [name for name, value in (("ETag", page.etag), ("Last-Modified", page.last_modified)) if value]
    if not sent:
        yield "no validators: it is sent whole every time"
    elif page.conditional == 304:
        yield f"{' and '.join(sent)}; asked again with them: 304, not modified"
    else:
        yield f"{' and '.join(sent)}; asked again with them: {page.conditional or 'no usable answer'}, sent whole"
    yield from (f"warning: {warning}" for warning in page.warnings)
    if page.moved_to is not None:
        yield f"moved for good to {page.moved_to}"


def _as_json(standing: "Standing") -> dict[str, object]:
    return {
        "source": standing.source,
        "name": standing.name,
        "enabled": standing.enabled,
        "state": standing.health.value,
        "last_good_at": standing.last_good_at,
        "failures": standing.failures,
        "failing_since": standing.failing_since,
        "reason": standing.reason,
        "next_due_at": standing.next_due_at,
        "newest_on": standing.newest_on,
        "verified_at": standing.verified_at,
        "rests": standing.rests,
        "moved": standing.moved,
        "gaps": [
            {"begins_at": gap.begins_at, "ends_at": gap.ends_at, "hours": gap.length.total_seconds() / 3600}
            for gap in standing.gaps
        ],
    }


def _times(gap: "Gap", zone: str) -> str:
    ended = moment(gap.ends_at, zone) if gap.ends_at is not None else "now"
    return f"{moment(gap.begins_at, zone)} to {ended} ({_span(gap.length)})"


def _due(standing: "Standing", now: datetime, zone: str) -> str:
    if not standing.enabled:
        return ""
    at = standing.next_due_at
    return "now" if at is None or at <= now else _short(at, zone)


def _short(at: datetime | None, zone: str) -> str:
    """`2026-11-16 07:00`, for a column; empty where there is no time."""
    return "" if at is None else moment(at, zone)[:16]


def _span(duration: timedelta) -> str:
    hours = duration.total_seconds() / 3600
    return f"{round(hours / 24, 1):g} days" if hours >= 48 else f"{round(hours, 1):g} h"
