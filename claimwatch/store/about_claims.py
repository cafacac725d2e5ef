"""Which findings are foremost about claims in given months: where sources may say otherwise of one thing."""

from collections.abc import Mapping
from datetime import date
from itertools import islice

from sqlalchemy import Connection, and_, or_, select

from claimwatch.store.finding_claims import only_shown
from claimwatch.store.releases import EVERYTHING, Rule
from claimwatch.store.tables import finding_claims

Span = tuple[date, date]
_AT_ONCE = 200  # conditions in one statement


def told_of(connection: Connection, spans: Mapping[str, Span], shown: Rule = EVERYTHING) -> dict[str, list[int]]:
    """The ids of the findings that count and may be shown, foremost about each claim, told in the months of its span.

    Of a claim of which nothing is told there is no entry.
    """
    found: dict[str, list[int]] = {}
    table, left = finding_claims, iter(sorted(spans.items()))
    while part := list(islice(left, _AT_ONCE)):
        about = or_(
            *(
                and_(table.c.claim_id == claim, table.c.told_in.between(first.replace(day=1), last))
                for claim, (first, last) in part
            )
        )
        query = only_shown(select(table.c.claim_id, table.c.finding_id).where(about, table.c.position == 0), shown)
        for claim, finding_id in connection.execute(query.order_by(table.c.claim_id, table.c.finding_id)):
            found.setdefault(claim, []).append(finding_id)
    return found
