"""What is already known, from the files in `baselines/`: loaded, checked as a whole, and described for people."""

from claimwatch.baseline.coverage import ClaimCover, Cover, CoverageMap, load_coverage
from claimwatch.baseline.describe import Table, describe
from claimwatch.baseline.load import load_baseline

__all__ = ["ClaimCover", "Cover", "CoverageMap", "Table", "describe", "load_baseline", "load_coverage"]
