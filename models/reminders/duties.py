"""What can be owed: by whom, from when until when, and whether it still is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import appraisal, assessment, campaigns
from models.appraisal.tables import AppraisalTask, TaskStatus
from models.assessment import Standing
from models.people.tables import Binding, Role
from models.reminders.rules import Span, acknowledgement_span
from models.reminders.tables import Duty, Reminder


@dataclass(frozen=True)
class Debt:
    """What a reminder says is missing: lines of a sheet, or the answer to a task."""

    not_scored: int = 0
    not_proven: int = 0
    task: AppraisalTask | None = None


def span_of(session: Session, reminder: Reminder) -> Span:
    """The effective window of what is owed, at this moment (I6)."""
    if reminder.task is not None:
        return task_span(session, reminder.task)
    window = campaigns.effective_window(
        session, reminder.campaign, reminder.step, reminder.unit_id
    )
    return Span(window.opens_at, window.closes_at)


def task_span(session: Session, task: AppraisalTask) -> Span:
    window = campaigns.effective_window(session, task.campaign, task.step, task.agency_id)
    return acknowledgement_span(task.assigned_at, window.opens_at)


def debt_of(session: Session, reminder: Reminder) -> Debt | None:
    """What is missing now, or None where nothing is (F11)."""
    if reminder.task is not None:
        owed = reminder.task.status is TaskStatus.ASSIGNED
        return Debt(task=reminder.task) if owed else None
    assert reminder.unit_id is not None
    sheet = assessment.of_unit(session, reminder.campaign_id, reminder.unit_id)
    if sheet is None:
        return None
    missing = assessment.owes(session, sheet.id)
    if not (missing.not_scored or missing.not_proven):
        return None
    return Debt(missing.not_scored, missing.not_proven)


def first_line(session: Session, reminder: Reminder) -> Standing | None:
    """Where the unit's work begins, or goes on."""
    assert reminder.unit_id is not None
    sheet = assessment.of_unit(session, reminder.campaign_id, reminder.unit_id)
    return assessment.next_missing(session, sheet.id) if sheet else None


def still_owed(session: Session, reminder: Reminder, now: datetime) -> bool:
    """Whether sending it makes sense now: before the deadline, and something is missing."""
    if now >= span_of(session, reminder).closes_at:
        return False
    return debt_of(session, reminder) is not None


def recipients(session: Session, reminder: Reminder) -> list[Binding]:
    """Whom it reaches now (C19): the focal officers, where there is none the deputies (N16);
    of a task the reviewer, as long as the role is held."""
    held = concerned(session, reminder)
    focal = [binding for binding in held if binding.role is Role.FOCAL_OFFICER]
    return focal if reminder.duty is Duty.SELF_ASSESSMENT and focal else held


def concerned(session: Session, reminder: Reminder) -> list[Binding]:
    """Everybody whose duty it is, in the role in which it is, one binding a person."""
    if reminder.task is not None:
        task = reminder.task
        held = _held(session, task.agency_id, list(appraisal.REVIEWERS))
        held = [binding for binding in held if binding.person_id == task.reviewer_id]
    else:
        held = _held(session, reminder.unit_id, [Role.FOCAL_OFFICER, Role.DEPUTY])
    held.sort(key=lambda binding: (binding.role is not Role.FOCAL_OFFICER, binding.id))
    by_person: dict[int, Binding] = {}
    for binding in held:
        by_person.setdefault(binding.person_id, binding)
    return list(by_person.values())


def _held(session: Session, unit_id: int | None, roles: Sequence[Role]) -> list[Binding]:
    query = select(Binding).where(
        Binding.unit_id == unit_id, Binding.role.in_(roles), Binding.ended_at.is_(None)
    )
    return list(session.scalars(query))
