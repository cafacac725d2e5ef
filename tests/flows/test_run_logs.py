"""What a worker's run writes has the form of our log lines, Prefect's own lines included, and shows no secret."""

import json
import logging
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from prefect.logging.handlers import APILogHandler

from claimwatch import pipeline
from claimwatch.errors import SourcesInvalid
from claimwatch.logs import MASK
from claimwatch.models import SourceSpec
from claimwatch.pipeline.reading.crawl import Crawler
from claimwatch.pipeline.reading.harvest import Crawl
from claimwatch.pipeline.reading.parsing import ParserBroke, load_parser
from claimwatch.settings import load_settings
from flows.poll import poll
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


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server", "at_monday")
def test_the_runs_page_gets_each_sources_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those of the threads that read, and also where one source ends in an error."""
    told: set[str] = set()
    monkeypatch.setattr("prefect.logging.handlers.emit_api_log", lambda line: told.add(line["message"]))

    def load(spec: SourceSpec) -> object:
        if spec.slug == "uhrp":
            raise SourcesInvalid("uhrp: no parser")
        return load_parser(spec)

    def crawl(crawler: Crawler, found: Crawl) -> None:
        usual(crawler, found)
        crawler.broke.append(ParserBroke("https://page.example/", "the parser broke on it"))

    usual = Crawler.crawl
    monkeypatch.setattr(Crawler, "crawl", crawl)
    monkeypatch.setattr("claimwatch.pipeline.reading.poll.load_parser", load)
    handler, logger = APILogHandler(), logging.getLogger("claimwatch")
    logger.addHandler(handler)
    try:
        with pytest.raises(pipeline.ReadsBroke, match="no parser"):
            poll()
    finally:
        logger.removeHandler(handler)
    with pipeline.open_watch(load_settings()) as watch:
        others = [slug for slug in watch.polled if slug != "uhrp"]
    assert len(others) > 1
    assert told >= {f"{slug}: reading" for slug in others}
    assert all(any(line.startswith(f"{slug}: unread") for line in told) for slug in others)
    assert told >= {f"{slug}: pages that broke its parser: 1, first https://page.example/" for slug in others}
