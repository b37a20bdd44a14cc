"""How the bot's work stands, for an operator: what waits, what failed, what is held."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import holds, settings
from models.holds import Hold
from models.inbox import EventStatus, InboxEvent
from models.outbox import OutboxMessage, Priority, SendStatus
from models.people.tables import Account
from models.settings import LAST_BACKUP

RECENT = 1000


@dataclass(frozen=True)
class Standing:
    """Ages in seconds. ``waited_p99``: of the newest thousand messages, how long all but one in
    a hundred waited to be sent, or have waited so far. ``backup_age``: None if there is none."""

    hold: Hold | None
    oldest_event: float
    oldest_answer: float
    waited_p99: float
    unknown: int
    malformed: int
    dead: int
    unreachable: int
    backup_age: float | None


def look(session: Session, channels: Collection[str], now: datetime) -> Standing:
    """``channels`` are those that run; what waits for another one waits for ever."""
    waiting = select(func.min(InboxEvent.received_at)).where(InboxEvent.status == EventStatus.NEW)
    answers = select(func.min(OutboxMessage.created_at)).where(
        OutboxMessage.status == SendStatus.QUEUED,
        OutboxMessage.priority == Priority.ANSWER,
        OutboxMessage.channel.in_(channels),
    )
    unreachable = select(func.count()).where(
        Account.unreachable_since.is_not(None), Account.ended_at.is_(None)
    )
    backup = settings.get(session, LAST_BACKUP)
    return Standing(
        hold=holds.standing(session),
        oldest_event=_age(session.scalar(waiting), now),
        oldest_answer=_age(session.scalar(answers), now),
        waited_p99=_waited(session, channels, now),
        unknown=_messages(session, SendStatus.UNKNOWN),
        malformed=_messages(session, SendStatus.MALFORMED),
        dead=_dead(session),
        unreachable=session.scalar(unreachable) or 0,
        backup_age=_age(datetime.fromisoformat(backup), now) if backup else None,
    )


def _waited(session: Session, channels: Collection[str], now: datetime) -> float:
    counted = (SendStatus.QUEUED, SendStatus.SENDING, SendStatus.SENT)
    query = select(OutboxMessage.created_at, OutboxMessage.settled_at)
    query = query.where(OutboxMessage.status.in_(counted), OutboxMessage.channel.in_(channels))
    rows = session.execute(query.order_by(OutboxMessage.id.desc()).limit(RECENT))
    waits = sorted(_age(made, settled or now) for made, settled in rows)
    return waits[(len(waits) * 99 - 1) // 100] if waits else 0.0


def _messages(session: Session, status: SendStatus) -> int:
    return session.scalar(select(func.count()).where(OutboxMessage.status == status)) or 0


def _dead(session: Session) -> int:
    return session.scalar(select(func.count()).where(InboxEvent.status == EventStatus.DEAD)) or 0


def _age(then: datetime | None, now: datetime) -> float:
    return 0.0 if then is None else max(0.0, (now - then).total_seconds())
