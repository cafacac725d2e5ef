"""The files of a baseline as they are read: strict YAML, the faults found, and the version over all bytes."""

import hashlib
from collections.abc import Hashable
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Shape = TypeVar("Shape", bound=BaseModel)


class _Loader(yaml.CSafeLoader):
    """YAML in which a key that stands twice is a fault; by itself YAML lets the later one win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands twice", key_node.start_mark)
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep=deep)


class Files:
    """The files below `root` as they are read: their bytes for the version, and the faults found in them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.faults: list[str] = []
        self._digests: dict[str, bytes] = {}

    def read(self, name: str) -> bytes:
        try:
            body = (self.root / name).read_bytes()
        except OSError as error:
            self.faults.append(f"{name}: cannot be read: {error.strerror}")
            return b""
        self._digests[name] = body
        return body

    def text(self, name: str) -> str:
        try:
            return self.read(name).decode("utf-8")
        except UnicodeDecodeError as error:
            self.faults.append(f"{name}: is not UTF-8: {error}")
            return ""

    def mapping(self, name: str) -> dict[str, object]:
        """The mapping in a YAML file; an empty one, and a fault, where there is none."""
        known = len(self.faults)
        text = self.text(name)
        if len(self.faults) > known:
            return {}
        try:
            data = yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader of our own)
        except (yaml.YAMLError, ValueError) as error:
            self.faults.append(f"{name}: {' '.join(str(error).split())}")
            return {}
        if not isinstance(data, dict):
            self.faults.append(f"{name}: holds a {type(data).__name__} where a mapping is due")
            return {}
        return {str(key): value for key, value in data.items()}

    def section(self, name: str, data: dict[str, object], key: str, kind: type) -> object:
        """`data[key]`, of type `kind` (list or dict); an empty one, and a fault, where it is missing or another."""
        value = data.get(key)
        if not isinstance(value, kind) or not value:
            if data:
                self.faults.append(f"{name}: {key!r} is missing or empty; it should be a {kind.__name__}")
            return kind()
        return value

    def shape(self, shape: type[Shape], value: object, where: str) -> Shape | None:
        try:
            return shape.model_validate(value)
        except ValidationError as error:
            for fault in error.errors():
                path = ".".join(map(str, fault["loc"]))
                message = fault["msg"].removeprefix("Value error, ")
                self.faults.append(f"{where}: {path + ': ' if path else ''}{message}")
            return None

    def names(self, pattern: str) -> list[str]:
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.glob(pattern))

    @property
    def version(self) -> str:
        """sha256 over every file read: its path and its bytes, in the order of the paths."""
        digest = hashlib.sha256()
        for name, body in sorted(self._digests.items()):
            digest.update(f"{name}\0{len(body)}\0".encode() + body)
        return digest.hexdigest()
