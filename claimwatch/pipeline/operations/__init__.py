"""Keeping it running: what is wrong and who hears of it, backup, retention, evidence, Prefect's server."""
