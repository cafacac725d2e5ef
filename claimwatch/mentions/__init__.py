"""Where a text names a watched company: pure, deterministic, with offsets into the raw text."""

from claimwatch.mentions.scan import Scanner

__all__ = ["Scanner"]
