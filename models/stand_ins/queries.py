"""Which acts on a sheet were done on the unit's behalf."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.people.tables import Binding, By
from models.stand_ins.tables import StandIn


def of_sheet(session: Session, assessment_id: int) -> list[StandIn]:
    """All there ever were, with their roles, the oldest first."""
    query = select(StandIn).options(joinedload(StandIn.binding).joinedload(Binding.person))
    return list(
        session.scalars(query.where(StandIn.assessment_id == assessment_id).order_by(StandIn.id))
    )


def of_act(found: Sequence[StandIn], person_id: int | None, at: datetime) -> StandIn | None:
    """The one under which the person did something on the sheet ``at`` this instant."""
    for each in found:
        role = each.binding
        if role.person_id == person_id and role.since <= at and not _over(role, at):
            return each
    return None


def covering(
    session: Session, assessment_id: int, person_id: int | None, at: datetime
) -> StandIn | None:
    return of_act(of_sheet(session, assessment_id), person_id, at)


def standing_of(session: Session, by: By) -> StandIn | None:
    """The one in which the person acts now."""
    if by.binding is None:
        return None
    return session.scalar(select(StandIn).where(StandIn.binding_id == by.binding.id))


def _over(role: Binding, at: datetime) -> bool:
    return role.ended_at is not None and role.ended_at < at
