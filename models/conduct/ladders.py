"""What a coordinator makes of the reminders: their ladders, and their hours (C4, F15)."""

import json
from dataclasses import asdict
from datetime import datetime, time
from importlib.metadata import version
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit, calendar, policy, reminders, settings
from models.campaigns import Campaign, all_campaigns
from models.messages import Choice, Part
from models.people import By
from models.refusals import Refusal
from models.reminders import Manners, Schedule, manners, schedules

WORKING_DAYS = "working_days"  # By which days reminders were planned, as JSON.


def why_not_ladder(
    session: Session, by: By, campaign: Campaign, duty: str, schedule: Schedule | None = None
) -> Refusal | None:
    if refusal := policy.why_not(session, by, policy.Action.RUN_CAMPAIGN, campaign):
        return refusal
    found = reminders.named(duty)
    if found is None or not found.has_ladder:
        return Refusal("no_such_ladder", duty=duty)
    if schedule is None:
        return None
    return reminders.why_not_schedule(schedule, reminders.manners_of(session))


def set_ladder(
    session: Session,
    by: By,
    campaign: Campaign,
    duty: str,
    schedule: Schedule,
    seen: Schedule | None = None,
) -> None:
    """From now on reminders of ``duty`` come by ``schedule``; planned anew at once (F8).

    ``seen`` is the ladder that ``schedule`` was made from: what somebody else has set since then
    is not written over.
    """
    if refusal := why_not_ladder(session, by, campaign, duty, schedule):
        raise refusal
    session.execute(select(Campaign.id).where(Campaign.id == campaign.id).with_for_update())
    standing = schedules.of(session, campaign.id, duty)
    if standing == schedule:
        return
    if seen is not None and standing != seen:
        about = Part(f"duty.{duty}")
        ways = [Choice("ladder_of", f"{campaign.id}:{duty}", duty=about), Choice("menu")]
        raise Refusal("ladder_set_meanwhile", ways, duty=about)
    before = schedules.keep(session, by, campaign, duty, schedule)
    content = {"before": schedules.as_json(before), "after": schedules.as_json(schedule)}
    audit.append(session, "set_ladder", by, campaign=campaign.id, duty=duty, **content)
    reminders.replan(session, campaign, by.at)


def set_manners(session: Session, by: By, new: Manners) -> None:
    """When and how often anybody is reminded, in all campaigns; planned anew at once."""
    policy.check(session, by, policy.Action.MANAGE_SENDING)
    before = manners.read(session)
    manners.keep(session, new)
    audit.append(session, "set_manners", by, before=_plain(before), after=_plain(new))
    for campaign in all_campaigns(session):
        reminders.replan(session, campaign, by.at)


def follow_calendar(session: Session, now: datetime) -> bool:
    """Plan anew where working days are others than when it was last done: the operator's list
    was changed, or a newer library knows more of a year. Whether that was so."""
    listed = {day.isoformat(): works for day, works in sorted(calendar.exceptions().items())}
    known = json.dumps({"library": version("holidays"), "listed": listed})
    if settings.get(session, WORKING_DAYS) == known:
        return False
    for campaign in all_campaigns(session):
        reminders.replan(session, campaign, now)
    settings.put(session, WORKING_DAYS, known)
    return True


def _plain(of: Manners) -> dict[str, Any]:
    values = asdict(of).items()
    return {key: f"{v:%H:%M}" if isinstance(v, time) else v for key, v in values}
