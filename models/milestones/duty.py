"""The acts of who leads a campaign as duties (C20), and what units learn of the supplements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models import calendar, campaigns, reminders
from models.campaigns.tables import Campaign, Step
from models.messages import Choice, Part
from models.milestones.actions import is_done
from models.milestones.tables import Act
from models.people.tables import Binding, Role
from models.reminders import Duty, Item, Ladder, Reminder, Span

STEPS = {
    Act.COUNCIL: Step.COUNCIL,
    Act.ROUND_1: Step.ROUND_1,
    Act.SUPPLEMENT_NOTICE: Step.SUPPLEMENT,
    Act.SUPPLEMENT: Step.SUPPLEMENT,
    Act.ROUND_2: Step.ROUND_2,
    Act.CONSOLIDATION: Step.CONSOLIDATION,
    Act.DECISION: Step.DECISION,
    Act.ARCHIVE: Step.ARCHIVE,
}


def span_of_act(session: Session, campaign: Campaign, act: Act) -> Span:
    """From when until when ``act`` is owed; that of a step is the step's common window."""
    window = campaigns.effective_window(session, campaign, STEPS[act], None)
    if act is Act.SUPPLEMENT_NOTICE:
        # Units have ten days from then on, so the notice belongs on the first working day.
        first = calendar.on_or_after(calendar.local_day(window.opens_at or window.closes_at))
        round_1 = campaigns.effective_window(session, campaign, Step.ROUND_1, None)
        end = min(calendar.end_of(first), window.closes_at)
        return Span(min(round_1.closes_at, end - calendar.DAY), end)
    if act is Act.ARCHIVE:
        decision = campaigns.effective_window(session, campaign, Step.DECISION, None)
        return Span(min(decision.closes_at, window.closes_at - calendar.DAY), window.closes_at)
    return Span(window.opens_at, window.closes_at)


class ActDuty(Duty):
    """The coordinators owe an act until it is recorded as done."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self.name = act.value

    def ladders(self, session: Session, campaign: Campaign) -> list[Ladder]:
        span = span_of_act(session, campaign, self.act)
        news = span.opens_at is not None
        step, owner_id = STEPS[self.act], campaign.owner_id
        return [self.ladder(campaign, step, span, unit_id=owner_id, news=news)]

    def ways_of(self, reminder: Reminder) -> Sequence[Choice]:
        return (
            Choice("record_act", f"{reminder.campaign_id}:{self.act}", act=self.act),
            Choice("calendar_of", reminder.campaign_id, **_about(reminder.campaign)),
        )

    def span_of(self, session: Session, reminder: Reminder) -> Span:
        return span_of_act(session, reminder.campaign, self.act)

    def held_by(self, session: Session, reminder: Reminder) -> list[Binding]:
        return reminders.bindings_in(session, reminder.unit_id, (Role.COORDINATOR,))

    def debt_of(self, session: Session, reminder: Reminder) -> Part | None:
        if is_done(session, reminder.campaign, self.act):
            return None
        return Part("reminder_act", act=self.act, todo=Part(f"act_todo.{self.act}"))

    def opening(self, session: Session, item: Item, now: datetime) -> Part:
        left = calendar.time_left(now, item.closes_at)
        return Part("act_opened", closes_at=item.closes_at, left=left, **item.debt.values)

    def overdue(self, session: Session, item: Item, now: datetime) -> Part:
        late = {"ago": reminders.how_late(now, item.closes_at), "closes_at": item.closes_at}
        return Part("overdue.act", unit=item.binding.unit.name, **late, **item.debt.values)


class PlanDuty(Duty):
    """The plan of the year is to be issued (R6.1): owed before there is anything else."""

    name = "plan"
    ways = (Choice("calendar"),)
    before_plan = True

    def ladders(self, session: Session, campaign: Campaign) -> list[Ladder]:
        span = plan_span(session, campaign)
        return [self.ladder(campaign, Step.PLAN, span, unit_id=campaign.owner_id)]

    def span_of(self, session: Session, reminder: Reminder) -> Span:
        return plan_span(session, reminder.campaign)

    def held_by(self, session: Session, reminder: Reminder) -> list[Binding]:
        return reminders.bindings_in(session, reminder.unit_id, (Role.COORDINATOR,))

    def debt_of(self, session: Session, reminder: Reminder) -> Part | None:
        if reminder.campaign.opened_at is not None:
            return None
        return Part("reminder_plan", year=reminder.campaign.year)


class SupplementNews(Duty):
    """Units learn when the supplements begin and end (R6.5). What they are asked for, the
    coordinator's notice says, so that nobody is chased for what was not asked (C1)."""

    name = "supplement_news"
    ways = (Choice("calendar"),)
    has_ladder = False
    only_news = True

    def ladders(self, session: Session, campaign: Campaign) -> list[Ladder]:
        windows = campaigns.effective_windows(session, campaign, Step.SUPPLEMENT)
        spans = {u: Span(window.opens_at, window.closes_at) for u, window in windows.items()}
        step = Step.SUPPLEMENT
        return [self.ladder(campaign, step, spans[u], unit_id=u, news=True) for u in spans]

    def span_of(self, session: Session, reminder: Reminder) -> Span:
        where = (reminder.campaign, Step.SUPPLEMENT, reminder.unit_id)
        window = campaigns.effective_window(session, *where)
        return Span(window.opens_at, window.closes_at)

    def held_by(self, session: Session, reminder: Reminder) -> list[Binding]:
        roles = (Role.FOCAL_OFFICER, Role.DEPUTY)
        return reminders.bindings_in(session, reminder.unit_id, roles)

    def reached(self, session: Session, reminder: Reminder, held: list[Binding]) -> list[Binding]:
        return [binding for binding in held if binding.role is Role.FOCAL_OFFICER] or held

    def debt_of(self, session: Session, reminder: Reminder) -> Part | None:
        return Part("supplement_closed", owner=reminder.campaign.owner.name)

    def opening(self, session: Session, item: Item, now: datetime) -> Part:
        left = calendar.time_left(now, item.closes_at)
        values = {"unit": item.binding.unit.name, "closes_at": item.closes_at, "left": left}
        return Part("supplement_opened", **values, **item.debt.values)

    def overdue(self, session: Session, item: Item, now: datetime) -> Part:
        values = {"unit": item.binding.unit.name, "closes_at": item.closes_at}
        return Part(item.debt.name, **values, **item.debt.values)


def _about(campaign: Campaign) -> dict[str, Any]:
    return {"year": campaign.year, "owner": campaign.owner.short_name}


def plan_span(session: Session, campaign: Campaign) -> Span:
    window = campaigns.effective_window(session, campaign, Step.PLAN, None)
    return Span(campaign.created_at, max(window.closes_at, campaign.created_at + calendar.DAY))


ACTS = tuple(ActDuty(act) for act in Act)
