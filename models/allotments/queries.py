"""Who has which lines, and which lines a text names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import assessment, people
from models.allotments import rules
from models.allotments.tables import Allotment
from models.assessment.tables import Assessment, Line
from models.catalogue.tables import Item
from models.people.tables import Binding

if TYPE_CHECKING:
    from models.assessment import Standing, Tally


@dataclass(frozen=True)
class Share:
    """The lines that were given to one colleague, in the catalogue's order."""

    binding: Binding
    lines: "Sequence[Standing]"

    @property
    def tally(self) -> "Tally":
        return assessment.tally(self.lines)


def colleagues(session: Session, unit_id: int) -> list[Binding]:
    """Who may have lines in the unit, each person once, the oldest role first."""
    found: dict[int, Binding] = {}
    for binding in people.bindings_of_unit(session, unit_id):
        if binding.role in rules.HOLDERS:
            found.setdefault(binding.person_id, binding)
    return list(found.values())


def shares(session: Session, sheet: Assessment) -> list[Share]:
    """What each colleague of the unit has, also who has nothing."""
    lines = assessment.standings(session, sheet.id)
    return [
        Share(binding, [line for line in lines if line.holder_id == binding.person_id])
        for binding in colleagues(session, sheet.unit_id)
    ]


def share_of(session: Session, sheet: Assessment, person_id: int | None) -> "list[Standing]":
    """The lines of ``sheet`` that were given to the person."""
    lines = assessment.standings(session, sheet.id)
    return [line for line in lines if line.holder_id is not None and line.holder_id == person_id]


def holder_of(session: Session, line_id: int) -> Binding | None:
    """To whom the line is given now."""
    query = select(Allotment).where(Allotment.line_id == line_id, Allotment.ended_at.is_(None))
    found = session.scalar(query)
    return found.binding if found is not None and rules.holds(found) else None


def open_ones(session: Session, line_ids: Sequence[int]) -> dict[int, Allotment]:
    """The open row of each of these lines that has one, by the line's id."""
    query = select(Allotment).where(Allotment.line_id.in_(line_ids), Allotment.ended_at.is_(None))
    return {each.line_id: each for each in session.scalars(query)}


def lines_named(session: Session, sheet: Assessment, text: str) -> list[Line]:
    """The unit's own lines in the areas, criteria and lines whose codes ``text`` lists; where
    there is no code in it, those whose titles hold its words."""
    codes = re.findall(r"\d+(?:\.\d+)*", text)
    if not codes:
        return assessment.search_lines(session, sheet.id, text)
    of_version = Item.version_id == sheet.group.catalogue_version_id
    items = session.scalars(select(Item.id).where(of_version, Item.code.in_(codes)))
    found = {
        line.id: line for item in items for line in assessment.lines_in(session, sheet.id, item)
    }
    return sorted(found.values(), key=lambda line: line.item.position)
