"""May somebody do this to that? Asked on every entry; the answer is a refusal or none (I8)."""

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from models.people.tables import By, Role
from models.policy.matrix import GRANTS, HANDED_OVER, TABLE, TAKEN, Action, Relation
from models.policy.relations import Grant, relations
from models.refusals import Refusal
from models.units import Unit

if TYPE_CHECKING:
    from models.policy.relations import Thing

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
    standing = relations(session, by, thing)
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
