"""To whom a broadcast goes: a segment of the people of one campaign (F18).

Only people who hold a role in the campaign at this moment are in any segment. Whoever cannot be
written to is left out, and it is said who that is and why.
"""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from models import appraisal, campaigns
from models.appraisal.rules import ACTIVE, REVIEWERS
from models.appraisal.tables import AppraisalTask
from models.assessment.tables import Assessment
from models.campaigns.tables import Campaign, Step
from models.people.tables import Binding, By, Role
from models.reach.members import MEMBERS, UNIT_ROLES, Candidate, candidates, is_member
from models.units import Unit, UnitKind


class SegmentKind(enum.StrEnum):
    ROLE = "role"
    GROUP = "group"
    AREA = "area"
    UNFINISHED = "unfinished"
    UNREACHABLE = "unreachable"
    UNITS = "units"


class Audience(enum.StrEnum):
    """Who of a unit."""

    FOCAL_OFFICERS = "focal_officers"
    WORKERS = "workers"
    HEADS = "heads"
    ALL = "all"


ROLES_OF = {
    Audience.FOCAL_OFFICERS: (Role.FOCAL_OFFICER,),
    Audience.WORKERS: (Role.FOCAL_OFFICER, Role.DEPUTY),
    Audience.HEADS: (Role.HEAD,),
    Audience.ALL: (Role.FOCAL_OFFICER, Role.DEPUTY, Role.HEAD),
}
# Kinds that pick units; who of them is another question.
OF_UNITS = frozenset({SegmentKind.GROUP, SegmentKind.UNFINISHED, SegmentKind.UNITS})


class LeftOutReason(enum.StrEnum):
    NO_ACCOUNT = "no_account"  # Has a role, and no chat of theirs is known any more.
    NOBODY = "nobody"  # Nobody in the unit holds one of the roles.
    SENDER = "sender"


@dataclass(frozen=True)
class Segment:
    """``value`` is a role, a kind of unit or the code of an area; ``unit_ids`` were chosen."""

    kind: SegmentKind
    value: str = ""
    unit_ids: tuple[int, ...] = ()
    audience: Audience = Audience.WORKERS

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "value": self.value,
            "unit_ids": sorted(self.unit_ids),
            "audience": self.audience.value if self.kind in OF_UNITS else "",
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Segment":
        audience = Audience(stored["audience"]) if stored["audience"] else Audience.WORKERS
        unit_ids = tuple(stored["unit_ids"])
        return cls(SegmentKind(stored["kind"]), stored["value"], unit_ids, audience)

    @property
    def roles(self) -> Sequence[Role]:
        match self.kind:
            case SegmentKind.ROLE:
                return (Role(self.value),)
            case SegmentKind.AREA:
                return tuple(REVIEWERS)
            case SegmentKind.UNREACHABLE:
                return MEMBERS
        return ROLES_OF[self.audience]


@dataclass(frozen=True)
class LeftOut:
    """A person, or a unit in which there is nobody; then only the unit is named."""

    reason: LeftOutReason
    unit_id: int
    unit: str
    person_id: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Selection:
    """Whom a broadcast would reach at this moment, each person once, in the order of units."""

    recipients: list[Candidate] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def units(self) -> int:
        return len({candidate.unit_id for candidate in self.recipients})

    @property
    def unreachable(self) -> list[Candidate]:
        """They are tried all the same, but the last attempt failed."""
        return [c for c in self.recipients if c.unreachable_since is not None]


def select_people(session: Session, campaign: Campaign, segment: Segment, by: By) -> Selection:
    """Everybody in ``segment`` now; a few statements whatever its size."""
    of_segment = (Binding.role.in_(segment.roles), _belongs(session, campaign, segment))
    found = candidates(session, *of_segment)
    if segment.kind is SegmentKind.UNREACHABLE:
        found = [candidate for candidate in found if candidate.unreachable_since is not None]
    recipients: dict[int, Candidate] = {}
    left_out: dict[int, LeftOut] = {}
    for each in found:
        about = (each.unit_id, each.unit, each.person_id, each.name)
        if each.person_id == by.person_id:
            left_out.setdefault(each.person_id, LeftOut(LeftOutReason.SENDER, *about))
        elif not each.channel:
            left_out.setdefault(each.person_id, LeftOut(LeftOutReason.NO_ACCOUNT, *about))
        else:
            recipients.setdefault(each.person_id, each)
    empty = _units_without_anybody(session, campaign, segment, {c.unit_id for c in found})
    return Selection(list(recipients.values()), [*empty, *left_out.values()])


def areas(session: Session, campaign: Campaign) -> list[tuple[str, str]]:
    """Code and title of each area that somebody appraises, in the catalogue's order."""
    found = {area.code: area.title for area in appraisal.areas(session, campaign)}
    return sorted(found.items(), key=lambda item: (len(item[0]), item[0]))


def units_of(session: Session, campaign: Campaign, segment: Segment) -> list[int]:
    """The ids of the units that a segment of units picks, in the order of the list of units."""
    taking_part = campaigns.units_in(session, campaign)
    match segment.kind:
        case SegmentKind.GROUP:
            return campaigns.units_in(session, campaign, UnitKind(segment.value))
        case SegmentKind.UNITS:
            return [id for id in taking_part if id in segment.unit_ids]
        case SegmentKind.UNFINISHED:
            of_campaign = Assessment.campaign_id == campaign.id
            query = select(Assessment.unit_id).where(of_campaign, Assessment.locked_at.is_(None))
            return list(session.scalars(query.order_by(Assessment.unit_id)))
    return taking_part


def has_begun(session: Session, campaign: Campaign, now: datetime) -> bool:
    """Whether there is a step that a unit can be unfinished with."""
    if campaign.opened_at is None:
        return False
    step = campaigns.effective_window(session, campaign, Step.SELF_ASSESSMENT, None)
    return step.opens_at is None or now >= step.opens_at


def _belongs(session: Session, campaign: Campaign, segment: Segment) -> ColumnElement[bool]:
    """Whether a binding is one of the campaign's, and of the units that the segment picks."""
    of_units = Binding.unit_id.in_(units_of(session, campaign, segment))
    if segment.kind is SegmentKind.AREA:
        tasks = (
            AppraisalTask.campaign_id == campaign.id,
            AppraisalTask.area_code == segment.value,
            AppraisalTask.status.in_(ACTIVE),
            AppraisalTask.reviewer_id == Binding.person_id,
            AppraisalTask.agency_id == Binding.unit_id,
        )
        return exists().where(*tasks)
    reviewing = Binding.role.in_(REVIEWERS)
    return and_(is_member(session, campaign), or_(reviewing, of_units))


def _units_without_anybody(
    session: Session, campaign: Campaign, segment: Segment, held: Collection[int]
) -> list[LeftOut]:
    of_units = segment.kind in OF_UNITS or (
        segment.kind is SegmentKind.ROLE and Role(segment.value) in UNIT_ROLES
    )
    if not of_units:
        return []
    missing = set(units_of(session, campaign, segment)) - set(held)
    query = select(Unit).where(Unit.id.in_(missing)).order_by(Unit.id)
    return [
        LeftOut(LeftOutReason.NOBODY, unit.id, unit.short_name) for unit in session.scalars(query)
    ]
