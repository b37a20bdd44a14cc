"""Messages of which nobody knows whether they arrived, or that the platform did not take: who
may decide sends them again or lets them be (I5, reliability.md 3)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit, outbox, policy, settings
from models.messages import Choice, Kind
from models.outbox import OutboxMessage, SendStatus
from models.people.tables import Binding, By, Person, Role
from models.policy import Action
from models.refusals import Refusal
from models.units import Unit

OPEN = (SendStatus.UNKNOWN, SendStatus.MALFORMED)
DECIDES = (Role.ADMIN, Role.COORDINATOR)
TOLD = "unsettled_told"  # The setting with what was open at the newest alarm, and when that was.
ALARM = "messages_unsettled"
TOLD_EVERY = timedelta(hours=1)
MANY = 10_000


@dataclass(frozen=True)
class Reader:
    """To whom it was said; empty where that is nobody whom the bot knows, or no role of theirs."""

    person: str
    unit: str


def waiting(session: Session, by: By, limit: int = 50) -> list[OutboxMessage]:
    """The oldest of those that nobody has decided about, and ``by`` may."""
    policy.check(session, by, Action.SETTLE_MESSAGES, by.unit)
    verdicts: dict[Unit | None, bool] = {}  # Units are few where messages are many.
    found: list[OutboxMessage] = []
    for message, unit in session.execute(_OPEN):
        thing = _thing(message, unit)
        if thing not in verdicts:
            verdicts[thing] = _why_not_decide(session, by, thing) is None
        if verdicts[thing]:
            found.append(message)
        if len(found) == limit:
            break
    return found


def find(session: Session, id: int, by: By) -> OutboxMessage:
    """Raises Refusal where there is nothing to decide about it, or not for ``by``."""
    policy.check(session, by, Action.SETTLE_MESSAGES, by.unit)
    message = session.get(OutboxMessage, id, with_for_update=True, populate_existing=True)
    if message is None or message.status not in OPEN:
        raise Refusal("message_not_unsettled", message=id)
    if refusal := _why_not_decide(session, by, _thing(message, _unit_of(session, message))):
        raise refusal
    return message


def reader(session: Session, message: OutboxMessage) -> Reader:
    person = session.get(Person, message.person_id) if message.person_id else None
    unit = _unit_of(session, message)
    return Reader(person.name if person else "", unit.name if unit else "")


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
    message.status, message.settled_at = SendStatus.SUPERSEDED, by.at
    message.error = f"{message.error} · {reason.strip()}".removeprefix(" · ")
    audit.append(session, "message_settled", by, message=id, reason=reason.strip())


def tell(session: Session, now: datetime) -> int:
    """Tell whoever may decide of what has become open since they were told: the first at once,
    others together, an hour later at the earliest. To how many it was said.

    An alarm that is itself unknown raises no other.
    """
    stored = json.loads(settings.get(session, TOLD) or '{"at": null, "open": []}')
    last = datetime.fromisoformat(stored["at"]) if stored["at"] else None
    query = select(OutboxMessage.id).where(
        OutboxMessage.status.in_(OPEN), OutboxMessage.name != ALARM
    )
    found, known = set(session.scalars(query)), set(stored["open"])
    fresh = found - known
    if last is not None and last <= now < last + TOLD_EVERY:
        fresh = set()
    if not fresh and known <= found:
        return 0
    at = now.isoformat() if fresh else stored["at"]
    open = sorted(known & found | fresh)  # One that is sent again and lost again is told again.
    settings.put(session, TOLD, json.dumps({"at": at, "open": open}))
    return _tell_deciders(session, fresh, now) if fresh else 0


def _tell_deciders(session: Session, fresh: set[int], now: datetime) -> int:
    """One message to each role that may decide about any of them."""
    told = 0
    holding = (Binding.role.in_(DECIDES), Binding.ended_at.is_(None))
    for binding in session.scalars(select(Binding).where(*holding).order_by(Binding.id)):
        seen = {m.id for m in waiting(session, By(now, binding.person, binding), MANY)}
        if seen & fresh:
            told += 1
            outbox.enqueue(
                session,
                ALARM,
                {"count": len(seen)},
                to=binding.person,
                key=f"unsettled:{binding.id}:{now.isoformat()}",
                at=now,
                choices=[Choice("unsettled")],
                binding_id=binding.id,
            )
    return told


def _why_not_decide(session: Session, by: By, thing: Unit | None) -> Refusal | None:
    return policy.why_not(session, by, Action.SETTLE_MESSAGES, thing)


def _thing(message: OutboxMessage, unit: Unit | None) -> Unit | None:
    """What was answered to one person is nothing for those who lead that person's unit."""
    return unit if message.kind is Kind.NOTICE else None


def _unit_of(session: Session, message: OutboxMessage) -> Unit | None:
    """The unit for which its reader was written to, where it was said to one role."""
    binding = session.get(Binding, message.binding_id) if message.binding_id else None
    return binding.unit if binding else None


_OPEN = (
    select(OutboxMessage, Unit)
    .outerjoin(Binding, Binding.id == OutboxMessage.binding_id)
    .outerjoin(Unit, Unit.id == Binding.unit_id)
    .where(OutboxMessage.status.in_(OPEN))
    .order_by(OutboxMessage.id)
)
