"""Sending on hold: nothing leaves, not even an answer, until an operator releases it.

An operator holds it by hand; a restored backup starts on hold, because what it has queued was
most likely sent long ago (reliability.md 7, X22). What is said while on hold waits.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models import audit, policy, reminders, settings
from models.outbox import OutboxMessage, SendStatus
from models.people.tables import By
from models.policy import Action
from models.refusals import Refusal
from models.settings import SENDING_HOLD, Setting


@dataclass(frozen=True)
class Hold:
    """``backup_made_at`` is the time of the backup that was restored, None for any other hold."""

    since: datetime
    reason: str
    backup_made_at: datetime | None = None

    @property
    def drop_before(self) -> datetime | None:
        """What is older than this was probably sent already: on a restored backup all that was
        queued, or fell due, before it was restored."""
        return self.since if self.backup_made_at else None


@dataclass(frozen=True)
class Held:
    """How many messages of one name wait, and from when the oldest and the newest are."""

    name: str
    count: int
    oldest: datetime
    newest: datetime


@dataclass(frozen=True)
class Released:
    """What was left out: messages that waited, reminders that had not become any yet."""

    messages: int = 0
    reminders: int = 0


def standing(session: Session) -> Hold | None:
    """The hold that is on, if there is one."""
    stored = settings.get(session, SENDING_HOLD)
    if stored is None:
        return None
    content: dict[str, Any] = json.loads(stored)
    made_at = content["backup_made_at"]
    return Hold(
        datetime.fromisoformat(content["since"]),
        content["reason"],
        datetime.fromisoformat(made_at) if made_at else None,
    )


def hold(session: Session, by: By, reason: str, backup_made_at: datetime | None = None) -> None:
    """Let nothing leave from now on. Raises Refusal if that is so already."""
    policy.check(session, by, Action.MANAGE_SENDING)
    if not reason.strip():
        raise Refusal("reason_missing")
    now = standing(session)
    if now is not None and backup_made_at is None:
        raise Refusal("sending_held_already", since=now.since, reason=now.reason)
    content = {
        "since": by.at.isoformat(),
        "reason": reason.strip(),
        "backup_made_at": backup_made_at.isoformat() if backup_made_at else None,
    }
    settings.put(session, SENDING_HOLD, json.dumps(content))
    audit.append(session, "sending_held", by, reason=reason.strip(), backup=backup_made_at)


def release(session: Session, by: By, drop_before: datetime | None) -> Released:
    """Let everything leave again, but what was queued or fell due before ``drop_before``; that
    is superseded, and said so in the record. Raises Refusal where nothing is on hold."""
    policy.check(session, by, Action.MANAGE_SENDING)
    if standing(session) is None:
        raise Refusal("sending_not_held")
    dropped = Released()
    if drop_before is not None:
        late = reminders.overtake(session, drop_before, by.at)
        dropped = Released(_supersede(session, drop_before, by.at), late)
    session.delete(session.get_one(Setting, SENDING_HOLD))
    audit.append(
        session,
        "sending_released",
        by,
        dropped_before=drop_before,
        messages=dropped.messages,
        reminders=dropped.reminders,
    )
    return dropped


def waiting(
    session: Session, *, since: datetime | None = None, before: datetime | None = None
) -> list[Held]:
    """What waits to be sent, by name, the most first; made from ``since`` on, and ``before``."""
    name, made = OutboxMessage.name, OutboxMessage.created_at
    query = select(name, func.count(), func.min(made), func.max(made))
    query = query.where(OutboxMessage.status == SendStatus.QUEUED).group_by(name)
    if since is not None:
        query = query.where(made >= since)
    if before is not None:
        query = query.where(made < before)
    rows = session.execute(query.order_by(func.count().desc(), name))
    return [Held(*row) for row in rows]


def _supersede(session: Session, before: datetime, at: datetime) -> int:
    old = (OutboxMessage.status == SendStatus.QUEUED, OutboxMessage.created_at < before)
    change = {"status": SendStatus.SUPERSEDED, "settled_at": at, "error": "left out at release"}
    statement = update(OutboxMessage).where(*old).values(change).returning(OutboxMessage.id)
    return len(session.scalars(statement).all())
