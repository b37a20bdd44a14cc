"""A message to be sent, and what became of it (I4, I5)."""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Identity
from models.messages import Kind, Numbering


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
