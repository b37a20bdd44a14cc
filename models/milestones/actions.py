"""Recording that an act of the procedure was done, and taking that back (C20)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit, policy
from models.campaigns.tables import Campaign
from models.milestones import rules
from models.milestones.rules import Paper
from models.milestones.tables import Act, Milestone
from models.people.tables import By
from models.policy import Action


def record(session: Session, by: By, campaign: Campaign, act: Act, paper: Paper) -> Milestone:
    """From now on nobody is reminded of ``act``. Raises Refusal."""
    policy.check(session, by, Action.RUN_CAMPAIGN, campaign)
    _hold(session, campaign)
    last = newest(session, campaign, act)
    if refusal := rules.why_not_record(campaign, act, last, paper, by.at):
        raise refusal
    made = _add(session, by, campaign, act, paper, done=True)
    details = {"campaign": campaign.id, "act": act, "number": paper.number}
    audit.append(session, "record_act", by, **details, dated_on=paper.dated_on)
    return made


def take_back(session: Session, by: By, campaign: Campaign, act: Act) -> Milestone:
    """It was recorded by mistake: the act is owed again. Raises Refusal."""
    policy.check(session, by, Action.RUN_CAMPAIGN, campaign)
    _hold(session, campaign)
    if refusal := rules.why_not_take_back(campaign, act, newest(session, campaign, act)):
        raise refusal
    made = _add(session, by, campaign, act, Paper(), done=False)
    audit.append(session, "take_back_act", by, campaign=campaign.id, act=act)
    return made


def newest(session: Session, campaign: Campaign, act: Act) -> Milestone | None:
    of_act = (Milestone.campaign_id == campaign.id, Milestone.act == act)
    query = select(Milestone).where(*of_act).order_by(Milestone.id.desc()).limit(1)
    return session.scalar(query)


def done(session: Session, campaign: Campaign) -> dict[Act, Milestone]:
    """The acts that are recorded as done."""
    rows = select(Milestone).where(Milestone.campaign_id == campaign.id).order_by(Milestone.id)
    last = {row.act: row for row in session.scalars(rows)}
    return {act: row for act, row in last.items() if row.done}


def is_done(session: Session, campaign: Campaign, act: Act) -> bool:
    last = newest(session, campaign, act)
    return last is not None and last.done


def _hold(session: Session, campaign: Campaign) -> None:
    """Two who record at once wait for each other."""
    session.execute(select(Campaign.id).where(Campaign.id == campaign.id).with_for_update())


def _add(
    session: Session, by: By, campaign: Campaign, act: Act, paper: Paper, *, done: bool
) -> Milestone:
    made = Milestone(
        campaign_id=campaign.id,
        act=act,
        done=done,
        number=paper.number,
        dated_on=paper.dated_on,
        recorded_by_id=by.person_id,
        recorded_at=by.at,
    )
    session.add(made)
    session.flush()
    return made
