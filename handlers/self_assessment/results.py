"""A line as the screens of scoring show it: its title, what it was given, and what is next."""

from typing import Any

from handlers.dialogue import Choice, Part, Turn
from models import assessment
from models.assessment import Line, SelfScore
from models.catalogue import rule_of, wording
from models.refusals import Refusal


def find(turn: Turn, value: object) -> Line:
    digits = str(value)
    line = turn.session.get(Line, int(digits)) if digits.isdecimal() else None
    if line is None:
        raise Refusal("press_unknown", [Choice("menu")])
    return line


def titled(line: Line) -> dict[str, Any]:
    return {"code": line.item.code, "title": line.item.title, "max_points": line.item.max_points}


def lowered(label: str) -> str:
    """A catalogue's label in the middle of a sentence; "UBND" stays as it is."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def shown(line: Line, score: SelfScore) -> dict[str, Any]:
    why = wording.because(rule_of(line.item), score.inputs)
    if score.points is None:
        result = Part("score_dropped_out", because=why)
    else:
        limits = {"points": score.points, "max_points": line.item.max_points}
        result = Part("score_given", because=why, **limits)
    return {**titled(line), "result": result}


def proof(turn: Turn, line: Line) -> Part:
    if count := assessment.evidence_count(turn.session, line.id):
        return Part("line_has_evidence", count=count)
    return Part(
        "line_without_evidence" if line.item.evidence_required else "line_needs_no_evidence"
    )


def after_scoring(turn: Turn, line: Line) -> list[Choice]:
    found = {s.line_id: s for s in assessment.standings(turn.session, line.assessment_id)}
    offers = []
    if not found[line.id].backed:
        offers += [Choice("evidence_for", line.id), Choice("explain", line.id)]
    if following := assessment.next_missing(turn.session, line.assessment_id, line.id, by=turn.by):
        offers.append(Choice("next_line", following.line_id, code=following.code))
    return [*offers, Choice("change_figures", line.id), Choice("menu")]
