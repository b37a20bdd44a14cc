"""Who is who, who holds what where, and who was invited."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from models import policy, units
from models.people.tables import Account, Binding, By, Invitation, Person, Role
from models.text import clean
from models.units import Unit, UnitKind


def person_at(session: Session, channel: str, address: str) -> Person | None:
    """Whose account this is now."""
    live = (Account.channel == channel, Account.address == address, Account.ended_at.is_(None))
    return session.scalar(select(Person).join(Account).where(*live))


def active_bindings(session: Session, person_id: int) -> list[Binding]:
    """The roles that the person holds at this moment, the oldest first.

    Read afresh in every turn: what was revoked a second ago is not here (N24).
    """
    query = select(Binding).options(joinedload(Binding.unit)).order_by(Binding.id)
    of_person = (Binding.person_id == person_id, Binding.ended_at.is_(None))
    return list(session.scalars(query.where(*of_person)))


def is_bound(session: Session, channel: str, address: str) -> bool:
    """Whether somebody who holds a role writes from there."""
    live = (Account.channel == channel, Account.address == address, Account.ended_at.is_(None))
    theirs = select(Binding.id).join(Account, Account.person_id == Binding.person_id)
    return session.scalar(theirs.where(*live, Binding.ended_at.is_(None)).limit(1)) is not None


def holders(session: Session, unit_id: int, roles: Collection[Role]) -> list[Person]:
    """Who holds one of these roles in the unit, each person once."""
    in_unit = (Binding.unit_id == unit_id, Binding.role.in_(roles))
    return _people_bound(session, *in_unit)


def holders_of_role(session: Session, role: Role) -> list[Person]:
    return _people_bound(session, Binding.role == role)


def bindings_of_unit(session: Session, unit_id: int) -> list[Binding]:
    """The roles held in the unit now, with their people, the oldest first."""
    query = select(Binding).options(joinedload(Binding.person), joinedload(Binding.unit))
    in_unit = (Binding.unit_id == unit_id, Binding.ended_at.is_(None))
    return list(session.scalars(query.where(*in_unit).order_by(Binding.id)))


def bindings_matching(
    session: Session, *, name: str = "", unit: Unit | None = None, role: Role | None = None
) -> list[Binding]:
    """The roles held now that fit all that is given; a name fits as a whole, in any case."""
    query = select(Binding).options(joinedload(Binding.person), joinedload(Binding.unit))
    query = query.where(Binding.ended_at.is_(None)).order_by(Binding.id)
    if unit is not None:
        query = query.where(Binding.unit_id == unit.id)
    if role is not None:
        query = query.where(Binding.role == role)
    sought = clean(name).casefold()
    return [b for b in session.scalars(query) if sought in ("", b.person.name.casefold())]


def pending_invitations(session: Session, unit_id: int) -> list[Invitation]:
    """Invitations into the unit that nobody accepted or refused, the expired ones too."""
    open_ones = (
        Invitation.unit_id == unit_id,
        Invitation.person_id.is_(None),
        Invitation.used_at.is_(None),
        Invitation.voided_at.is_(None),
    )
    return list(session.scalars(select(Invitation).where(*open_ones).order_by(Invitation.id)))


def accounts_of(session: Session, person_id: int) -> list[Account]:
    """The accounts from which the person may write, the oldest first."""
    live = (Account.person_id == person_id, Account.ended_at.is_(None))
    return list(session.scalars(select(Account).where(*live).order_by(Account.id)))


@dataclass(frozen=True)
class Seen:
    """When a person last wrote, on any channel, and whether one of them still reaches them."""

    at: datetime
    reachable: bool


def last_seen(session: Session, person_ids: Sequence[int]) -> dict[int, Seen]:
    """For each of these people who has an account (F3)."""
    reached = func.count().filter(Account.unreachable_since.is_(None))
    query = select(Account.person_id, func.max(Account.last_used_at), reached)
    live = (Account.person_id.in_(person_ids), Account.ended_at.is_(None))
    rows = session.execute(query.where(*live).group_by(Account.person_id))
    return {person_id: Seen(at, count > 0) for person_id, at, count in rows}


def units_in_reach(session: Session, by: By) -> list[Unit]:
    """The units whose people ``by`` may see, communes last. Raises Refusal."""
    every = units.all_units(session)
    if by.unit is not None:
        led = policy.led_unit_ids(session, by.unit) if by.role in _LEADERS else {by.unit.id}
        every = [unit for unit in every if unit.id in led]
    viewed = policy.Action.VIEW_PEOPLE
    if every and (refusal := policy.why_not(session, by, viewed, by.unit or every[0])):
        raise refusal
    return sorted(every, key=lambda unit: unit.kind is UnitKind.COMMUNE)


def units_without(session: Session, unit_ids: Collection[int], role: Role) -> set[int]:
    """Those of these units in which nobody holds the role."""
    held = select(Binding.unit_id).where(Binding.role == role, Binding.ended_at.is_(None))
    return set(unit_ids) - set(session.scalars(held))


_LEADERS = {Role.ADMIN, Role.COORDINATOR}


def _people_bound(session: Session, *conditions: ColumnElement[bool]) -> list[Person]:
    bound = select(Binding.person_id).where(Binding.ended_at.is_(None), *conditions)
    return list(session.scalars(select(Person).where(Person.id.in_(bound)).order_by(Person.id)))
