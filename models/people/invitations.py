"""Invitations: who is asked into which role, and what becomes of the code (F1, F2)."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from models import audit, policy
from models.people import codes, queries
from models.people.codes import hash_in, hash_of, seal
from models.people.tables import Account, Binding, By, Invitation, Person, Role, WrongCode
from models.refusals import Refusal
from models.units import Unit

__all__ = [
    "accept",
    "bind",
    "find_usable",
    "hash_in",
    "hash_of",
    "invite",
    "invite_to_log_in",
    "issue",
    "seal",
    "try_code",
    "void",
    "withdraw",
    "wrong_codes",
]
HOURS = 72
LOG_IN_MINUTES = 15
WRONG_CODES_AN_HOUR = 5


def invite(
    session: Session,
    by: By,
    *,
    unit: Unit,
    role: Role,
    name: str = "",
    title: str = "",
    phone: str = "",
    hours: int = HOURS,
) -> str:
    """Invite somebody into a role; the code, which is shown once and kept nowhere (F1)."""
    policy.check(session, by, policy.Action.INVITE, policy.Grant(unit, role))
    return issue(
        session, by, unit=unit, role=role, name=name, title=title, phone=phone, hours=hours
    )


def issue(
    session: Session,
    by: By,
    *,
    unit: Unit,
    role: Role,
    name: str = "",
    title: str = "",
    phone: str = "",
    hours: int = HOURS,
) -> str:
    """Make the invitation; whether ``by`` may do that, the caller has asked."""
    expires_at = by.now + timedelta(hours=hours)
    invitation = Invitation(
        unit=unit, role=role, name=name, title=title, phone=phone, expires_at=expires_at
    )
    code = _keep(session, by, invitation)
    audit.append(session, "invited", by, invitation=invitation.id, unit=unit.id, role=role.value)
    return code


def invite_to_log_in(
    session: Session, by: By, person: Person, minutes: int = LOG_IN_MINUTES
) -> str:
    """A code with which ``person`` gets in from one more account; it gives no role.

    For oneself, or from whoever may invite into one of the person's roles.
    """
    if person.id != by.person_id:
        _check_may_let_in(session, by, person)
    expires_at = by.now + timedelta(minutes=minutes)
    invitation = Invitation(person_id=person.id, expires_at=expires_at)
    code = _keep(session, by, invitation)
    audit.append(session, "log_in_offered", by, invitation=invitation.id, to=person.id)
    return code


def find_usable(session: Session, sealed_hash: str, now: datetime) -> Invitation | None:
    """The invitation that this code opens now: not used, not void, not expired."""
    return session.scalar(select(Invitation).where(*_usable(sealed_hash, now)))


def try_code(
    session: Session,
    sealed_hash: str | None,
    channel: str,
    address: str,
    now: datetime,
    most: int = WRONG_CODES_AN_HOUR,
) -> Invitation | None:
    """As ``find_usable``, for an account that may guess: what is wrong is counted.

    After ``most`` wrong ones even a right one is of no use until the hour is over.
    """
    if wrong_codes(session, channel, address, now) >= most:
        return None
    found = find_usable(session, sealed_hash, now) if sealed_hash else None
    if found is None:
        session.add(WrongCode(channel=channel, address=address, tried_at=now))
        session.flush()
    return found


def wrong_codes(session: Session, channel: str, address: str, now: datetime) -> int:
    """How many wrong codes this account has sent within the hour before ``now``."""
    recent = WrongCode.tried_at > now - timedelta(hours=1)
    query = select(func.count()).select_from(WrongCode)
    here = (WrongCode.channel == channel, WrongCode.address == address)
    return session.scalar(query.where(*here, recent)) or 0


def accept(
    session: Session,
    invitation: Invitation,
    channel: str,
    address: str,
    now: datetime,
    event_id: int | None = None,
) -> Binding | Person:
    """Use the invitation from this account: the new role, or the person who may now log in.

    The code is taken by one conditional UPDATE: of many who press at once, one is let in. An
    account that is somebody's already gets the role for that person. Raises Refusal.
    """
    _take(session, invitation, now, used_at=now)
    person = _person_to_be(session, invitation, channel, address, now)
    invitation.used_by_id = person.id
    by = By(now, person, None, event_id)
    if invitation.unit is None or invitation.role is None:
        audit.append(session, "logged_in", by, invitation=invitation.id, channel=channel)
        return person
    role, inviter = invitation.role, invitation.inviter_id
    binding = bind(session, person, invitation.unit, role, inviter, now)
    audit.append(session, "invitation_accepted", by, invitation=invitation.id, binding=binding.id)
    return binding


def void(session: Session, invitation: Invitation, by: By) -> None:
    """Make the code useless: the invited person said it is not them, or it was taken back."""
    _take(session, invitation, by.at, voided_at=by.at)
    audit.append(session, "invitation_voided", by, invitation=invitation.id)


def withdraw(session: Session, invitation: Invitation, by: By) -> None:
    """Take an invitation back, for whoever may give that role."""
    if invitation.unit is None or invitation.role is None:
        raise Refusal("code_unusable")
    policy.check(session, by, policy.Action.INVITE, policy.Grant(invitation.unit, invitation.role))
    # An expired one may be cleared away as well.
    if invitation.used_at is not None or invitation.voided_at is not None:
        raise Refusal("invitation_settled")
    invitation.voided_at = by.at
    audit.append(session, "invitation_voided", by, invitation=invitation.id)


def bind(
    session: Session,
    person: Person,
    unit: Unit,
    role: Role,
    granted_by_id: int | None,
    at: datetime,
) -> Binding:
    """Give the person the role; the one they have if they hold it already."""
    held = (Binding.person_id == person.id, Binding.unit_id == unit.id, Binding.role == role)
    binding = session.scalar(select(Binding).where(*held, Binding.ended_at.is_(None)))
    if binding is None:
        binding = Binding(
            person_id=person.id, unit=unit, role=role, since=at, granted_by_id=granted_by_id
        )
        session.add(binding)
        session.flush()
    return binding


def _keep(session: Session, by: By, invitation: Invitation) -> str:
    code = codes.new()
    invitation.code_hash = hash_of(code)
    invitation.inviter_id, invitation.created_at = by.person_id, by.at
    session.add(invitation)
    session.flush()
    return code


def _usable(sealed_hash: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Invitation.code_hash == sealed_hash,
        Invitation.used_at.is_(None),
        Invitation.voided_at.is_(None),
        Invitation.expires_at > now,
    )


def _take(session: Session, invitation: Invitation, now: datetime, **change: datetime) -> None:
    taking = update(Invitation).where(*_usable(invitation.code_hash, now)).values(change)
    if session.execute(taking.returning(Invitation.id)).scalar_one_or_none() is None:
        raise Refusal("code_unusable")
    session.refresh(invitation)


def _person_to_be(
    session: Session, invitation: Invitation, channel: str, address: str, now: datetime
) -> Person:
    """Whose account this is, or becomes with this invitation."""
    person = queries.person_at(session, channel, address)
    if person is not None:
        if invitation.person_id not in (None, person.id):
            raise Refusal("account_of_another")
        return person
    person = invitation.person
    if person is None:
        person = Person(
            name=invitation.name,
            title=invitation.title,
            phone=invitation.phone,
            created_at=now,
        )
        session.add(person)
        session.flush()
    account = Account(channel=channel, address=address, person_id=person.id)
    account.bound_at = account.last_used_at = now
    session.add(account)
    session.flush()
    return person


def _check_may_let_in(session: Session, by: By, person: Person) -> None:
    """Who lets somebody in could get in themselves: so they must be able to give every role
    that the person holds."""
    bindings = queries.active_bindings(session, person.id)
    if not bindings:
        raise Refusal("not_your_unit")
    for binding in bindings:
        if binding.role is Role.STAND_IN:
            continue  # It comes with the coordinator's role, which is asked about itself.
        policy.check(session, by, policy.Action.INVITE, policy.Grant(binding.unit, binding.role))
