"""Claimwatch: what public bodies publish about watched companies, against what two documents already claim."""

import os

# Before anything opens a network: releases of onnxruntime after the one in the lock report to their maker otherwise.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# numpy, which onnxruntime loads, starts a thread for each core that waits by counting; we multiply nothing with it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
