"""The engine, compiled where this is imported: once in the process from which all others of these tests are forked."""

from claimwatch.baseline import load_baseline
from claimwatch.claims import Comparer
from claimwatch.mentions import Scanner
from claimwatch.settings import PROJECT
from tests.pipeline.bench import Engine

BASELINE = load_baseline(PROJECT / "baselines")
ENGINE = Engine(BASELINE, Comparer(BASELINE), Scanner(BASELINE.companies.values()))
