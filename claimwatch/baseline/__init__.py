"""What is already known, from the files in `baselines/`: loaded, checked as a whole, and described for people.

Where a change of each claim would show is read apart, in `claimwatch.baseline.coverage`: to compare does not need it.
"""

from claimwatch.baseline.describe import Table, describe
from claimwatch.baseline.load import load_baseline

__all__ = ["Table", "describe", "load_baseline"]
