"""Reminders are made ahead, and anew when a window moves (F8, F10). None is erased (I9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models import calendar, campaigns
from models.appraisal.tables import AppraisalTask, TaskStatus
from models.campaigns.tables import Campaign, Step
from models.reminders.duties import task_span
from models.reminders.rules import Rung, Span, ladder, with_opening
from models.reminders.tables import Duty, Outcome, Reminder


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


def plan_self_assessment(session: Session, campaign: Campaign, now: datetime) -> None:
    """Make the rungs that are still ahead for each unit that takes part (R6.2, R5.1c)."""
    _plan(session, _unit_ladders(session, campaign), now)


def plan_task(session: Session, task: AppraisalTask, now: datetime | None = None) -> None:
    """Make the rungs up to which the reviewer is to acknowledge ``task`` (F42)."""
    _plan(session, [_task_ladder(session, task)], now or task.assigned_at)


def replan(session: Session, campaign: Campaign, now: datetime) -> None:
    """After a window or an extension was set: cancel what no longer fits, make what is new.

    Before the plan is issued nobody owes anything, so nothing is planned (R6.1).
    """
    if campaign.opened_at is None:
        return
    ladders = _unit_ladders(session, campaign)
    open_tasks = select(AppraisalTask).where(
        AppraisalTask.campaign_id == campaign.id, AppraisalTask.status == TaskStatus.ASSIGNED
    )
    ladders += [_task_ladder(session, task) for task in session.scalars(open_tasks)]
    _cancel_unfitting(session, campaign, ladders, now)
    _plan(session, ladders, now)


def _unit_ladders(session: Session, campaign: Campaign) -> list[Ladder]:
    duty, step = Duty.SELF_ASSESSMENT, Step.SELF_ASSESSMENT
    columns = {"campaign_id": campaign.id, "duty": duty, "step": step, "task_id": None}
    rungs_of: dict[Span, list[Rung]] = {}
    found = []
    for unit_id, window in campaigns.effective_windows(session, campaign, step).items():
        span = Span(_begins_at(campaign, window.opens_at), window.closes_at)
        if span not in rungs_of:
            rungs_of[span] = with_opening(span)
        subject = f"{campaign.id}:{duty}:{unit_id}"
        found.append(Ladder(subject, {**columns, "unit_id": unit_id}, rungs_of[span]))
    return found


def _begins_at(campaign: Campaign, opens_at: datetime | None) -> datetime | None:
    """A window that opened before the plan was issued begins with the plan (R6.1)."""
    if opens_at is None or campaign.opened_at is None:
        return opens_at
    return max(opens_at, campaign.opened_at)


def _task_ladder(session: Session, task: AppraisalTask) -> Ladder:
    duty = Duty.TASK_ACKNOWLEDGEMENT
    columns = {
        "campaign_id": task.campaign_id,
        "duty": duty,
        "step": task.step,
        "unit_id": None,
        "task_id": task.id,
    }
    rungs = ladder(task_span(session, task))
    return Ladder(f"{task.campaign_id}:{duty}:{task.id}", columns, rungs)


def _plan(session: Session, ladders: Iterable[Ladder], now: datetime) -> None:
    """Insert the rungs from now on that do not exist; those cancelled are planned again."""
    rows = [
        {
            **of.columns,
            "key": of.key(rung),
            "subject": of.subject,
            "person_id": None,
            "rung": rung.name,
            "due_at": rung.due_at,
            "outcome": Outcome.PLANNED,
            "settled_at": None,
        }
        for of in ladders
        for rung in of.rungs
        if rung.due_at >= now
    ]
    if not rows:
        return
    cancelled = (
        update(Reminder)
        .where(Reminder.outcome == Outcome.CANCELLED, Reminder.due_at >= now)
        .where(Reminder.key.in_([row["key"] for row in rows]))
    )
    session.execute(cancelled.values(outcome=Outcome.PLANNED, settled_at=None))
    insert_once(session, rows)


def insert_once(session: Session, rows: list[dict[str, Any]]) -> None:
    """Insert the rows whose key is not there yet, in one statement."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(Reminder.__table__).on_conflict_do_nothing(index_elements=["key"])
    session.execute(statement, rows)


def _cancel_unfitting(
    session: Session, campaign: Campaign, ladders: Iterable[Ladder], now: datetime
) -> None:
    """What a person asked for stays: it is checked against the window when it falls due."""
    fitting = {of.subject: {of.key(rung) for rung in of.rungs} for of in ladders}
    planned = select(Reminder).where(
        Reminder.campaign_id == campaign.id,
        Reminder.outcome == Outcome.PLANNED,
        Reminder.person_id.is_(None),
    )
    for reminder in session.scalars(planned):
        keys = fitting.get(reminder.subject)
        if keys is not None and reminder.key not in keys:
            reminder.outcome, reminder.settled_at = Outcome.CANCELLED, now
    session.flush()
