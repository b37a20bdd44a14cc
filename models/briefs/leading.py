"""What who leads a campaign reads in the morning: where all stands, the news, what is theirs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models import appraisal, calendar, campaigns, chasing, coordination, milestones, reminders
from models.briefs import news
from models.briefs.hours import last_morning
from models.campaigns import Campaign, Step
from models.coordination import Stage, UnitStanding
from models.messages import Choice, Part
from models.milestones import Act
from models.milestones.duty import plan_span, span_of_act
from models.units import some_names

PLAN_AHEAD = 5  # Working days before the plan is due from which it is spoken of every morning.
ARCHIVE_AHEAD = 10
CHASED = 28  # Days behind the last step in which what is still owed is spoken of.

Said = tuple[str, dict[str, Any], list[Choice]]


def is_running(session: Session, campaign: Campaign, now: datetime) -> bool:
    if campaign.opened_at is None or now < campaign.opened_at:
        return False
    return now < _end(session, campaign)


def brief_of(session: Session, campaign: Campaign, now: datetime) -> Said | None:
    """The message, its values and its choices; before the plan and behind the last step only
    what is owed, and nothing where nothing is."""
    owed = [*_plan(session, campaign, now), *_acts(session, campaign, now)]
    acts = [Choice("record_acts", campaign.id)] if campaign.opened_at and owed else []
    if not is_running(session, campaign, now):
        if not owed:
            return None
        about = {"day": now, "year": campaign.year, "owed": owed}
        return "brief_owner", about, [*acts, Choice("calendar")]
    to_give = sum(not holding.tasks for holding in appraisal.board(session, campaign))
    if to_give:
        owed.append(Part("brief_areas_to_give", n=to_give))
    values = _standing(session, campaign, now)
    values["owed"] = Part("brief_owed", things=owed) if owed else None
    proposed = chasing.proposals(session, campaign, now) if values["late"] else []
    late = [Choice("rungs_proposed", n=len(proposed))] if proposed else []
    late += [Choice("late_units")] if values["late"] else []
    choices = [*late, Choice("progress"), *acts, Choice("assign_tasks")]
    return "brief_coordinator", values, choices


def _end(session: Session, campaign: Campaign) -> datetime:
    windows = campaigns.calendar_of(session, campaign, None)
    return max(each.closes_at for each in windows if each.step is not Step.ARCHIVE)


def _standing(session: Session, campaign: Campaign, now: datetime) -> dict[str, Any]:
    found = coordination.standings(session, campaign)
    counts = {stage.value: sum(s.stage is stage for s in found) for stage in Stage}
    return {
        "day": now,
        "step": _step(session, campaign, now),
        **counts,
        "news": news.since(session, campaign, last_morning(now)),
        "late": _named("brief_late", coordination.late(session, campaign, found, now)),
        "unreachable": _named("brief_unreachable", [s for s in found if not s.reachable]),
    }


def _step(session: Session, campaign: Campaign, now: datetime) -> Part | None:
    """The step that is open, until when."""
    step = campaigns.standing_step(campaign, now)
    if step is None:
        return None
    window = campaigns.effective_window(session, campaign, step, campaign.owner_id)
    left = calendar.time_left(now, window.closes_at)
    return Part("brief_step", step=step, closes_at=window.closes_at, left=left)


def _plan(session: Session, campaign: Campaign, now: datetime) -> list[Part]:
    """The plan is to be issued (R6.1)."""
    if campaign.opened_at is not None:
        return []
    end = plan_span(session, campaign).closes_at
    first = calendar.add_working_days(calendar.last_day(end), -PLAN_AHEAD)
    if calendar.local_day(now) < first or now >= end + CHASED * calendar.DAY:
        return []
    return [_owed("plan", now, end, year=campaign.year)]


def _acts(session: Session, campaign: Campaign, now: datetime) -> list[Part]:
    """Acts that have begun and are not recorded as done, the first due first (C20)."""
    if campaign.opened_at is None:
        return []
    done = milestones.done(session, campaign)
    last = _end(session, campaign) + CHASED * calendar.DAY
    found = []
    for act in Act:
        span = span_of_act(session, campaign, act)
        end = span.closes_at
        begins = span.opens_at or campaign.opened_at
        until = last
        if act is Act.ARCHIVE:  # A year away: it is spoken of when it comes near.
            day = calendar.add_working_days(calendar.last_day(end), -ARCHIVE_AHEAD)
            begins, until = calendar.start_of(day), end + CHASED * calendar.DAY
        if act not in done and begins <= now < until:
            found.append((end, _owed("act", now, end, act=act)))
    return [part for _, part in sorted(found, key=lambda each: each[0])]


def _owed(what: str, now: datetime, end: datetime, **about: Any) -> Part:
    if now >= end:
        late = reminders.how_late(now, end)
        return Part(f"brief_{what}_late", ago=late, closes_at=end, **about)
    left = reminders.what_is_left(now, end)
    return Part(f"brief_{what}_open", left=left, closes_at=end, **about)


def _named(name: str, found: Sequence[UnitStanding]) -> Part | None:
    names = [each.unit.short_name for each in found]
    return Part(name, n=len(names), units=some_names(names, news.NAMES)) if names else None
