"""What is already known, from the files in `baselines/`: loaded and checked as a whole.

Where a change of each claim would show is read apart, in `claimwatch.baseline.coverage`: to compare does not need it.
"""

from claimwatch.baseline.kept import load_baseline

__all__ = ["load_baseline"]
