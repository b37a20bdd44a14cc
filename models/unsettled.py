"""Messages of which nobody knows whether they arrived, or that the platform did not take: an
operator looks, and sends them again or lets them be (I5, reliability.md 3)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit, policy
from models.outbox import OutboxMessage, SendStatus
from models.people.tables import By
from models.policy import Action
from models.refusals import Refusal

OPEN = (SendStatus.UNKNOWN, SendStatus.MALFORMED)


def waiting(session: Session, by: By, limit: int = 50) -> list[OutboxMessage]:
    """The oldest of those that nobody has decided about."""
    policy.check(session, by, Action.MANAGE_SENDING)
    query = select(OutboxMessage).where(OutboxMessage.status.in_(OPEN))
    return list(session.scalars(query.order_by(OutboxMessage.id).limit(limit)))


def find(session: Session, id: int, by: By) -> OutboxMessage:
    """Raises Refusal where there is nothing to decide about it."""
    policy.check(session, by, Action.MANAGE_SENDING)
    message = session.get(OutboxMessage, id, with_for_update=True)
    if message is None or message.status not in OPEN:
        raise Refusal("message_not_unsettled", message=id)
    return message


def resend(session: Session, id: int, by: By) -> None:
    """Send it once more; its reader may get it a second time."""
    message = find(session, id, by)
    message.status, message.settled_at, message.not_before = SendStatus.QUEUED, None, None
    audit.append(session, "message_resent", by, message=id)


def settle(session: Session, id: int, reason: str, by: By) -> None:
    """Let it be, for a reason that is kept."""
    message = find(session, id, by)
    if not reason.strip():
        raise Refusal("reason_missing")
    message.status, message.settled_at = SendStatus.SUPERSEDED, by.now
    message.error = f"{message.error} · {reason.strip()}".removeprefix(" · ")
    audit.append(session, "message_settled", by, message=id, reason=reason.strip())
