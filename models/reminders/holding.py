"""Who is told a little later: in the middle of an entry (C12), or told enough today (F15)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from models import calendar
from models.conversations import Chat
from models.messages import Kind
from models.outbox import OutboxMessage
from models.people.tables import Account
from models.reminders.manners import Manners
from models.reminders.rules import HELD, SNOOZE
from models.reminders.tables import ReminderRecipient

__all__ = ["HELD", "Waiting", "until"]


@dataclass(frozen=True)
class Waiting:
    """What a person is to be told: the ends of all of it, and the rungs that bring it."""

    person_id: int
    ends: tuple[datetime, ...]
    rungs: frozenset[str]


def until(
    session: Session, waiting: Sequence[Waiting], now: datetime, manners: Manners
) -> dict[int, datetime]:
    """By person, until when what is due now is held; who is not in it is told now.

    Nothing is held beyond an end that is still to come. Whoever asked for this hour gets it; who
    was left alone once already is told, and who writes on and on does not put it off for ever.
    """
    people = {each.person_id for each in waiting}
    told = _told_today(session, people, now)
    busy = _in_the_middle(session, people, now, manners)
    later = {}
    for each in waiting:
        if SNOOZE in each.rungs:
            continue
        if told.get(each.person_id, 0) >= manners.a_day:
            at = manners.next_digest(now)
        elif each.person_id in busy and HELD not in each.rungs:
            at = now + manners.pause
        else:
            continue
        if all(end <= now or at < end for end in each.ends):
            later[each.person_id] = at
    return later


def _told_today(session: Session, people: Collection[int], now: datetime) -> dict[int, int]:
    """How many messages of reminders each got since midnight in Vietnam."""
    midnight = calendar.start_of(calendar.local_day(now))
    messages = func.count(ReminderRecipient.queued_at.distinct())
    query = (
        select(ReminderRecipient.person_id, messages)
        .where(ReminderRecipient.person_id.in_(people), ReminderRecipient.queued_at >= midnight)
        .group_by(ReminderRecipient.person_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _in_the_middle(
    session: Session, people: Collection[int], now: datetime, manners: Manners
) -> set[int]:
    """Who is in a conversation that waits for them, and was answered there a moment ago."""
    message = OutboxMessage
    here = and_(Chat.channel == Account.channel, Chat.address == Account.address)
    there = and_(message.channel == Account.channel, message.address == Account.address)
    query = (
        select(Account.person_id)
        .join(Chat, here)
        .join(message, there)
        .where(Account.person_id.in_(people), Account.ended_at.is_(None), Chat.state != "")
        .where(message.kind != Kind.NOTICE, message.created_at > now - manners.pause)
    )
    return set(session.scalars(query.distinct()))
