"""Reminders as rows made ahead, and what came of each (F10, F11, F16)."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.campaigns.tables import Campaign, Step
from models.people.tables import Person
from models.units import Unit


class Outcome(enum.StrEnum):
    """``queued``: a message was queued for somebody. ``nothing_owed``: nobody had to be told.
    ``overtaken``: a newer one, the deadline, or "Đã nắm" came first. ``merged``: all whom it was
    for are told of it a little later, each by a row of their own. ``cancelled``: the window or
    the ladder changed. ``no_recipient``: it was owed, and nobody held the role."""

    PLANNED = "planned"
    QUEUED = "queued"
    NOTHING_OWED = "nothing_owed"
    OVERTAKEN = "overtaken"
    MERGED = "merged"
    CANCELLED = "cancelled"
    NO_RECIPIENT = "no_recipient"


class Reminder(Base):
    """One rung of a ladder for one unit or one task; or a repeat for one person.

    ``subject`` says who owes what, e.g. ``3:self_assessment:17``; ``key`` adds the rung and its
    time in Vietnam, ``3:self_assessment:17:-5:2026-11-09T08:00``, and makes it unique. Whom it
    reaches is decided when it falls due, from the bindings of that moment (C19); ``person_id``
    is set only on a repeat for this person alone: asked for, or put off by the bot. ``duty`` is
    the name of one of those that ``models.duties`` lists.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_reminder_due", "outcome", "due_at", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    subject: Mapped[str]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    duty: Mapped[str] = mapped_column(String(40))
    step: Mapped[Step]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("appraisal_task.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rung: Mapped[str]
    due_at: Mapped[datetime]
    outcome: Mapped[Outcome] = mapped_column(default=Outcome.PLANNED)
    settled_at: Mapped[datetime | None]
    campaign: Mapped[Campaign] = relationship()
    unit: Mapped[Unit | None] = relationship()
    person: Mapped[Person | None] = relationship()


class ReminderRecipient(Base):
    """Whom a reminder was queued for, and when: what the daily measure is counted from (F15)."""

    __tablename__ = "reminder_recipient"
    __table_args__ = (
        UniqueConstraint("reminder_id", "person_id"),
        Index("ix_reminder_recipient_day", "person_id", "queued_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminder.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    queued_at: Mapped[datetime]


class ReminderSchedule(Base):
    """The ladder of one duty in one campaign, where it is not the default one (C4).

    ``content`` has the fields of ``rules.Schedule``, hours as texts.
    """

    __tablename__ = "reminder_schedule"
    __table_args__ = (UniqueConstraint("campaign_id", "duty"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    duty: Mapped[str] = mapped_column(String(40))
    content: Mapped[dict[str, Any]]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]


class ReminderAcknowledgement(Base):
    """A person pressed "Đã nắm" on a reminder: the rung is known, the duty remains (F14)."""

    __tablename__ = "reminder_acknowledgement"
    __table_args__ = (UniqueConstraint("reminder_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reminder_id: Mapped[int] = mapped_column(ForeignKey("reminder.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    acknowledged_at: Mapped[datetime]
