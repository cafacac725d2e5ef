"""Names of a package that are loaded when they are first asked for (PEP 562).

A command that lists what is stored need not wait for what compares texts or composes mail.
"""

from collections.abc import Callable, Mapping
from importlib import import_module


def on_demand(package: str, modules: Mapping[str, str]) -> Callable[[str], object]:
    """The `__getattr__` of a package: gives each name from the module below the package that `modules` says.

    It raises `AttributeError` for any other name, as a module does.
    """

    def __getattr__(name: str) -> object:  # noqa: N807 (it becomes the package's)
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return __getattr__
