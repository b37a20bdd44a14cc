"""What the demo's start page shows: the year as a line, and what each persona owes now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.demo.people import PERSONAS, Persona
from bot.demo.province import YEAR, address_of
from models import allotments, appraisal, assessment, calendar, campaigns, people, units
from models.appraisal import TaskStatus
from models.assessment import Assessment, Owed
from models.campaigns import Campaign, EffectiveWindow, Phase, Step
from models.messages import Part
from models.people import Role
from models.web_sessions import CHANNEL

MARKS = {Phase.OVER: "✓", Phase.OPEN: "●", Phase.AHEAD: "○"}


@dataclass(frozen=True)
class Stretch:
    """A step's window. ``start`` and ``end`` in percent of the line."""

    step: Step
    opens_at: datetime
    closes_at: datetime
    phase: Phase
    start: float
    end: float
    left: Part

    @property
    def mark(self) -> str:
        return MARKS[self.phase]

    @property
    def word(self) -> Part:
        return Part(f"step.{self.step.value}")


@dataclass(frozen=True)
class Month:
    first: date
    start: float


@dataclass(frozen=True)
class Line:
    """The campaign's part of the year. ``today`` in percent; None: it lies outside."""

    stretches: Sequence[Stretch]
    months: Sequence[Month]
    today: float | None
    plan_dated_on: date | None


@dataclass(frozen=True)
class Card:
    persona: Persona
    unit_name: str
    role: Part
    owes: Sequence[Part]
    address: str


@dataclass(frozen=True)
class Asked:
    """Whose duties are asked for, and when."""

    session: Session
    campaign: Campaign
    unit_id: int
    person_id: int
    now: datetime


@dataclass(frozen=True)
class Overview:
    campaign: Campaign
    line: Line
    cards: Sequence[Card]


def overview(session: Session, now: datetime) -> Overview | None:
    """None while the sample province is not there."""
    owner = units.by_code(session, "SNV")
    query = select(Campaign).where(Campaign.year == YEAR)
    campaign = session.scalar(query.where(Campaign.owner_id == owner.id)) if owner else None
    if campaign is None:
        return None
    cards = [_card(session, campaign, persona, now) for persona in PERSONAS]
    return Overview(campaign, line(session, campaign, now), cards)


def line(session: Session, campaign: Campaign, now: datetime) -> Line:
    windows = [w for w in campaigns.calendar_of(session, campaign, None) if w.opens_at]
    first = calendar.local_day(min(w.opens_at for w in windows if w.opens_at)).replace(day=1)
    last = _month_after(calendar.last_day(max(w.closes_at for w in windows)))
    begin, end = calendar.start_of(first), calendar.start_of(last)

    def place(at: datetime) -> float:
        return round(100 * ((at - begin) / (end - begin)), 2)

    months, month = [], first
    while month < last:
        months.append(Month(month, place(calendar.start_of(month))))
        month = _month_after(month)
    stretches = [
        _stretch(w, place(w.opens_at), place(w.closes_at), now) for w in windows if w.opens_at
    ]
    today = place(now) if begin <= now < end else None
    return Line(stretches, months, today, campaign.plan_dated_on)


def _stretch(window: EffectiveWindow, start: float, end: float, now: datetime) -> Stretch:
    assert window.opens_at is not None
    left = calendar.time_left(now, window.closes_at)
    phase = window.phase(now)
    return Stretch(window.step, window.opens_at, window.closes_at, phase, start, end, left)


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _card(session: Session, campaign: Campaign, persona: Persona, now: datetime) -> Card:
    unit = units.by_code(session, persona.unit)
    address = address_of(session, persona.key) or ""
    person = people.person_at(session, CHANNEL, address)
    assert unit is not None
    owes: list[Part] = []
    if person is not None:
        owes = _OWES[persona.role](Asked(session, campaign, unit.id, person.id, now))
    role = Part(f"role.{persona.role.value}")
    return Card(persona, unit.name, role, owes or [Part("demo.owes_nothing")], address)


def _sheet(asked: Asked) -> list[Part]:
    """Lines to score and prove, while the unit's window is open (R6.2)."""
    sheet = _open_sheet(asked)
    if sheet is None:
        return []
    return _work(assessment.owes(asked.session, sheet.id)) or [Part("demo.owes_sending")]


def _own_lines(asked: Asked) -> list[Part]:
    """The same of the lines that were given to a colleague (F2)."""
    sheet = _open_sheet(asked)
    if sheet is None:
        return []
    return _work(assessment.owed(allotments.share_of(asked.session, sheet, asked.person_id)))


def _open_sheet(asked: Asked) -> Assessment | None:
    """The unit's sheet while it is worked on."""
    session, campaign, unit_id = asked.session, asked.campaign, asked.unit_id
    sheet = assessment.of_unit(session, campaign.id, unit_id)
    window = campaigns.effective_window(session, campaign, Step.SELF_ASSESSMENT, unit_id)
    if sheet is None or sheet.locked_at is not None or not window.is_open(asked.now):
        return None
    return sheet


def _work(owed: Owed) -> list[Part]:
    parts = []
    if owed.not_scored:
        parts.append(Part("demo.owes_scores", n=owed.not_scored))
    if owed.not_proven:
        parts.append(Part("demo.owes_evidence", n=owed.not_proven))
    return parts


def _tasks(asked: Asked) -> list[Part]:
    """Areas whose receipt is to be acknowledged, and those to appraise (F42)."""
    tasks = appraisal.tasks_of(asked.session, asked.person_id, asked.unit_id)
    waiting = [task.area_code for task in tasks if task.status is TaskStatus.ASSIGNED]
    taken = [task.area_code for task in tasks if task.status is TaskStatus.ACKNOWLEDGED]
    parts = []
    if waiting:
        parts.append(Part("demo.owes_acknowledgement", areas=waiting))
    if taken:
        parts.append(Part("demo.has_tasks", areas=taken))
    return parts


def _units(asked: Asked) -> list[Part]:
    """How many units have not begun: what a coordinator looks after (R5.1c)."""
    tallies = assessment.tallies(asked.session, asked.campaign.id).values()
    idle = sum(1 for tally in tallies if not tally.scored and not tally.ahead)
    return [Part("demo.sees_idle", n=idle, all=len(tallies))] if idle else []


def _nothing(_: Asked) -> list[Part]:
    return []


_OWES = {
    Role.FOCAL_OFFICER: _sheet,
    Role.DEPUTY: _sheet,
    Role.HEAD: _sheet,
    Role.MEMBER: _own_lines,
    Role.STAND_IN: _sheet,
    Role.REVIEWER: _tasks,
    Role.COUNCIL_MEMBER: _tasks,
    Role.COORDINATOR: _units,
    Role.ADMIN: _nothing,
    Role.OBSERVER: _nothing,
}
