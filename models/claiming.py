"""Which messages may leave now, and taking them for it: at most once each (I5).

These statements run for every message, so they are built once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Exists,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session, aliased

from models.base import Base
from models.messages import Kind, Numbering
from models.outbox import LEFT_ROLE, OutboxMessage, Priority, SendStatus
from models.people.tables import Account, Binding, Language, Person
from models.prepared import Prepared
from models.sending import SendingPause
from models.settings import SENDING_HOLD, Setting


class Chat(NamedTuple):
    """An empty ``address`` is every chat of the channel; an empty ``channel``, all channels."""

    channel: str
    address: str


EVERYTHING = Chat("", "")
# As many rows as are wanted mostly do; these are for a queue in which a few chats have very much.
MORE_ROWS = (256, 512)
TRIED_AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """A message whose turn has come: what the limits need to know of it."""

    id: int
    channel: str
    address: str
    priority: Priority


@dataclass(frozen=True)
class Claimed:
    """A message that is being sent: what its words are made of, and the language of its
    reader. The other fields are those of ``OutboxMessage``."""

    id: int
    ref: str
    channel: str
    address: str
    name: str
    values: dict[str, Any]
    holds_secret: bool
    choices: list[Any]
    always: list[Any]
    page: int
    enclosure: dict[str, Any] | None
    numbering: Numbering
    attempts: int
    language: Language


def due(
    session: Session,
    channels: Collection[str],
    now: datetime,
    limit: int,
    busy: Collection[Chat] = (),
) -> list[Due]:
    """The first unsent message of each chat, answers before broadcasts, none that is paused.

    A chat that has a message on its way waits for it, so that order is kept; so do the ``busy``
    ones. What this costs grows with neither the queue nor the history: where a few chats have
    very many messages, fewer than ``limit`` are found.
    """
    connection = session.connection()
    values = {"channels": list(channels), "now": now}
    rows = _CLOSED.rows(connection, values)
    closed = {Chat(channel, address) for channel, address in rows} | set(busy)
    if EVERYTHING in closed:
        return []
    found: list[Due] = []
    for channel in channels:
        if Chat(channel, "") not in closed:
            # Never an empty list: SQL has none, and what stands in for it costs a search.
            shut = {"", *(chat.address for chat in closed if chat.channel == channel)}
            found += _due_on(connection, channel, now, limit, shut)
    return sorted(found, key=lambda item: (item.priority, item.id))[:limit]


def _due_on(
    connection: Connection, channel: str, now: datetime, limit: int, shut: set[str]
) -> list[Due]:
    """A page from the front of the queue; then others, without the chats that were seen."""
    found: list[Due] = []
    for size in (limit, *MORE_ROWS):
        values = {"channel": channel, "shut": list(shut), "limit": size}
        rows = _QUEUED.rows(connection, values)
        for row in rows:
            if row[1] not in shut:
                id, address, rank, not_before, good_until = _QUEUED.typed(connection, row)
                shut.add(address)
                is_good = good_until is None or now < good_until
                if is_good and (not_before is None or not_before <= now):
                    found.append(Due(id, channel, address, Priority(rank)))
        if len(rows) < size or len(found) >= limit:
            break
    return found


def claim(session: Session, ids: Sequence[int], now: datetime) -> list[Claimed]:
    """Mark messages as being sent, before any of them is; those that really were still queued,
    and none when sending was held meanwhile.

    Whether its reader may still have it is asked now, not when it was queued: what tells a
    person of a role that has ended meanwhile is not sent. Answers are (T19). An account that
    cannot be reached is tried with a notice once a day, the others end as unreachable; whoever
    asks something can be reached (X10).
    """
    values = {"ids": ids, "now": now, "since": now - TRIED_AGAIN_AFTER}
    connection = session.connection()
    rows = _CLAIM.rows(connection, values)
    taken = [id for id, status in rows if status == SendStatus.SENDING]
    if not taken:
        return []
    found = _CLAIMED.rows(connection, {"ids": taken})
    return [Claimed(*_CLAIMED.typed(connection, row)) for row in found]


def unclaim(session: Session, ids: Collection[int]) -> None:
    """The opposite: a claim's commit went unheard, and nothing was sent."""
    claimed = (OutboxMessage.id.in_(ids), OutboxMessage.status == SendStatus.SENDING)
    change = {"status": SendStatus.QUEUED, "attempts": OutboxMessage.attempts - 1}
    session.execute(update(OutboxMessage).where(*claimed).values(change))


_TABLE = Base.metadata.tables[OutboxMessage.__tablename__]
_OUTBOX = _TABLE.c
_PAUSES = Base.metadata.tables[SendingPause.__tablename__].c


def _is_on_hold() -> Exists:
    return exists().where(Setting.key == SENDING_HOLD)


def _reader_is_gone() -> ColumnElement[bool]:
    """The role it was said to has ended, or since it was queued the last role of its reader; or
    the account there is not its reader's any more."""
    ended = exists().where(Binding.id == _OUTBOX.binding_id, Binding.ended_at.is_not(None))
    theirs = Binding.person_id == _OUTBOX.person_id
    left = and_(
        exists().where(theirs, Binding.ended_at > _OUTBOX.created_at),
        ~exists().where(theirs, Binding.ended_at.is_(None)),
    )
    moved = and_(
        _OUTBOX.person_id.is_not(None),
        ~exists().where(
            Account.channel == _OUTBOX.channel,
            Account.address == _OUTBOX.address,
            Account.person_id == _OUTBOX.person_id,
            Account.ended_at.is_(None),
        ),
    )
    return or_(ended, left, moved)


def _was_tried_today() -> ColumnElement[bool]:
    """Its account cannot be reached, as a try since then has shown, and its reader has no other
    one to which it could go instead."""
    tried, other = aliased(OutboxMessage), aliased(Account)
    return and_(
        exists().where(
            Account.channel == _OUTBOX.channel,
            Account.address == _OUTBOX.address,
            Account.ended_at.is_(None),
            Account.unreachable_since.is_not(None),
        ),
        exists().where(
            tried.channel == _OUTBOX.channel,
            tried.address == _OUTBOX.address,
            tried.status == SendStatus.UNREACHABLE,
            tried.claimed_at > bindparam("since"),
        ),
        ~exists().where(
            other.person_id == _OUTBOX.person_id,
            other.ended_at.is_(None),
            other.unreachable_since.is_(None),
        ),
    )


_CLOSED = Prepared.with_lists(
    lambda among: union_all(
        select(literal(""), literal("")).where(_is_on_hold()),
        select(_PAUSES.channel, _PAUSES.address).where(
            among(_PAUSES.channel, "channels"), _PAUSES.until > bindparam("now")
        ),
        select(_OUTBOX.channel, _OUTBOX.address).where(_OUTBOX.status == SendStatus.SENDING),
    )
)
_QUEUED = Prepared.with_lists(
    lambda among: (
        select(
            _OUTBOX.id, _OUTBOX.address, _OUTBOX.priority, _OUTBOX.not_before, _OUTBOX.good_until
        )
        .where(
            _OUTBOX.status == SendStatus.QUEUED,
            _OUTBOX.channel == bindparam("channel"),
            ~among(_OUTBOX.address, "shut"),
        )
        .order_by(_OUTBOX.priority, _OUTBOX.id)
        .limit(bindparam("limit"))
    )
)
_GONE = and_(_OUTBOX.kind != Kind.ANSWER, _reader_is_gone())
_VAIN = and_(_OUTBOX.kind == Kind.NOTICE, _was_tried_today())
_NOW = bindparam("now", type_=_OUTBOX.settled_at.type)
_CLAIM = Prepared.with_lists(
    lambda among: (
        update(_TABLE)
        .where(among(_OUTBOX.id, "ids"))
        # The status as a value: its index would be read to its end, however few the ids are.
        .where(func.coalesce(_OUTBOX.status, None) == SendStatus.QUEUED, ~_is_on_hold())
        .where(or_(_OUTBOX.good_until.is_(None), _OUTBOX.good_until > _NOW))
        .values(
            status=case(
                (_GONE, SendStatus.SUPERSEDED),
                (_VAIN, SendStatus.UNREACHABLE),
                else_=SendStatus.SENDING,
            ),
            settled_at=case((or_(_GONE, _VAIN), _NOW), else_=None),
            error=case(
                (_GONE, LEFT_ROLE),
                (_VAIN, "its account could not be reached within the last day"),
                else_=_OUTBOX.error,
            ),
            # What is not sent is no try, else nobody would ever be tried again.
            claimed_at=case((_VAIN, _OUTBOX.claimed_at), else_=_NOW),
            attempts=case((_VAIN, _OUTBOX.attempts), else_=_OUTBOX.attempts + 1),
        )
        .returning(_OUTBOX.id, _OUTBOX.status)
    )
)
_FIELDS = [field.name for field in fields(Claimed) if field.name != "language"]
_CLAIMED = Prepared.with_lists(
    lambda among: (
        select(
            *(_OUTBOX[name] for name in _FIELDS),
            func.coalesce(Person.language, Language.VIETNAMESE),
        )
        .outerjoin(Person, Person.id == _OUTBOX.person_id)
        .where(among(_OUTBOX.id, "ids"))
        .order_by(_OUTBOX.priority, _OUTBOX.id)
    )
)
