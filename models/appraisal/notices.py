"""What reviewers and coordinators are told, in the transaction of the fact (I4, F42, F43)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models import calendar, campaigns, outbox, people
from models.appraisal import queries
from models.appraisal.rules import ACTIVE, REVIEWERS
from models.appraisal.tables import AppraisalTask, TaskStatus
from models.campaigns.tables import Campaign, Step
from models.messages import Choice, Part
from models.people import By, Person, Role
from models.units import Unit


def card(session: Session, task: AppraisalTask, now: datetime) -> dict[str, Any]:
    """The values of ``task_card``: what, how much, until when, and what not (N2)."""
    scope = queries.scope(session, task)
    return {
        "area": task.area_code,
        "title": queries.area_title(session, task.campaign, task.area_code),
        "units": scope.units,
        "lines": scope.lines,
        "answer": _answer(task),
        "left_out": left_out(scope.left_out),
        **round_times(session, task.campaign, task.agency, now),
    }


def card_choices(task: AppraisalTask) -> list[Choice]:
    """What the reviewer may do with the task: the likeliest first."""
    units, no = Choice("task_units", task.id), Choice("decline_task", task.id)
    if task.status is TaskStatus.ASSIGNED:
        return [Choice("acknowledge_task", task.id), no, units]
    return [units, no] if task.status in ACTIVE else []


def round_times(
    session: Session, campaign: Campaign, agency: Unit, now: datetime
) -> dict[str, Any]:
    """When round 1 is due for the agency, what is left of it, and when it opens (R6.4)."""
    window = campaigns.effective_window(session, campaign, Step.ROUND_1, agency.id)
    opens_at = window.opens_at
    return {
        "due": window.closes_at,
        "left": calendar.time_left(now, window.closes_at),
        "opens": Part("task_opens", at=opens_at) if opens_at and now < opens_at else None,
    }


def left_out(units: Sequence[Unit]) -> Part | None:
    """The sentence that says "không tự thẩm định", where there is something to leave out."""
    return Part("task_left_out", units=[unit.name for unit in units]) if units else None


def why_declined(task: AppraisalTask) -> Part:
    if task.decline_note:
        return Part("why_declined", reason=task.decline_reason, note=task.decline_note)
    return Part("why_declined_only", reason=task.decline_reason)


def area_parts(session: Session, tasks: Sequence[AppraisalTask]) -> list[Part]:
    """One line for each task: its area and how much it is."""
    parts = []
    for task in tasks:
        scope = queries.scope(session, task)
        title = queries.area_title(session, task.campaign, task.area_code)
        values = {"area": task.area_code, "title": title}
        parts.append(Part("task_line", **values, units=scope.units, lines=scope.lines))
    return parts


def tell_assigned(session: Session, by: By, tasks: Sequence[AppraisalTask]) -> None:
    """One message to the reviewer, however many areas were given at once (F43)."""
    task = tasks[0]
    if len(tasks) == 1:
        values, choices, name = card(session, task, by.now), card_choices(task), "task_card"
    else:
        values, choices, name = (
            _several(session, tasks, by.now),
            _all_at_once(tasks),
            "tasks_given",
        )
    to = (task.reviewer, task.agency_id, REVIEWERS)
    _tell(session, name, *to, f"task:{task.id}:assigned", by.at, choices, values)


def tell_taken_back(session: Session, task: AppraisalTask, now: datetime) -> None:
    """The old reviewer learns that nothing is owed any more (F46, C19)."""
    values = {**_names(session, task), "when": now}
    to = (task.reviewer, task.agency_id, REVIEWERS)
    key = f"task:{task.id}:ended"
    _tell(session, "task_taken_back", *to, key, now, [Choice("tasks")], values)


def tell_acknowledged(session: Session, tasks: Sequence[AppraisalTask], now: datetime) -> None:
    task = tasks[0]
    values = {
        "person": task.reviewer.name,
        "agency": task.agency.name,
        "areas": area_parts(session, tasks),
        "when": now,
    }
    key = f"task:{task.id}:acknowledged"
    _tell_coordinators(session, "task_acknowledged", task, key, now, [], values)


def tell_declined(session: Session, task: AppraisalTask, now: datetime) -> None:
    values = {
        **_names(session, task),
        "person": task.reviewer.name,
        "why": why_declined(task),
        "when": now,
    }
    other = Choice("replace_task", task.id, person=task.reviewer.name)
    choices = [other, Choice("assign_tasks")]
    key = f"task:{task.id}:declined"
    _tell_coordinators(session, "task_declined", task, key, now, choices, values)


def _several(session: Session, tasks: Sequence[AppraisalTask], now: datetime) -> dict[str, Any]:
    scopes = [queries.scope(session, task) for task in tasks]
    own = {unit.id: unit for scope in scopes for unit in scope.left_out}
    return {
        "agency": tasks[0].agency.name,
        "count": len(tasks),
        "lines": sum(scope.lines for scope in scopes),
        "areas": area_parts(session, tasks),
        "left_out": left_out(list(own.values())),
        **round_times(session, tasks[0].campaign, tasks[0].agency, now),
    }


def _all_at_once(tasks: Sequence[AppraisalTask]) -> list[Choice]:
    ids = ",".join(str(task.id) for task in tasks)
    return [Choice("acknowledge_tasks", ids, count=len(tasks)), Choice("tasks")]


def _answer(task: AppraisalTask) -> Part | None:
    if task.status is TaskStatus.ACKNOWLEDGED:
        return Part("task_acknowledged_at", at=task.answered_at)
    return None


def _names(session: Session, task: AppraisalTask) -> dict[str, Any]:
    return {
        "agency": task.agency.name,
        "area": task.area_code,
        "title": queries.area_title(session, task.campaign, task.area_code),
    }


def _tell_coordinators(
    session: Session,
    name: str,
    task: AppraisalTask,
    key: str,
    now: datetime,
    choices: Sequence[Choice],
    values: dict[str, Any],
) -> None:
    owner_id, roles = task.campaign.owner_id, {Role.COORDINATOR}
    for person in people.holders(session, owner_id, roles):
        once = f"{key}:{person.id}"
        _tell(session, name, person, owner_id, roles, once, now, choices, values)


def _tell(
    session: Session,
    name: str,
    person: Person,
    unit_id: int,
    roles: Collection[Role],
    key: str,
    now: datetime,
    choices: Sequence[Choice],
    values: dict[str, Any],
) -> None:
    """To the person in that role: an answer to the message is then given in it, too."""
    held = people.active_bindings(session, person.id)
    fitting = [b.id for b in held if b.unit_id == unit_id and b.role in roles]
    outbox.enqueue(
        session,
        name,
        values,
        to=person,
        binding_id=fitting[0] if fitting else None,
        key=key,
        at=now,
        choices=choices,
    )
