"""The command line."""

import sys


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    print(argv, file=sys.stderr)
    return 0
