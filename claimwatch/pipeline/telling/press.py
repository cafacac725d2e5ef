"""Printing an edition: each distinct mail is rendered and composed once, and set anew for every further reader.

What two readers get differs as a rule in the address, the Message-ID and the links. The second reader of each kind
is composed in full as well and held against what was set: a template that has more that is personal costs time, and
gives nobody what is another's.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING

from claimwatch.delivery import Personal, Stencil, message_id_for
from claimwatch.models import Edition, Reader, Rendered
from claimwatch.pipeline.telling.draft import Own
from claimwatch.pipeline.watch import Watch
from claimwatch.settings import Settings, signing_keys
from claimwatch.tokens import preferences_url, unsubscribe_url

if TYPE_CHECKING:
    from claimwatch.delivery.signing import Signer

MOST_KINDS = 64  # kept at once, those used last: memory must not grow with the number of readers
_LOG = logging.getLogger("claimwatch.press")
Compose = Callable[[Watch, Reader, Own, datetime], tuple[Rendered, str, bytes]]


@dataclass(slots=True)
class _Kind:
    """One distinct mail. `trusted` once a second reader was held against it; None where it cannot be set anew."""

    edition: Edition
    stencil: Stencil | None
    trusted: bool = False


class Press:
    """Composes the mails of one edition at one time. `compose` makes one in full, as it must come out."""

    def __init__(self, watch: Watch, now: datetime, compose: Compose) -> None:
        settings = watch.settings
        self._now = now
        self._compose = compose
        keys = signing_keys(settings)
        # Signed afterwards: a signature covers what is personal. The keys are looked up once, not for each link.
        unsigned = {"dkim_key": None, "dkim_selector": None, "secret_key": keys}
        self._watch = replace(watch, settings=settings.model_copy(update=unsigned))
        self._domain = parseaddr(settings.sender)[1].rpartition("@")[2]
        self._secret = keys[0].get_secret_value()
        self._signer = signer_of(settings)
        self._kinds: OrderedDict[tuple[object, ...], list[_Kind]] = OrderedDict()

    def compose(self, reader: Reader, mine: Own) -> tuple[str, bytes]:
        """The Message-ID and the bytes of a reader's mail."""
        message_id, mime = self._unsigned(reader, mine)
        return message_id, self._signer.sign(mime, self._now) if self._signer else mime

    def _unsigned(self, reader: Reader, mine: Own) -> tuple[str, bytes]:
        if mine.parents:
            return self._in_full(reader, mine)[1:]
        personal = self._personal(reader, mine.edition)
        kinds = self._alike(reader, mine.edition, personal)
        kind = next((kind for kind in kinds if kind.edition == mine.edition), None)
        if kind is None:
            rendered, message_id, mime = self._in_full(reader, mine)
            kinds.append(_Kind(mine.edition, Stencil(mime, rendered.subject, personal)))
            return message_id, mime
        set_ = kind.stencil.fill(personal) if kind.stencil is not None else None
        if set_ is None or not kind.trusted:
            _, message_id, mime = self._in_full(reader, mine)
            if set_ is not None:
                kind.trusted = set_ == mime
            if set_ is not None and not kind.trusted:
                kind.stencil = None
                _LOG.warning("each mail of %s is composed in full: it holds more that is personal", mine.edition.series)
            return message_id, mime
        return personal.message_id, set_

    def _in_full(self, reader: Reader, mine: Own) -> tuple[Rendered, str, bytes]:
        return self._compose(self._watch, reader, mine, self._now)

    def _alike(self, reader: Reader, edition: Edition, personal: Personal) -> list[_Kind]:
        """The mails known so far to readers like this one, of editions that look like this one."""
        who = reader.subscriber
        items = tuple((item.development, item.state_version, item.told_before, item.told_as) for item in edition.items)
        lengths = tuple(len(link) for link in personal.links)
        key = (who.language, who.timezone, reader.topics, reader.proof_of_life, lengths, items)
        kinds = self._kinds.setdefault(key, [])
        self._kinds.move_to_end(key)
        if len(self._kinds) > MOST_KINDS:
            self._kinds.popitem(last=False)
        return kinds

    def _personal(self, reader: Reader, edition: Edition) -> Personal:
        key = f"{edition.series}:{edition.period}"
        message_id = message_id_for(key, reader.subscriber, secret=self._secret, domain=self._domain)
        settings, id_ = self._watch.settings, reader.subscriber.id
        links = unsubscribe_url(settings, id_, edition.series), preferences_url(settings, id_)
        return Personal(reader.subscriber, message_id, links)


def signer_of(settings: Settings) -> "Signer | None":
    """What signs our mail; None where the mail server does, or nobody."""
    if settings.dkim_key is None or settings.dkim_selector is None:
        return None
    from claimwatch.delivery.signing import load_signer  # most leave it to their mail server

    domain = parseaddr(settings.sender)[1].rpartition("@")[2]
    return load_signer(settings.dkim_key.get_secret_value(), settings.dkim_selector, domain)
