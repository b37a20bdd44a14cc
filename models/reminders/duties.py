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

from models.campaigns.tables import Campaign, Step
from models.messages import Choice, Part
from models.people.tables import Binding, Role
from models.reminders import rules
from models.reminders.rules import Rung, Span
from models.reminders.tables import Reminder


@dataclass(frozen=True)
class Ladder:
    """One subject and the window in which it is owed; ``news``: its opening and closing are told.

    Which rungs that makes follows from the schedule of its duty (``planning``), unless it has
    ``rungs`` of its own.
    """

    subject: str
    columns: dict[str, Any]
    span: Span
    news: bool = False
    rungs: tuple[Rung, ...] | None = None


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

    def is_opening(self, now: datetime) -> bool:
        """Whether it is told that it has begun: by that rung, or later to who was left alone."""
        begun = self.duty.only_news and now < self.closes_at
        return self.reminder.rung == rules.OPENING or begun


class Duty(ABC):
    """One kind of thing that can be owed.

    ``name`` is what ``Reminder.duty`` holds; it never changes. ``ways`` lead to where the duty is
    done, whatever the subject. ``before_plan``: it is owed before the plan is issued (R6.1), and
    no other is. Without ``has_ladder`` there is only news, nothing that a coordinator could set.
    """

    name: str
    ways: Sequence[Choice] = ()
    before_plan = False
    has_ladder = True
    only_news = False  # Nothing is owed: until its end what is told of it is that it has begun.

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

    def overdue(self, session: Session, item: Item, now: datetime) -> Part:
        """What is owed after the end: by how much, and what can be done about it now."""
        late = {"ago": rules.how_late(now, item.closes_at), "closes_at": item.closes_at}
        values = {"unit": item.binding.unit.name, **item.debt.values, **late}
        return Part(f"overdue.{self.name}", **values)

    def beginning(self, session: Session, item: Item) -> list[Choice]:
        """Straight into the work, offered with its opening."""
        return []

    def ways_of(self, reminder: Reminder) -> Sequence[Choice]:
        """``ways``, unless they depend on the subject."""
        return self.ways

    def ladder(
        self,
        campaign: Campaign,
        step: Step,
        span: Span,
        *,
        unit_id: int | None = None,
        task_id: int | None = None,
        news: bool = False,
    ) -> Ladder:
        """For one unit or for one task."""
        columns = {"campaign_id": campaign.id, "duty": self.name, "step": step}
        columns |= {"unit_id": unit_id, "task_id": task_id}
        return Ladder(f"{campaign.id}:{self.name}:{unit_id or task_id}", columns, span, news)


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


def named(name: str) -> Duty | None:
    return {duty.name: duty for duty in every_duty()}.get(name)


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
