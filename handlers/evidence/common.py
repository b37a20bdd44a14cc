"""What the screens of evidence share: their states, what a value means, how a document reads."""

import functools
from collections.abc import Sequence
from typing import TypeVar

from handlers.dialogue import Choice, Part, State, Turn
from handlers.sheets import own_sheet
from models import evidence
from models.assessment import Line, Standing
from models.evidence import Evidence, EvidenceLink
from models.refusals import Refusal

T = TypeVar("T")

MARK = 8  # Signs of the SHA-256 by which a person tells two files apart.


class At(State):
    HOME = "home"
    PICK = "pick"
    LINE = "line"
    LINK = "link"
    EXPLAIN = "explain"
    CARD = "card"
    DETAILS = "details"
    REPLACE = "replace"


def line_at(turn: Turn, value: object) -> Line:
    line = turn.session.get(Line, _number(value))
    return _seen(turn, line, line)


def link_at(turn: Turn, value: object) -> EvidenceLink:
    link = turn.session.get(EvidenceLink, _number(value))
    return _seen(turn, link, link.line if link else None)


def documents_at(turn: Turn, value: str) -> list[Evidence]:
    """Documents of the own sheet, by ids with commas between."""
    sheet = own_sheet(turn)
    found = [turn.session.get(Evidence, _number(part)) for part in value.split(",")]
    own = [each for each in found if each is not None and each.assessment_id == sheet.id]
    if not own:
        raise Refusal("press_unknown", [Choice("menu")])
    return own


def ids(rows: Sequence[Evidence]) -> str:
    return ",".join(str(row.id) for row in rows)


def pick_line(line: Line | Standing) -> Choice:
    """To choose a line by its code and title."""
    if isinstance(line, Standing):
        return Choice("evidence_line", line.line_id, code=line.code, title=line.title)
    return Choice("evidence_line", line.id, code=line.item.code, title=line.item.title)


def see_line(line: Line) -> Choice:
    """To what a line has; whatever waits for a line stays where it is."""
    return Choice("evidence_see", line.id, code=line.item.code)


def next_line(turn: Turn, line: Line) -> list[Choice]:
    """To the next line that nothing proves, if there is another."""
    code = line.item.code
    following = evidence.next_unproven(turn.session, line.assessment_id, code, turn.by)
    if following is None or following.line_id == line.id:
        return []
    return [Choice("evidence_next", following.line_id, code=following.code)]


def details(document: Evidence) -> Part:
    """Number, date, size and mark in one row, as far as they are known."""
    file = document.file
    return Part(
        "evidence_details",
        number=Part("evidence_number", number=document.number) if document.number else "",
        date=Part("evidence_date", date=document.dated_on) if document.dated_on else "",
        file=Part("evidence_bytes", size=file.size, mark=file.sha256[:MARK]) if file else "",
        url=document.url,
    )


def place_of(link: EvidenceLink) -> list[Part]:
    """Where in the document the line is proved, and what its card does not say yet (N6)."""
    parts = [Part("evidence_locator_is", locator=link.locator)] if link.locator else []
    if lacking := [Part(f"evidence_field.{field}") for field in evidence.lacking(link)]:
        parts.append(Part("evidence_lacks", fields=functools.reduce(_joined, lacking)))
    return parts


def said(refusal: Refusal) -> Part:
    """A refusal as a line among others."""
    return Part(f"refusal.{refusal.name}", **refusal.values)


def _joined(some: Part, more: Part) -> Part:
    return Part("evidence_fields", some=some, more=more)


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _seen(turn: Turn, found: T | None, line: Line | None) -> T:
    if found is None or line is None:
        raise Refusal("press_unknown", [Choice("menu")])
    if refusal := evidence.why_not_see(turn.session, turn.by, line):
        raise refusal
    return found
