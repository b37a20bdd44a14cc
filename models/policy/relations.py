"""How somebody stands to what they want to act on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from models.people.tables import Binding, By, Role
from models.policy.matrix import Relation
from models.units import Unit, UnitKind

if TYPE_CHECKING:
    from models.appraisal.tables import AppraisalTask
    from models.assessment.tables import Assessment, Line
    from models.broadcasts.tables import BroadcastRecipient
    from models.campaigns.tables import Campaign
    from models.evidence.tables import Evidence

    Thing: TypeAlias = (
        "Unit | Grant | Assessment | Line | Evidence | Campaign | AppraisalTask"
        " | BroadcastRecipient | None"
    )


@dataclass(frozen=True)
class Grant:
    """A role in a unit, to be given or taken."""

    unit: Unit
    role: Role


def relations(session: Session, by: By, thing: "Thing") -> set[Relation]:
    """All of them at once: somebody may be in the unit and lead its campaign."""
    from models.appraisal.tables import AppraisalTask  # Those packages ask this one.
    from models.assessment.tables import Assessment, Line
    from models.broadcasts.tables import BroadcastRecipient
    from models.campaigns.tables import Campaign
    from models.evidence.tables import Evidence

    found = {Relation.ANY}
    if by.unit is None:
        return found
    match thing:
        case Unit() | Grant():
            unit = thing.unit if isinstance(thing, Grant) else thing
            found |= _own(by, unit.id)
            found |= {Relation.LED} if unit.id in led_unit_ids(session, by.unit) else set()
        case Campaign():
            found |= _own(by, thing.owner_id) | _led(by, thing)
        case AppraisalTask():
            found |= _own(by, thing.agency_id) | _led(by, thing.campaign)
            own = thing.reviewer_id == by.person_id and thing.agency_id == by.unit_id
            found |= {Relation.SELF} if own else set()
        case BroadcastRecipient():
            found |= {Relation.SELF} if thing.person_id == by.person_id else set()
        case Assessment():
            found |= _own(by, thing.unit_id) | _led(by, thing.campaign)
            found |= {Relation.GIVEN} if _has_lines(session, by, sheet_id=thing.id) else set()
        case Line():
            found |= _own(by, thing.assessment.unit_id) | _led(by, thing.assessment.campaign)
            found |= {Relation.ASSIGNED} if _is_assigned(session, by, thing) else set()
            found |= {Relation.GIVEN} if _has_lines(session, by, line_id=thing.id) else set()
        case Evidence():
            found |= _own(by, thing.assessment.unit_id) | _led(by, thing.assessment.campaign)
            is_theirs = Relation.OWN in found and thing.added_by_id == by.person_id
            found |= {Relation.GIVEN} if is_theirs else set()
    return found


def _own(by: By, unit_id: int) -> set[Relation]:
    return {Relation.OWN} if by.unit_id == unit_id else set()


def _led(by: By, campaign: "Campaign") -> set[Relation]:
    return {Relation.LED} if by.unit_id == campaign.owner_id else set()


def _has_lines(
    session: Session, by: By, *, line_id: int | None = None, sheet_id: int | None = None
) -> bool:
    """Whether the line, or some line of the sheet, is given to the actor in this role (R5.3a)."""
    if by.role is not Role.MEMBER or by.binding is None:
        return False  # The others write on every line of the unit.
    from models.allotments.tables import Allotment
    from models.assessment.tables import Line

    given = select(Allotment.id).join(Line, Line.id == Allotment.line_id)
    given = given.where(Allotment.binding_id == by.binding.id, Allotment.ended_at.is_(None))
    wanted = Line.id == line_id if sheet_id is None else Line.assessment_id == sheet_id
    return bool(session.scalar(select(exists(given.where(wanted)))))


def _is_assigned(session: Session, by: By, line: "Line") -> bool:
    from models.appraisal.tables import AppraisalTask, TaskStatus
    from models.catalogue.tables import Method

    # Bonus and penalty points belong to no area: who appraises for the leading unit has them.
    has_area = line.item.method is not Method.ADJUSTMENT
    leading = line.assessment.campaign.owner_id
    if by.unit_id != (line.item.appraising_agency_id if has_area else leading):
        return False  # R5.1b, R5.2a
    # Who once entered on a unit's behalf does not appraise what they entered.
    still = or_(Binding.ended_at.is_(None), Binding.role == Role.STAND_IN)
    units = select(Binding.unit_id).where(Binding.person_id == by.person_id, still)
    if line.assessment.unit_id in set(session.scalars(units)):
        return False  # Nobody appraises the own unit, in whatever role they belong to it.
    tasks = select(AppraisalTask.id).where(
        AppraisalTask.campaign_id == line.assessment.campaign_id,
        AppraisalTask.reviewer_id == by.person_id,
        AppraisalTask.agency_id == by.unit_id,
        AppraisalTask.status.in_((TaskStatus.ASSIGNED, TaskStatus.ACKNOWLEDGED)),
    )
    if has_area:
        tasks = tasks.where(AppraisalTask.area_code == line.item.code.partition(".")[0])
    return bool(session.scalar(select(exists(tasks))))


def led_unit_ids(session: Session, leader: Unit) -> set[int]:
    """The units of the campaigns that ``leader`` owns, itself, and those it is to prepare one for.

    A district leads its communes (R5.4b); a department that owns a campaign, or is the first to
    do so, leads the departments and districts (R5.1b).
    """
    from models.assessment.tables import Assessment  # Those packages ask this module.
    from models.campaigns.tables import Campaign

    led = {leader.id, *session.scalars(select(Unit.id).where(Unit.parent_id == leader.id))}
    taking_part = select(Assessment.unit_id).join(Assessment.campaign)
    led.update(session.scalars(taking_part.where(Campaign.owner_id == leader.id)))
    owners = set(session.scalars(select(Campaign.owner_id).distinct()))
    if leader.kind is UnitKind.DEPARTMENT and (not owners or leader.id in owners):
        led.update(session.scalars(select(Unit.id).where(Unit.parent_id.is_(None))))
    return led
