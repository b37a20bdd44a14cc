"""An appraisal task as duties: its reviewer is to answer it (F42), and then to appraise."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import calendar, campaigns, milestones, reminders
from models.appraisal import queries
from models.appraisal.rules import ACTIVE, REVIEWERS, acknowledgement_span
from models.appraisal.tables import AppraisalTask, TaskStatus
from models.campaigns.tables import Campaign, Step
from models.messages import Choice, Part
from models.milestones.tables import Act
from models.people.tables import Binding
from models.reminders import Duty, Item, Ladder, Reminder, Span


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
        return self.ladder(task.campaign, task.step, _span(session, task), task_id=task.id)

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


class Review(Duty):
    """The round itself: its reviewers are reminded until it is recorded as done (R6.4, R6.6)."""

    name = "review"
    ways = (Choice("tasks"),)

    def ladders(self, session: Session, campaign: Campaign) -> list[Ladder]:
        active = select(AppraisalTask).where(
            AppraisalTask.campaign_id == campaign.id, AppraisalTask.status.in_(ACTIVE)
        )
        return [self.ladder_of(session, task) for task in session.scalars(active)]

    def ladder_of(self, session: Session, task: AppraisalTask) -> Ladder:
        span = _round(session, task)
        return self.ladder(task.campaign, task.step, span, task_id=task.id, news=True)

    def span_of(self, session: Session, reminder: Reminder) -> Span:
        return _round(session, _task(session, reminder))

    def held_by(self, session: Session, reminder: Reminder) -> list[Binding]:
        return ACKNOWLEDGEMENT.held_by(session, reminder)

    def debt_of(self, session: Session, reminder: Reminder) -> Part | None:
        task = _task(session, reminder)
        act = Act.ROUND_2 if task.step is Step.ROUND_2 else Act.ROUND_1
        if task.status not in ACTIVE or milestones.is_done(session, task.campaign, act):
            return None
        title = queries.area_title(session, task.campaign, task.area_code)
        return Part("reminder_review", area=task.area_code, title=title, step=task.step)

    def opening(self, session: Session, item: Item, now: datetime) -> Part:
        left = calendar.time_left(now, item.closes_at)
        values = {"unit": item.binding.unit.name, "closes_at": item.closes_at, "left": left}
        return Part("review_opened", **values, **item.debt.values)


ACKNOWLEDGEMENT = TaskAcknowledgement()
REVIEW = Review()


def plan(session: Session, task: AppraisalTask) -> None:
    """Make the rungs up to which the reviewer is to answer ``task``, and those of the round."""
    ladders = [duty.ladder_of(session, task) for duty in (ACKNOWLEDGEMENT, REVIEW)]
    reminders.plan(session, ladders, task.assigned_at)


def _task(session: Session, reminder: Reminder) -> AppraisalTask:
    return session.get_one(AppraisalTask, reminder.task_id)


def _span(session: Session, task: AppraisalTask) -> Span:
    return acknowledgement_span(task.assigned_at, _round(session, task).opens_at)


def _round(session: Session, task: AppraisalTask) -> Span:
    window = campaigns.effective_window(session, task.campaign, task.step, task.agency_id)
    return Span(window.opens_at, window.closes_at)
