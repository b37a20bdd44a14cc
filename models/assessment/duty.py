"""The self-assessment as a duty: the unit's focal officers are reminded of it (R6.2, R5.1c)."""

from datetime import datetime

from sqlalchemy.orm import Session

from models import calendar, campaigns, reminders
from models.assessment import queries
from models.assessment.standings import Owed, Standing, next_missing, owed, owes, standings
from models.assessment.tables import Assessment
from models.campaigns.rules import EffectiveWindow
from models.campaigns.tables import Campaign, Step
from models.messages import Choice, Part
from models.people.tables import Binding, By, Role
from models.reminders import Duty, Item, Ladder, Reminder, Span

STEP = Step.SELF_ASSESSMENT


class SelfAssessment(Duty):
    name = "self_assessment"
    ways = (Choice("missing"),)

    def ladders(self, session: Session, campaign: Campaign) -> list[Ladder]:
        """One for each unit that takes part, with the opening before it."""
        windows = campaigns.effective_windows(session, campaign, STEP)
        return [
            self.ladder(campaign, STEP, _span(campaign, window), unit_id=unit_id, news=True)
            for unit_id, window in windows.items()
        ]

    def span_of(self, session: Session, reminder: Reminder) -> Span:
        unit_id = reminder.unit_id
        window = campaigns.effective_window(session, reminder.campaign, STEP, unit_id)
        return Span(window.opens_at, window.closes_at)

    def held_by(self, session: Session, reminder: Reminder) -> list[Binding]:
        roles = (Role.FOCAL_OFFICER, Role.DEPUTY, Role.MEMBER)
        return reminders.bindings_in(session, reminder.unit_id, roles)

    def reached(self, session: Session, reminder: Reminder, held: list[Binding]) -> list[Binding]:
        """Who answers for the sheet, and whoever has lines of their own that are open."""
        answerable = _answerable(held)
        return [
            each
            for each in held
            if each in answerable or _own_debt(session, reminder, each.person_id)
        ]

    def share_of(
        self, session: Session, reminder: Reminder, binding: Binding, debt: Part
    ) -> Part | None:
        """The whole sheet for who answers for it and for the deputy who asked to be reminded;
        for everybody else the lines given to them."""
        asked = reminder.person_id is not None and binding.role is not Role.MEMBER
        if asked or binding in _answerable(self.held_by(session, reminder)):
            return debt
        own = _own_debt(session, reminder, binding.person_id)
        return Part("reminder_own_lines", missing=_missing(own)) if own else None

    def debt_of(self, session: Session, reminder: Reminder) -> Part | None:
        """Lines without a score or without proof; a complete sheet is still to be sent."""
        sheet = _sheet(session, reminder)
        if sheet is None or sheet.locked_at is not None:
            return None
        return Part("reminder_self_assessment", missing=_missing(owes(session, sheet.id)))

    def opening(self, session: Session, item: Item, now: datetime) -> Part:
        """That it has begun, until when, how much it is, and where to begin."""
        first = _first_line(session, item)
        return Part(
            "self_assessment_opened",
            unit=item.binding.unit.name,
            closes_at=item.closes_at,
            left=calendar.time_left(now, item.closes_at),
            first=Part("opened_first", code=first.code, title=first.title) if first else "",
            **item.debt.values,
        )

    def overdue(self, session: Session, item: Item, now: datetime) -> Part:
        """It is still taken, or a supplement follows, or only an extension helps (C6, C17)."""
        reminder = item.reminder
        where = (reminder.campaign, STEP, reminder.unit_id)
        window = campaigns.effective_window(session, *where)
        refusal = campaigns.why_not_in(session, reminder.campaign, STEP, item.binding.unit_id, now)
        following = refusal.values.get("following") if refusal else None
        still = "overdue_still.accepted" if window.is_open(now) else "overdue_still.closed"
        return Part(
            "overdue.self_assessment",
            unit=item.binding.unit.name,
            ago=reminders.how_late(now, item.closes_at),
            closes_at=item.closes_at,
            still=Part(still, owner=reminder.campaign.owner.name),
            following=following or "",
            **item.debt.values,
        )

    def beginning(self, session: Session, item: Item) -> list[Choice]:
        first = _first_line(session, item)
        return [Choice("continue", first.line_id, code=first.code)] if first else []


class SelfAssessmentNews(Duty):
    """Who leads the campaign learns when the self-assessment begins, and at its end how many
    units have sent their sheet (R5.1c, C20)."""

    name = "self_assessment_news"
    ways = (Choice("progress"), Choice("calendar"))
    has_ladder = False
    only_news = True

    def ladders(self, session: Session, campaign: Campaign) -> list[Ladder]:
        window = campaigns.effective_window(session, campaign, STEP, None)
        span = _span(campaign, window)
        return [self.ladder(campaign, STEP, span, unit_id=campaign.owner_id, news=True)]

    def span_of(self, session: Session, reminder: Reminder) -> Span:
        window = campaigns.effective_window(session, reminder.campaign, STEP, None)
        return Span(window.opens_at, window.closes_at)

    def held_by(self, session: Session, reminder: Reminder) -> list[Binding]:
        return reminders.bindings_in(session, reminder.unit_id, (Role.COORDINATOR,))

    def debt_of(self, session: Session, reminder: Reminder) -> Part | None:
        sent, sheets = queries.sent_of(session, reminder.campaign_id)
        return Part("sheets_not_all_sent", sent=sent, units=sheets, open=sheets - sent)

    def opening(self, session: Session, item: Item, now: datetime) -> Part:
        left = calendar.time_left(now, item.closes_at)
        return Part("units_may_begin", closes_at=item.closes_at, left=left, **item.debt.values)

    def overdue(self, session: Session, item: Item, now: datetime) -> Part:
        name = item.debt.name if item.debt.values["open"] else "sheets_all_sent"
        return Part(name, closes_at=item.closes_at, **item.debt.values)


def _span(campaign: Campaign, window: EffectiveWindow) -> Span:
    """A window that opened before the plan was issued begins with the plan (R6.1)."""
    opens_at = window.opens_at
    if opens_at is not None and campaign.opened_at is not None:
        opens_at = max(opens_at, campaign.opened_at)
    return Span(opens_at, window.closes_at)


def _sheet(session: Session, reminder: Reminder) -> Assessment | None:
    assert reminder.unit_id is not None
    return queries.of_unit(session, reminder.campaign_id, reminder.unit_id)


def _answerable(held: list[Binding]) -> list[Binding]:
    """Who answers for the whole sheet: the focal officers, or the deputies where there is none
    (N16)."""
    for role in (Role.FOCAL_OFFICER, Role.DEPUTY):
        if found := [binding for binding in held if binding.role is role]:
            return found
    return []


def _own_debt(session: Session, reminder: Reminder, person_id: int) -> Owed:
    """What is open of the lines that were given to the person."""
    sheet = _sheet(session, reminder)
    lines = standings(session, sheet.id) if sheet else []
    return owed([line for line in lines if line.holder_id == person_id])


def _first_line(session: Session, item: Item) -> Standing | None:
    """Where this person's work on the unit's sheet begins, or goes on."""
    sheet = _sheet(session, item.reminder)
    by = By(item.reminder.due_at, item.binding.person, item.binding)
    return next_missing(session, sheet.id, by=by) if sheet is not None else None


def _missing(owed: Owed) -> Part:
    counts = {"not_scored": owed.not_scored, "not_proven": owed.not_proven}
    if not owed:
        return Part("owed.not_sent")
    if owed.not_scored and owed.not_proven:
        return Part("owed.both", **counts)
    return Part("owed.not_scored" if owed.not_scored else "owed.not_proven", **counts)
