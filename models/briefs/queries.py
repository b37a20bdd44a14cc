"""Who is to be told what this morning, and was not yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import appraisal, calendar, campaigns, reminders
from models.appraisal import AppraisalTask, TaskStatus
from models.briefs import leading
from models.briefs.hours import is_morning
from models.campaigns import Campaign, EffectiveWindow
from models.messages import Choice, Part
from models.outbox import OutboxMessage
from models.people import Binding, Role


@dataclass(frozen=True)
class Brief:
    """One message of the morning: to whom in which role, and what it says."""

    key: str
    binding: Binding
    name: str
    values: dict[str, Any]
    choices: Sequence[Choice]


def due(session: Session, now: datetime) -> list[Brief]:
    """What is to be told this morning and was not yet, over all campaigns.

    It is asked every minute; once all are told that takes a few statements a campaign, whatever
    the number of people and tasks.
    """
    if not is_morning(now):
        return []
    day = calendar.local_day(now).isoformat()
    told = set(session.scalars(select(OutboxMessage.key).where(*_of_day(day))))
    found: list[Brief] = []
    for campaign in campaigns.all_campaigns(session):
        if leading.is_running(session, campaign, now):
            found += _to_reviewers(session, campaign, now, day, told)
        found += _to_coordinators(session, campaign, now, day, told)
    return found


def _of_day(day: str) -> tuple[Any, ...]:
    """A range, so that it is found in the index of the keys."""
    return (OutboxMessage.key >= f"brief:{day}:", OutboxMessage.key < f"brief:{day};")


def _to_coordinators(
    session: Session, campaign: Campaign, now: datetime, day: str, told: set[str]
) -> Iterator[Brief]:
    held = reminders.bindings_in(session, campaign.owner_id, {Role.COORDINATOR})
    keys = {f"brief:{day}:{campaign.id}:lead:{each.person_id}": each for each in held}
    waiting = {key: binding for key, binding in keys.items() if key not in told}
    said = leading.brief_of(session, campaign, now) if waiting else None
    if said is not None:
        for key, binding in waiting.items():
            yield Brief(key, binding, *said)


# The reviewers


def _to_reviewers(
    session: Session, campaign: Campaign, now: datetime, day: str, told: set[str]
) -> Iterator[Brief]:
    """What can be appraised at this moment: nothing before its round begins or after its end."""
    waiting: dict[str, list[AppraisalTask]] = {}
    for task in sorted(appraisal.active_tasks(session, campaign), key=lambda task: task.id):
        key = f"brief:{day}:{campaign.id}:{task.agency_id}:{task.reviewer_id}"
        if key not in told:
            waiting.setdefault(key, []).append(task)
    windows = _windows(session, campaign, [task for each in waiting.values() for task in each])
    for key, tasks in waiting.items():
        own = [task for task in tasks if windows[task.step, task.agency_id].is_open(now)]
        if own and (binding := _reviewing(session, own[0])) is not None:
            window = windows[own[0].step, own[0].agency_id]
            yield _to_reviewer(session, binding, own, window, now, key)


def _windows(
    session: Session, campaign: Campaign, tasks: Sequence[AppraisalTask]
) -> dict[Any, EffectiveWindow]:
    """By step and agency; a few statements a step."""
    found: dict[Any, EffectiveWindow] = {}
    for step in {task.step for task in tasks}:
        ids = {task.agency_id for task in tasks if task.step is step}
        windows = campaigns.effective_windows(session, campaign, step, ids)
        found |= {(step, agency_id): window for agency_id, window in windows.items()}
    return found


def _reviewing(session: Session, task: AppraisalTask) -> Binding | None:
    """The role in which the task is theirs at this moment (C19)."""
    held = reminders.bindings_in(session, task.agency_id, appraisal.REVIEWERS)
    return next((each for each in held if each.person_id == task.reviewer_id), None)


def _to_reviewer(
    session: Session,
    binding: Binding,
    tasks: Sequence[AppraisalTask],
    window: EffectiveWindow,
    now: datetime,
    key: str,
) -> Brief:
    """What was not taken on yet comes first, the oldest first (N19)."""
    new = [task for task in tasks if task.status is TaskStatus.ASSIGNED]
    taken = [task for task in tasks if task.status is TaskStatus.ACKNOWLEDGED]
    values = {
        "day": now,
        "step": tasks[0].step,
        "closes_at": window.closes_at,
        "left": reminders.what_is_left(now, window.closes_at),
        "new": _areas(session, "brief_new", new),
        "taken": _areas(session, "brief_taken", taken),
    }
    first = [Choice("acknowledge_task", new[0].id)] if new else []
    return Brief(key, binding, "brief_reviewer", values, [*first, Choice("tasks")])


def _areas(session: Session, name: str, tasks: Sequence[AppraisalTask]) -> Part | None:
    return Part(name, areas=appraisal.area_parts(session, tasks)) if tasks else None
