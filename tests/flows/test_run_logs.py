"""What a worker's run writes has the form of our log lines, Prefect's own lines included, and shows no secret."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from claimwatch.logs import MASK
from tests.cli.test_secrets import SECRET, VALUES
from tests.flows.local_prefect import PROJECT

pytestmark = pytest.mark.slow

# As Prefect's engine does it: logging is set up, the flow is loaded, and levels are set once more as the run begins.
RUN = """
import logging, sys
from prefect.logging.configuration import setup_logging
setup_logging()
import flows.poll
setup_logging(incremental=True)
from claimwatch.logs import fields
logging.getLogger("claimwatch.flows.poll").info("uhrp: %s", sys.argv[1], extra=fields(source="uhrp", new=3))
logging.getLogger("prefect.flow_runs").warning("a line of Prefect's: %s", sys.argv[1])
from prefect.logging.handlers import APILogHandler
for name in ("claimwatch", "parsers", "prefect.flow_runs", "prefect.task_runs"):
    (handler,) = [one for one in logging.getLogger(name).handlers if isinstance(one, APILogHandler)]
    print(handler.format(logging.makeLogRecord({"msg": "for the run's page: %s", "args": (sys.argv[1],)})))
"""


def test_a_run_writes_our_lines(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")} | {
        "PREFECT_HOME": str(tmp_path), "PREFECT__FLOW_RUN_ID": str(uuid.uuid4()), "CLAIMWATCH_LOG": "json",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "claimwatch,parsers", "PREFECT_LOGGING_TO_API_ENABLED": "false", **VALUES,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", RUN, f"smtp://user:{SECRET}@host"],
        cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    ours, prefects = map(json.loads, done.stderr.splitlines())
    assert (ours["logger"], ours["level"], ours["source"], ours["new"]) == ("claimwatch.flows.poll", "info", "uhrp", 3)
    assert (prefects["logger"], prefects["level"]) == ("prefect.flow_runs", "warning")
    assert done.stdout.splitlines() == [f"for the run's page: smtp://user:{MASK}@host"] * 4
    assert SECRET not in done.stderr + done.stdout
