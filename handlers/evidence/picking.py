"""Which line: by likely ones, by area and criterion, by code or by words (N14)."""

from collections.abc import Sequence

from handlers.dialogue import Choice, State, Turn
from handlers.evidence import asking, filing, line_cards
from handlers.evidence.common import At, documents_at, line_at, pick_line
from handlers.sheets import own_sheet
from models import allotments, assessment, evidence
from models.assessment import Line
from models.evidence import Evidence
from models.people import Role
from models.refusals import Refusal


def list_areas(turn: Turn, _: str = "") -> State:
    sheet = own_sheet(turn)
    if turn.by.role is Role.MEMBER:
        # Few lines, and nothing can be filed to another: they are offered at once.
        own = allotments.share_of(turn.session, sheet, turn.by.person_id)
        waiting = turn.memory.get("documents")
        documents = documents_at(turn, waiting) if waiting else []
        offers = [pick_line(line) for line in own if may_take(turn, line.line_id, documents)]
        return turn.ask(At.PICK, "evidence_which_of_lines", offers, always=[Choice("menu")])
    areas = assessment.areas(turn.session, sheet.id)
    offers = [Choice("evidence_area", area.id, code=area.code, title=area.title) for area in areas]
    return turn.ask(At.PICK, "evidence_which_area", offers, always=[Choice("menu")])


def may_take(turn: Turn, line_id: int, documents: Sequence[Evidence]) -> bool:
    """Whether all that waits can be filed to the line."""
    line = turn.session.get_one(Line, line_id)
    refusals = (evidence.why_not_file(turn.session, turn.by, each, line) for each in documents)
    return not any(refusals)


def list_criteria(turn: Turn, value: str) -> State:
    sheet = own_sheet(turn)
    found = assessment.criteria_in(turn.session, sheet.id, int(value))
    offers = [
        Choice("evidence_criterion", each.id, code=each.code, title=each.title) for each in found
    ]
    always = [Choice("evidence_by_area"), Choice("menu")]
    return turn.ask(At.PICK, "evidence_which_criterion", offers, always=always)


def list_lines(turn: Turn, value: str) -> State | None:
    """The lines of a criterion; the one line where the criterion is scored itself."""
    found = assessment.lines_in(turn.session, own_sheet(turn).id, int(value))
    if len(found) == 1:
        return choose(turn, found)
    return _ask_among(turn, found)


def pick(turn: Turn, value: str) -> State | None:
    return choose(turn, [line_at(turn, value)])


def enter(turn: Turn, text: str) -> State | None:
    """A code, several, or words; what else was typed goes on the document's card."""
    found = find(turn, text)
    return choose(turn, found, text) if isinstance(found, list) else found


def find(turn: Turn, text: str) -> list[Line] | State:
    """The lines that ``text`` names, or the question which of those it could mean."""
    sheet = own_sheet(turn)
    if named := asking.named_lines(turn, text):
        return named
    if line := assessment.find_typed(turn.session, sheet.id, text):
        return [line]
    found = assessment.search_lines(turn.session, sheet.id, text)
    if not found:
        raise Refusal("evidence_line_unknown", text=text)
    return found if len(found) == 1 else _ask_among(turn, found)


def choose(turn: Turn, chosen: list[Line], text: str = "") -> State | None:
    """File what waits for a line; where nothing waits, show the line."""
    waiting = turn.memory.get("documents")
    if not waiting:
        return line_cards.show(turn, chosen[0])
    return filing.file_waiting(turn, documents_at(turn, waiting), chosen, text)


def set_aside(turn: Turn, value: str) -> None:
    documents = documents_at(turn, value)
    for document in documents:
        evidence.set_aside(turn.session, turn.by, document)
    names = [document.name for document in documents]
    turn.end("evidence_was_set_aside", [Choice("evidence"), Choice("menu")], names=names)


def _ask_among(turn: Turn, found: Sequence[Line]) -> State:
    always = [Choice("evidence_by_area"), Choice("menu")]
    return turn.ask(
        At.PICK, "evidence_which_of_lines", [pick_line(line) for line in found], always=always
    )
