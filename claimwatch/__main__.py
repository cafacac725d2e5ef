"""`python -m claimwatch` is the same as `claimwatch`."""

import sys

from claimwatch.cli import main

if __name__ == "__main__":
    sys.exit(main())
