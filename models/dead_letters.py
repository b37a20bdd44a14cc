"""Events that could not be processed, as an admin deals with them: seen, tried again, or left
for good with a reason (I11)."""

from sqlalchemy.orm import Session

from models import audit, inbox, policy
from models.inbox import EventStatus, InboxEvent
from models.people.tables import By
from models.policy import Action
from models.refusals import Refusal


def waiting(session: Session, by: By) -> list[InboxEvent]:
    """The dead letters, the oldest first."""
    policy.check(session, by, Action.MANAGE_DEAD_LETTERS)
    return inbox.dead(session)


def find(session: Session, id: int, by: By) -> InboxEvent:
    """Raises Refusal if it is not, or no longer, a dead letter."""
    policy.check(session, by, Action.MANAGE_DEAD_LETTERS)
    event = session.get(InboxEvent, id)
    if event is None or event.status is not EventStatus.DEAD:
        raise Refusal("dead_letter_settled", event=id)
    return event


def retry(session: Session, id: int, by: By) -> None:
    """Give it another turn."""
    find(session, id, by)
    inbox.retry(session, id)
    audit.append(session, "dead_letter_retried", by, event=id)


def drop(session: Session, id: int, reason: str, by: By) -> None:
    find(session, id, by)
    if not reason.strip():
        raise Refusal("reason_missing")
    inbox.drop(session, id, reason.strip(), by.at)
    audit.append(session, "dead_letter_dropped", by, event=id, reason=reason.strip())
