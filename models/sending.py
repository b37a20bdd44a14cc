"""What the postman tells the outbox: outcomes, pauses, who cannot be reached (I5).

These statements run for every message, so they are plain SQL expressions, not objects.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Executable, and_, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.conversations import Chat
from models.messages import Kind
from models.outbox import OutboxMessage, Recipient, SendStatus, address_of
from models.people.tables import Account, Person
from models.prepared import Prepared

MOST_COPIES = 2


class SendingPause(Base):
    """A platform said: not before ``until``. An empty ``address`` is everybody; kept here so
    that a restart honours it."""

    __tablename__ = "sending_pause"

    channel: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]


def settle(
    session: Session, id: int, status: SendStatus, at: datetime, *, error: str = ""
) -> None:
    """What became of a message that was not sent."""
    settle_all(session, [_outcome(id, status, at, error=error)])


def receipt(id: int, platform_id: str, at: datetime) -> dict[str, Any]:
    """For ``settle_all``: the message was sent, and is called so by its platform."""
    return _outcome(id, SendStatus.SENT, at, platform_id)


def settle_all(session: Session, outcomes: list[dict[str, Any]]) -> None:
    _SETTLE.run_all(session.connection(), outcomes)


def enclose(session: Session, id: int, enclosure: dict[str, Any]) -> None:
    """Keep with the message which stored bytes its report became."""
    change = {"enclosure": enclosure}
    session.execute(update(OutboxMessage).where(OutboxMessage.id == id).values(change))


def put_back(session: Session, id: int, not_before: datetime | None, error: str) -> None:
    """It never left: it keeps its place and is tried again, not before then."""
    change = {"status": SendStatus.QUEUED, "not_before": not_before, "error": error}
    session.execute(update(OutboxMessage).where(OutboxMessage.id == id).values(change))


def resolve_unknown(session: Session, id: int, at: datetime, error: str) -> None:
    """Nobody knows whether it arrived: an answer or a document goes once more, a notice never."""
    message = session.get_one(OutboxMessage, id, populate_existing=True)
    message.unknowns += 1
    message.error = error
    if message.kind is not Kind.NOTICE and message.unknowns < MOST_COPIES:
        message.status, message.not_before = SendStatus.QUEUED, None
    else:
        message.status, message.settled_at = SendStatus.UNKNOWN, at


def recover(session: Session, at: datetime) -> int:
    """At the start: messages that were on their way when the last run ended are unknown."""
    query = select(OutboxMessage.id).where(OutboxMessage.status == SendStatus.SENDING)
    ids = list(session.scalars(query))
    for id in ids:
        resolve_unknown(session, id, at, "the process ended while it was being sent")
    return len(ids)


def chats_struck(session: Session) -> list[tuple[str, str]]:
    """Channel and address where a message waits that may have been sent once already: the next
    time it ends as unknown."""
    struck = (OutboxMessage.status == SendStatus.QUEUED, OutboxMessage.unknowns > 0)
    query = select(OutboxMessage.channel, OutboxMessage.address).where(*struck).distinct()
    return [(channel, address) for channel, address in session.execute(query)]


def pause(session: Session, channel: str, address: str, until: datetime) -> None:
    """A pause that lasts longer already stays: of many refused at once each has its own wish."""
    connection = session.connection()
    values = {"channel": channel, "address": address, "until": until}
    connection.execute(_PAUSE[connection.dialect.name], values)


def pauses(session: Session, now: datetime) -> list[SendingPause]:
    return list(session.scalars(select(SendingPause).where(SendingPause.until > now)))


def mark_unreachable(session: Session, channel: str, address: str, at: datetime) -> None:
    """The platform says that this account cannot be written to; shown to the coordinator (F3)."""
    session.execute(
        update(Account)
        .where(_account(channel, address), Account.unreachable_since.is_(None))
        .values(unreachable_since=at)
    )


def reroute(session: Session, id: int) -> bool:
    """Send a notice to the person's other account, where there is one (N23)."""
    message = session.get_one(OutboxMessage, id)
    person = session.get(Person, message.person_id) if message.person_id else None
    if person is None or message.kind is not Kind.NOTICE:
        return False
    other = address_of(session, person)
    if not other.channel or (other.channel, other.address) == (message.channel, message.address):
        return False
    if _was_unreachable(session, other):
        return False
    message.channel, message.address = other.channel, other.address
    put_back(session, id, None, "")
    return True


def move(session: Session, channel: str, old: str, new: str) -> None:
    """A chat has another address from now on: everything that waits for it goes there."""
    waiting = (SendStatus.QUEUED, SendStatus.SENDING)
    session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.channel == channel,
            OutboxMessage.address == old,
            OutboxMessage.status.in_(waiting),
        )
        .values(address=new)
    )
    session.execute(update(Account).where(_account(channel, old)).values(address=new))
    session.execute(
        update(Chat).where(Chat.channel == channel, Chat.address == old).values(address=new)
    )


def counts(session: Session) -> dict[str, int]:
    """How many messages stand where, for the operator."""
    query = select(OutboxMessage.status, func.count()).group_by(OutboxMessage.status)
    return {status.value: count for status, count in session.execute(query)}


def oldest_queued(session: Session) -> datetime | None:
    query = select(func.min(OutboxMessage.created_at))
    return session.scalar(query.where(OutboxMessage.status == SendStatus.QUEUED))


def back_off(attempts: int) -> timedelta:
    """How long to leave a message that could not leave: 1 s, doubling, up to half a minute."""
    return timedelta(seconds=min(2.0 ** min(attempts - 1, 10), 30.0))


def _account(channel: str, address: str) -> ColumnElement[bool]:
    return and_(Account.channel == channel, Account.address == address, Account.ended_at.is_(None))


def _was_unreachable(session: Session, recipient: Recipient) -> bool:
    query = select(Account.unreachable_since).where(_account(recipient.channel, recipient.address))
    return session.scalar(query) is not None


def _outcome(
    id: int, status: SendStatus, at: datetime, platform_id: str = "", error: str = ""
) -> dict[str, Any]:
    return {"row": id, "to": status, "at": at, "under": platform_id, "because": error}


_TABLE = Base.metadata.tables[OutboxMessage.__tablename__]
_SETTLE = Prepared(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("row"))
    .values(
        status=bindparam("to"),
        settled_at=bindparam("at"),
        platform_id=bindparam("under"),
        error=bindparam("because"),
    )
)


def _pause(insert: postgresql.Insert | sqlite.Insert) -> Executable:
    later = insert.excluded.until > SendingPause.until
    return insert.on_conflict_do_update(
        index_elements=[SendingPause.channel, SendingPause.address],
        set_={"until": insert.excluded.until},
        where=later,
    )


_PAUSE = {
    "sqlite": _pause(sqlite.insert(SendingPause)),
    "postgresql": _pause(postgresql.insert(SendingPause)),
}
