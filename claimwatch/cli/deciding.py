"""The review desk on the command line: `claimwatch findings queue`, and a command for each thing an analyst does."""

import argparse
import getpass
from typing import TYPE_CHECKING

from claimwatch.cli.arguments import add_command, add_json, day
from claimwatch.cli.output import moment, shorten, write, write_json, write_table
from claimwatch.errors import UsageError
from claimwatch.models.decision import Action, CaseState, Decision, Label, Verdict
from claimwatch.models.finding import Outcome

if TYPE_CHECKING:
    from claimwatch.cli.arguments import Commands
    from claimwatch.pipeline import Watch
    from claimwatch.pipeline.reviewing.desk import Case, Decided, Piece

KEY = "the development: its key (or the beginning of it), or the number of a finding that tells of it"
WIDTH = 100
_LONGEST_NUMBER = 9  # digits of a finding's number; the key of a development is longer
_OUTCOMES = [outcome.value for outcome in Outcome]
_DONE = {
    Action.ACCEPT: "accepted: the same thing is known from now on",
    Action.DISMISS: "dismissed: no edition tells it",
    Action.SNOOZE: "waits",
    Action.RELABEL: "labelled",
    Action.SAME_AS: "one with the other from now on",
    Action.UNDO: "taken back",
    Action.COMMENT: "noted",
}


def add_to(group: "Commands") -> None:
    """The commands of this module, in the group `findings`."""
    queue = add_command(group, "queue", "list the developments that wait for an analyst, the gravest first")
    queue.add_argument(
        "--state", type=CaseState, choices=list(CaseState), default=CaseState.OPEN, metavar="STATE",
        help="open (the default), snoozed or done",
    )  # fmt: skip
    queue.add_argument("--entity", metavar="COMPANY", help="only about this company")
    queue.add_argument("--source", metavar="SOURCE", help="only from this source")
    queue.add_argument("--outcome", type=str.upper, choices=_OUTCOMES, metavar="OUTCOME", help="only of this outcome")
    queue.add_argument("--page", type=int, default=1, metavar="N", help="which page of 50")
    add_json(queue)
    queue.set_defaults(run=show_queue)

    _add(group, Action.ACCEPT, "say that it is right: marked as reviewed, and known from now on")
    dismiss = _add(group, Action.DISMISS, "keep it from readers", why="why it is not told")
    dismiss.add_argument("--finding", type=int, metavar="ID", help="only this one of the findings that tell of it")
    dismiss.add_argument(
        "--not-the-company", action="store_true", help="the name was another's: beside the same word it is doubted"
    )
    snooze = _add(group, Action.SNOOZE, "let it wait; it comes back on a day")
    snooze.add_argument("--until", type=day, required=True, metavar="DATE", help="the day on which it comes back")
    relabel = _add(group, Action.RELABEL, "say what it is; whom it was told otherwise is told so", why="how you know")
    relabel.add_argument("--outcome", type=str.upper, choices=_OUTCOMES, metavar="OUTCOME", help="what it is")
    relabel.add_argument("--predicate", metavar="KIND", help="the kind of claim, such as divestment_decision")
    relabel.add_argument("--claims", metavar="IDS", help="the claims that it concerns, the best first: A09,A10")
    same = _add(group, Action.SAME_AS, "make two developments one, told as one item from now on")
    same.add_argument("other", metavar="OTHER", help="the development that it is")
    undo = _add(group, Action.UNDO, "take back the last decision about it")
    undo.add_argument("--decision", type=int, metavar="N", help="this one instead, by its number in `findings show`")
    _add(group, Action.COMMENT, "add a note that changes nothing", why="the note")


def _add(group: "Commands", action: Action, help: str, why: str | None = None) -> argparse.ArgumentParser:
    command = add_command(group, action.value.replace("_", "-"), help)
    command.add_argument("key", metavar="KEY", help=KEY)
    command.add_argument("--why", metavar="TEXT", required=why is not None, help=why or "kept with the decision")
    command.add_argument("--who", metavar="NAME", help="who decides; by default the user of this machine")
    add_json(command)
    command.set_defaults(run=decide_one, action=action)
    return command


def show_queue(arguments: argparse.Namespace) -> int:
    """Print one page of the developments in a state."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.reviewing.desk import list_cases

    with opened() as watch:
        if arguments.source is not None:
            watch.source(arguments.source)
        page = list_cases(
            watch,
            state=arguments.state,
            company=arguments.entity,
            source=arguments.source,
            outcome=None if arguments.outcome is None else Outcome(arguments.outcome),
            page=arguments.page,
        )
    if arguments.json:
        write_json(page)
        return 0
    if not page.total:
        write(f"No development is {arguments.state.value}.")
        return 0
    write_table(
        ("key", "severity", "outcome", "findings", "headline", "remarks"),
        [
            (
                line.key[:12],
                line.development.severity,
                line.development.outcome.value,
                line.findings,
                shorten(line.headline, WIDTH),
                "; ".join([*line.tags, *([f"until {line.until}"] if line.state is CaseState.SNOOZED else [])]),
            )
            for line in page.cases
        ],
    )
    write(f"Page {page.page} of {page.pages}, {page.total} in all.")
    return 0


def decide_one(arguments: argparse.Namespace) -> int:
    """Write down one decision."""
    from claimwatch.cli.watch import opened
    from claimwatch.pipeline.reviewing.desk import decide, let_in

    verdict = Verdict(
        arguments.action,
        arguments.who or getpass.getuser(),
        why=arguments.why,
        until=getattr(arguments, "until", None),
        label=_label(arguments) if arguments.action is Action.RELABEL else None,
        undoes=getattr(arguments, "decision", None),
        not_the_company=getattr(arguments, "not_the_company", False),
        finding=getattr(arguments, "finding", None),
    )
    with opened() as watch:
        if arguments.action is Action.SAME_AS:
            verdict = Verdict(verdict.action, verdict.who, why=verdict.why, other=key_of(watch, arguments.other))
        if verdict.action is Action.ACCEPT and _waits(watch, arguments.key):
            done = let_in(watch, int(arguments.key), verdict.who, verdict.why)
        else:
            done = decide(watch, key_of(watch, arguments.key), verdict)
    if arguments.json:
        write_json(done)
    else:
        _report(done)
    return 0


def _waits(watch: "Watch", text: str) -> bool:
    """Whether an argument is the number of a finding whose name waits for review."""
    from claimwatch.pipeline.reviewing.desk import list_waiting

    return is_number(text) and any(one.id == int(text) for one in list_waiting(watch))


def is_number(text: str) -> bool:
    """Whether an argument is the number of a finding, and not the key of a development."""
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER


def key_of(watch: "Watch", text: str) -> str:
    """The key of the development that a finding tells of, if `text` is a finding's number; else `text`."""
    from claimwatch.store import findings

    if not is_number(text):
        return text
    with watch.store.read() as connection:
        row = findings.find_finding(connection, int(text), watch.sources)
    if row is None:
        raise UsageError(f"there is no finding {text}; `claimwatch findings list` shows those there are")
    if row.development is None:
        raise UsageError(f"finding {text} tells of no development: it is folded, or its name waits to be accepted")
    return row.development


def _label(arguments: argparse.Namespace) -> Label:
    claims = None
    if arguments.claims is not None:
        claims = tuple(id_.strip() for id_ in arguments.claims.split(",") if id_.strip())
    return Label(None if arguments.outcome is None else Outcome(arguments.outcome), arguments.predicate, claims)


def _report(done: "Decided") -> None:
    decision = done.decision
    until = f" until {decision.until}" if decision.until else ""
    into = f" ({decision.other[:12]})" if decision.other else ""
    write(f"{decision.development[:12]}: {_said(decision)}{until}{into}.")
    if decision.not_the_company and not decision.lessons:
        write("Nothing was learned of the name: no other name stands beside it.")
    for lesson in decision.lessons:
        words = " ".join(word for word in (lesson.before, lesson.surface, lesson.after) if word)
        write(f"In {lesson.source}, “{words}” waits for review from now on.")
    for edition in done.revised:
        write(f"{edition} waits for approval and was revised.")
    if decision.action is Action.DISMISS and decision.finding is None:
        for told in done.told:
            recall = f"claimwatch digest recall {told.period} --development {decision.development} --why TEXT"
            write(f"{told.series}:{told.period} told it; `{recall}` corrects that.")


def _said(decision: Decision) -> str:
    """What a decision did, in words."""
    label, finding = decision.label, decision.finding
    if finding is not None and decision.action is Action.ACCEPT:
        return "is in the queue with this finding"
    if finding is not None and decision.action is Action.DISMISS:
        return f"finding {finding} is dismissed; what else tells of it stays"
    if decision.action is Action.RELABEL and label is not None:
        parts = (label.outcome.value if label.outcome else None, label.predicate, *(label.claims or ()))
        return " ".join(["labelled", *(part for part in parts if part)])
    if decision.undoes is not None:
        return f"decision {decision.undoes} is taken back"
    return _DONE[decision.action]


def show_case(watch: "Watch", case: "Case") -> None:
    """Print a development with its evidence and every decision about it."""
    zone, development = watch.settings.timezone, case.development
    state = case.state.value + (f" until {case.until}" if case.state is CaseState.SNOOZED else "")
    rows = [
        ("development", f"{case.key} (state {development.state_version})"),
        ("headline", case.headline),
        ("on the desk", "; ".join([state, *case.tags])),
        ("outcome", f"{development.outcome.value} ({development.operation}), severity {development.severity}"),
        ("kind", development.predicate or "unrecognised"),
        ("place", development.place or ""),
        ("happened", str(development.happened_on or "")),
        ("part of", case.other or ""),
        ("holds", ", ".join(case.joined)),
        ("told in", ", ".join(f"{one.series}:{one.period} ({one.state})" for one in case.told)),
    ]
    for piece in case.pieces:
        rows += _piece(piece)
    for one in case.decisions:
        undone = f", taken back by {one.undone_by}" if one.undone_by else ""
        why = f": {one.why}" if one.why else ""
        rows.append((f"decision {one.id}", f"{one.action.value} by {one.who}, {moment(one.at, zone)}{undone}{why}"))
    write_table(("field", "value"), [row for row in rows if row[1]])


def _piece(piece: "Piece") -> list[tuple[str, str]]:
    evidence = piece.evidence
    dismissed = " (dismissed)" if piece.dismissed else ""
    rows = [
        (f"finding {evidence.id}", f"{evidence.finding.quote}{dismissed}"),
        ("before it", piece.before),
        ("after it", piece.after),
        ("source", f"{evidence.source_name}: {evidence.title} ({evidence.finding.url})"),
        ("because", "; ".join(piece.reasons)),
    ]
    return rows + [(f"claim {near.claim.id}", near.claim.quote) for near in piece.nearest]
