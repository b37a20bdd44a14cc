"""Messages that are queued or said already: found, taken back, said anew, blanked."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from models.messages import Choice, Kind, Numbering, blanked, encode, encode_choices
from models.outbox.tables import OutboxMessage, SendStatus

SECRETS_LAST = timedelta(hours=72)  # As long as an invitation is good.
# Why a message was not sent, as its ``error`` says it.
WITHDRAWN = "withdrawn by its sender"
LEFT_ROLE = "its reader holds that role no more"

_BY_REF = select(OutboxMessage).where(OutboxMessage.ref == bindparam("ref"))


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
