"""Figures: detection against labelled sets, and the rest of the system against its peers."""
