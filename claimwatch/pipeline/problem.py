"""What an operator is told of: one thing that is wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that an operator should know. `what` names the thing, `why` says what is wrong, `do` what to do.

    `kind` is its class, by which alarms are raised: a class of `QUIET` raises none.
    """

    what: str
    why: str
    do: str
    kind: str = "notice"


# What `doctor` shows and nobody is woken for: what was never set up, what is to be decided, what only adds up.
QUIET = frozenset({"notice", "settings", "baseline", "subscribers", "dns"})
