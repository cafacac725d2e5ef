"""prefect.yaml on a real server: deployed, scheduled, and run by a worker.

A newer FastAPI or SQLAlchemy than docs/decisions/0001-prefect-pins.md allows breaks one of these steps without a
word: the server does not start, `deploy` is refused, or nothing is ever scheduled.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from demo.world import World
from tests.flows.local_prefect import LocalPrefect, start_prefect, wait_for

DEPLOYMENTS = {
    "federal-register", "entity-list", "council-on-ethics", "nbim-exclusions", "uhrp",
    "weekly-digest", "daily-digest", "monthly-digest", "urgent", "deliver", "watchdog",
    "tidy",
}  # fmt: skip


def _runs(prefect: LocalPrefect, deployment_id: object, state: str) -> list[dict[str, object]] | None:
    """The runs of a deployment in a state, the earliest first; None where there is none."""
    found = prefect.ask(
        "/flow_runs/filter",
        {
            "deployments": {"id": {"any_": [deployment_id]}},
            "flow_runs": {"state": {"type": {"any_": [state]}}},
            "sort": "EXPECTED_START_TIME_ASC",
        },
    )
    return found or None


@pytest.mark.slow
def test_deployed_scheduled_and_run_by_a_worker(tmp_path: Path, world: World) -> None:
    settings = {
        "CLAIMWATCH_HOME": str(tmp_path / "var"),
        "CLAIMWATCH_UPSTREAM": world.url,
        "CLAIMWATCH_PACE": "off",
        "CLAIMWATCH_NOW": "2026-11-09T06:00:00Z",
    }
    with start_prefect(tmp_path / "home", settings) as prefect:
        prefect.command("work-pool", "create", "--type", "process", "claimwatch")
        prefect.command("deploy", "--all")
        deployments = {row["name"]: row["id"] for row in prefect.ask("/deployments/filter", {})}
        assert set(deployments) == DEPLOYMENTS

        # The scheduler wakes every minute; SQLAlchemy 2.1 made it fail each time, with an otherwise healthy server.
        scheduled = {
            name: wait_for(f"a scheduled run of {name}", 90, partial(_runs, prefect, id_, "SCHEDULED"))
            for name, id_ in deployments.items()
        }
        digest_at = datetime.fromisoformat(str(scheduled["weekly-digest"][0]["expected_start_time"]))
        local = digest_at.astimezone(ZoneInfo("Europe/Oslo"))
        assert (local.strftime("%A"), local.hour, local.minute) == ("Monday", 7, 0)
        assert digest_at - datetime.now(UTC) <= timedelta(days=7)

        prefect.command("deployment", "run", "poll/uhrp")
        with prefect.process(
            "worker", "worker", "start", "--pool", "claimwatch", "--type", "process", "--install-policy", "never"
        ) as worker:
            wait_for("a run by the worker", 120, partial(_runs, prefect, deployments["uhrp"], "COMPLETED"))
        assert worker.returncode is not None
        assert "https://uhrp.org/" in " ".join(world.requests), prefect.log("worker")
        assert "Traceback" not in prefect.log("worker")
        assert "Traceback" not in prefect.log("server")
