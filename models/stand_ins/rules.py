"""Who may enter on behalf of a unit, and when (F40, T7)."""

from sqlalchemy.orm import Session

from models import assessment, people, policy, reasons
from models.assessment.tables import Assessment
from models.messages import Choice
from models.people.tables import By, Role
from models.policy import Action
from models.refusals import Refusal


def why_not_begin(
    session: Session, by: By, sheet: Assessment, reason: str | None
) -> Refusal | None:
    """``reason`` is None as long as nobody has been asked for it.

    Nobody stands in for a unit that they belong to: not for the own agency, nor for one in which
    they have another role.
    """
    if refusal := policy.why_not(session, by, Action.STAND_IN, sheet):
        return refusal
    assert by.person_id is not None  # The policy lets only people stand in.
    unit, offers = sheet.unit, [Choice("progress"), Choice("menu")]
    held = people.active_bindings(session, by.person_id)
    there = {binding.role for binding in held if binding.unit_id == unit.id}
    if there - {Role.STAND_IN}:
        return Refusal("stand_in_for_own_unit", offers, unit=unit.name)
    if there:
        return Refusal("stand_in_stands_already", [Choice("settings"), *offers], unit=unit.name)
    if refusal := assessment.why_not_work(session, by, sheet):
        return refusal
    return reasons.why_not(reason, "stand_in_needs_reason")
