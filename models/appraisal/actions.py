"""Giving areas to reviewers, and the reviewers' answers (R5.2a, F41–F43, F46)."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models import audit, policy
from models.appraisal import duty, notices, queries, rules
from models.appraisal.tables import AppraisalTask, DeclineReason, TaskStatus
from models.campaigns.tables import Campaign, Step
from models.people import By, Person
from models.policy import Action
from models.refusals import Refusal
from models.text import clean
from models.units import Unit


def assign(
    session: Session, by: By, campaign: Campaign, agency: Unit, area_code: str, reviewer: Person
) -> AppraisalTask:
    """Give one area of ``agency`` to ``reviewer``, who is told (F43). Raises Refusal."""
    [task] = assign_areas(session, by, campaign, agency, [area_code], reviewer)
    return task


def assign_areas(
    session: Session,
    by: By,
    campaign: Campaign,
    agency: Unit,
    area_codes: Sequence[str],
    reviewer: Person,
) -> list[AppraisalTask]:
    """Give several areas at once, with one message to the reviewer. Raises Refusal."""
    policy.check(session, by, Action.ASSIGN_TASKS, campaign)
    if not area_codes:
        raise Refusal("no_area_left", agency=agency.name)
    for code in area_codes:
        if refusal := why_not_assign(session, campaign, agency, code, reviewer):
            raise refusal
    tasks = [
        AppraisalTask(
            campaign=campaign,
            step=Step.ROUND_1,
            area_code=code,
            agency=agency,
            reviewer=reviewer,
            assigned_by_id=by.person_id,
            assigned_at=by.at,
            status=TaskStatus.ASSIGNED,
        )
        for code in area_codes
    ]
    session.add_all(tasks)
    session.flush()
    for task in tasks:
        duty.plan(session, task)
        audit.append(session, "assign_task", by, task=task.id, reviewer=reviewer.id)
    notices.tell_assigned(session, by, tasks)
    return tasks


def why_not_assign(
    session: Session, campaign: Campaign, agency: Unit, area_code: str, reviewer: Person
) -> Refusal | None:
    """The rules on what an agency appraises, who reviews for it, and own units (R5.2a, N2)."""
    areas = queries.areas_of_agency(session, campaign, agency)
    reviewers = queries.reviewers_of(session, agency)
    held = queries.areas_held(session, campaign, agency, reviewer.id, [area_code])
    scope = queries.scope_for(session, campaign, agency, area_code, reviewer)
    proposal = rules.Proposal(
        agency=agency,
        area_code=area_code,
        reviewer=reviewer,
        reviews_for_agency=any(person.id == reviewer.id for person in reviewers),
        has_it_already=bool(held),
        agency_lines=sum(area.lines for area in areas if area.code == area_code),
        lines=scope.lines,
    )
    return rules.why_not_give(proposal)


def reassign(session: Session, by: By, task: AppraisalTask, reviewer: Person) -> AppraisalTask:
    """Give the area of ``task`` to somebody else; the old reviewer is told, and left alone from
    then on (F46). Who declined it may be given it again (C19)."""
    if task.status in rules.ACTIVE and task.reviewer_id == reviewer.id:
        raise Refusal("task_given_already", person=reviewer.name, area=task.area_code)
    end(session, by, task)
    return assign(session, by, task.campaign, task.agency, task.area_code, reviewer)


def end(session: Session, by: By, task: AppraisalTask) -> None:
    """Take a task back. Who had declined it knows already and is not told."""
    policy.check(session, by, Action.ASSIGN_TASKS, task.campaign)
    if refusal := rules.why_not_end(task):
        raise refusal
    was_active = task.status in rules.ACTIVE
    task.status, task.ended_at = TaskStatus.ENDED, by.at
    session.flush()
    audit.append(session, "end_task", by, task=task.id)
    if was_active:
        notices.tell_taken_back(session, task, by.at)


def acknowledge(session: Session, task: AppraisalTask, by: By) -> None:
    acknowledge_all(session, [task], by)


def acknowledge_all(session: Session, tasks: Sequence[AppraisalTask], by: By) -> None:
    """Take tasks on; what was taken on before stays as it was. Coordinators are told (F42)."""
    for task in tasks:
        _require_own(session, task, by)
    new = [task for task in tasks if task.status is TaskStatus.ASSIGNED]
    for task in new:
        task.status, task.answered_at = TaskStatus.ACKNOWLEDGED, by.at
        audit.append(session, "acknowledge_task", by, task=task.id)
    if new:
        session.flush()
        notices.tell_acknowledged(session, new, by.at)


def decline(
    session: Session, task: AppraisalTask, reason: DeclineReason, note: str, by: By
) -> None:
    """Refuse a task, also one that was taken on before. Coordinators are told (F42)."""
    _require_own(session, task, by)
    if refusal := rules.why_not_reason(reason, note):
        raise refusal
    task.status, task.answered_at = TaskStatus.DECLINED, by.at
    task.decline_reason, task.decline_note = reason, clean(note)
    session.flush()
    audit.append(session, "decline_task", by, task=task.id, reason=reason)
    notices.tell_declined(session, task, by.at)


def _require_own(session: Session, task: AppraisalTask, by: By) -> None:
    policy.check(session, by, Action.ANSWER_TASK, task)
    still = queries.still_reviews(session, task)
    if refusal := rules.why_not_answer(task, still_reviews=still):
        raise refusal
