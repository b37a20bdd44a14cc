"""The duties that people are reminded of: what each has to know, and where they are kept.

Reminders know when to speak and whom they have spoken to. What is owed, by whom and until when
knows the package to which a duty belongs; ``models.duties`` lists them all and fills the registry.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import calendar
from models.campaigns.tables import Campaign, Step
from models.messages import Choice, Part
from models.people.tables import Binding, Role
from models.reminders.rules import Rung, Span
from models.reminders.tables import Reminder


@dataclass(frozen=True)
class Ladder:
    """All rungs of one subject that fit its present window, those in the past too."""

    subject: str
    columns: dict[str, Any]
    rungs: list[Rung]

    def key(self, rung: Rung) -> str:
        """By the instant: an opening that moves within its day is another one."""
        local = rung.due_at.astimezone(calendar.ZONE)
        return f"{self.subject}:{rung.name}:{local:%Y-%m-%dT%H:%M}"


@dataclass(frozen=True)
class Item:
    """One thing that one person is reminded of, until when, and what is missing of it."""

    reminder: Reminder
    binding: Binding
    debt: Part
    closes_at: datetime

    @property
    def duty(self) -> "Duty":
        return duty_of(self.reminder)


class Duty(ABC):
    """One kind of thing that can be owed.

    ``name`` is what ``Reminder.duty`` holds; it never changes. ``ways`` lead to where the duty is
    done, whatever the subject.
    """

    name: str
    ways: Sequence[Choice] = ()

    @abstractmethod
    def ladders(self, session: Session, campaign: Campaign) -> list[Ladder]:
        """Everything that can be owed in ``campaign``, by the windows of this moment."""

    @abstractmethod
    def span_of(self, session: Session, reminder: Reminder) -> Span:
        """The effective window of what is owed, at this moment (I6)."""

    @abstractmethod
    def held_by(self, session: Session, reminder: Reminder) -> list[Binding]:
        """Everybody whose duty it is, in the roles in which it is."""

    @abstractmethod
    def debt_of(self, session: Session, reminder: Reminder) -> Part | None:
        """What is missing now, or None where nothing is (F11).

        It is the reminder's message, which gets the unit, what is left and the end besides.
        """

    def share_of(
        self, session: Session, reminder: Reminder, binding: Binding, debt: Part
    ) -> Part | None:
        """What of ``debt`` is this person's, or None where nothing is: all of it, unless the
        duty says otherwise."""
        return debt

    def reached(self, session: Session, reminder: Reminder, held: list[Binding]) -> list[Binding]:
        """Whom of those a rung is for: all, unless the duty says otherwise."""
        return held

    def opening(self, session: Session, item: Item, now: datetime) -> Part:
        """The news that it has begun. Asked only of duties whose ladders have an opening."""
        raise NotImplementedError(f"{self.name} has no opening")

    def beginning(self, session: Session, item: Item) -> list[Choice]:
        """Straight into the work, offered with its opening."""
        return []

    def ladder(
        self,
        campaign: Campaign,
        step: Step,
        rungs: list[Rung],
        *,
        unit_id: int | None = None,
        task_id: int | None = None,
    ) -> Ladder:
        """The rungs for one unit or for one task."""
        columns = {"campaign_id": campaign.id, "duty": self.name, "step": step}
        columns |= {"unit_id": unit_id, "task_id": task_id}
        return Ladder(f"{campaign.id}:{self.name}:{unit_id or task_id}", columns, rungs)


_registry: dict[str, Duty] = {}


def register(*duties: Duty) -> None:
    """Called by ``models.duties`` alone, so that either all duties are known or none is."""
    _registry.update({duty.name: duty for duty in duties})


def every_duty() -> list[Duty]:
    """In the order of the table of contents; raises LookupError where that was not imported."""
    if not _registry:
        raise LookupError("no duty is known: models.duties was not imported")
    return list(_registry.values())


def duty_of(reminder: Reminder) -> Duty:
    return {duty.name: duty for duty in every_duty()}[reminder.duty]


def span_of(session: Session, reminder: Reminder) -> Span:
    return duty_of(reminder).span_of(session, reminder)


def debt_of(session: Session, reminder: Reminder) -> Part | None:
    return duty_of(reminder).debt_of(session, reminder)


def recipients(session: Session, reminder: Reminder) -> list[Binding]:
    """Whom it reaches now (C19)."""
    return duty_of(reminder).reached(session, reminder, concerned(session, reminder))


def concerned(session: Session, reminder: Reminder) -> list[Binding]:
    """Everybody whose duty it is, in the role in which it is, one binding a person."""
    held = duty_of(reminder).held_by(session, reminder)
    held.sort(key=lambda binding: (binding.role is not Role.FOCAL_OFFICER, binding.id))
    by_person: dict[int, Binding] = {}
    for binding in held:
        by_person.setdefault(binding.person_id, binding)
    return list(by_person.values())


def bindings_in(session: Session, unit_id: int | None, roles: Collection[Role]) -> list[Binding]:
    """Who holds one of ``roles`` in the unit at this moment."""
    query = select(Binding).where(
        Binding.unit_id == unit_id, Binding.role.in_(roles), Binding.ended_at.is_(None)
    )
    return list(session.scalars(query))
