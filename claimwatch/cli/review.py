"""`claimwatch digest list`, `hold`, `approve`, `cancel` and `recall`: editions that were frozen."""

import argparse
import getpass
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_json
from claimwatch.cli.output import moment, write, write_json, write_table

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands

PERIOD = "the edition, such as 2026-W47 or 2026-11-21T10:15Z"


def add_to(commands: "Commands") -> None:
    """The commands of this module."""
    list_ = add_command(commands, "list", "list the editions, newest first, and what became of their messages")
    add_json(list_)
    list_.set_defaults(run=list_all)
    for name, help, more in (
        ("hold", "keep an edition back that has not left yet", "It waits for `approve` or `cancel`."),
        ("approve", "let the messages of a held edition go", "`claimwatch deliver` sends them."),
        ("cancel", "never send what still waits of an edition", "The next edition tells its items."),
    ):
        command = add_command(commands, name, help, more)
        command.add_argument("edition", metavar="PERIOD", help=PERIOD)
        command.add_argument("--why", metavar="TEXT", help="kept with the decision")
        _add_who(command)
        command.set_defaults(run=decide, verb=name)
    recall = add_command(
        commands,
        "recall",
        "send a correction to everybody whom an edition told something wrong",
        "It stands under the mail that it corrects. What has not left yet is cancelled.",
    )
    recall.add_argument("edition", metavar="PERIOD", help=PERIOD)
    recall.add_argument("--why", metavar="TEXT", required=True, help="what was wrong, as readers are told it")
    recall.add_argument("--development", metavar="KEY", help="only this item, by its key in `findings list --json`")
    _add_who(recall)
    recall.set_defaults(run=recall_one)


def _add_who(command: argparse.ArgumentParser) -> None:
    command.add_argument("--who", metavar="NAME", help="who decides; by default the user of this machine")
    command.add_argument("--by", dest="who", help=argparse.SUPPRESS)  # its name in earlier versions
    add_json(command)


def list_all(arguments: argparse.Namespace) -> int:
    """Print every edition with its state, messages by state, and the decisions about it."""
    from claimwatch.cli.watch import opened
    from claimwatch.store import editions, reviews

    with opened() as watch, watch.store.read() as connection:
        zone = watch.settings.timezone
        rows = [
            (row, reviews.letter_counts(connection, row.id), reviews.decisions(connection, row.id))
            for row in editions.list_editions(connection)
        ]
    if arguments.json:
        write_json(
            [
                {
                    "series": row.series,
                    "period": row.period,
                    "state": row.state,
                    "frozen_at": row.frozen_at,
                    "subject": row.subject,
                    "messages": counts,
                    "decisions": decided,
                }
                for row, counts, decided in rows
            ]
        )
        return 0
    if not rows:
        write("There is no edition yet: claimwatch digest")
        return 0
    write_table(
        ("edition", "state", "frozen", "messages", "subject"),
        [
            (
                f"{row.series}:{row.period}",
                row.state,
                moment(row.frozen_at, zone),
                ", ".join(f"{count} {state}" for state, count in counts.items()) or "none",
                row.subject,
            )
            for row, counts, _ in rows
        ],
    )
    for row, _, decided in rows:
        for one in decided:
            why = f": {one.why}" if one.why else ""
            write(f"{row.series}:{row.period} {one.what} by {one.who}, {moment(one.at, zone)}{why}")
    return 0


def decide(arguments: argparse.Namespace) -> int:
    """Hold, approve or cancel an edition."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline import approve, cancel, hold

    verb = {"hold": hold, "approve": approve, "cancel": cancel}[arguments.verb]
    with opened() as watch:
        done = verb(watch, arguments.edition, who=arguments.who or getpass.getuser(), why=arguments.why)
    if arguments.json:
        write_json(done)
        return 0
    what, then = {
        "hold": ("held", f"`claimwatch digest approve {done.period}` lets them go."),
        "approve": ("approved", "`claimwatch deliver` sends them."),
        "cancel": ("cancelled", "The next edition tells their items."),
    }[arguments.verb]
    write(f"{done.series}:{done.period}: {done.messages} messages {what}. {then}")
    if done.left:
        write(f"{done.left} had left before; `claimwatch digest recall` corrects what they told.")
    return 0


def recall_one(arguments: argparse.Namespace) -> int:
    """Correct what an edition told."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline import recall

    with opened() as watch:
        done = recall(
            watch,
            arguments.edition,
            who=arguments.who or getpass.getuser(),
            why=arguments.why,
            development=arguments.development,
        )
    if arguments.json:
        write_json(done)
        return 0
    write(f"Frozen: {done.subject}")
    write(f"{done.corrections} corrections wait; `claimwatch deliver` sends them.")
    if done.cancelled:
        write(f"{done.cancelled} messages had not left and were cancelled; the next edition tells their items.")
    return 0
