"""Bytes to publications and entries: one pure module per source family, named in sources.yaml."""
