"""Who may do what to what: one table of roles, actions and relations, asked on every entry (I8).

What the table does not allow is refused. Whether it is time for it, ``models.campaigns`` says.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from models.people.tables import Binding, By, Role
from models.refusals import Refusal
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


class Action(enum.StrEnum):
    """In brackets, what the action is done to."""

    FILE_EVIDENCE = "file_evidence"  # Line, Assessment, Evidence: hand it in, set it aside
    EXPLAIN = "explain"  # Line, Assessment
    SCORE = "score"  # Line
    VIEW_SHEET = "view_sheet"  # Assessment, Line
    DOWNLOAD_EVIDENCE = "download_evidence"  # Line
    GIVE_LINES = "give_lines"  # Assessment: say which colleague does which line
    PROPOSE = "propose"  # Assessment: check it before sending, lay it before the head
    SEND_SIGNED = "send_signed"  # Assessment: send it off with the report that the head signed
    APPROVE = "approve"  # Assessment: send it off, or return it
    VIEW_RECEIPT = "view_receipt"  # Assessment
    REOPEN = "reopen"  # Assessment
    STAND_IN = "stand_in"  # Assessment: enter on the unit's behalf
    ASSIGN_TASKS = "assign_tasks"  # Campaign
    ANSWER_TASK = "answer_task"  # AppraisalTask: acknowledge it, decline it
    VIEW_PROGRESS = "view_progress"  # Campaign
    BROADCAST = "broadcast"  # Campaign
    ANSWER_BROADCAST = "answer_broadcast"  # BroadcastRecipient: acknowledge it, read it again
    VIEW_REACH = "view_reach"  # Campaign: who was told what, and how far it got
    CHASE = "chase"  # Assessment, Campaign: urge who is late, one rung higher or by letter
    RUN_CAMPAIGN = "run_campaign"  # Campaign, or the Unit that is to own it
    INVITE = "invite"  # Grant
    REVOKE = "revoke"  # Grant
    HAND_OVER = "hand_over"  # Grant
    VIEW_PEOPLE = "view_people"  # Unit
    MANAGE_DEAD_LETTERS = "manage_dead_letters"  # nothing
    MANAGE_SENDING = "manage_sending"  # nothing: hold, release
    SETTLE_MESSAGES = "settle_messages"  # the Unit that a notice was for; nothing else has one
    IMPORT = "import"  # nothing


class Relation(enum.Enum):
    """How the actor stands to the thing."""

    ANY = "any"
    OWN = "own"  # It belongs to the unit for which the actor acts.
    LED = "led"  # That unit owns the campaign it belongs to, or leads the unit.
    GIVEN = "given"  # The line, or one of the sheet's, was given to the actor; they handed it in.
    ASSIGNED = "assigned"  # A task gives this line, or its campaign's points beside the 100, to
    # the actor, whose own unit it is not.
    SELF = "self"  # The task is the actor's, the message was sent to them.


@dataclass(frozen=True)
class Grant:
    """A role in a unit, to be given or taken."""

    unit: Unit
    role: Role


OPERATOR = None  # The command line and the jobs: they have neither a person nor an event.

Row = Mapping[Role | None, frozenset[Relation]]

_OWN = frozenset({Relation.OWN})
_LED = frozenset({Relation.LED})
_ANY = frozenset({Relation.ANY})
_ASSIGNED = frozenset({Relation.ASSIGNED})
_SELF = frozenset({Relation.SELF})

_GIVEN = frozenset({Relation.GIVEN})

_SIGNS: Row = {Role.FOCAL_OFFICER: _OWN, Role.DEPUTY: _OWN, Role.HEAD: _OWN}
# A colleague writes only on the lines given to them, and sees the sheet that these belong to.
_WORKS: Row = {**_SIGNS, Role.MEMBER: _GIVEN, Role.STAND_IN: _OWN}
_SEES: Row = {
    **_SIGNS,
    Role.MEMBER: _OWN,
    Role.STAND_IN: _OWN,
    Role.COORDINATOR: _LED,
    Role.OBSERVER: _OWN | _LED,
    OPERATOR: _ANY,
}
_LEADS: Row = {Role.COORDINATOR: _LED, OPERATOR: _ANY}
_WRITES: Row = {Role.COORDINATOR: _LED}  # Whoever is written to shall know by whom.
_STAFFS: Row = {
    Role.ADMIN: _OWN | _LED,
    Role.COORDINATOR: _OWN | _LED,
    OPERATOR: _ANY,
}
# Whoever belongs to the unit, and who leads the campaign or its system (N18).
_RECEIPTS: Row = {
    **dict.fromkeys(Role, _OWN),
    Role.COORDINATOR: _OWN | _LED,
    Role.ADMIN: _OWN | _LED,
    OPERATOR: _ANY,
}
_OWN_STAFF: Row = {Role.HEAD: _OWN, Role.FOCAL_OFFICER: _OWN}

TABLE: Mapping[Action, Row] = {
    Action.FILE_EVIDENCE: _WORKS,
    Action.EXPLAIN: _WORKS,
    Action.SCORE: _WORKS,
    Action.VIEW_SHEET: _SEES,
    Action.DOWNLOAD_EVIDENCE: {**_SEES, Role.REVIEWER: _ASSIGNED, Role.COUNCIL_MEMBER: _ASSIGNED},
    Action.GIVE_LINES: _SIGNS,
    Action.PROPOSE: _SIGNS,
    Action.SEND_SIGNED: {Role.FOCAL_OFFICER: _OWN, Role.DEPUTY: _OWN},
    Action.APPROVE: {Role.HEAD: _OWN},
    Action.VIEW_RECEIPT: _RECEIPTS,
    Action.REOPEN: _LEADS,
    Action.STAND_IN: {Role.COORDINATOR: _LED},
    Action.ASSIGN_TASKS: _LEADS,
    Action.ANSWER_TASK: {Role.REVIEWER: _SELF, Role.COUNCIL_MEMBER: _SELF},
    Action.VIEW_PROGRESS: {**_LEADS, Role.OBSERVER: _LED},
    Action.BROADCAST: _WRITES,
    Action.ANSWER_BROADCAST: dict.fromkeys(Role, _SELF),
    Action.VIEW_REACH: _WRITES,
    Action.CHASE: _WRITES,
    Action.RUN_CAMPAIGN: _LEADS,
    Action.INVITE: {**_STAFFS, **_OWN_STAFF},
    Action.REVOKE: {**_STAFFS, **_OWN_STAFF},
    Action.HAND_OVER: {**_STAFFS, Role.HEAD: _OWN},
    Action.VIEW_PEOPLE: {**_STAFFS, **_OWN_STAFF},
    Action.MANAGE_DEAD_LETTERS: {Role.ADMIN: _ANY, OPERATOR: _ANY},
    Action.MANAGE_SENDING: {Role.ADMIN: _ANY, OPERATOR: _ANY},
    Action.SETTLE_MESSAGES: {Role.ADMIN: _ANY, Role.COORDINATOR: _LED, OPERATOR: _ANY},
    Action.IMPORT: {OPERATOR: _ANY},
}

_ALL = frozenset(Role) - {Role.STAND_IN}
# Nobody hands out more than they are trusted with: the roles that may be given and taken.
GRANTS: Mapping[Role | None, Mapping[Relation, frozenset[Role]]] = {
    OPERATOR: {Relation.ANY: _ALL},
    Role.ADMIN: {Relation.OWN: _ALL, Relation.LED: _ALL - {Role.ADMIN}},
    Role.COORDINATOR: {
        Relation.OWN: _ALL - {Role.ADMIN},
        Relation.LED: _ALL - {Role.ADMIN, Role.COORDINATOR},
    },
    Role.HEAD: {Relation.OWN: frozenset({Role.DEPUTY, Role.MEMBER})},
    Role.FOCAL_OFFICER: {Relation.OWN: frozenset({Role.DEPUTY, Role.MEMBER})},
}
# A head also says who follows the unit's focal officer (N24).
HANDED_OVER: Mapping[Role | None, frozenset[Role]] = {Role.HEAD: frozenset({Role.FOCAL_OFFICER})}
# Nobody gives the role of a stand-in: it comes from the coordinator's own, and can be taken.
TAKEN: Mapping[Role | None, frozenset[Role]] = dict.fromkeys(
    (OPERATOR, Role.ADMIN, Role.COORDINATOR), frozenset({Role.STAND_IN})
)


_NOT_YOURS = {Action.ANSWER_TASK: "not_your_task", Action.ANSWER_BROADCAST: "not_your_notice"}


def why_not(session: Session, by: By, action: Action, thing: "Thing" = None) -> Refusal | None:
    """Why ``by`` may not do this to ``thing``; None if they may."""
    if by.binding is not None and by.binding.ended_at is not None:
        return Refusal("role_ended")
    if not _is_operator(by) and by.binding is None:
        return Refusal("not_your_role")
    row = TABLE[action]
    if by.role not in row:
        return Refusal("not_your_role")
    standing = _relations(session, by, thing)
    if not standing & row[by.role]:
        return _why_no_relation(action, thing, row[by.role], standing)
    if isinstance(thing, Grant):
        return _why_not_grant(by, action, thing, standing)
    return None


def check(session: Session, by: By, action: Action, thing: "Thing" = None) -> None:
    """Raises the refusal, if there is one."""
    if refusal := why_not(session, by, action, thing):
        raise refusal


def grantable_roles(session: Session, by: By, unit: Unit) -> list[Role]:
    """The roles that ``by`` may give somebody in ``unit``."""
    grants = (Grant(unit, role) for role in Role)
    return [grant.role for grant in grants if not why_not(session, by, Action.INVITE, grant)]


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


def _why_no_relation(
    action: Action, thing: "Thing", wanted: frozenset[Relation], standing: set[Relation]
) -> Refusal:
    from models.evidence.tables import Evidence

    if action in _NOT_YOURS:
        return Refusal(_NOT_YOURS[action])
    if Relation.GIVEN in wanted and Relation.OWN in standing:
        return Refusal(
            "document_of_colleague" if isinstance(thing, Evidence) else "line_not_given"
        )
    return Refusal("not_your_unit")


def _is_operator(by: By) -> bool:
    """A stranger's turn has no person either, but it has the event that it answers."""
    return by.person is None and by.event_id is None


def _why_not_grant(
    by: By, action: Action, grant: Grant, standing: set[Relation]
) -> Refusal | None:
    allowed = GRANTS.get(by.role, {})
    roles = frozenset[Role]().union(*(allowed.get(relation, ()) for relation in standing))
    if action is Action.HAND_OVER:
        roles |= HANDED_OVER.get(by.role, frozenset())
    if action is Action.REVOKE:
        roles |= TAKEN.get(by.role, frozenset())
    if grant.role in roles:
        return None
    return Refusal("role_not_yours_to_give", role=grant.role, unit=grant.unit.name)


def _relations(session: Session, by: By, thing: "Thing") -> set[Relation]:
    from models.appraisal.tables import AppraisalTask  # Those packages ask this module.
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

    # Bonus and penalty points belong to no area: they concern whoever appraises some of it.
    has_area = line.item.method is not Method.ADJUSTMENT
    if has_area and by.unit_id != line.item.appraising_agency_id:
        return False  # R5.2a
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
