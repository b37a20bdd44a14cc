"""What there is to appraise, for whom, and who has it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from models import campaigns, people
from models.appraisal.rules import ACTIVE, REVIEWERS
from models.appraisal.tables import AppraisalTask, TaskStatus
from models.assessment.tables import Assessment, Line
from models.campaigns.tables import Campaign, Step, UnitGroup
from models.catalogue.tables import Item, Method
from models.people import Binding, Person, Role
from models.refusals import Refusal
from models.text import fold
from models.units import Unit

AreaItem = aliased(Item)


@dataclass(frozen=True)
class Share:
    """How many lines of one unit belong to a task."""

    unit: Unit
    lines: int


@dataclass(frozen=True)
class Scope:
    """The lines of a task by unit; ``left_out`` are the own units that have lines in it (N2)."""

    shares: Sequence[Share]
    left_out: Sequence[Unit]

    @property
    def units(self) -> int:
        return len(self.shares)

    @property
    def lines(self) -> int:
        return sum(share.lines for share in self.shares)


@dataclass(frozen=True)
class Area:
    """An area in which ``agency`` appraises: the units, and the lines, that are not its own."""

    agency: Unit
    code: str
    title: str
    units: int
    lines: int


@dataclass(frozen=True)
class Holding:
    """An area and the tasks by which somebody has it; none: it is still to be given."""

    area: Area
    tasks: Sequence[AppraisalTask]


def areas(session: Session, campaign: Campaign) -> list[Area]:
    """All areas of all appraising agencies, in the order of agencies and of the catalogue."""
    query = (
        select(
            Unit,
            AreaItem.code,
            func.min(AreaItem.title),
            func.count(Assessment.unit_id.distinct()),
            func.count(Line.id),
        )
        .select_from(Line)
        .join(Line.assessment)
        .join(Item, Line.item_id == Item.id)
        .join(AreaItem, Item.area_id == AreaItem.id)
        .join(Unit, Item.appraising_agency_id == Unit.id)
        .where(_to_appraise(campaign.id), Assessment.unit_id != Unit.id)
        .group_by(Unit.id, AreaItem.code)
        .order_by(Unit.id, func.min(AreaItem.position))
    )
    return [Area(*row) for row in session.execute(query)]


def areas_of_agency(session: Session, campaign: Campaign, agency: Unit) -> list[Area]:
    return [area for area in areas(session, campaign) if area.agency.id == agency.id]


def scope(session: Session, task: AppraisalTask) -> Scope:
    return scope_for(session, task.campaign, task.agency, task.area_code, task.reviewer)


def scope_for(
    session: Session, campaign: Campaign, agency: Unit, area_code: str, reviewer: Person
) -> Scope:
    """What the reviewer appraises, counted from the roles held at this moment (N2)."""
    query = (
        select(Unit, func.count(Line.id))
        .select_from(Line)
        .join(Line.assessment)
        .join(Assessment.unit)
        .join(Item, Line.item_id == Item.id)
        .join(AreaItem, Item.area_id == AreaItem.id)
        .where(
            _to_appraise(campaign.id),
            Item.appraising_agency_id == agency.id,
            AreaItem.code == area_code,
        )
        .group_by(Unit.id)
        .order_by(Unit.id)
    )
    own = _units_of(session, reviewer.id) | {agency.id}
    shares = [Share(unit, lines) for unit, lines in session.execute(query)]
    return Scope(
        shares=tuple(share for share in shares if share.unit.id not in own),
        left_out=tuple(share.unit for share in shares if share.unit.id in own),
    )


def board(session: Session, campaign: Campaign, agency: Unit | None = None) -> list[Holding]:
    """Every area and who has it, of one agency or of all (N1)."""
    held = defaultdict(list)
    for task in active_tasks(session, campaign):
        held[task.agency_id, task.area_code].append(task)
    return [
        Holding(area, held[area.agency.id, area.code])
        for area in areas(session, campaign)
        if agency is None or area.agency.id == agency.id
    ]


def area_title(session: Session, campaign: Campaign, area_code: str) -> str:
    """The area's title in the campaign's catalogues; the first one where they differ."""
    query = (
        select(Item.title)
        .join(UnitGroup, UnitGroup.catalogue_version_id == Item.version_id)
        .where(UnitGroup.campaign_id == campaign.id, Item.code == area_code)
        .order_by(UnitGroup.id)
    )
    return session.scalars(query).first() or ""


def tasks_of(
    session: Session, person_id: int, agency_id: int | None = None
) -> list[AppraisalTask]:
    """What the person has to appraise now, for one agency or all for which they still review."""
    of_person = (AppraisalTask.reviewer_id == person_id, AppraisalTask.status.in_(ACTIVE))
    query = select(AppraisalTask).where(*of_person, _reviewer_is_bound())
    if agency_id is not None:
        query = query.where(AppraisalTask.agency_id == agency_id)
    return list(session.scalars(query.order_by(AppraisalTask.campaign_id, AppraisalTask.id)))


def active_tasks(session: Session, campaign: Campaign) -> list[AppraisalTask]:
    """Who has what, in the order it was given. A reviewer who lost the role has nothing."""
    of_campaign = (AppraisalTask.campaign_id == campaign.id, AppraisalTask.status.in_(ACTIVE))
    query = select(AppraisalTask).where(*of_campaign, _reviewer_is_bound())
    return list(session.scalars(query.order_by(AppraisalTask.id)))


def newest_tasks(session: Session, campaign: Campaign) -> list[AppraisalTask]:
    """The last row of every person and area that is not ended: given, acknowledged, declined."""
    of_campaign = AppraisalTask.campaign_id == campaign.id
    same = (AppraisalTask.agency_id, AppraisalTask.area_code, AppraisalTask.reviewer_id)
    newest = select(func.max(AppraisalTask.id)).where(of_campaign).group_by(*same)
    query = select(AppraisalTask).where(
        AppraisalTask.id.in_(newest), AppraisalTask.status != TaskStatus.ENDED
    )
    return list(session.scalars(query.order_by(AppraisalTask.id)))


def last_decline(
    session: Session, campaign: Campaign, agency: Unit, area_code: str, person: Person
) -> AppraisalTask | None:
    """The newest "no" of this person to this area; they may be asked again (C19)."""
    query = select(AppraisalTask).where(
        _same_area(campaign.id, agency.id, [area_code]),
        AppraisalTask.reviewer_id == person.id,
        AppraisalTask.status == TaskStatus.DECLINED,
    )
    return session.scalar(query.order_by(AppraisalTask.id.desc()).limit(1))


def areas_held(
    session: Session, campaign: Campaign, agency: Unit, person_id: int, codes: Collection[str]
) -> set[str]:
    """Those of ``codes`` that the person has been given and has not declined."""
    query = select(AppraisalTask.area_code).where(
        _same_area(campaign.id, agency.id, codes),
        AppraisalTask.reviewer_id == person_id,
        AppraisalTask.status.in_(ACTIVE),
    )
    return set(session.scalars(query))


def reviewers_of(session: Session, agency: Unit) -> list[Person]:
    """Who may be given an area of ``agency``."""
    return people.holders(session, agency.id, REVIEWERS)


def reviewer_named(session: Session, agency: Unit, text: str) -> Person:
    """The one reviewer of ``agency`` whose number or name is ``text``. Raises Refusal."""
    people = reviewers_of(session, agency)
    wanted = fold(text)
    exact = [p for p in people if wanted in (str(p.id), fold(p.name))]
    found = exact or [p for p in people if wanted and wanted in fold(p.name)]
    if not found:
        raise Refusal("reviewer_unknown", agency=agency.name, text=text)
    if len(found) > 1:
        names = [f"{person.id} {person.name}" for person in found]
        raise Refusal("reviewer_ambiguous", text=text, people=names)
    return found[0]


def still_reviews(session: Session, task: AppraisalTask) -> bool:
    return any(person.id == task.reviewer_id for person in reviewers_of(session, task.agency))


def due_at(session: Session, task: AppraisalTask) -> datetime:
    """When the round ends in which the agency has to be done (R6.4)."""
    return closes_at(session, task.campaign, task.agency)


def closes_at(session: Session, campaign: Campaign, agency: Unit) -> datetime:
    return campaigns.effective_window(session, campaign, Step.ROUND_1, agency.id).closes_at


def campaign_led_by(session: Session, unit_id: int | None) -> Campaign | None:
    """The newest campaign that the unit owns (R5.1b, R5.4b)."""
    query = select(Campaign).where(Campaign.owner_id == unit_id)
    return session.scalar(query.order_by(Campaign.year.desc()).limit(1))


def _to_appraise(campaign_id: int) -> ColumnElement[bool]:
    """Lines of the campaign that count; a survey line is nobody's appraisal task, and bonus and
    penalty points belong to no area."""
    return and_(
        Assessment.campaign_id == campaign_id,
        Line.exempt.is_(False),
        Item.method.not_in((Method.SURVEY, Method.ADJUSTMENT)),
    )


def _same_area(campaign_id: int, agency_id: int, codes: Collection[str]) -> ColumnElement[bool]:
    return and_(
        AppraisalTask.campaign_id == campaign_id,
        AppraisalTask.agency_id == agency_id,
        AppraisalTask.area_code.in_(codes),
    )


def _reviewer_is_bound() -> ColumnElement[bool]:
    return (
        _bindings_of(AppraisalTask.reviewer_id)
        .where(Binding.unit_id == AppraisalTask.agency_id, Binding.role.in_(REVIEWERS))
        .exists()
    )


def _units_of(session: Session, person_id: int) -> set[int]:
    return set(session.scalars(_bindings_of(person_id)))


def _bindings_of(person_id: object) -> Select[int]:
    """The units to which the person belongs, and those for which they ever stood in (T7)."""
    still = or_(Binding.ended_at.is_(None), Binding.role == Role.STAND_IN)
    return select(Binding.unit_id).where(Binding.person_id == person_id, still)
