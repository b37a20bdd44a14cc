"""Beginning to enter on behalf of a unit, and ending it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import assessment, audit, outbox, people
from models.assessment.tables import Assessment
from models.messages import Choice
from models.people import invitations
from models.people.tables import Binding, By, Role
from models.refusals import Refusal
from models.stand_ins import queries, rules
from models.stand_ins.tables import StandIn

# Who of the unit is told: the first of these roles that somebody holds.
TOLD = (Role.FOCAL_OFFICER, Role.DEPUTY, Role.HEAD)


def begin(session: Session, by: By, sheet: Assessment, reason: str) -> Binding:
    """The role in which ``by`` enters on the sheet from now on; in that of another unit no more.

    The unit's focal officers are told, once.
    """
    assessment.hold(session, sheet)
    if refusal := rules.why_not_begin(session, by, sheet, reason):
        raise refusal
    assert by.person is not None  # The policy lets only people stand in.
    _end_others(session, by)
    role = invitations.bind(session, by.person, sheet.unit, Role.STAND_IN, by.person.id, by.at)
    stand_in = StandIn(assessment=sheet, binding=role, reason=reason.strip())
    session.add(stand_in)
    session.flush()
    about = {"sheet": sheet.id, "stand_in": stand_in.id, "binding": role.id}
    audit.append(session, "begin_stand_in", by, **about, reason=stand_in.reason)
    _tell_unit(session, by, stand_in)
    return role


def end(session: Session, by: By) -> StandIn:
    """Whoever stands in does so no longer; what was entered stays as it is marked."""
    found = queries.standing_of(session, by)
    if found is None:
        raise Refusal("stand_in_is_over", [Choice("menu")])
    _close(session, by, found.binding)
    return found


def end_all(session: Session, by: By, sheet: Assessment) -> None:
    """The sheet is handed in: nobody enters on it any more (F37)."""
    for each in queries.of_sheet(session, sheet.id):
        if each.binding.ended_at is None:
            _close(session, by, each.binding)


def _end_others(session: Session, by: By) -> None:
    held = (Binding.person_id == by.person_id, Binding.role == Role.STAND_IN)
    for binding in session.scalars(select(Binding).where(*held, Binding.ended_at.is_(None))):
        _close(session, by, binding)


def _close(session: Session, by: By, binding: Binding) -> None:
    people.close(session, binding, "stood in", by)
    audit.append(session, "end_stand_in", by, binding=binding.id)


def _tell_unit(session: Session, by: By, stand_in: StandIn) -> None:
    bindings = people.bindings_of_unit(session, stand_in.assessment.unit_id)
    of_role = ([each for each in bindings if each.role is role] for role in TOLD)
    for binding in next((found for found in of_role if found), []):
        outbox.enqueue(
            session,
            "unit_has_stand_in",
            {
                "person": by.person.name if by.person else "",
                "owner": stand_in.assessment.campaign.owner.name,
                "unit": stand_in.assessment.unit.name,
                "reason": stand_in.reason,
            },
            to=binding.person,
            key=f"stand_in:{stand_in.id}:{binding.person_id}",
            at=by.at,
            choices=[Choice("status"), Choice("menu")],
            binding_id=binding.id,
        )
