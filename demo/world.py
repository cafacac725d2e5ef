"""The sample world: a loopback web server that stands in for every publisher, at a chosen week.

It answers re-rooted requests (`/{host}/{path}?{query}`, as a client with `CLAIMWATCH_UPSTREAM` sends them) from the
files `<root>/<source>/routes.yaml`. Each holds a list of routes:

    - url: https://example.org/list?page=1     # the original address; the order of query pairs does not matter
      type: text/html; charset=utf-8           # optional: by the file's name
      file: list.html                          # beside routes.yaml; X.html.gz is stored compressed, served as X.html
    - url: https://example.org/item
      weeks:                                   # a week that is not named is as the one before it; before the first: 404
        1: {file: item.html}
        2: {status: 503, file: down.html, headers: {Retry-After: "3600"}}
    - url: https://example.org/old
      redirect: https://example.org/item       # status 302 unless another is given

By hand: `python -m demo.world --week 1 --port 8080`.
"""

import argparse
import contextlib
import gzip
import hashlib
import mimetypes
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

ROOT = Path(__file__).with_name("world")

_TYPE_OF_SUFFIX = {".html": "text/html; charset=utf-8", ".xml": "application/xml", ".json": "application/json"}
Address = tuple[str, str, tuple[tuple[str, str], ...]]


class WorldInvalid(Exception):
    """A routes.yaml that cannot be served; the message names the file and the route."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str | None = None
    status: int | None = Field(None, ge=200, le=599)
    headers: dict[str, str] = {}
    redirect: str | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.file is None and self.redirect is None and self.status is None:
            raise ValueError("give a file, a redirect or a status")
        return self


class _Route(_Answer):
    url: str = Field(pattern=r"^https?://[^/{}]+/[^{}]*$")
    type: str | None = None
    weeks: dict[int, _Answer] = {}

    @model_validator(mode="after")
    def _something(self) -> Self:
        if bool(self.weeks) == bool(self.model_fields_set & {"file", "status", "redirect", "headers"}):
            raise ValueError("give either weeks or a file, a redirect or a status for all weeks")
        return self

    def at(self, week: int) -> _Answer | None:
        """What is answered in a week; None where the page does not exist yet."""
        begun = [number for number in self.weeks if number <= week]
        return (self.weeks[max(begun)] if begun else None) if self.weeks else self


@dataclass(frozen=True, slots=True)
class _Located:
    folder: Path
    route: _Route


def _address(host: str, path: str, query: str) -> Address:
    return host.lower(), unquote(path), tuple(sorted(parse_qsl(query, keep_blank_values=True)))


def load_routes(root: Path) -> dict[Address, _Located]:
    """Every route below `root`. Raises `WorldInvalid` with every fault, one a line."""
    routes: dict[Address, _Located] = {}
    faults: list[str] = []
    files = sorted(root.glob("*/routes.yaml"))
    if not files:
        raise WorldInvalid(f"{root}: holds no <source>/routes.yaml")
    for file in files:
        try:
            raw = yaml.safe_load(file.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            faults.append(f"{file}: {error}")
            continue
        if not isinstance(raw, list):
            faults.append(f"{file}: holds no list of routes")
            continue
        for number, entry in enumerate(raw, 1):
            named = f"{file}: route {number} ({entry.get('url', 'no url') if isinstance(entry, dict) else entry})"
            try:
                route = _Route.model_validate(entry)
            except ValidationError as error:
                faults += [f"{named}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
                continue
            parts = urlsplit(route.url)
            address = _address(parts.netloc, parts.path, parts.query)
            if address in routes:
                faults.append(f"{named}: the address is already in {routes[address].folder}/routes.yaml")
            routes[address] = _Located(file.parent, route)
            for answer in (route, *route.weeks.values()):
                if answer.file is not None and not (file.parent / answer.file).is_file():
                    faults.append(f"{named}: there is no file {answer.file}")
    if faults:
        raise WorldInvalid("\n".join(faults))
    return routes


class World:
    """The server; a context manager. `url` is what `CLAIMWATCH_UPSTREAM` should be.

    `week` may be set while it runs. `requests` are the original addresses asked for, in order, with https as scheme.
    """

    def __init__(self, root: Path = ROOT, week: int = 1, port: int = 0) -> None:
        self.week = week
        self.requests: list[str] = []
        self._routes = load_routes(root)
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """The address of the server, without trailing slash."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, target: str, wants_gzip: bool, known: str | None) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for a request line's target. `known` is the value of If-None-Match."""
        host, _, rest = target.removeprefix("/").partition("/")
        path, _, query = rest.partition("?")
        asked = f"https://{host}/{rest}"
        self.requests.append(asked)
        located = self._routes.get(_address(host, "/" + path, query))
        answer = located.route.at(self.week) if located else None
        if located is None or answer is None:
            return 404, {"Content-Type": "text/plain; charset=utf-8"}, f"The sample world has no {asked}\n".encode()
        if answer.redirect is not None:
            return answer.status or 302, {"Location": answer.redirect, **answer.headers}, b""
        headers, body = self._body(located, answer, wants_gzip)
        status = answer.status or 200
        if status == 200:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()}"'
            if known is not None and headers["ETag"] in (tag.strip().removeprefix("W/") for tag in known.split(",")):
                return 304, {"ETag": headers["ETag"]}, b""
        return status, headers | answer.headers, body

    def _body(self, located: _Located, answer: _Answer, wants_gzip: bool) -> tuple[dict[str, str], bytes]:
        if answer.file is None:
            return {"Content-Type": located.route.type or "text/plain"}, b""
        body = (located.folder / answer.file).read_bytes()
        name = answer.file.removesuffix(".gz")
        guessed = _TYPE_OF_SUFFIX.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"Content-Type": located.route.type or guessed, "Vary": "Accept-Encoding"}
        if name == answer.file:
            return headers, body
        if wants_gzip:
            return headers | {"Content-Encoding": "gzip"}, body
        return headers, gzip.decompress(body)


class _Server(ThreadingHTTPServer):
    # Handler threads are joined when the server closes, so that no socket outlives the world.
    daemon_threads = False


def _handler(world: World) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            status, headers, body = world.answer(
                self.path, "gzip" in self.headers.get("Accept-Encoding", ""), self.headers.get("If-None-Match")
            )
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 (the base class calls it so)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def main(argv: list[str] | None = None) -> int:
    """Serve the sample world until interrupted; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m demo.world", description="Serve the sample world on loopback.")
    parser.add_argument("--week", type=int, default=1, help="the virtual week (default 1)")
    parser.add_argument("--port", type=int, default=0, help="the port (default: any free one)")
    parser.add_argument("--root", type=Path, default=ROOT, help="where <source>/routes.yaml lie")
    options = parser.parse_args(argv)
    try:
        world = World(options.root, options.week, options.port)
    except (WorldInvalid, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    with world:
        print(f"week {world.week}: CLAIMWATCH_UPSTREAM={world.url}  (Ctrl-C ends it)", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
