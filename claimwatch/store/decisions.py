"""What analysts decided: rows that are only ever added, and what they come to for each development."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from claimwatch.models import Action, Decision, Development, Label, Lesson, Outcome, Standing, standing
from claimwatch.store.rows import inserted_id
from claimwatch.store.tables import decisions, developments, standings


@dataclass(frozen=True, slots=True)
class Joint:
    """Two developments that an analyst made one: `key` was joined to `other`, which was `was` before. Each version is
    that of the state it had then."""

    key: str
    version: int
    other: str
    other_version: int
    was: Development


_UNDOING = decisions.alias()
_ALL = (
    select(decisions, _UNDOING.c.id.label("undone_by"))
    .outerjoin(_UNDOING, _UNDOING.c.undoes == decisions.c.id)
    .order_by(decisions.c.id)
)
_ON = _ALL.where(decisions.c.development == bindparam("of"))


def lock(connection: Connection, *keys: str) -> None:
    """Keep developments from being decided on by anybody else until the transaction ends; always in the same order.

    On SQLite a transaction that may write is alone anyhow.
    """
    query = select(developments.c.id).where(developments.c.key.in_(sorted(keys))).order_by(developments.c.key)
    connection.execute(query.with_for_update()).all()


def save_decision(connection: Connection, decision: Decision) -> Decision:
    """Add a decision (its `id` does not count) and bring the standing up to date; returns it with its id."""
    id_ = inserted_id(
        connection.execute(
            insert(decisions).values(
                development=decision.development,
                finding_id=decision.finding,
                action=decision.action.value,
                who=decision.who,
                at=decision.at,
                why=decision.why,
                until=decision.until,
                state_version=decision.state_version,
                payload=_payload(decision),
                undoes=decision.undoes,
            )
        )
    )
    _settle(connection, decision.development)
    return replace(decision, id=id_)


def decisions_on(connection: Connection, key: str) -> list[Decision]:
    """The decisions about one development, oldest first; those that were undone too."""
    return [_decision(row) for row in connection.execute(_ON, {"of": key})]


def standings_on(connection: Connection, keys: Sequence[str]) -> dict[str, Standing]:
    """What the decisions about some developments come to, by key; at most some hundreds of them at a time."""
    by_key: dict[str, list[Decision]] = {key: [] for key in keys}
    for one in _decisions(connection, decisions.c.development.in_(list(keys))):
        by_key[one.development].append(one)
    return {key: standing(those) for key, those in by_key.items()}


def find_decision(connection: Connection, id_: int) -> Decision | None:
    """One decision by id."""
    row = connection.execute(select(decisions.c.development).where(decisions.c.id == id_)).first()
    return None if row is None else next(one for one in decisions_on(connection, row.development) if one.id == id_)


def all_decisions(connection: Connection, *, action: Action | None = None) -> list[Decision]:
    """All decisions (of one kind), oldest first; those that were undone too."""
    return _decisions(connection, None if action is None else decisions.c.action == action.value)


_HOW_MANY = select(func.count(decisions.c.id), func.coalesce(func.max(decisions.c.id), 0))


def how_many(connection: Connection) -> tuple[int, int]:
    """How many decisions there are, and the id of the last one: these rise with each one that is added."""
    count, last = connection.execute(_HOW_MANY).one()
    return count, last


def standing_of(connection: Connection, key: str) -> Standing:
    """What the decisions about one development come to."""
    return standing(decisions_on(connection, key))


def standings_of_some(connection: Connection, keys: Sequence[str]) -> dict[str, Standing]:
    """What the decisions come to, for those of some developments that were ever decided on, by key."""
    query = select(standings.c.development).where(standings.c.development.in_(list(keys)))
    return {key: standing_of(connection, key) for key in connection.execute(query).scalars().all()}


def standings_of_all(connection: Connection) -> dict[str, Standing]:
    """What the decisions come to, for each development that was ever decided on, by key."""
    by_key: dict[str, list[Decision]] = {}
    for one in _decisions(connection, None):
        by_key.setdefault(one.development, []).append(one)
    return {key: standing(those) for key, those in by_key.items()}


_JOINED = select(standings.c.other).where(
    standings.c.development == bindparam("of"), standings.c.action == Action.SAME_AS.value
)


def joined_to(connection: Connection, key: str) -> str:
    """The key of the development that `key` is part of; itself where nobody joined it to another."""
    seen = {key}
    while True:
        other = connection.execute(_JOINED, {"of": key}).scalar()
        if other is None or other in seen:
            return key
        seen.add(other)
        key = other


def joints(connection: Connection) -> list[Joint]:
    """The developments that are joined to others now, oldest decision first."""
    return [
        Joint(one.development, one.state_version, one.other, one.became.state_version, one.was)
        for one in all_decisions(connection, action=Action.SAME_AS)
        if one.undone_by is None and one.other is not None and one.became is not None and one.was is not None
    ]


def _settle(connection: Connection, key: str) -> None:
    """Write what the decisions about a development come to now."""
    now = standing_of(connection, key)
    values = {
        "action": now.action.value if now.action else None,
        "state_version": now.last.state_version if now.last else 0,
        "until": now.last.until if now.last else None,
        "other": now.last.other if now.last else None,
        "decision_id": now.last.id if now.last else None,
        "version": now.version,
    }
    of_this = standings.c.development == key
    if connection.execute(update(standings).where(of_this).values(**values)).rowcount == 0:
        connection.execute(insert(standings).values(development=key, **values))


def _decisions(connection: Connection, where: Any) -> list[Decision]:
    return [_decision(row) for row in connection.execute(_ALL if where is None else _ALL.where(where))]


def _decision(row: Row[Any]) -> Decision:
    values = row._mapping
    payload: Mapping[str, Any] = values["payload"]
    return Decision(
        id=values["id"],
        development=values["development"],
        action=Action(values["action"]),
        who=values["who"],
        at=values["at"],
        state_version=values["state_version"],
        why=values["why"],
        finding=values["finding_id"],
        until=values["until"],
        label=_label(payload.get("label")),
        other=payload.get("other"),
        moved=tuple(payload.get("moved", ())),
        was=_development(payload.get("was")),
        became=_development(payload.get("became")),
        not_the_company=bool(payload.get("not_the_company")),
        lessons=tuple(Lesson(*one) for one in payload.get("lessons", ())),
        undoes=values["undoes"],
        undone_by=values["undone_by"],
    )


def _payload(decision: Decision) -> dict[str, object]:
    """What only some decisions have; nothing for what they have not."""
    label = decision.label
    every: dict[str, object] = {
        "label": None
        if label is None
        else {
            "outcome": label.outcome.value if label.outcome else None,
            "predicate": label.predicate,
            "claims": None if label.claims is None else list(label.claims),
        },
        "other": decision.other,
        "moved": list(decision.moved),
        "was": _development_json(decision.was),
        "became": _development_json(decision.became),
        "not_the_company": decision.not_the_company,
        "lessons": [[one.entity, one.source, one.surface, one.before, one.after] for one in decision.lessons],
    }
    return {name: value for name, value in every.items() if value}


def _label(raw: Mapping[str, Any] | None) -> Label | None:
    if raw is None:
        return None
    claims: Sequence[str] | None = raw["claims"]
    outcome = Outcome(raw["outcome"]) if raw["outcome"] else None
    return Label(outcome, raw["predicate"], None if claims is None else tuple(claims))


def _development_json(one: Development | None) -> dict[str, object] | None:
    if one is None:
        return None
    return {
        "key": one.key,
        "outcome": one.outcome.value,
        "predicate": one.predicate,
        "object_class": one.object_class,
        "operation": one.operation,
        "place": one.place,
        "companies": list(one.companies),
        "happened_on": _day(one.happened_on),
        "severity": one.severity,
        "state": one.state,
        "state_version": one.state_version,
        "first_seen_at": one.first_seen_at.isoformat(),
        "published_on": _day(one.published_on),
    }


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _development(raw: Mapping[str, Any] | None) -> Development | None:
    if raw is None:
        return None
    days = {name: date.fromisoformat(raw[name]) if raw[name] else None for name in ("happened_on", "published_on")}
    return Development(
        **{
            **raw,
            **days,
            "outcome": Outcome(raw["outcome"]),
            "companies": tuple(raw["companies"]),
            "first_seen_at": datetime.fromisoformat(raw["first_seen_at"]),
        }
    )
