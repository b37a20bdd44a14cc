"""The answer to an appraisal task as a duty: its reviewer is to take it on or decline (F42)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import campaigns, reminders
from models.appraisal import queries
from models.appraisal.rules import REVIEWERS, acknowledgement_span
from models.appraisal.tables import AppraisalTask, TaskStatus
from models.campaigns.tables import Campaign
from models.messages import Choice, Part
from models.people.tables import Binding
from models.reminders import Duty, Ladder, Reminder, Span


class TaskAcknowledgement(Duty):
    name = "task_acknowledgement"
    ways = (Choice("tasks"),)

    def ladders(self, session: Session, campaign: Campaign) -> list[Ladder]:
        """One for each task that waits for its answer."""
        waiting = select(AppraisalTask).where(
            AppraisalTask.campaign_id == campaign.id, AppraisalTask.status == TaskStatus.ASSIGNED
        )
        return [self.ladder_of(session, task) for task in session.scalars(waiting)]

    def ladder_of(self, session: Session, task: AppraisalTask) -> Ladder:
        rungs = reminders.ladder(_span(session, task))
        return self.ladder(task.campaign, task.step, rungs, task_id=task.id)

    def span_of(self, session: Session, reminder: Reminder) -> Span:
        return _span(session, _task(session, reminder))

    def held_by(self, session: Session, reminder: Reminder) -> list[Binding]:
        """The reviewer, as long as the role is held."""
        task = _task(session, reminder)
        held = reminders.bindings_in(session, task.agency_id, REVIEWERS)
        return [binding for binding in held if binding.person_id == task.reviewer_id]

    def debt_of(self, session: Session, reminder: Reminder) -> Part | None:
        task = _task(session, reminder)
        if task.status is not TaskStatus.ASSIGNED:
            return None
        title = queries.area_title(session, task.campaign, task.area_code)
        return Part("reminder_task", area=task.area_code, title=title, step=task.step)


ACKNOWLEDGEMENT = TaskAcknowledgement()


def plan(session: Session, task: AppraisalTask) -> None:
    """Make the rungs up to which the reviewer is to answer ``task``."""
    reminders.plan(session, [ACKNOWLEDGEMENT.ladder_of(session, task)], task.assigned_at)


def _task(session: Session, reminder: Reminder) -> AppraisalTask:
    return session.get_one(AppraisalTask, reminder.task_id)


def _span(session: Session, task: AppraisalTask) -> Span:
    window = campaigns.effective_window(session, task.campaign, task.step, task.agency_id)
    return acknowledgement_span(task.assigned_at, window.opens_at)
