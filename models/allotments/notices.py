"""What colleagues and focal officers are told of lines that change hands (I4)."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.orm import Session

from models import assessment, campaigns, outbox, people
from models.allotments.tables import Allotment
from models.assessment.tables import Assessment
from models.campaigns.tables import Step
from models.messages import Choice, Part
from models.people.tables import Binding, By, Role

CODES = 12  # More are counted; the list itself is one press away.


def tell_given(session: Session, by: By, sheet: Assessment, given: Sequence[Allotment]) -> None:
    """The colleague learns what, until when, and where to begin; not who gave it to themselves."""
    to = given[0].binding
    if to.person_id == by.person_id:
        return
    acting = By(by.at, to.person, to)
    first = assessment.next_missing(session, sheet.id, by=acting)
    offers = [Choice("continue", first.line_id, code=first.code)] if first else []
    window = campaigns.effective_window(
        session, sheet.campaign, Step.SELF_ASSESSMENT, sheet.unit_id
    )
    outbox.enqueue(
        session,
        "lines_given",
        {
            "person": by.person.name if by.person else "",
            "unit": sheet.unit.name,
            "count": len(given),
            **codes_of(given),
            "closes_at": window.closes_at,
        },
        to=to.person,
        key=f"lines_given:{given[0].id}",
        at=by.at,
        choices=[*offers, Choice("missing"), Choice("menu")],
        binding_id=to.id,
    )


def tell_taken(session: Session, by: By, sheet: Assessment, taken: Sequence[Allotment]) -> None:
    """Each colleague who had some of them, as long as they are still of the unit."""
    by_binding: dict[int, list[Allotment]] = defaultdict(list)
    for each in taken:
        by_binding[each.binding_id].append(each)
    for own in by_binding.values():
        had = own[0].binding
        if had.ended_at is not None or had.person_id == by.person_id:
            continue
        values = {
            "person": by.person.name if by.person else "",
            "unit": sheet.unit.name,
            "count": len(own),
            **codes_of(own),
        }
        outbox.enqueue(
            session,
            "lines_taken_back",
            values,
            to=had.person,
            key=f"lines_taken_back:{own[0].id}",
            at=by.at,
            choices=[Choice("missing"), Choice("menu")],
            binding_id=had.id,
        )


def tell_fallen_back(
    session: Session, by: By, sheet: Assessment, left: Binding, fallen: Sequence[Allotment]
) -> None:
    values = {
        "person": left.person.name,
        "unit": sheet.unit.name,
        "count": len(fallen),
        **codes_of(fallen),
    }
    for binding in people.bindings_of_unit(session, sheet.unit_id):
        if binding.role is Role.FOCAL_OFFICER and binding.person_id != left.person_id:
            outbox.enqueue(
                session,
                "lines_fell_back",
                values,
                to=binding.person,
                key=f"lines_fell_back:{fallen[0].id}:{binding.person_id}",
                at=by.at,
                choices=[Choice("allot"), Choice("missing"), Choice("menu")],
                binding_id=binding.id,
            )


def codes_of(allotments: Sequence[Allotment]) -> dict[str, object]:
    """``codes`` of the first lines, and how many ``more`` there are."""
    lines = sorted((each.line for each in allotments), key=lambda line: line.item.position)
    codes = [line.item.code for line in lines]
    more = len(codes) - CODES
    return {"codes": codes[:CODES], "more": Part("lines_more", count=more) if more > 0 else ""}
