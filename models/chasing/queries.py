"""Which units are late, what was done about each, and the letters."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import coordination
from models.assessment.tables import Assessment
from models.campaigns.tables import Campaign
from models.chasing import rules
from models.chasing.tables import ChaseLetter, ChaseLetterUnit, ChaseRung, Escalation


def late_sheets(session: Session, campaign: Campaign, now: datetime) -> list[Assessment]:
    """Those whose announced end has passed with nothing sent, in the order of the units."""
    found = coordination.standings(session, campaign)
    late = coordination.late(session, campaign, found, now)
    return [session.get_one(Assessment, standing.assessment_id) for standing in late]


def to_write_to(late: Sequence[Assessment]) -> list[Assessment]:
    """Those of the late ones that a letter may go to."""
    return [each for each in late if not rules.why_no_letter(each.unit_id, each.campaign.owner_id)]


def rungs_taken(session: Session, sheet: Assessment) -> list[Escalation]:
    """What was done about the unit, the oldest first."""
    of_unit = (Escalation.campaign_id == sheet.campaign_id, Escalation.unit_id == sheet.unit_id)
    return list(session.scalars(select(Escalation).where(*of_unit).order_by(Escalation.id)))


def listed_units(session: Session, campaign: Campaign) -> set[int]:
    """The ids of the units on the coordinator's list."""
    listed = (Escalation.campaign_id == campaign.id, Escalation.rung == ChaseRung.LIST)
    return set(session.scalars(select(Escalation.unit_id).where(*listed)))


def letters_to(session: Session, sheet: Assessment) -> Sequence[ChaseLetter]:
    """The letters that urge this unit, the newest first."""
    query = (
        select(ChaseLetter)
        .join(ChaseLetterUnit)
        .where(ChaseLetter.campaign_id == sheet.campaign_id)
        .where(ChaseLetterUnit.unit_id == sheet.unit_id)
    )
    return list(session.scalars(query.order_by(ChaseLetter.id.desc())))


def letters(session: Session, campaign: Campaign) -> Sequence[ChaseLetter]:
    """All letters of the campaign, the newest first."""
    query = select(ChaseLetter).where(ChaseLetter.campaign_id == campaign.id)
    return list(session.scalars(query.order_by(ChaseLetter.id.desc())))
