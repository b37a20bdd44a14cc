"""The question to which line a document belongs, and the lines that a text names (N14)."""

from collections.abc import Sequence

from handlers.dialogue import Choice, Part, State, Turn
from handlers.evidence.common import At, ids, pick_line
from handlers.sheets import own_sheet
from models import assessment, evidence, workbook
from models.assessment import Line
from models.evidence import Evidence
from models.people import Role

EACH_NAMED = 3


def ask_which_line(
    turn: Turn, documents: Sequence[Evidence], notes: Sequence[Part] = (), *, new: bool = True
) -> State:
    """Ask for the line of ``documents``; ``new``: they may still be set aside."""
    turn.memory.clear()
    turn.memory["documents"] = ids(documents)
    first = documents[0]
    hints = " ".join(f"{document.name} {document.caption}" for document in documents)
    likely = evidence.likely_lines(turn.session, first.assessment_id, hints)
    likely = assessment.own_first(likely, turn.by) if turn.by.role is Role.MEMBER else likely
    filed = {line.id for line in evidence.filed_lines(turn.session, first.id)}
    always = [Choice("evidence_by_area")]
    barred = any(evidence.why_not_set_aside(turn.session, turn.by, each) for each in documents)
    if new and not barred:
        always.append(Choice("evidence_set_aside", ids(documents)))
    always.append(Choice("menu"))
    return turn.ask(
        At.PICK,
        "evidence_which_line" if len(documents) == 1 else "evidence_which_line_of_several",
        [pick_line(line) for line in likely if line.line_id not in filed],
        always=always,
        notes=[*notes, *doubts(documents)],
        file=first.name,
        size=_size_of(first),
        count=len(documents),
        names=[document.name for document in documents[:EACH_NAMED]],
    )


def doubts(documents: Sequence[Evidence]) -> list[Part]:
    """A table that is no .xlsx may be the filled-in sheet, saved otherwise."""
    found = [each.name for each in documents if workbook.may_be_a_sheet(each.name)]
    return [Part("evidence_may_be_a_sheet", file=name) for name in found[:EACH_NAMED]]


def named_lines(turn: Turn, text: str) -> list[Line]:
    """The lines whose codes stand in ``text``."""
    sheet = own_sheet(turn)
    codes = evidence.parse_caption(text).codes
    found = (assessment.find_line(turn.session, sheet.id, code) for code in codes)
    return [line for line in found if line is not None]


def _size_of(document: Evidence) -> Part | str:
    return Part("evidence_size", size=document.file.size) if document.file else ""
