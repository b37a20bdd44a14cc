"""What changed in a campaign since an instant, for who leads it; a few statements."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.appraisal.tables import AppraisalTask, TaskStatus
from models.assessment.tables import Assessment, Line, SelfScore
from models.campaigns.tables import Campaign, Extension
from models.messages import Part
from models.milestones.tables import Milestone
from models.people.tables import Account, Binding
from models.reach.members import is_member
from models.submission.tables import Reopening, Submission
from models.units import Unit, some_names

NAMES = 6


def since(session: Session, campaign: Campaign, at: datetime) -> Part:
    """Units that began, sent, were extended or reopened; tasks that were answered; acts that were
    recorded; people who cannot be reached any more."""
    found = [
        *_units(session, campaign, at),
        *_answers(session, campaign, at),
        *_acts(session, campaign, at),
        *_lost(session, campaign, at),
    ]
    if not found:
        return Part("brief_no_news", since=at)
    return Part("brief_news", since=at, news=found)


def _units(session: Session, campaign: Campaign, at: datetime) -> list[Part]:
    of_campaign = Assessment.campaign_id == campaign.id
    sheets = select(Unit.short_name).select_from(Assessment).join(Assessment.unit)
    sheets = sheets.where(of_campaign)
    first = (
        select(Line.assessment_id)
        .join(SelfScore, SelfScore.line_id == Line.id)
        .where(SelfScore.scored_by_id.is_not(None))
        .group_by(Line.assessment_id)
        .having(func.min(SelfScore.scored_at) >= at)
    )
    extended = select(Unit.short_name).join(Extension, Extension.unit_id == Unit.id)
    sent = sheets.join(Submission, Submission.assessment_id == Assessment.id)
    queries: dict[str, Select[Any]] = {
        "brief_sent": sent.where(Submission.sent_at >= at),
        "brief_begun": sheets.where(Assessment.id.in_(first)),
        "brief_extended": extended.where(
            Extension.campaign_id == campaign.id, Extension.granted_at >= at
        ),
        "brief_reopened": sent.join(Reopening, Reopening.submission_id == Submission.id).where(
            Reopening.reopened_at >= at
        ),
    }
    parts = []
    for name, query in queries.items():
        if names := list(session.scalars(query.distinct().order_by(Unit.short_name))):
            parts.append(Part(name, n=len(names), units=some_names(names, NAMES)))
    return parts


def _answers(session: Session, campaign: Campaign, at: datetime) -> list[Part]:
    answered = select(AppraisalTask.status, func.count()).where(
        AppraisalTask.campaign_id == campaign.id, AppraisalTask.answered_at >= at
    )
    by_status = dict(session.execute(answered.group_by(AppraisalTask.status)).all())
    names = {TaskStatus.ACKNOWLEDGED: "brief_acknowledged", TaskStatus.DECLINED: "brief_declined"}
    return [Part(name, n=n) for status, name in names.items() if (n := by_status.get(status))]


def _acts(session: Session, campaign: Campaign, at: datetime) -> list[Part]:
    recorded = (Milestone.campaign_id == campaign.id, Milestone.recorded_at >= at)
    query = select(Milestone).where(*recorded).order_by(Milestone.id)
    last = {row.act: row for row in session.scalars(query)}
    return [Part("brief_act_done", act=act) for act, row in last.items() if row.done]


def _lost(session: Session, campaign: Campaign, at: datetime) -> list[Part]:
    people = select(Binding.person_id).where(
        is_member(session, campaign), Binding.ended_at.is_(None)
    )
    gone = select(func.count(Account.person_id.distinct())).where(
        Account.person_id.in_(people), Account.ended_at.is_(None), Account.unreachable_since >= at
    )
    n = session.scalar(gone)
    return [Part("brief_lost", n=n)] if n else []
