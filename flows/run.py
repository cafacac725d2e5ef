"""One round by hand: every source that is due, then the editions, then the mail. `python -m flows.run`, `./dev run`."""

import sys

from claimwatch import pipeline
from claimwatch.cli.output import complain, write
from claimwatch.errors import ClaimwatchError
from claimwatch.settings import load_settings
from flows.by_hand import terminal
from flows.deliver import deliver
from flows.digest import build
from flows.poll import poll


def run_once() -> pipeline.RunSummary:
    """One round through the flows, on whatever Prefect server is in force. What nobody foresaw in reading one source,
    or in freezing one edition, keeps nobody from the news of the others: the summary has it."""
    broke: list[ClaimwatchError] = []
    try:
        reads = poll()
    except pipeline.ReadsBroke as error:
        reads = list(error.reads)
        broke.append(error)
    with pipeline.open_watch(load_settings()) as watch:
        series = pipeline.due_series(watch)
    try:
        built = pipeline.build_each(series, build)
    except pipeline.EditionsBroke as error:
        built = error.editions
        broke.append(error)
    delivery = deliver()
    with pipeline.open_watch(load_settings()) as watch:
        return pipeline.summarize(watch, reads, built, delivery, broke)


def main() -> int:
    """Prints progress and a summary. 0: a source was read (or none was due) and all mail left; 1: see the summary."""
    try:
        print("Starting Prefect's temporary server …", flush=True)
        with terminal(load_settings().home / "prefect-server.log"):
            summary = run_once()
    except (ClaimwatchError, OSError) as error:
        complain(error)
        return 1
    write()
    for line in summary.lines():
        write(line)
    return 0 if summary.ok else 1


if __name__ == "__main__":
    sys.exit(main())
