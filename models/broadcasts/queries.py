"""How far a broadcast is, who owes an acknowledgement, and what a person was sent."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from models.broadcasts.rules import REPEATED_WITHIN
from models.broadcasts.tables import Broadcast, BroadcastChase, BroadcastRecipient
from models.campaigns.tables import Campaign
from models.outbox import OutboxMessage, SendStatus
from models.people.tables import Binding, By, Person
from models.reach.members import Candidate, candidates
from models.reach.states import ARRIVED, LOST, SEEN, Reached, reached
from models.units import Unit

# Still to be sent, or given up before it was: its readers do not have it.
_UNSENT = (SendStatus.QUEUED, SendStatus.SENDING, SendStatus.SUPERSEDED)


@dataclass(frozen=True)
class Progress:
    """Counts of recipients; each is in one of ``states``."""

    states: Counter[Reached]

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def queued(self) -> int:
        return self.states[Reached.QUEUED]

    @property
    def sent(self) -> int:
        """Their platform has it, or a button was pressed."""
        return sum(self.states[state] for state in ARRIVED)

    @property
    def opened(self) -> int:
        return sum(self.states[state] for state in SEEN)

    @property
    def acknowledged(self) -> int:
        return self.states[Reached.ACKNOWLEDGED]

    @property
    def unknown(self) -> int:
        return self.states[Reached.UNKNOWN]

    @property
    def failed(self) -> int:
        return sum(self.states[state] for state in LOST)

    @property
    def withdrawn(self) -> int:
        return self.states[Reached.WITHDRAWN]

    @property
    def left(self) -> int:
        """They left their role before their turn came, or an operator let it be."""
        return self.states[Reached.LEFT_ROLE] + self.states[Reached.NOT_SENT]


@dataclass(frozen=True)
class Told:
    """One recipient: how far the message got, and since when that is so."""

    name: str
    unit: str
    phone: str
    state: Reached
    at: datetime | None


def progress(session: Session, broadcast: Broadcast) -> Progress:
    """One statement, however many it went to."""
    message, recipient = OutboxMessage, BroadcastRecipient
    acknowledged, opened = func.max(recipient.acknowledged_at), func.max(message.opened_at)
    query = (
        select(message.status, message.error, opened, acknowledged, func.count())
        .select_from(recipient)
        .join(message, message.key == recipient.message_key)
        .where(recipient.broadcast_id == broadcast.id)
        .group_by(
            message.status,
            message.error,
            message.opened_at.is_(None),
            recipient.acknowledged_at.is_(None),
        )
    )
    states: Counter[Reached] = Counter()
    for status, error, opened_at, acknowledged_at, count in session.execute(query):
        states[reached(status, error, opened_at, acknowledged_at)] += count
    return Progress(states)


def told(session: Session, broadcast: Broadcast) -> list[Told]:
    """Every recipient, in the order of the units; who does not have it comes first."""
    message, recipient = OutboxMessage, BroadcastRecipient
    query = (
        select(
            Person.name,
            Unit.short_name,
            Person.phone,
            message.status,
            message.error,
            message.opened_at,
            recipient.acknowledged_at,
            message.settled_at,
        )
        .select_from(recipient)
        .join(message, message.key == recipient.message_key)
        .join(Person, Person.id == recipient.person_id)
        .join(Unit, Unit.id == recipient.unit_id)
        .where(recipient.broadcast_id == broadcast.id)
        .order_by(recipient.unit_id, recipient.id)
    )
    found = []
    for name, unit, phone, status, error, opened, acknowledged, settled in session.execute(query):
        state = reached(status, error, opened, acknowledged)
        found.append(Told(name, unit, phone, state, acknowledged or opened or settled))
    order = [*LOST, Reached.UNKNOWN, Reached.QUEUED]
    return sorted(found, key=lambda each: each.state not in order)


def owing(session: Session, broadcast: Broadcast) -> list[Candidate]:
    """Who has not acknowledged it, still has the role, and can be written to; not those whose
    message was taken back or is still to be sent."""
    message, recipient = OutboxMessage, BroadcastRecipient
    theirs = (
        exists()
        .where(
            recipient.broadcast_id == broadcast.id,
            recipient.binding_id == Binding.id,
            recipient.acknowledged_at.is_(None),
            message.key == recipient.message_key,
            message.status.not_in(_UNSENT),
        )
        .select_from(recipient, message)
    )
    return [candidate for candidate in candidates(session, theirs) if candidate.channel]


def last_chase(session: Session, broadcast: Broadcast) -> BroadcastChase | None:
    query = select(BroadcastChase).where(BroadcastChase.broadcast_id == broadcast.id)
    return session.scalar(query.order_by(BroadcastChase.number.desc()).limit(1))


def sent_before(session: Session, broadcast: Broadcast, now: datetime) -> Broadcast | None:
    """The newest other one with the same fingerprint that was confirmed within a day (C13)."""
    same = (
        Broadcast.campaign_id == broadcast.campaign_id,
        Broadcast.fingerprint == broadcast.fingerprint,
        Broadcast.id != broadcast.id,
        Broadcast.confirmed_at > now - REPEATED_WITHIN,
    )
    newest = Broadcast.confirmed_at.desc()
    return session.scalar(select(Broadcast).where(*same).order_by(newest).limit(1))


def open_draft(session: Session, campaign: Campaign, by: By) -> Broadcast | None:
    """What ``by`` began to write last and neither sent nor gave up."""
    begun = (
        Broadcast.campaign_id == campaign.id,
        Broadcast.drafted_by_id == by.person_id,
        Broadcast.confirmed_at.is_(None),
        Broadcast.cancelled_at.is_(None),
    )
    newest = Broadcast.id.desc()
    return session.scalar(select(Broadcast).where(*begun).order_by(newest).limit(1))


def sent_in(session: Session, campaign: Campaign, limit: int = 50) -> list[Broadcast]:
    """Those that were confirmed, the newest first."""
    confirmed = (Broadcast.campaign_id == campaign.id, Broadcast.confirmed_at.is_not(None))
    query = select(Broadcast).where(*confirmed).order_by(Broadcast.confirmed_at.desc())
    return list(session.scalars(query.limit(limit)))


def received_by(session: Session, person_id: int, limit: int = 50) -> list[BroadcastRecipient]:
    """What the person was sent, the newest first; also what could not be delivered (N23)."""
    sent = and_(
        OutboxMessage.key == BroadcastRecipient.message_key,
        OutboxMessage.status.not_in(_UNSENT),
    )
    query = (
        select(BroadcastRecipient)
        .join(OutboxMessage, sent)
        .join(Binding, Binding.id == BroadcastRecipient.binding_id)
        .where(BroadcastRecipient.person_id == person_id, Binding.ended_at.is_(None))
        .order_by(BroadcastRecipient.id.desc())
    )
    return list(session.scalars(query.limit(limit)))


def recipient_of(
    session: Session, broadcast_id: int, person_id: int | None
) -> BroadcastRecipient | None:
    theirs = (
        BroadcastRecipient.broadcast_id == broadcast_id,
        BroadcastRecipient.person_id == person_id,
    )
    return session.scalar(select(BroadcastRecipient).where(*theirs))
