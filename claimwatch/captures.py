"""Bytes as they came, kept under their sha256: the ground that every line of an edition can be traced to."""

import hashlib
import os
import re
import secrets
from typing import Any

import fsspec
import zstandard
from fsspec.implementations.local import LocalFileSystem

from claimwatch.errors import CaptureLost

_LEVEL = 6


class CaptureStore:
    """A content-addressed store below an fsspec URL, such as `file:///var/lib/claimwatch/captures` or `memory://x`.

    Bytes lie compressed (zstandard) at `ab/cd/<sha256>.zst`; a file is there whole or not at all.
    """

    def __init__(self, url: str) -> None:
        filesystem, root = fsspec.url_to_fs(url)
        self._files: Any = filesystem
        self._root: str = root.rstrip("/")

    def put(self, body: bytes) -> str:
        """Keep the bytes and return the sha256 of them, in hex. Keeping the same bytes again does nothing."""
        sha256 = hashlib.sha256(body).hexdigest()
        path = self._path(sha256)
        if self._files.exists(path):
            return sha256
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        # Written beside its place and moved there: a crash leaves a stray file, never a half one under a good name.
        unfinished = f"{path}.{secrets.token_hex(4)}.part"
        with self._files.open(unfinished, "wb") as file:
            file.write(zstandard.compress(body, _LEVEL))
            if isinstance(self._files, LocalFileSystem):
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

    def _path(self, sha256: str) -> str:
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ValueError(f"{sha256!r} is not a sha256 in lower-case hex")
        return f"{self._root}/{sha256[:2]}/{sha256[2:4]}/{sha256}.zst"
