"""`claimwatch sources new`: the skeleton of a source, switched off: its entry, its page, its golden folder."""

import argparse
import importlib
import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from claimwatch.cli.arguments import add_command
from claimwatch.cli.output import write
from claimwatch.errors import SourcesInvalid, UsageError

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands

_FOLDERS = ("parsers", "tests/golden", "docs/sources")
_KINDS = {
    "parsers.feed": "feed",
    "parsers.federal_register": "search",
    "parsers.html_table": "table",
    "parsers.wordpress": "posts",
}
_NOT_WORDS = ("no", "yes", "on", "off", "true", "false", "null", "y", "n")  # to YAML
_ENTRY = """
# Switched off until its pages have been looked at: docs/sources/{slug}.md
{slug}:
  name: {name}
  home: {home}
  class: {class_}
  parser: {parser}
  every: {every}
  skip_older: true
  enabled: false
  pages:
{pages}
{options}  limits: {{max_bytes: 5000000, timeout: 60s, pace: 2s, max_pages: 100}}
  expect: {{min: 1, max: 1000, max_shrink: 0.5}}
  terms: {{read_on: {today}, note: "Not read yet: read the terms and robots.txt, and say here what they ask."}}
"""
_PAGE = """\
# {slug}: {title}

Parser: `{parser}`. Class: {class_}. Polled every {every} once it is switched on.

| address | kind | state |
| --- | --- | --- |
{rows}

## Shape

What one item looks like on the wire, what identifies it for ever, where its date and its text stand, how further pages
are reached.

## What breaks it

What would be refused as a bad read, and what would go unnoticed.

## Not confirmed

Everything: none of the addresses has been looked at. `claimwatch sources check --live {slug}` does.
"""
_GOLDEN = """\
# Golden files of {slug}

One pair of files for each kind of page: `<case>.html` (or `.xml`, `.json`), written after the real layout with true
facts in our own words, and `<case>.yaml` with its `kind` and `url`. `tests/parsers/golden.py` says what else may stand
there. The first run of the test writes `<case>.expected.json` and fails; read that file line by line, since it is the
truth from then on. Add what must be refused, too: an empty list, a wall, a new column.
"""


@dataclass(frozen=True, slots=True)
class _Skeleton:
    """What is to be written: `entry` goes to the end of sources.yaml, each of `files` is new."""

    entry: str
    files: tuple[tuple[Path, str], ...]


def add_to(group: "Commands") -> None:
    """The command of this module, in the group `sources`."""
    new = add_command(
        group,
        "new",
        "write the skeleton of a source into a checkout of the project",
        "Appends an entry that is switched off to sources.yaml, makes tests/golden/SLUG/ and docs/sources/SLUG.md, and "
        "says what is left to do. What exists is not touched.",
    )
    new.add_argument("slug", metavar="SLUG", help="lower-case letters, digits and _; it never changes")
    new.add_argument("--home", required=True, metavar="URL", help="the publisher's front page, for people")
    new.add_argument(
        "--url", required=True, action="append", metavar="URL", help="where a read begins; may be repeated"
    )
    new.add_argument("--parser", default="parsers.feed", metavar="MODULE", help="dotted path; by default parsers.feed")
    new.add_argument("--kind", metavar="WORD", help="the parser's word for such a page; by default its usual one")
    new.add_argument("--name", metavar="TEXT", help="the publisher's name, as readers see it; by default its host")
    new.add_argument(
        "--class", dest="class_", default="ngo", choices=("official", "ngo", "press"), help="who speaks; default ngo"
    )
    new.add_argument("--every", default="6h", metavar="SPAN", help="how often it is polled, such as 30m, 6h or 1d")
    new.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=TEXT",
        help="an option of the parser; repeated with one name, a list",
    )
    new.add_argument("--dry-run", action="store_true", help="print what would be written; write nothing")
    new.set_defaults(run=write_skeleton)


def write_skeleton(arguments: argparse.Namespace) -> int:
    """Write or print the skeleton."""
    from claimwatch.settings import clock, load_settings

    settings = load_settings()
    sources = settings.sources
    root = sources.parent
    missing = [name for name in _FOLDERS if not (root / name).is_dir()]
    if missing:
        raise UsageError(
            f"a new source is written into a checkout of the project; {root}, where {sources.name} stands, "
            f"has no {' and no '.join(missing)}"
        )
    skeleton = _skeleton(arguments, clock(settings)().date())
    text = _extended(sources, arguments.slug, skeleton.entry)
    for path, body in skeleton.files:
        there = (root / path).exists()
        if arguments.dry_run or there:
            write(f"{path}: {'is there already and stays as it is' if there else 'would be written:'}")
        if arguments.dry_run and not there:
            _write_text(body)
        elif not there:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(body, encoding="utf-8")
            write(f"{path}: written")
    if arguments.dry_run:
        write(f"{sources.name}: would end with:")
        _write_text(skeleton.entry)
    else:
        _replace(sources, text)
        write(f"{sources.name}: {arguments.slug} appended, switched off")
    write()
    _write_text(_next_steps(arguments, sources.name))
    return 0


def _skeleton(arguments: argparse.Namespace, today: date) -> _Skeleton:
    slug, parser = arguments.slug, arguments.parser
    options = _options(arguments.option)
    if parser != f"parsers.{slug}":
        _check_parser(arguments, options)
    kind = arguments.kind or _KINDS.get(parser, "list")
    groups = [kind if number == 1 else f"{kind}-{number}" for number in range(1, len(arguments.url) + 1)]
    pairs = list(zip(groups, arguments.url, strict=True))
    name = arguments.name or urlsplit(arguments.home).hostname or slug
    said = {"slug": slug, "parser": parser, "class_": arguments.class_, "every": arguments.every}
    entry = _ENTRY.format(
        **said,
        name=_quoted(name),
        home=_quoted(arguments.home),
        pages="\n".join(
            f"    - {{kind: {_quoted(kind)}, group: {_quoted(group)}, url: {_quoted(url)}}}" for group, url in pairs
        ),
        options=_option_lines(options),
        today=today.isoformat(),
    )
    rows = "\n".join(f"| {url} | `{kind}` | not looked at |" for url in arguments.url)
    return _Skeleton(
        entry,
        (
            (Path("docs/sources") / f"{slug}.md", _PAGE.format(**said, title=name, rows=rows)),
            (Path("tests/golden") / slug / "README.md", _GOLDEN.format(slug=slug)),
        ),
    )


def _check_parser(arguments: argparse.Namespace, options: dict[str, list[str]]) -> None:
    """Raises `UsageError` for a parser that there is not, or that lacks an option it needs."""
    parser = arguments.parser
    try:
        module = importlib.import_module(parser)
    except ImportError as error:
        shared = f"shared ones are {', '.join(_KINDS)}; one to be written is parsers.{arguments.slug}"
        raise UsageError(f"there is no module {parser}; {shared}") from error
    for option in getattr(module, "OPTIONS", ()):
        if option.required and option.name not in options:
            raise UsageError(f"{parser} needs --option {option.name}=…: {option.about}")


def _options(given: Iterable[str]) -> dict[str, list[str]]:
    options: dict[str, list[str]] = {}
    for pair in given:
        name, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(f"--option {pair!r}: write NAME=TEXT")
        options.setdefault(name.strip(), []).append(text.strip())
    return options


def _option_lines(options: dict[str, list[str]]) -> str:
    if not options:
        return ""
    lines = [
        f"    {_quoted(name)}: {_quoted(texts[0]) if len(texts) == 1 else '[' + ', '.join(map(_quoted, texts)) + ']'}"
        for name, texts in options.items()
    ]
    return "  options:\n" + "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A string as YAML reads it back, whatever it holds: JSON is YAML. Plain words stay plain."""
    plain = text.isascii() and text.replace("_", "").replace("-", "").isalpha() and text.lower() not in _NOT_WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)


def _extended(sources: Path, slug: str, entry: str) -> str:
    """The text of sources.yaml with the entry at its end. Raises `UsageError` where that is not sound."""
    from claimwatch.sources import load_sources

    known = load_sources(sources)
    if slug in known:
        raise UsageError(f"there is a source {slug!r} already; choose another slug, or edit {sources.name}")
    text = sources.read_text(encoding="utf-8").rstrip("\n") + "\n" + entry
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / sources.name
        trial.write_text(text, encoding="utf-8")
        try:
            loaded = load_sources(trial)
        except SourcesInvalid as error:
            raise UsageError("\n".join(["this would be no sound source:", *str(error).splitlines()[1:]])) from error
    if list(loaded) != [*known, slug] or any(loaded[other] != spec for other, spec in known.items()):
        raise UsageError(f"{sources.name} would not be read as it is now; add the entry by hand")
    return text


def _replace(path: Path, text: str) -> None:
    """Put `text` in the place of the file at once, so that a poll never reads half of it."""
    trial = path.with_name(path.name + ".new")
    trial.write_text(text, encoding="utf-8")
    trial.replace(path)


def _next_steps(arguments: argparse.Namespace, name: str) -> str:
    slug = arguments.slug
    own = arguments.parser.rpartition(".")[2] == slug
    parser = f"write {arguments.parser.replace('.', '/')}.py and its test" if own else "see what its parser makes of it"
    return f"""\
What is left to do (docs/adding-a-source.md):
1. Read the publisher's terms and robots.txt; say in `terms` of {name} what they ask, and set pace and cadence by it.
2. Save a page and {parser}: claimwatch parse {slug} FILE
3. Make golden files of it in tests/golden/{slug}/, and fill in docs/sources/{slug}.md.
4. See whether the publisher's server answers so: claimwatch sources check --live {slug}
5. Set limits and expectations from what you saw, switch it on with `enabled: true`, add a deployment to prefect.yaml.
6. Name it in baselines/coverage.yaml with the claims of which a change would show there."""


def _write_text(text: str) -> None:
    for line in text.strip("\n").splitlines():
        write(line)
    write()
