"""The morning's message on working days: to a reviewer what waits, to a coordinator where all
stands, what has changed and what is theirs to do (N19). Told once, and not after the morning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import appraisal, calendar, campaigns, coordination, reminders
from models.appraisal import AppraisalTask, TaskStatus
from models.assessment.tables import Assessment
from models.campaigns import Campaign, Step
from models.coordination import Stage, UnitStanding
from models.messages import Choice, Part
from models.outbox import OutboxMessage
from models.people import Binding, Role
from models.submission.tables import Submission
from models.units import Unit

BEGINS = time(7, 30)
ENDS = time(11, 0)  # What comes later is not a morning's message any more.
NAMES = 6


@dataclass(frozen=True)
class Brief:
    """One message of the morning: to whom in which role, and what it says."""

    key: str
    binding: Binding
    name: str
    values: dict[str, Any]
    choices: Sequence[Choice]


def is_morning(now: datetime) -> bool:
    """Whether a morning's message may be sent at ``now``."""
    local = now.astimezone(calendar.ZONE)
    return BEGINS <= local.time() < ENDS and calendar.is_working_day(local.date())


def end_of_morning(now: datetime) -> datetime:
    return calendar.at_hour(calendar.local_day(now), ENDS.hour, ENDS.minute)


def due(session: Session, now: datetime) -> list[Brief]:
    """What is to be told this morning and was not yet, over all campaigns that are running."""
    if not is_morning(now):
        return []
    day = calendar.local_day(now).isoformat()
    told = set(session.scalars(select(OutboxMessage.key).where(*_of_day(day))))
    running = [c for c in campaigns.all_campaigns(session) if _is_running(session, c, now)]
    return [brief for campaign in running for brief in _of(session, campaign, now, day, told)]


def _of_day(day: str) -> tuple[Any, ...]:
    """A range, so that it is found in the index of the keys."""
    return (OutboxMessage.key >= f"brief:{day}:", OutboxMessage.key < f"brief:{day};")


def _is_running(session: Session, campaign: Campaign, now: datetime) -> bool:
    if campaign.opened_at is None or now < campaign.opened_at:
        return False
    windows = campaigns.calendar_of(session, campaign, None)
    return now < max(each.closes_at for each in windows if each.step is not Step.ARCHIVE)


def _of(
    session: Session, campaign: Campaign, now: datetime, day: str, told: set[str]
) -> Iterator[Brief]:
    for agency, tasks in _by_agency(session, campaign, now):
        for binding in reminders.bindings_in(session, agency.id, appraisal.REVIEWERS):
            own = [task for task in tasks if task.reviewer_id == binding.person_id]
            key = f"brief:{day}:{campaign.id}:{agency.id}:{binding.person_id}"
            if own and key not in told:
                told.add(key)
                yield _to_reviewer(session, campaign, agency, binding, own, now, key)
    leading = reminders.bindings_in(session, campaign.owner_id, {Role.COORDINATOR})
    keys = {f"brief:{day}:{campaign.id}:lead:{each.person_id}": each for each in leading}
    waiting = {key: binding for key, binding in keys.items() if key not in told}
    if waiting:
        values = _for_coordinators(session, campaign, now)
        late = [Choice("late_units")] if values["late"] else []
        choices = [*late, Choice("progress"), Choice("assign_tasks")]
        for key, binding in waiting.items():
            yield Brief(key, binding, "brief_coordinator", values, choices)


# The reviewer


def _by_agency(
    session: Session, campaign: Campaign, now: datetime
) -> list[tuple[Unit, list[AppraisalTask]]]:
    """What can be appraised at this moment: nothing before its round begins or after its end."""
    tasks = [
        task
        for task in appraisal.active_tasks(session, campaign)
        if campaigns.effective_window(session, campaign, task.step, task.agency_id).is_open(now)
    ]
    tasks.sort(key=lambda task: (task.agency_id, task.id))
    return [(agency, list(each)) for agency, each in groupby(tasks, lambda task: task.agency)]


def _to_reviewer(
    session: Session,
    campaign: Campaign,
    agency: Unit,
    binding: Binding,
    tasks: Sequence[AppraisalTask],
    now: datetime,
    key: str,
) -> Brief:
    """What was not taken on yet comes first, the oldest first (N19)."""
    new = [task for task in tasks if task.status is TaskStatus.ASSIGNED]
    taken = [task for task in tasks if task.status is TaskStatus.ACKNOWLEDGED]
    window = campaigns.effective_window(session, campaign, tasks[0].step, agency.id)
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


# The coordinator


def _for_coordinators(session: Session, campaign: Campaign, now: datetime) -> dict[str, Any]:
    found = coordination.standings(session, campaign)
    counts = {stage.value: sum(s.stage is stage for s in found) for stage in Stage}
    return {
        "day": now,
        "step": _step(session, campaign, now),
        **counts,
        "news": _news(session, campaign, _last_morning(now)),
        "late": _named("brief_late", coordination.late(session, campaign, found, now)),
        "unreachable": _named("brief_unreachable", [s for s in found if not s.reachable]),
        "owed": _owed(session, campaign),
    }


def _step(session: Session, campaign: Campaign, now: datetime) -> Part | None:
    """The step that is open, until when."""
    step = campaigns.standing_step(campaign, now)
    if step is None:
        return None
    window = campaigns.effective_window(session, campaign, step, campaign.owner_id)
    left = calendar.time_left(now, window.closes_at)
    return Part("brief_step", step=step, closes_at=window.closes_at, left=left)


def _last_morning(now: datetime) -> datetime:
    """When the last message of this kind was due: 07:30 of the last working day."""
    day = calendar.add_working_days(calendar.local_day(now), -1)
    return calendar.at_hour(day, BEGINS.hour, BEGINS.minute)


def _news(session: Session, campaign: Campaign, since: datetime) -> Part:
    """What happened since then: sheets that came in, tasks that were answered."""
    sheets = (
        select(Unit.short_name)
        .join(Submission.assessment)
        .join(Assessment.unit)
        .where(Assessment.campaign_id == campaign.id, Submission.sent_at >= since)
        .distinct()
    )
    news = []
    if sent := list(session.scalars(sheets.order_by(Unit.short_name))):
        news.append(Part("brief_sent", n=len(sent), units=_some(sent)))
    answered = select(AppraisalTask.status, func.count()).where(
        AppraisalTask.campaign_id == campaign.id, AppraisalTask.answered_at >= since
    )
    by_status = dict(session.execute(answered.group_by(AppraisalTask.status)).all())
    for status, name in (
        (TaskStatus.ACKNOWLEDGED, "brief_acknowledged"),
        (TaskStatus.DECLINED, "brief_declined"),
    ):
        if n := by_status.get(status):
            news.append(Part(name, n=n))
    return (
        Part("brief_news", since=since, news=news) if news else Part("brief_no_news", since=since)
    )


def _named(name: str, found: Sequence[UnitStanding]) -> Part | None:
    names = [each.unit.short_name for each in found]
    return Part(name, n=len(names), units=_some(names)) if names else None


def _some(names: Sequence[str]) -> Part:
    """Up to ``NAMES`` of them: more would push the rest off a phone's screen."""
    if len(names) <= NAMES:
        return Part("brief_names", names=list(names))
    return Part("brief_names_many", names=list(names[:NAMES]), more=len(names) - NAMES)


def _owed(session: Session, campaign: Campaign) -> Part | None:
    """Areas that nobody has to appraise yet (R6.3, C20)."""
    to_give = sum(not holding.tasks for holding in appraisal.board(session, campaign))
    return Part("brief_areas_to_give", n=to_give) if to_give else None
