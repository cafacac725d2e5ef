"""Fetching: one bounded HTTP client, the waiting between requests, and the recognition of bot walls."""

from claimwatch.fetching.client import Client
from claimwatch.fetching.exchange import Answer, Request
from claimwatch.fetching.pace import Pacer
from claimwatch.fetching.quality import wall_of

__all__ = ["Answer", "Client", "Pacer", "Request", "wall_of"]
