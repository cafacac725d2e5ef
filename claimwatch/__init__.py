"""Claimwatch: what public bodies publish about watched companies, against what two documents already claim."""

__version__ = "0.1.0"
