"""Events as they arrived, stored before the platform is told that they did (I1, I3)."""

import enum
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, bindparam, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Identity
from models.prepared import Prepared


class EventStatus(enum.StrEnum):
    NEW = "new"
    DONE = "done"
    DEAD = "dead"
    DROPPED = "dropped"


class InboxEvent(Base):
    """A raw event. ``address`` is the chat, whose events are taken one after another.

    ``body`` is what the platform sent, with invitation codes replaced by their hashes;
    ``made_at`` is when the platform says it was made, where it says so (I6).
    """

    __tablename__ = "inbox_event"
    __table_args__ = (
        UniqueConstraint("channel", "external_id", "content_hash"),
        Index("ix_inbox_event_status", "status", "id"),
        Index("ix_inbox_event_chat", "channel", "address", "id"),
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    channel: Mapped[str]
    external_id: Mapped[str]
    content_hash: Mapped[str]
    address: Mapped[str]
    body: Mapped[dict[str, Any]]
    made_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    status: Mapped[EventStatus] = mapped_column(default=EventStatus.NEW)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    settled_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Arrival:
    """An event on its way in, before it has a row."""

    channel: str
    external_id: str
    address: str
    body: dict[str, Any]
    made_at: datetime | None = None


@dataclass(frozen=True)
class Waiting:
    """An event that waits for its turn."""

    id: int
    channel: str
    address: str
    body: dict[str, Any]
    made_at: datetime | None
    received_at: datetime
    attempts: int = 0


def store(session: Session, arrivals: Sequence[Arrival], at: datetime) -> list[Waiting]:
    """Keep what was not known yet, in its order; events seen before are left out."""
    if not arrivals:
        return []
    known = {_identity(arrival): arrival for arrival in arrivals}
    values = [_values(arrival, key[2], at) for key, arrival in known.items()]
    connection = session.connection()
    kept = _STORE.rows_of_all(connection, values)
    return [
        Waiting(id, arrival.channel, arrival.address, arrival.body, arrival.made_at, at)
        for id, *key in sorted(kept)
        if (arrival := known[tuple(key)])
    ]


def waiting(session: Session, limit: int = 10_000) -> list[Waiting]:
    """The events whose turn has not come, oldest first; read once, at the start."""
    query = select(*_WAITING).where(InboxEvent.status == EventStatus.NEW).order_by(InboxEvent.id)
    return [Waiting(*row) for row in session.execute(query.limit(limit))]


def finish(session: Session, ids: Sequence[int], at: datetime) -> bool:
    """Take these events for the turn of this transaction; False if one of them has had its
    turn (I3): then the others keep theirs."""
    connection = session.connection()
    taken = [id for id in ids if _FINISH.run(connection, {"row": id, "at": at})]
    if len(taken) == len(ids):
        return True
    given_back = update(InboxEvent).where(InboxEvent.id.in_(taken))
    session.execute(given_back.values(status=EventStatus.NEW, settled_at=None))
    return False


def settle(
    session: Session, ids: Sequence[int], status: EventStatus, at: datetime, error: str = ""
) -> None:
    """Say what became of these events, in the transaction of what they caused (I2)."""
    change = {"status": status, "settled_at": at, "error": error}
    session.execute(update(InboxEvent).where(InboxEvent.id.in_(ids)).values(change))


def count_attempt(session: Session, ids: Sequence[int], error: str) -> None:
    change = {"attempts": InboxEvent.attempts + 1, "error": error}
    session.execute(update(InboxEvent).where(InboxEvent.id.in_(ids)).values(change))


def retry(session: Session, id: int) -> Waiting | None:
    """Give a dead letter another turn; None if it is not one."""
    event = session.get(InboxEvent, id)
    if event is None or event.status is not EventStatus.DEAD:
        return None
    event.status, event.attempts, event.settled_at = EventStatus.NEW, 0, None
    return find(session, id)


def drop(session: Session, id: int, reason: str, at: datetime) -> bool:
    """Leave a dead letter for good, with a reason; False if it is not one."""
    event = session.get(InboxEvent, id)
    if event is None or event.status is not EventStatus.DEAD:
        return False
    settle(session, [id], EventStatus.DROPPED, at, f"{event.error} · {reason}")
    return True


def find(session: Session, id: int) -> Waiting | None:
    row = session.execute(select(*_WAITING).where(InboxEvent.id == id)).one_or_none()
    return None if row is None else Waiting(*row)


def bodies_before(session: Session, event: Waiting, limit: int) -> list[dict[str, Any]]:
    """What came last in its chat before ``event``, the newest first."""
    here = (InboxEvent.channel == event.channel, InboxEvent.address == event.address)
    query = select(InboxEvent.body).where(*here, InboxEvent.id < event.id)
    return list(session.scalars(query.order_by(InboxEvent.id.desc()).limit(limit)))


def dead(session: Session, limit: int = 50) -> list[InboxEvent]:
    query = select(InboxEvent).where(InboxEvent.status == EventStatus.DEAD)
    return list(session.scalars(query.order_by(InboxEvent.id).limit(limit)))


_TABLE = Base.metadata.tables[InboxEvent.__tablename__]
_LATER = {"id", "settled_at"}  # What a new event does not have yet.
_KEY = (_TABLE.c.channel, _TABLE.c.external_id, _TABLE.c.content_hash)
_STORE = Prepared.inserting(_TABLE, _LATER, _TABLE.c.id, *_KEY)
_FINISH = Prepared(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("row"), _TABLE.c.status == EventStatus.NEW)
    .values(status=EventStatus.DONE, settled_at=bindparam("at"), error="")
)
_WAITING = (
    InboxEvent.id,
    InboxEvent.channel,
    InboxEvent.address,
    InboxEvent.body,
    InboxEvent.made_at,
    InboxEvent.received_at,
    InboxEvent.attempts,
)


def _identity(arrival: Arrival) -> tuple[str, str, str]:
    canonical = json.dumps(arrival.body, sort_keys=True, ensure_ascii=False).encode()
    digest = hashlib.sha256(canonical).hexdigest()
    return (arrival.channel, arrival.external_id, digest)


def _values(arrival: Arrival, content_hash: str, at: datetime) -> dict[str, Any]:
    return {
        "channel": arrival.channel,
        "external_id": arrival.external_id,
        "content_hash": content_hash,
        "address": arrival.address,
        "body": arrival.body,
        "made_at": arrival.made_at,
        "received_at": at,
        "status": EventStatus.NEW,
        "attempts": 0,
        "error": "",
    }
