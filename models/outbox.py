"""Messages to be sent, written in the transaction of the fact they report (I4, I5).

Each has a business key that makes it unique. It is claimed before it is sent and ends as sent,
unknown, unreachable, malformed or superseded; never silently.
"""

import enum
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Identity
from models.messages import (
    Choice,
    Enclosure,
    Kind,
    Numbering,
    blanked,
    encode,
    encode_choices,
    holds_secret,
)
from models.people.tables import Account, Person
from models.prepared import Prepared

SECRETS_LAST = timedelta(hours=72)  # As long as an invitation is good.

NOTHING: Mapping[str, Any] = MappingProxyType({})


class SendStatus(enum.StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    SUPERSEDED = "superseded"


class Priority(enum.IntEnum):
    """Answers to a person go before what is sent to many (I5)."""

    ANSWER = 0
    BROADCAST = 1


class OutboxMessage(Base):
    """``ref`` is what its buttons carry: opaque, unguessable, with the position behind it.

    ``conversation``, ``state`` and ``memory`` are those in which it was said, so that a press
    on an old message is answered from where it stood. ``holds_secret``: a code can be read in
    ``values`` until it is blanked. From ``good_until`` on what it says may not hold any more: it
    is not sent until somebody has looked at it again (C1).
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("ref"),
        Index(
            "ix_outbox_message_due",
            # In the order of sending; the last two so that looking for the next reads no row.
            *("status", "channel", "priority", "id", "not_before", "good_until", "address"),
        ),
        Index("ix_outbox_message_chat", "channel", "address", "id"),
        Index("ix_outbox_message_secret", "holds_secret", "settled_at"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    key: Mapped[str]
    ref: Mapped[str]
    channel: Mapped[str]
    address: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    binding_id: Mapped[int | None] = mapped_column(ForeignKey("binding.id"))
    name: Mapped[str]
    values: Mapped[dict[str, Any]]
    holds_secret: Mapped[bool] = mapped_column(default=False)
    choices: Mapped[list[Any]]
    always: Mapped[list[Any]]
    page: Mapped[int] = mapped_column(default=0)
    enclosure: Mapped[dict[str, Any] | None]
    conversation: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)
    numbering: Mapped[Numbering] = mapped_column(default=Numbering.NUMBERS)
    kind: Mapped[Kind]
    priority: Mapped[int]
    created_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    good_until: Mapped[datetime | None]
    status: Mapped[SendStatus] = mapped_column(default=SendStatus.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    unknowns: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    platform_id: Mapped[str] = mapped_column(default="")
    error: Mapped[str] = mapped_column(Text, default="")


@dataclass(frozen=True)
class Recipient:
    """Where a message goes. An empty channel: the person has no account yet."""

    channel: str
    address: str
    person_id: int | None = None
    binding_id: int | None = None


@dataclass(frozen=True)
class Place:
    """Where in which conversation a message was said."""

    conversation: str = ""
    state: str = ""
    memory: dict[str, Any] | None = None
    numbering: Numbering = Numbering.NUMBERS


def enqueue(
    session: Session,
    name: str,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    to: Person | Recipient,
    key: str,
    at: datetime,
    kind: Kind = Kind.NOTICE,
    choices: Sequence[Choice] = (),
    always: Sequence[Choice] = (),
    page: int = 0,
    enclosure: Enclosure | None = None,
    place: Place | None = None,
    binding_id: int | None = None,
    good_until: datetime | None = None,
) -> int | None:
    """Queue a message once; its row's id, or None if one with this ``key`` exists already.

    ``choices`` are paged where they are many; ``always`` stand on every page. A person without
    an account gets the row all the same, as unreachable, so that it can be seen.
    """
    recipient = to if isinstance(to, Recipient) else address_of(session, to)
    place = place or Place()
    reachable = bool(recipient.channel)
    encoded = encode(values or {})
    row = {
        "key": key,
        "ref": secrets.token_urlsafe(9),
        "channel": recipient.channel,
        "address": recipient.address,
        "person_id": recipient.person_id,
        "binding_id": recipient.binding_id or binding_id,
        "name": name,
        "values": encoded,
        "holds_secret": holds_secret(encoded),
        "choices": encode_choices(list(choices)),
        "always": encode_choices(list(always)),
        "page": page,
        "enclosure": _enclosure(enclosure),
        "conversation": place.conversation,
        "state": place.state,
        "memory": place.memory or {},
        "numbering": Numbering.STARRED if kind is Kind.NOTICE else place.numbering,
        "kind": kind,
        "priority": Priority.BROADCAST if kind is Kind.NOTICE else Priority.ANSWER,
        "created_at": at,
        "good_until": good_until,
        "status": SendStatus.QUEUED if reachable else SendStatus.UNREACHABLE,
        "attempts": 0,
        "unknowns": 0,
        "platform_id": "",
        "error": "" if reachable else "no account",
        "settled_at": None if reachable else at,
    }
    rows = _ENQUEUE.rows(session.connection(), row)
    return rows[0][0] if rows else None


def address_of(session: Session, person: Person) -> Recipient:
    """The account that the person used last, one that can be reached before one that cannot."""
    query = (
        select(Account.channel, Account.address)
        .where(Account.person_id == person.id, Account.ended_at.is_(None))
        .order_by(Account.unreachable_since.is_not(None), Account.last_used_at.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    channel, address = row if row else ("", "")
    return Recipient(channel, address, person_id=person.id)


def by_ref(session: Session, ref: str) -> OutboxMessage | None:
    return session.scalar(_BY_REF, {"ref": ref})


def last_starred(session: Session, channel: str, address: str) -> OutboxMessage | None:
    """The newest message of a chat whose choices are called *1, *2."""
    here = (OutboxMessage.channel == channel, OutboxMessage.address == address)
    starred = OutboxMessage.numbering == Numbering.STARRED
    query = select(OutboxMessage).where(*here, starred).order_by(OutboxMessage.id.desc())
    return session.scalar(query.limit(1))


def blank(session: Session, id: int, values: dict[str, Any]) -> None:
    """Take the secrets out of a message that its reader has elsewhere, or no more use for."""
    change = {"values": blanked(values), "holds_secret": False}
    session.execute(update(OutboxMessage).where(OutboxMessage.id == id).values(change))


def blank_old(session: Session, now: datetime, limit: int) -> int:
    """Blank up to ``limit`` messages whose codes have expired by now; how many these were."""
    query = select(OutboxMessage).where(
        OutboxMessage.holds_secret, OutboxMessage.settled_at <= now - SECRETS_LAST
    )
    found = session.scalars(query.limit(limit).with_for_update(skip_locked=True)).all()
    for message in found:
        blank(session, message.id, message.values)
    return len(found)


_TABLE = Base.metadata.tables[OutboxMessage.__tablename__]
_LATER = {"id", "not_before", "claimed_at"}  # What a new message does not have yet.
_NEW: dict[str, Any] = {
    column.key: bindparam(column.key) for column in _TABLE.c if column.key not in _LATER
}
_ENQUEUE = Prepared(
    *(
        dialect.insert(_TABLE).values(_NEW).on_conflict_do_nothing().returning(_TABLE.c.id)
        for dialect in (sqlite, postgresql)
    )
)
_BY_REF = select(OutboxMessage).where(OutboxMessage.ref == bindparam("ref"))


def _enclosure(enclosure: Enclosure | None) -> dict[str, Any] | None:
    if enclosure is None:
        return None
    return {
        "name": enclosure.name,
        "sha256": enclosure.sha256,
        "report": enclosure.report,
        "values": encode(enclosure.values) if enclosure.values is not None else None,
    }
