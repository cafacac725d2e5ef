"""Evidence to hand to others: one file that shows what was received, when, what it says, and what we make of it.

The file is a ZIP: `captures.warc.gz` (what servers answered), `texts/` (what parsers made of it), `manifest.json` (each
finding with its quote and span, its capture with its place in the chain, the claims with theirs), `SHA256SUMS`, and a
`README.txt` that says how to check it with other people's programs. The same store gives the same bytes.
"""

import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from claimwatch import __version__
from claimwatch.claims import finding_json
from claimwatch.errors import ClaimwatchError, UsageError
from claimwatch.pipeline.telling.review import find_edition
from claimwatch.pipeline.watch import Watch
from claimwatch.store import chain, editions, findings
from claimwatch.store.exhibits import Exhibit, developments_beginning, exhibits, findings_of_developments
from claimwatch.store.finding_rows import FindingRow

FORMAT = 1
WARC, MANIFEST, SUMS, README = "captures.warc.gz", "manifest.json", "SHA256SUMS", "README.txt"
# What described the bytes on their way; they are kept decompressed, and the original line stands beside.
_ON_THE_WAY = ("content-encoding", "transfer-encoding", "content-length")
_RECORDS = uuid.UUID("8f0a3c53-2b8e-5d1c-9a43-0d2f6b7c1e11")
_TOLD = """Evidence exported by Claimwatch {version}: {asked}.

What is in it
  manifest.json     each finding: its quote and where it stands in the text, who says it, the capture, the claims
  texts/            the texts that our parsers made of the captures; a quote is text[start:end], in code points
  captures.warc.gz  what the servers answered, body decompressed; original headers as X-Archive-Orig-...
  SHA256SUMS        a hash of every other file

How to check it
  sha256sum -c SHA256SUMS
  warcio check captures.warc.gz
  claimwatch evidence verify THIS-FILE

A finding is what a program made of these bytes. Nothing here is an accusation of ours: who says it stands beside it.
"""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was exported: how many findings, captures and texts, the file's sha256, and the chain's last link."""

    findings: int
    captures: int
    texts: int
    sha256: str
    head: str


def find_asked(watch: Watch, what: str) -> list[int]:
    """The findings that `what` names: a finding's id, or a development's key or its beginning. Raises `UsageError`."""
    with watch.store.read() as connection:
        if what.isdecimal() and len(what) < 10 and findings.find_finding(connection, int(what), {}) is not None:
            return [int(what)]
        named = developments_beginning(connection, what)
        if len(named) == 1:
            return findings_of_developments(connection, [named[0][0]])
    if named:
        raise UsageError(f"several developments begin with {what!r}; write more of the key")
    raise UsageError(f"there is no finding and no development {what!r}; see `claimwatch findings list --json`")


def find_told(watch: Watch, period: str) -> list[int]:
    """The findings behind every development that an edition told."""
    edition = find_edition(watch, period)
    with watch.store.read() as connection:
        told = [id_ for id_, _ in editions.told_by(connection, edition.id)]
        return findings_of_developments(connection, told)


def export(watch: Watch, finding_ids: Sequence[int], asked: str, out: Path) -> Bundle:
    """Write the bundle of these findings to `out`. Raises `CaptureLost` where bytes are missing or damaged."""
    if out.exists():
        raise UsageError(f"{out} exists; name another file")
    with watch.store.read() as connection:
        rows = findings.find_findings(connection, finding_ids, watch.sources)
        behind = exhibits(connection, finding_ids)
        links = {one.capture_id: chain.link_of(connection, one.capture_id) for one in behind}
        head = chain.head(connection)
    if not behind:
        raise UsageError(f"{asked}: there is no finding behind it")
    captures = {one.capture_id: one for one in behind}
    texts = {_text_name(one): one.text.encode("utf-8", "surrogatepass") for one in behind}
    files = {WARC: _warc(watch, list(captures.values())), **texts}
    by_finding = {one.finding_id: one for one in behind}
    manifest = {
        "format": FORMAT,
        "program": f"claimwatch {__version__}",
        "asked": asked,
        "exported_at": watch.now().isoformat(),
        "baseline": watch.baseline.version,
        "chain": {"length": head.length, "head": head.link},
        "captures": [_capture_json(one, links[one.capture_id]) for one in captures.values()],
        "findings": [_finding_json(watch, row, by_finding[row.evidence.id]) for row in rows],
        "files": {name: hashlib.sha256(body).hexdigest() for name, body in files.items()},
    }
    files[MANIFEST] = json.dumps(manifest, indent=1, ensure_ascii=True, default=str).encode()
    files[README] = _TOLD.format(version=__version__, asked=asked).encode()
    sums = [f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in sorted(files.items())]
    files[SUMS] = "".join(sums).encode()
    packed = _zip(files)
    out.write_bytes(packed)
    return Bundle(len(rows), len(captures), len(texts), hashlib.sha256(packed).hexdigest(), head.link)


def verify(file: Path) -> list[str]:
    """Everything about a bundle that does not hold, in words; nothing where all does. Needs no store."""
    try:
        with zipfile.ZipFile(file) as packed:
            files = {name: packed.read(name) for name in packed.namelist()}
        manifest: dict[str, Any] = json.loads(files[MANIFEST])
        lines = (line.partition("  ") for line in files[SUMS].decode().splitlines())
        sums = {name: sha256 for sha256, _, name in lines}
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ClaimwatchError(f"{file} is no evidence bundle, or was cut off: {error!r}") from error
    wrong = [f"{name} is missing" for name in sums if name not in files]
    wrong += [f"{name} is not listed in {SUMS}" for name in files if name not in sums and name != SUMS]
    there = [name for name in sums if name in files]
    wrong += [f"{name} was changed" for name in there if hashlib.sha256(files[name]).hexdigest() != sums[name]]
    kept, faults = _read_warc(files.get(WARC, b""))
    wrong += faults
    captures = {one["id"]: one for one in manifest["captures"]}
    for one in captures.values():
        if kept.get(one["sha256"]) != one["url"]:
            wrong.append(f"the bytes of {one['url']} are not in {WARC}")
        entry = chain.entry_hash(one["url"], one["sha256"], datetime.fromisoformat(one["fetched_at"]))
        if one["chain"] is not None and one["chain"]["entry"] != entry:
            wrong.append(f"capture {one['id']} is not what was chained")
    for finding in manifest["findings"]:
        text = files.get(finding["text"], b"").decode("utf-8", "surrogatepass")
        if not finding["quote"] or text[finding["start"] : finding["end"]] != finding["quote"]:
            wrong.append(f"the quote of finding {finding['id']} does not stand in its text")
        if finding["capture"] not in captures:
            wrong.append(f"finding {finding['id']} names a capture that is not there")
    return wrong


def _text_name(one: Exhibit) -> str:
    return f"texts/{hashlib.sha256(one.text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}.txt"


def _capture_json(one: Exhibit, link: tuple[int, str, str] | None) -> dict[str, object]:
    place = None if link is None else {"position": link[0], "entry": link[1], "link": link[2]}
    return {
        "id": one.capture_id,
        "url": one.url,
        "final_url": one.final_url,
        "status": one.status,
        "fetched_at": one.fetched_at.isoformat(),
        "sha256": one.sha256,
        "chain": place,
    }


def _finding_json(watch: Watch, row: FindingRow, behind: Exhibit) -> dict[str, object]:
    evidence, claims = row.evidence, []
    for id_ in evidence.finding.claims:
        claim = watch.baseline.claims.get(id_)
        if claim is not None:
            document = watch.baseline.documents[claim.document]
            claims.append(
                {
                    "id": id_,
                    "quote": claim.quote,
                    "span": list(claim.span),
                    "document": document.title,
                    "document_sha256": hashlib.sha256(document.text.encode()).hexdigest(),
                }
            )
    return {
        **finding_json(evidence.finding),
        "id": evidence.id,
        "status": row.status,
        "development": behind.development,
        "title": evidence.title,
        "published": evidence.published_on,
        "first_seen_at": evidence.first_seen_at.isoformat(),
        "parser": behind.parser,
        "text": _text_name(behind),
        "capture": behind.capture_id,
        "claims": claims,
    }


def _warc(watch: Watch, captures: Sequence[Exhibit]) -> bytes:
    """The answers as WARC records, in the order of their captures; ids are made from what is in them."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    for one in captures:
        body = watch.captures.get(one.sha256)
        lines = [
            (f"X-Archive-Orig-{name}" if name.lower() in _ON_THE_WAY else name, value) for name, value in one.headers
        ]
        lines.append(("Content-Length", str(len(body))))
        identity = uuid.uuid5(_RECORDS, f"{one.url} {one.fetched_at.isoformat()} {one.sha256}")
        record = writer.create_warc_record(
            one.url,
            "response",
            payload=io.BytesIO(body),
            length=len(body),
            http_headers=StatusAndHeaders(str(one.status or 200), lines, protocol="HTTP/1.1"),
            warc_headers_dict={
                "WARC-Record-ID": f"<urn:uuid:{identity}>",
                "WARC-Date": one.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "WARC-Payload-Digest": f"sha256:{one.sha256}",
            },
        )
        writer.write_record(record)
    return out.getvalue()


def _read_warc(packed: bytes) -> tuple[dict[str, str], list[str]]:
    """The addresses of the bodies in a WARC by their sha256, and what does not hold in it."""
    kept: dict[str, str] = {}
    wrong: list[str] = []
    try:
        for record in ArchiveIterator(io.BytesIO(packed), check_digests=True):
            body = record.content_stream().read()
            kept[hashlib.sha256(body).hexdigest()] = record.rec_headers.get_header("WARC-Target-URI")
            if record.digest_checker.passed is not True:
                wrong.append(f"{WARC}: the digest of {record.rec_headers.get_header('WARC-Target-URI')} fails")
    except (ArchiveLoadFailed, OSError, ValueError) as error:
        wrong.append(f"{WARC} cannot be read: {error}")
    return kept, wrong


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in sorted(files.items()):
            member = zipfile.ZipInfo(name)  # without a time of its own: the same findings give the same bytes
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            packed.writestr(member, body)
    return out.getvalue()
