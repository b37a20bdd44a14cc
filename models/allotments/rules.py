"""Who may give lines, which, and to whom."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models import assessment, policy
from models.allotments.tables import Allotment
from models.assessment.tables import Assessment, Line
from models.messages import Choice
from models.people.tables import Binding, By, Role
from models.policy import Action
from models.refusals import Refusal

# Who may have lines of their own; a head decides on the sheet, and others do not write on it.
HOLDERS = frozenset({Role.FOCAL_OFFICER, Role.DEPUTY, Role.MEMBER})


def why_not_share(session: Session, by: By, sheet: Assessment) -> Refusal | None:
    """Why ``by`` cannot say who does what on ``sheet``: not theirs to say, or handed in."""
    if refusal := policy.why_not(session, by, Action.GIVE_LINES, sheet):
        return refusal
    return assessment.why_locked(sheet)


def why_not_give(
    session: Session, by: By, sheet: Assessment, lines: Sequence[Line], to: Binding
) -> Refusal | None:
    """Why ``lines`` cannot be given to ``to``."""
    if refusal := why_not_share(session, by, sheet):
        return refusal
    offers = [Choice("allot"), Choice("menu")]
    if to.ended_at is not None or to.unit_id != sheet.unit_id or to.role not in HOLDERS:
        return Refusal("colleague_unfit", offers, person=to.person.name, unit=sheet.unit.name)
    refusals = (why_not_give_line(sheet, line) for line in lines)
    return next((refusal for refusal in refusals if refusal), None)


def why_not_give_line(sheet: Assessment, line: Line) -> Refusal | None:
    """Why ``line`` is nobody's to do alone: another unit's, not the unit's to enter, or beside
    the 100 points, which those who answer for the whole sheet claim and declare."""
    if line.assessment_id != sheet.id:
        return Refusal("not_your_unit")
    if assessment.is_adjustment(line):
        offers = [assessment.card_of(line), Choice("allot"), Choice("menu")]
        return Refusal("adjustment_not_given", offers, title=line.item.title)
    return assessment.why_not_own_work(line)


def holds(allotment: Allotment) -> bool:
    return allotment.ended_at is None and allotment.binding.ended_at is None
