"""Giving lines, taking them back, and their return when a colleague leaves the unit."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import assessment, audit
from models.allotments import notices, queries, rules
from models.allotments.tables import Allotment
from models.assessment.tables import Assessment, Line
from models.messages import Choice
from models.people.tables import Binding, By
from models.refusals import Refusal


def give(
    session: Session, by: By, sheet: Assessment, lines: Sequence[Line], to: Binding
) -> list[Allotment]:
    """Let ``to`` do ``lines`` from now on; whoever had one of them has it no longer.

    What the colleague has already stays as it is. Raises Refusal, also where that is all of it.
    """
    assessment.hold(session, sheet)
    if refusal := rules.why_not_give(session, by, sheet, lines, to):
        raise refusal
    assert by.person_id is not None  # The policy lets only people give lines.
    before = queries.open_ones(session, [line.id for line in lines])
    new = [line for line in lines if not _has(before.get(line.id), to)]
    if not new:
        offers = [Choice("allot"), Choice("menu")]
        raise Refusal("lines_given_already", offers, person=to.person.name)
    taken = [before[line.id] for line in new if line.id in before]
    _end(session, by, taken)
    given = [
        Allotment(line=line, binding=to, given_by_id=by.person_id, given_at=by.at) for line in new
    ]
    session.add_all(given)
    session.flush()
    ids = [line.id for line in new]
    audit.append(session, "give_lines", by, sheet=sheet.id, binding=to.id, lines=ids)
    notices.tell_given(session, by, sheet, given)
    notices.tell_taken(session, by, sheet, taken)
    return given


def take_back(session: Session, by: By, sheet: Assessment, lines: Sequence[Line]) -> list[Line]:
    """The focal officer does them again; those that were really taken from somebody."""
    assessment.hold(session, sheet)
    if refusal := rules.why_not_share(session, by, sheet):
        raise refusal
    found = queries.open_ones(session, [line.id for line in lines])
    taken = [each for each in found.values() if each.line.assessment_id == sheet.id]
    if not taken:
        raise Refusal("lines_not_given", [Choice("allot"), Choice("menu")])
    _end(session, by, taken)
    ids = [each.line_id for each in taken]
    audit.append(session, "take_lines_back", by, sheet=sheet.id, lines=ids)
    notices.tell_taken(session, by, sheet, taken)
    return [each.line for each in taken]


def fall_back(session: Session, by: By, binding: Binding) -> None:
    """The colleague's role has ended: the lines are the focal officer's, who is told."""
    query = select(Allotment).where(
        Allotment.binding_id == binding.id, Allotment.ended_at.is_(None)
    )
    fallen = list(session.scalars(query.order_by(Allotment.id)))
    _end(session, by, fallen)
    for sheet in dict.fromkeys(each.line.assessment for each in fallen):
        own = [each for each in fallen if each.line.assessment_id == sheet.id]
        ids = [each.line_id for each in own]
        audit.append(session, "lines_fall_back", by, sheet=sheet.id, binding=binding.id, lines=ids)
        if sheet.locked_at is None:
            notices.tell_fallen_back(session, by, sheet, binding, own)


def _has(allotment: Allotment | None, to: Binding) -> bool:
    return allotment is not None and allotment.binding_id == to.id


def _end(session: Session, by: By, allotments: Sequence[Allotment]) -> None:
    for each in allotments:
        each.ended_at, each.ended_by_id = by.at, by.person_id
    session.flush()
