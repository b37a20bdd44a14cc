"""What the postman asks of the outbox: what is due, claims, outcomes, pauses (I5).

These statements run for every message, so they are plain SQL expressions, not objects.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Exists, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models.base import Base
from models.conversations import Chat
from models.messages import Kind
from models.outbox import OutboxMessage, Recipient, SendStatus, address_of
from models.people.tables import Account, Binding, Language, Person
from models.settings import SENDING_HOLD, Setting

MOST_COPIES = 2


class SendingPause(Base):
    """A platform said: not before ``until``. An empty ``address`` is everybody; kept here so
    that a restart honours it."""

    __tablename__ = "sending_pause"

    channel: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]


@dataclass(frozen=True)
class Due:
    """A message whose turn has come, and the language of its reader."""

    message: OutboxMessage
    language: Language


def due(session: Session, channels: Collection[str], now: datetime, limit: int) -> list[Due]:
    """The first unsent message of each chat, answers before broadcasts, none that is paused; none
    at all while sending is on hold.

    A chat that has a message on its way waits for it, so that order is kept.
    """
    query = (
        select(OutboxMessage, func.coalesce(Person.language, Language.VIETNAMESE))
        .outerjoin(Person, Person.id == OutboxMessage.person_id)
        .where(
            OutboxMessage.status == SendStatus.QUEUED,
            OutboxMessage.channel.in_(channels),
            or_(OutboxMessage.not_before.is_(None), OutboxMessage.not_before <= now),
            ~_has_one_before(),
            ~_is_paused(now),
            ~_is_on_hold(),
        )
        .order_by(OutboxMessage.priority, OutboxMessage.id)
        .limit(limit)
    )
    return [Due(message, Language(language)) for message, language in session.execute(query)]


def claim(session: Session, ids: Sequence[int], now: datetime) -> set[int]:
    """Mark messages as being sent, before any of them is; those that really were still queued.

    Whether its reader may still have it is asked now, not when it was queued: what tells a
    person of a role that has ended meanwhile is not sent. Answers are (T19). None is where
    sending was held meanwhile.
    """
    gone = and_(OutboxMessage.kind != Kind.ANSWER, _reader_is_gone())
    sent = {
        "status": case((gone, SendStatus.SUPERSEDED), else_=SendStatus.SENDING),
        "settled_at": case((gone, now), else_=None),
        "error": case((gone, "its reader holds that role no more"), else_=OutboxMessage.error),
        "claimed_at": now,
        "attempts": OutboxMessage.attempts + 1,
    }
    statement = (
        update(OutboxMessage)
        .where(
            OutboxMessage.id.in_(ids),
            OutboxMessage.status == SendStatus.QUEUED,
            ~_is_on_hold(),
        )
        .values(sent)
        .returning(OutboxMessage.id, OutboxMessage.status)
    )
    rows = session.execute(statement.execution_options(synchronize_session=False)).all()
    return {id for id, status in rows if status == SendStatus.SENDING}


def settle(
    session: Session,
    id: int,
    status: SendStatus,
    at: datetime,
    platform_id: str = "",
    error: str = "",
) -> None:
    change = {"status": status, "settled_at": at, "platform_id": platform_id, "error": error}
    session.execute(update(OutboxMessage).where(OutboxMessage.id == id).values(change))


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


def pause(session: Session, channel: str, address: str, until: datetime) -> None:
    session.merge(SendingPause(channel=channel, address=address, until=until))


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
    return {status.value: count for status, count in session.execute(query).tuples()}


def oldest_queued(session: Session) -> datetime | None:
    query = select(func.min(OutboxMessage.created_at))
    return session.scalar(query.where(OutboxMessage.status == SendStatus.QUEUED))


def back_off(attempts: int) -> timedelta:
    """How long to leave a message that could not leave: 1 s, doubling, up to half a minute."""
    return timedelta(seconds=min(2.0 ** min(attempts - 1, 10), 30.0))


def _account(channel: str, address: str) -> ColumnElement[bool]:
    return and_(Account.channel == channel, Account.address == address, Account.ended_at.is_(None))


def _reader_is_gone() -> ColumnElement[bool]:
    """The role it was said to has ended, or since it was queued the last role of its reader; or
    the account there is not its reader's any more."""
    ended = exists().where(Binding.id == OutboxMessage.binding_id, Binding.ended_at.is_not(None))
    theirs = Binding.person_id == OutboxMessage.person_id
    left = and_(
        exists().where(theirs, Binding.ended_at > OutboxMessage.created_at),
        ~exists().where(theirs, Binding.ended_at.is_(None)),
    )
    moved = and_(
        OutboxMessage.person_id.is_not(None),
        ~exists().where(
            Account.channel == OutboxMessage.channel,
            Account.address == OutboxMessage.address,
            Account.person_id == OutboxMessage.person_id,
            Account.ended_at.is_(None),
        ),
    )
    return or_(ended, left, moved)


def _is_paused(now: datetime) -> Exists:
    return exists().where(
        SendingPause.channel == OutboxMessage.channel,
        SendingPause.address.in_(["", OutboxMessage.address]),
        SendingPause.until > now,
    )


def _is_on_hold() -> Exists:
    return exists().where(Setting.key == SENDING_HOLD)


def _has_one_before() -> Exists:
    other = aliased(OutboxMessage)
    goes_before = or_(
        other.priority < OutboxMessage.priority,
        and_(other.priority == OutboxMessage.priority, other.id < OutboxMessage.id),
    )
    return exists().where(
        other.channel == OutboxMessage.channel,
        other.address == OutboxMessage.address,
        or_(
            other.status == SendStatus.SENDING,
            and_(other.status == SendStatus.QUEUED, goes_before),
        ),
    )


def _was_unreachable(session: Session, recipient: Recipient) -> bool:
    query = select(Account.unreachable_since).where(_account(recipient.channel, recipient.address))
    return session.scalar(query) is not None
