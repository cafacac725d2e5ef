"""System packages that a test needs: skipped where they are missing, failed where they were promised."""

import os
import shutil

import pytest


def require(binary: str) -> str:
    """The path of `binary`. Without it the test is skipped, or fails where CLAIMWATCH_REQUIRE_SYSTEM is set (CI)."""
    path = shutil.which(binary)
    if path is not None:
        return path
    if os.environ.get("CLAIMWATCH_REQUIRE_SYSTEM"):
        pytest.fail(f"{binary} is not installed, and CLAIMWATCH_REQUIRE_SYSTEM says that it must be")
    pytest.skip(f"{binary} is not installed")
