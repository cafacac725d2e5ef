"""`claimwatch parse`: what a parser makes of a saved page. Reads neither the network nor the store."""

import argparse
import mimetypes
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command
from claimwatch.cli.output import clean, write_json_line
from claimwatch.errors import ClaimwatchError, ReadFailed, UsageError

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands
    from claimwatch.models import SourceSpec


def add_to(commands: "Commands") -> None:
    """The command of this module."""
    parse = add_command(
        commands,
        "parse",
        "show what a source's parser makes of a saved page, as JSON lines",
        "Each line has a `type`: publication, entry, link, skip or warning; the counts follow on stderr.",
    )
    parse.add_argument("source", metavar="SOURCE", help="a slug from sources.yaml")
    parse.add_argument("file", metavar="FILE", help="the body as it was received, or - for standard input")
    parse.add_argument("--kind", help="what kind of page it is (default: that of the source's first page)")
    parse.add_argument("--url", help="the page's address (default: that of the source's page of this kind)")
    parse.set_defaults(run=parse_file)


def parse_file(arguments: argparse.Namespace) -> int:
    """Parse one body and print what it gave."""
    from claimwatch.models import Page
    from claimwatch.pipeline.reading.parsing import load_parser
    from claimwatch.settings import load_settings
    from claimwatch.sources import load_sources

    specs = load_sources(load_settings().sources)
    if arguments.source not in specs:
        raise UsageError(f"there is no source {arguments.source!r}; there are {', '.join(specs)}")
    spec = specs[arguments.source]
    kind = arguments.kind or spec.pages[0].kind
    body = sys.stdin.buffer.read() if arguments.file == "-" else Path(arguments.file).read_bytes()
    page = Page(
        source=spec.slug,
        kind=kind,
        url=arguments.url or _address(spec, kind),
        body=body,
        content_type=mimetypes.guess_type(arguments.file)[0] or "",
        options=spec.options,
    )
    try:
        parsed = load_parser(spec).parse(page)
    except ReadFailed as error:
        raise ClaimwatchError(f"{error} (read as kind {kind!r}; --kind names another)") from error
    for kind_of_thing, things in (
        ("publication", parsed.publications),
        ("entry", parsed.entries),
        ("link", parsed.links),
        ("skip", parsed.skipped),
    ):
        for thing in things:
            write_json_line({"type": kind_of_thing, **{name: getattr(thing, name) for name in thing.__slots__}})
    for warning in parsed.warnings:
        write_json_line({"type": "warning", "text": warning})
    counts = f"{parsed.containers} containers: {parsed.kept} kept, {len(parsed.skipped)} skipped"
    whole = f"; holds all of {', '.join(parsed.lists)}" if parsed.lists else ""
    print(clean(counts + whole), file=sys.stderr)
    return 0


def _address(spec: "SourceSpec", kind: str) -> str:
    return next((page.url for page in spec.pages if page.kind == kind), spec.home)
