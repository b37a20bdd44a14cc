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

from sqlalchemy import (
    ForeignKey,
    Index,
    Select,
    Text,
    UniqueConstraint,
    bindparam,
    select,
    text,
    update,
)
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

# Why a message was not sent, as ``error`` says it.
NO_ACCOUNT = "no account"
WITHDRAWN = "withdrawn by its sender"
LEFT_ROLE = "its reader holds that role no more"


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
    is not sent until somebody has looked at it again (C1). ``opened_at``: when the first of its
    buttons was pressed (N15).
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
        Index(
            "ix_outbox_message_notice",
            *("person_id", "id"),
            sqlite_where=text("kind = 'notice'"),
            postgresql_where=text("kind = 'notice'"),
        ),
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
    opened_at: Mapped[datetime | None]


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
    message = _content(name, values or {}, kind, choices, always, enclosure, at)
    place = place or Place()
    row = {
        **message,
        **_addressed(recipient, key, at),
        "binding_id": recipient.binding_id or binding_id,
        "page": page,
        "conversation": place.conversation,
        "state": place.state,
        "memory": place.memory or {},
        "good_until": good_until,
    }
    if kind is not Kind.NOTICE:
        row["numbering"] = place.numbering
    rows = _ENQUEUE.rows(session.connection(), row)
    return rows[0][0] if rows else None


def enqueue_all(
    session: Session,
    name: str,
    values: Mapping[str, Any],
    /,
    *,
    to: Mapping[str, Recipient],
    at: datetime,
    choices: Sequence[Choice] = (),
    enclosure: Enclosure | None = None,
) -> None:
    """Queue one notice to many with one statement; ``to`` is by the key of each message.

    A key that exists already is left as it is.
    """
    message = _content(name, values, Kind.NOTICE, choices, (), enclosure, at)
    rows = [message | _addressed(recipient, key, at) for key, recipient in to.items()]
    if rows:
        connection = session.connection()
        connection.execute(_ENQUEUE_ALL[connection.dialect.name], rows)


def withdraw(session: Session, keys: Select[str], at: datetime) -> int:
    """Take back what has not been sent of the messages with these keys; how many these were."""
    waiting = (OutboxMessage.key.in_(keys), OutboxMessage.status == SendStatus.QUEUED)
    change = {"status": SendStatus.SUPERSEDED, "settled_at": at, "error": WITHDRAWN}
    statement = update(OutboxMessage).where(*waiting).values(change).returning(OutboxMessage.id)
    options = {"synchronize_session": False}
    return len(session.scalars(statement, execution_options=options).all())


def mark_opened(session: Session, ref: str, at: datetime) -> None:
    """Keep that somebody pressed a button of a notice, the first time that it happens (N15)."""
    unopened = (
        OutboxMessage.ref == ref,
        OutboxMessage.kind == Kind.NOTICE,
        OutboxMessage.opened_at.is_(None),
    )
    options = {"synchronize_session": False}
    statement = update(OutboxMessage).where(*unopened).values(opened_at=at)
    session.execute(statement, execution_options=options)


# One that can be reached before one that cannot, then the one that was used last.
PREFERRED = (Account.unreachable_since.is_not(None), Account.last_used_at.desc())


def address_of(session: Session, person: Person) -> Recipient:
    """The account to which a message for this person goes."""
    query = (
        select(Account.channel, Account.address)
        .where(Account.person_id == person.id, Account.ended_at.is_(None))
        .order_by(*PREFERRED)
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    channel, address = row if row else ("", "")
    return Recipient(channel, address, person_id=person.id)


def by_ref(session: Session, ref: str) -> OutboxMessage | None:
    return session.scalar(_BY_REF, {"ref": ref})


def gone_stale(session: Session, now: datetime, limit: int) -> list[OutboxMessage]:
    """The first that wait to be sent and are past what they were good for."""
    stale = (OutboxMessage.status == SendStatus.QUEUED, OutboxMessage.good_until <= now)
    query = select(OutboxMessage).where(*stale).order_by(OutboxMessage.id).limit(limit)
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def say_anew(
    message: OutboxMessage,
    name: str,
    values: Mapping[str, Any],
    choices: Sequence[Choice],
    good_until: datetime,
) -> None:
    """One that waits still says this instead."""
    message.name, message.values = name, encode(values)
    message.choices, message.good_until = encode_choices(list(choices)), good_until


def take_back(message: OutboxMessage, at: datetime) -> None:
    """One that waits has nothing more to say."""
    message.status, message.settled_at = SendStatus.SUPERSEDED, at
    message.error = "what it says does not hold any more"


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
_LATER = {"id", "not_before", "claimed_at", "opened_at"}  # What a new message does not have yet.
_NEW: dict[str, Any] = {
    column.key: bindparam(column.key) for column in _TABLE.c if column.key not in _LATER
}
_ENQUEUE = Prepared(
    *(
        dialect.insert(_TABLE).values(_NEW).on_conflict_do_nothing().returning(_TABLE.c.id)
        for dialect in (sqlite, postgresql)
    )
)
_ENQUEUE_ALL = {
    name: dialect.insert(_TABLE).values(_NEW).on_conflict_do_nothing()
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
_BY_REF = select(OutboxMessage).where(OutboxMessage.ref == bindparam("ref"))


def _content(
    name: str,
    values: Mapping[str, Any],
    kind: Kind,
    choices: Sequence[Choice],
    always: Sequence[Choice],
    enclosure: Enclosure | None,
    at: datetime,
) -> dict[str, Any]:
    """The columns that are the same whoever a new message is for."""
    encoded = encode(values)
    return {
        "name": name,
        "values": encoded,
        "holds_secret": holds_secret(encoded),
        "choices": encode_choices(list(choices)),
        "always": encode_choices(list(always)),
        "page": 0,
        "enclosure": _enclosure(enclosure),
        "conversation": "",
        "state": "",
        "memory": {},
        "numbering": Numbering.STARRED,
        "kind": kind,
        "priority": Priority.BROADCAST if kind is Kind.NOTICE else Priority.ANSWER,
        "created_at": at,
        "good_until": None,
        "attempts": 0,
        "unknowns": 0,
        "platform_id": "",
    }


def _addressed(recipient: Recipient, key: str, at: datetime) -> dict[str, Any]:
    """The columns that say whom it is for, and what can become of it."""
    reachable = bool(recipient.channel)
    return {
        "key": key,
        "ref": secrets.token_urlsafe(9),
        "channel": recipient.channel,
        "address": recipient.address,
        "person_id": recipient.person_id,
        "binding_id": recipient.binding_id,
        "status": SendStatus.QUEUED if reachable else SendStatus.UNREACHABLE,
        "error": "" if reachable else NO_ACCOUNT,
        "settled_at": None if reachable else at,
    }


def _enclosure(enclosure: Enclosure | None) -> dict[str, Any] | None:
    if enclosure is None:
        return None
    return {
        "name": enclosure.name,
        "sha256": enclosure.sha256,
        "report": enclosure.report,
        "values": encode(enclosure.values) if enclosure.values is not None else None,
    }
