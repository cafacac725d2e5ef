"""Bytes as they came, kept under their sha256: the ground that every line of an edition can be traced to."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import zstandard
from fsspec.implementations.local import LocalFileSystem

from claimwatch.errors import CaptureLost, ClaimwatchError, SettingsInvalid

_LEVEL = 6
# These take an object whole or not at all, know no folders, and charge by the request.
_OBJECT_STORES = frozenset({"s3", "gs", "abfs"})
# Bytes that were asked for again within this time are never discarded: whoever asked may not have said so in the store.
FRESH = timedelta(days=2)


class CaptureStore:
    """A content-addressed store below an fsspec URL, such as `file:///var/lib/claimwatch/captures` or `memory://x`.

    Bytes lie compressed (zstandard) at `ab/cd/<sha256>.zst`; a file is there whole or not at all.
    """

    def __init__(self, url: str) -> None:
        try:
            filesystem, root = fsspec.url_to_fs(url)
        except (ImportError, ValueError) as error:
            kind = url.partition("://")[0]  # what follows may hold a password
            raise SettingsInvalid(f"CLAIMWATCH_CAPTURES_URL: {kind}:// cannot be used here: {error}") from error
        self._files: Any = filesystem
        self._root: str = root.rstrip("/")
        self._is_object_store = bool(_OBJECT_STORES.intersection(_names(filesystem.protocol)))
        self.folder = Path(self._root) if isinstance(filesystem, LocalFileSystem) else None

    def put(self, body: bytes) -> str:
        """Keep the bytes and return the sha256 of them, in hex. The same bytes again are only noted as fresh.

        Raises `ClaimwatchError` where they cannot be kept, OSError where that is a folder's fault.
        """
        sha256 = hashlib.sha256(body).hexdigest()
        with self._plain_errors():
            self._keep(self._path(sha256), body)
        return sha256

    def _keep(self, path: str, body: bytes) -> None:
        if self._refresh(path):
            return
        packed = zstandard.compress(body, _LEVEL)
        if self._is_object_store:
            self._files.pipe_file(path, packed)
            return
        self._make_folder(path.rpartition("/")[0])
        # Written beside its place and moved there: a crash leaves a stray file, never a half one under a good name.
        unfinished = f"{path}.{secrets.token_hex(4)}.part"
        try:
            with self._files.open(unfinished, "wb") as file:
                file.write(packed)
                if self.folder is not None:
                    os.fchmod(file.fileno(), 0o600)
                    file.flush()
                    os.fsync(file.fileno())  # else a power cut could leave an empty file under the name
        except OSError:
            with suppress(OSError):  # it takes room where there is none
                self._files.rm_file(unfinished)
            raise
        self._files.mv(unfinished, path)

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """What another file system says when it is away is in no common tongue: each package has errors of its own."""
        try:
            yield
        except (FileNotFoundError, ClaimwatchError):
            raise
        except Exception as error:
            if self.folder is not None:
                if isinstance(error, OSError) and error.errno and error.filename is None:  # a full disk names no file
                    raise OSError(error.errno, error.strerror, str(self.folder)) from error
                raise
            what = f"cannot reach the captures at {self._files.unstrip_protocol(self._root)}"
            raise ClaimwatchError(f"{what}: {str(error) or type(error).__name__}") from error

    def get(self, sha256: str) -> bytes:
        """The bytes kept under a name. Raises `CaptureLost` where there are none or they are not what the name says,
        `ClaimwatchError` where nobody can say."""
        path = self._path(sha256)
        try:
            with self._plain_errors():
                packed: bytes = self._files.cat_file(path)
        except FileNotFoundError:
            raise CaptureLost(f"capture {sha256} is not at {path}: restore it from a backup") from None
        try:
            body = zstandard.decompress(packed)
        except zstandard.ZstdError as error:
            raise CaptureLost(f"capture {sha256} at {path} is damaged ({error}): restore it from a backup") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise CaptureLost(f"capture {sha256} at {path} holds other bytes: restore it from a backup")
        return body

    def has(self, sha256: str) -> bool:
        """Whether bytes are kept under a name."""
        with self._plain_errors():
            return bool(self._files.exists(self._path(sha256)))

    def discard(self, sha256: str) -> bool:
        """Let bytes go, unless they are `FRESH`; returns whether they are gone."""
        path = self._path(sha256)
        try:
            with self._plain_errors():
                modified = self._files.modified(path)
        except FileNotFoundError:
            return True
        if modified.replace(tzinfo=modified.tzinfo or UTC) > datetime.now(UTC) - FRESH:
            return False
        self._files.rm_file(path)
        return True

    def copy_in(self, sha256: str, packed: bytes) -> None:
        """Keep bytes as they lie in a backup. Raises `CaptureLost` where they are not what the name says."""
        try:
            body = zstandard.decompress(packed)
        except zstandard.ZstdError as error:
            raise CaptureLost(f"capture {sha256} is damaged in the backup ({error})") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise CaptureLost(f"capture {sha256} holds other bytes in the backup")
        self.put(body)

    def packed(self, sha256: str) -> bytes:
        """The bytes of a capture as they lie there, compressed. Raises `CaptureLost` as `get` does."""
        self.get(sha256)
        packed: bytes = self._files.cat_file(self._path(sha256))
        return packed

    def _refresh(self, path: str) -> bool:
        """Whether there are bytes at that path that will not be discarded meanwhile."""
        if self.folder is not None:
            try:
                os.utime(path)
            except FileNotFoundError:
                return False
            except PermissionError:
                pass  # whoever may not touch it may not discard it either
            return True
        if not self._files.exists(path):
            return False
        modified = self._files.modified(path)
        fresh: bool = modified.replace(tzinfo=modified.tzinfo or UTC) > datetime.now(UTC) - FRESH / 2
        return fresh  # what is older is written again, since other file systems know no touch

    def _make_folder(self, path: str) -> None:
        if self.folder is not None:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._files.makedirs(path, exist_ok=True)

    def _path(self, sha256: str) -> str:
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ValueError(f"{sha256!r} is not a sha256 in lower-case hex")
        return f"{self._root}/{sha256[:2]}/{sha256[2:4]}/{sha256}.zst"


def _names(protocol: str | tuple[str, ...]) -> tuple[str, ...]:
    return (protocol,) if isinstance(protocol, str) else protocol
