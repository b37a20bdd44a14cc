"""A role in a unit ends or changes hands, with all that hangs on it (N24)."""

from sqlalchemy.orm import Session

from models import allotments, people
from models.people import Binding, By, Person


def end_binding(session: Session, binding: Binding, reason: str, by: By) -> None:
    """As ``people.end_binding``; lines given to the person are the focal officer's again."""
    people.end_binding(session, binding, reason, by)
    allotments.fall_back(session, by, binding)


def hand_over(session: Session, binding: Binding, to: Person, by: By) -> Binding:
    """As ``people.hand_over``; lines that the former holder had are nobody's own any more."""
    successor = people.hand_over(session, binding, to, by)
    allotments.fall_back(session, by, binding)
    return successor


def hand_over_by_invitation(session: Session, binding: Binding, name: str, by: By) -> str:
    code = people.hand_over_by_invitation(session, binding, name, by)
    allotments.fall_back(session, by, binding)
    return code
