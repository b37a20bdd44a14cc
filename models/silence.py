"""When a platform was last heard, kept over restarts: what comes first after a silence may have
been made in it (I6), and what it no longer keeps is lost (reliability.md 6)."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import outbox, settings
from models.outbox import Recipient
from models.people.tables import Account, Binding

FORGETS_AFTER = timedelta(hours=24)  # Telegram keeps an update no longer (runtime.md 1.1).


def last_heard(session: Session, channel: str) -> datetime | None:
    known = settings.get(session, _key(channel))
    return None if known is None else datetime.fromisoformat(known)


def heard(session: Session, channel: str, at: datetime) -> None:
    """Note that it is there. After a silence longer than its memory, everybody who works there
    is told once, with the hours from which something may be missing (X9)."""
    since = last_heard(session, channel)
    settings.put(session, _key(channel), at.isoformat())
    if since is None or at - since <= FORGETS_AFTER:
        return
    forgotten_until = at - FORGETS_AFTER
    query = (
        select(Account.address, Account.person_id)
        .where(Account.channel == channel, Account.ended_at.is_(None))
        .where(Account.person_id.in_(select(Binding.person_id).where(Binding.ended_at.is_(None))))
    )
    for address, person_id in session.execute(query.order_by(Account.id)):
        outbox.enqueue(
            session,
            "silence_is_over",
            {"since": since, "until": forgotten_until},
            to=Recipient(channel, address, person_id),
            key=f"silence:{channel}:{since.isoformat()}:{address}",
            at=at,
        )


def _key(channel: str) -> str:
    return f"heard:{channel}"
