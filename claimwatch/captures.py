"""Bytes as they came, kept under their sha256: the ground that every line of an edition can be traced to."""

import hashlib
import os
import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import zstandard
from fsspec.implementations.local import LocalFileSystem

from claimwatch.errors import CaptureLost

_LEVEL = 6
# Bytes that were asked for again within this time are never discarded: whoever asked may not have said so in the store.
FRESH = timedelta(days=2)


class CaptureStore:
    """A content-addressed store below an fsspec URL, such as `file:///var/lib/claimwatch/captures` or `memory://x`.

    Bytes lie compressed (zstandard) at `ab/cd/<sha256>.zst`; a file is there whole or not at all.
    """

    def __init__(self, url: str) -> None:
        filesystem, root = fsspec.url_to_fs(url)
        self._files: Any = filesystem
        self._root: str = root.rstrip("/")
        self.folder = Path(self._root) if isinstance(filesystem, LocalFileSystem) else None

    def put(self, body: bytes) -> str:
        """Keep the bytes and return the sha256 of them, in hex. The same bytes again are only noted as fresh."""
        sha256 = hashlib.sha256(body).hexdigest()
        path = self._path(sha256)
        if self._refresh(path):
            return sha256
        self._make_folder(path.rpartition("/")[0])
        # Written beside its place and moved there: a crash leaves a stray file, never a half one under a good name.
        unfinished = f"{path}.{secrets.token_hex(4)}.part"
        with self._files.open(unfinished, "wb") as file:
            file.write(zstandard.compress(body, _LEVEL))
            if self.folder is not None:
                os.fchmod(file.fileno(), 0o600)
                file.flush()
                os.fsync(file.fileno())  # else a power cut could leave an empty file under the name
        self._files.mv(unfinished, path)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes kept under a name. Raises `CaptureLost` where there are none or they are not what the name says."""
        path = self._path(sha256)
        try:
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
        return bool(self._files.exists(self._path(sha256)))

    def discard(self, sha256: str) -> bool:
        """Let bytes go, unless they are `FRESH`; returns whether they are gone."""
        path = self._path(sha256)
        try:
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
