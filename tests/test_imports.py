"""Which module may import which: the layers of docs/README.md, held by reading the code."""

import ast
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = ("claimwatch", "parsers", "flows", "demo", "benchmarks")

# What each part may import of ours, beside itself.
GROUND = {"models", "errors", "paths", "settings", "on_demand"}
ROOMS = {
    "fetching", "captures", "baseline", "mentions", "claims", "editions", "delivery", "store", "sources", "tokens",
    "logs",
}  # fmt: skip
MAY = {
    "models": set[str](),
    "errors": set[str](),
    "on_demand": set[str](),
    "paths": {"errors"},
    "settings": {"errors", "paths"},
    **dict.fromkeys(ROOMS, GROUND),
    "claims": GROUND | {"mentions"},
    "pipeline": GROUND | ROOMS,
    "cli": GROUND | ROOMS | {"pipeline", "web"},
    "web": GROUND | ROOMS | {"pipeline"},
    "__main__": {"cli"},
}
# The packages of the pipeline, lowest first: each may import those before it. The modules beside them are for all.
PIPELINE = ("reading", "telling", "subscribers", "mailing", "reviewing", "showing", "operations")
PURE = ("parsers", "claimwatch.mentions", "claimwatch.claims", "claimwatch.editions")
IO = {
    "aiosmtplib", "asyncio", "fsspec", "http", "httpx", "random", "requests", "secrets", "smtplib", "socket",
    "sqlalchemy", "sqlite3", "subprocess", "time", "urllib.request", "uuid",
}  # fmt: skip
CLOCKS = {"now", "today", "utcnow", "time_ns"}


def modules(*parts: str) -> list[tuple[str, Path]]:
    """Dotted names and files of all modules of the given top-level packages."""
    found = []
    for part in parts:
        for path in sorted((ROOT / part).rglob("*.py")):
            dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found.append((dotted.removesuffix(".__init__"), path))
    return found


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports anywhere in it, with the line; `from a import b` gives `a.b`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write imports in full"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def test_the_layers_hold() -> None:
    wrong = []
    for module, path in modules("claimwatch"):
        part = module.split(".")[1] if "." in module else ""
        for name, line in imported(path):
            if not within(name, "claimwatch") or name == "claimwatch.__version__":
                continue
            other = name.split(".")[1]
            if other not in MAY.get(part, set()) | {part}:
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {part or 'claimwatch'} may not import {other}")
    assert wrong == []


def test_every_part_has_its_place_among_the_layers() -> None:
    parts = {module.split(".")[1] for module, _ in modules("claimwatch") if "." in module}
    assert parts <= set(MAY)


def test_the_pipeline_runs_one_way() -> None:
    wrong = []
    for module, path in modules("claimwatch/pipeline"):
        part = module.split(".")[2] if module.count(".") >= 2 else ""
        if not part:
            continue
        height = PIPELINE.index(part) if part in PIPELINE else -1
        for name, line in imported(path):
            other = name.split(".")[2] if within(name, "claimwatch.pipeline") and name.count(".") >= 2 else ""
            if other in PIPELINE and PIPELINE.index(other) > height:
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {part} may not import {other}")
    assert wrong == []


def test_parsers_import_little() -> None:
    ours = ("claimwatch.models", "claimwatch.errors", "parsers")
    theirs = {"bs4", "lxml", "feedparser", *sys.stdlib_module_names}
    wrong = [
        f"{path.name}:{line}: {name}"
        for _, path in modules("parsers")
        for name, line in imported(path)
        if not any(within(name, package) for package in ours) and name.split(".")[0] not in theirs
    ]
    assert wrong == []


def test_the_core_does_no_io_and_draws_no_lots() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for module, path in modules("parsers", "claimwatch")
        if any(within(module, package) for package in PURE)
        for name, line in imported(path)
        if any(within(name, package) for package in IO)
    ]
    assert wrong == []


def test_the_core_reads_no_clock() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.func.attr}()"
        for module, path in modules("parsers", "claimwatch")
        if any(within(module, package) for package in PURE)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    ]
    assert wrong == []


def test_only_flows_know_prefect() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for module, path in modules(*CODE)
        if not within(module, "flows")
        for name, line in imported(path)
        if within(name, "prefect")
    ]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "flows").glob("[a-z]*.py")))
def test_a_flow_is_not_called_like_anything_else_on_the_path(name: str) -> None:
    assert name not in sys.stdlib_module_names
    assert importlib.util.find_spec(name) is None
