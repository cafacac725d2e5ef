"""A baseline that was read and checked before, kept in the home: to read and check the files takes half a second.

What is kept counts for the very bytes that it was made from only, of the files and of the code that reads them, and
only where no other user can have written to it. It is read as data, so that one which came with a folder from elsewhere
runs nothing; what it says counts as the rest of that home does. It may be deleted at any time.
"""

import hashlib
import io
import os
import pickle
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from claimwatch import models
from claimwatch.models import Alias, Baseline, Claim, Company, Document, Predicate

FOLDER = "cache"
_MADE_OF = (Baseline, Document, Company, Alias, Claim, Predicate, date)
_CLASSES = {(one.__module__, one.__qualname__): one for one in _MADE_OF}
_CODE = (Path(__file__).parent, Path(models.__file__).parent)
# Files of megabytes, which a baseline holds as they are: they are not kept beside themselves.
_CLASSIFIER, _ENCODER = "classifier.json", "encoder.onnx"
_HASH_BYTES = hashlib.sha256().digest_size


def load_baseline(root: Path, *, home: Path | None = None) -> Baseline:
    """The baseline in the folder `root`, checked as a whole; with a `home` it is kept there for the next time.

    Raises `BaselineInvalid` with every fault found, one a line, each with its file and the id of the item.
    """
    made_from, weights = _fingerprint(root)
    path = None if home is None else home / FOLDER / f"baseline-{made_from[:32]}.pickle"
    kept = _read(path) if path is not None else None
    if kept is not None:
        return replace(kept, classifier=weights.get(_CLASSIFIER, b""), encoder=weights.get(_ENCODER, b""))
    del weights  # megabytes, which are read anew
    from claimwatch.baseline.load import read_baseline  # what it needs takes long to import

    baseline = read_baseline(root)
    # Not into a home that is not there: who only screens a text need not find a new folder beside it.
    if path is not None and path.parent.parent.is_dir() and made_from == _fingerprint(root)[0]:
        with suppress(OSError):  # a disk that is full or read-only: the files are read again the next time
            _keep(path, replace(baseline, classifier=b"", encoder=b""))
    return baseline


def _fingerprint(root: Path) -> tuple[str, dict[str, bytes]]:
    """Over all that the baseline comes of: the files, and the code that reads and holds them. Besides, the bytes of
    the files that are not kept, by their names."""
    weights: dict[str, bytes] = {}
    digest = hashlib.sha256(sys.version.encode())
    files = (path for folder in _CODE for path in sorted(folder.glob("*.py")))
    for path in (*_below(root), *files):
        try:
            body = path.read_bytes()
        except OSError:
            continue  # a fault that is named when the baseline is read
        digest.update(f"{path}\0{len(body)}\0".encode())
        digest.update(body)
        if path.parent == root and path.name in (_CLASSIFIER, _ENCODER):
            weights[path.name] = body
    return digest.hexdigest(), weights


def _below(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names))


def _read(path: Path) -> Baseline | None:
    """What was kept there; None where there is nothing, or not what we wrote."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_uid != os.getuid() or status.st_mode & 0o022:
                return None
            expected, body = file.read(_HASH_BYTES), file.read()
        if hashlib.sha256(body).digest() != expected:
            return None
        baseline = _DataOnly(io.BytesIO(body)).load()
    except Exception:  # of whatever kind: pickle names none for what is no pickle of ours, and the files are there
        return None
    return baseline if isinstance(baseline, Baseline) else None


class _DataOnly(pickle.Unpickler):
    """To unpickle is to call what the bytes name. An owner and a hash do not tell who wrote them: a checkout or an
    unpacked archive belongs to whoever made it. So nothing can be named but what a baseline is made of."""

    def find_class(self, module: str, name: str) -> type:
        try:
            return _CLASSES[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"a baseline holds no {module}.{name}") from None


def _keep(path: Path, baseline: Baseline) -> None:
    """Write it, whole or not at all, in place of what was kept of other files."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    body = pickle.dumps(baseline, protocol=pickle.HIGHEST_PROTOCOL)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix="unfinished-")
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(body).digest())
            file.write(body)
        unfinished.replace(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
        raise
    for other in path.parent.glob("baseline-*.pickle"):
        if other != path:
            other.unlink(missing_ok=True)
