"""How far the messages to the people of a campaign got: the newest of each person, or all."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from models.appraisal.tables import AppraisalTask, TaskStatus
from models.broadcasts.tables import BroadcastRecipient
from models.campaigns.tables import Campaign
from models.messages import Kind, blanked, decode
from models.outbox import OutboxMessage
from models.people.tables import Account, Binding, Person, Role
from models.reach.members import Candidate, candidates, is_member
from models.reach.states import Reached, reached
from models.reminders.tables import ReminderAcknowledgement
from models.units import Unit

_REMINDER = re.compile(r"reminder:([\d,]+):\d+")
_TASK = re.compile(r"task:(\d+):assigned")


@dataclass(frozen=True)
class Notice:
    """One message that came by itself, to one person. ``values`` hold no secret; ``sent_at`` is
    when its platform took it."""

    id: int
    key: str
    person_id: int
    person: str
    role: Role | None
    unit_id: int | None
    unit: str
    name: str
    values: dict[str, Any]
    queued_at: datetime
    sent_at: datetime | None
    opened_at: datetime | None
    acknowledged_at: datetime | None
    state: Reached


@dataclass(frozen=True)
class PersonReach:
    """Somebody of the campaign and how far the newest message to them got.

    ``state`` is None where nothing was sent yet. ``since`` is when it came to be so; for who
    cannot be reached, the first time that an account refused.
    """

    person_id: int
    name: str
    role: Role
    unit_id: int
    unit: str
    phone: str
    state: Reached | None
    since: datetime | None
    last_seen: datetime | None


def people(session: Session, campaign: Campaign) -> list[PersonReach]:
    """Everybody of the campaign once, in the order of the units; a few statements."""
    found: dict[int, Candidate] = {}
    for candidate in candidates(session, is_member(session, campaign)):
        found.setdefault(candidate.person_id, candidate)
    newest = {notice.person_id: notice for notice in _newest(session, campaign, found)}
    seen, phones = _last_seen(session, found), _phones(session, found)
    return [
        _person_reach(each, newest.get(each.person_id), phones[each.person_id], seen)
        for each in found.values()
    ]


def notices(session: Session, campaign: Campaign, limit: int) -> list[Notice]:
    """The newest messages to the people of the campaign, the newest first."""
    theirs = OutboxMessage.person_id.in_(_members(session, campaign))
    query = _notices(campaign, theirs).order_by(OutboxMessage.id.desc()).limit(limit)
    return _read(session, session.execute(query))


def notices_of_unit(session: Session, campaign: Campaign, unit: Unit) -> list[Notice]:
    """All that was sent to the people of one unit as such, the oldest first; also to those who
    have left since: they were told."""
    held = select(Binding.person_id).where(Binding.unit_id == unit.id)
    theirs = or_(
        Binding.unit_id == unit.id,
        and_(OutboxMessage.binding_id.is_(None), OutboxMessage.person_id.in_(held)),
    )
    query = _notices(campaign, theirs, OutboxMessage.person_id.in_(held))
    return _read(session, session.execute(query.order_by(OutboxMessage.id)))


def _person_reach(
    each: Candidate, notice: Notice | None, phone: str, seen: dict[int, datetime]
) -> PersonReach:
    state = notice.state if notice else None
    since = _since(notice) if notice else None
    if not each.channel:
        state, since = Reached.NO_ACCOUNT, None
    elif each.unreachable_since is not None:
        state, since = Reached.UNREACHABLE, each.unreachable_since
    about = (each.person_id, each.name, each.role, each.unit_id, each.unit, phone)
    return PersonReach(*about, state, since, seen.get(each.person_id))


def _since(notice: Notice) -> datetime:
    return notice.acknowledged_at or notice.opened_at or notice.sent_at or notice.queued_at


def _newest(session: Session, campaign: Campaign, ids: Collection[int]) -> list[Notice]:
    """The newest message to each of these people."""
    newest = (
        select(func.max(OutboxMessage.id))
        .where(OutboxMessage.kind == Kind.NOTICE, OutboxMessage.person_id.in_(ids))
        .group_by(OutboxMessage.person_id)
    )
    query = _notices(campaign, OutboxMessage.id.in_(newest))
    return _read(session, session.execute(query))


def _notices(campaign: Campaign, *conditions: ColumnElement[bool]) -> Any:
    message = OutboxMessage
    return (
        select(
            message.id,
            message.key,
            message.person_id,
            Person.name,
            Binding.role,
            Binding.unit_id,
            func.coalesce(Unit.name, ""),
            message.name,
            message.values,
            message.created_at,
            message.settled_at,
            message.opened_at,
            message.status,
            message.error,
        )
        .join(Person, Person.id == message.person_id)
        .outerjoin(Binding, Binding.id == message.binding_id)
        .outerjoin(Unit, Unit.id == Binding.unit_id)
        .where(message.kind == Kind.NOTICE, message.created_at >= campaign.created_at)
        .where(*conditions)
    )


def _read(session: Session, rows: Iterable[Any]) -> list[Notice]:
    found = list(rows)
    acknowledged = _acknowledged(session, {row[1]: row[2] for row in found})
    notices = []
    for row in found:
        *about, values, queued_at, settled_at, opened_at, status, error = row
        at = acknowledged.get(row[1])
        state = reached(status, error, opened_at, at)
        sent_at = settled_at if reached(status, error, None) is Reached.DELIVERED else None
        said = decode(blanked(values))
        times = (queued_at, sent_at, opened_at, at)
        read: tuple[Any, ...] = (*about, said, *times, state)
        notices.append(Notice(*read))
    return notices


def _acknowledged(session: Session, keys: dict[str, int]) -> dict[str, datetime]:
    """When those of these messages were acknowledged that can be; ``keys`` with their readers."""
    found = _of_broadcasts(session, keys)
    reminders = {key: match[1].split(",") for key in keys if (match := _REMINDER.fullmatch(key))}
    tasks = {key: int(match[1]) for key in keys if (match := _TASK.fullmatch(key))}
    ids = {int(id) for each in reminders.values() for id in each}
    known = ReminderAcknowledgement
    of_reminders = select(known).where(known.reminder_id.in_(ids))
    noted = {
        (n.reminder_id, n.person_id): n.acknowledged_at for n in session.scalars(of_reminders)
    }
    for key, each in reminders.items():
        if at := noted.get((int(each[0]), keys[key])):
            found[key] = at
    taken = select(AppraisalTask).where(
        AppraisalTask.id.in_(tasks.values()), AppraisalTask.status == TaskStatus.ACKNOWLEDGED
    )
    answers = {task.id: task.answered_at for task in session.scalars(taken)}
    return found | {key: at for key, id in tasks.items() if (at := answers.get(id))}


def _of_broadcasts(session: Session, keys: Collection[str]) -> dict[str, datetime]:
    sent = [key for key in keys if key.startswith("broadcast:")]
    recipient = BroadcastRecipient
    query = select(recipient.message_key, recipient.acknowledged_at).where(
        recipient.message_key.in_(sent), recipient.acknowledged_at.is_not(None)
    )
    return {key: at for key, at in session.execute(query) if at is not None}


def _members(session: Session, campaign: Campaign) -> Any:
    members = (is_member(session, campaign), Binding.ended_at.is_(None))
    return select(Binding.person_id).where(*members)


def _last_seen(session: Session, ids: Collection[int]) -> dict[int, datetime]:
    newest = func.max(Account.last_used_at)
    query = select(Account.person_id, newest).where(Account.person_id.in_(ids))
    return {row[0]: row[1] for row in session.execute(query.group_by(Account.person_id))}


def _phones(session: Session, ids: Collection[int]) -> dict[int, str]:
    query = select(Person.id, Person.phone).where(Person.id.in_(ids))
    return {row[0]: row[1] for row in session.execute(query)}
