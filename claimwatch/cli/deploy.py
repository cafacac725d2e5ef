"""`claimwatch deploy`."""

import argparse
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_json
from claimwatch.cli.output import write, write_json

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands


def add_to(commands: "Commands") -> None:
    """The command of this module."""
    deploy = add_command(
        commands,
        "deploy",
        "tell Prefect's server what runs when",
        "Work pool, deployments with their schedules, automations; safe to repeat. What is paused stays paused.",
    )
    add_json(deploy)
    deploy.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Deploy, and say what the server has now."""
    from claimwatch.pipeline.operations.deployments import deploy

    done = deploy()
    if arguments.json:
        write_json(done)
        return 0
    if done.pool_made:
        write("work pool claimwatch made")
    write(f"{len(done.deployments)} deployments: {', '.join(done.deployments)}")
    for name in done.automations_made:
        write(f"automation made: {name}")
    for name in done.automations_changed:
        write(f"automation changed: {name}")
    for name in done.paused:
        write(f"paused, and stays so: {name}")
    for name in done.left_over:
        write(f"on the server, and not in prefect.yaml any more: {name}; remove it on Prefect's pages")
    return 0
