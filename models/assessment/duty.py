"""The self-assessment as a duty: the unit's focal officers are reminded of it (R6.2, R5.1c)."""

from datetime import datetime

from sqlalchemy.orm import Session

from models import calendar, campaigns, reminders
from models.assessment import queries
from models.assessment.standings import Owed, Standing, next_missing, owed, owes, standings
from models.assessment.tables import Assessment
from models.campaigns.tables import Campaign, Step
from models.messages import Choice, Part
from models.people.tables import Binding, By, Role
from models.reminders import Duty, Item, Ladder, Reminder, Rung, Span

STEP = Step.SELF_ASSESSMENT


class SelfAssessment(Duty):
    name = "self_assessment"
    ways = (Choice("missing"),)

    def ladders(self, session: Session, campaign: Campaign) -> list[Ladder]:
        """One for each unit that takes part, with the opening before it."""
        rungs_of: dict[Span, list[Rung]] = {}
        found = []
        for unit_id, window in campaigns.effective_windows(session, campaign, STEP).items():
            span = Span(_begins_at(campaign, window.opens_at), window.closes_at)
            if span not in rungs_of:
                rungs_of[span] = reminders.with_opening(span)
            found.append(self.ladder(campaign, STEP, rungs_of[span], unit_id=unit_id))
        return found

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

    def beginning(self, session: Session, item: Item) -> list[Choice]:
        first = _first_line(session, item)
        return [Choice("continue", first.line_id, code=first.code)] if first else []


def _begins_at(campaign: Campaign, opens_at: datetime | None) -> datetime | None:
    """A window that opened before the plan was issued begins with the plan (R6.1)."""
    if opens_at is None or campaign.opened_at is None:
        return opens_at
    return max(opens_at, campaign.opened_at)


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
