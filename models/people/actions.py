"""Roles are ended and handed over; accounts are seen; a person chooses a language."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from models import audit, policy
from models.people import invitations
from models.people.tables import Binding, By, Language, Person, Role
from models.refusals import Refusal


def end_binding(session: Session, binding: Binding, reason: str, by: By) -> None:
    """Take a role away at once; the row stays, with who did it, when and why (I9)."""
    policy.check(session, by, policy.Action.REVOKE, policy.Grant(binding.unit, binding.role))
    close(session, binding, reason, by)
    audit.append(session, "role_ended", by, binding=binding.id, reason=reason.strip())


def hand_over(session: Session, binding: Binding, to: Person, by: By) -> Binding:
    """``to`` has the role from now on and its holder no longer; history stays the unit's (N24)."""
    policy.check(session, by, policy.Action.HAND_OVER, policy.Grant(binding.unit, binding.role))
    if to.id == binding.person_id:
        raise Refusal("handed_to_holder", name=to.name)
    close(session, binding, "handed over", by)
    successor = invitations.bind(session, to, binding.unit, binding.role, by.person_id, by.at)
    audit.append(session, "role_handed_over", by, binding=binding.id, successor=successor.id)
    return successor


def hand_over_by_invitation(session: Session, binding: Binding, name: str, by: By) -> str:
    """The holder loses the role at once; whoever brings the returned code takes it up."""
    policy.check(session, by, policy.Action.HAND_OVER, policy.Grant(binding.unit, binding.role))
    close(session, binding, "handed over", by)
    audit.append(session, "role_handed_over", by, binding=binding.id)
    return invitations.issue(session, by, unit=binding.unit, role=binding.role, name=name)


def choose_language(session: Session, person: Person, language: Language, by: By) -> None:
    if person.id != by.person_id:
        raise Refusal("not_your_role")
    person.language = language
    audit.append(session, "language_chosen", by, language=language.value)


def close(session: Session, binding: Binding, reason: str, by: By) -> None:
    """End the role; whoever may has been asked.

    One conditional UPDATE, so that of two people who end a role only one has done it. Who is no
    coordinator any more stands in for no unit.
    """
    if not reason.strip():
        raise Refusal("reason_missing")
    still_held = (Binding.id == binding.id, Binding.ended_at.is_(None))
    change = {"ended_at": by.at, "ended_by_id": by.person_id, "end_reason": reason.strip()}
    ended = session.execute(update(Binding).where(*still_held).values(change))
    if ended.rowcount != 1:  # type: ignore[attr-defined]
        raise Refusal("role_ended_already")
    session.refresh(binding)
    if binding.role is Role.COORDINATOR:
        standing = (Binding.person_id == binding.person_id, Binding.role == Role.STAND_IN)
        dependent = update(Binding).where(*standing, Binding.ended_at.is_(None)).values(change)
        session.execute(dependent)
