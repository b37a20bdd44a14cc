"""Events that could not be processed become dead letters: their sender and the admins are told
in the same transaction (I11)."""

import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from models import inbox, outbox, people
from models.inbox import EventStatus, Waiting
from models.messages import Choice, Kind
from models.outbox import Recipient
from models.people import Role


def set_aside(session: Session, events: Sequence[Waiting], reason: str, at: datetime) -> None:
    """``events`` are one thing that a person did; the first stands for all."""
    first = events[0]
    inbox.settle(session, [event.id for event in events], EventStatus.DEAD, at, reason)
    outbox.enqueue(
        session,
        "handler_failed",
        {"received": first.received_at},
        to=Recipient(first.channel, first.address),
        key=f"dead:{first.id}:{at.timestamp()}",
        at=at,
        kind=Kind.ANSWER,
        choices=[Choice("menu")],
    )
    for admin in people.holders_of_role(session, Role.ADMIN):
        outbox.enqueue(
            session,
            "event_is_dead",
            {"event": first.id, "received": first.received_at, "error": reason},
            to=admin,
            key=f"dead:{first.id}:{at.timestamp()}:{admin.id}",
            at=at,
            choices=[Choice("dead_letters")],
        )


def reason_of(error: BaseException) -> str:
    """Enough for an admin to know what broke, never what a person wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__} {place}".strip()
