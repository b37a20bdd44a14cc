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


def last_year(turn: Turn, line: Line) -> Part | str:
    """What the code gave the unit the year before, marked where it may have meant another."""
    found = assessment.last_year(turn.session, line)
    if found is None:
        return ""
    if found.points is None:
        points = Part("last_year_not_assessed")
    elif found.max_points is None:
        points = Part("last_year_points", points=found.points)
    else:
        limits = {"points": found.points, "max_points": found.max_points}
        points = Part("last_year_points_of", **limits)
    claimed = Part("last_year_claimed") if found.claimed else ""
    mark = Part(f"last_year_is.{found.likeness}", year=found.year, title=found.title)
    return Part("last_year", year=found.year, claimed=claimed, points=points, mark=mark)


def lowered(label: str) -> str:
    """A catalogue's label in the middle of a sentence; "UBND" stays as it is."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def why(line: Line, score: SelfScore) -> Part:
    """What was entered, in the rule's own terms, with its day where that is known."""
    return wording.because(rule_of(line.item), score.inputs, score.data_as_of)


def result(line: Line, score: SelfScore) -> Part:
    """What was entered and the points that it gives; beside a claim, what the rule gives."""
    if assessment.is_adjustment(line):
        kind, cap = assessment.kind_of(line.item.code), line.item.max_points
        return Part(f"adjustment_given.{kind}", points=score.points, cap=cap, reason=score.note)
    if score.points is None:
        return Part("score_dropped_out", because=why(line, score))
    limits = {"points": score.points, "max_points": line.item.max_points}
    if not score.is_claimed:
        return Part("score_given", because=why(line, score), **limits)
    claimed = {"rule_points": score.rule_points, "reason": score.claim_reason}
    return Part("score_claimed", because=why(line, score), **limits, **claimed)


def shown(line: Line, score: SelfScore) -> dict[str, Any]:
    return {**titled(line), "result": result(line, score)}


def say_recorded(
    turn: Turn,
    line: Line,
    score: SelfScore,
    offers: list[Choice] | None = None,
    note: Part | str = "",
) -> None:
    turn.end(
        "self_score_recorded",
        offers or after_scoring(turn, line, score),
        **shown(line, score),
        note=note,
        proof=proof(turn, line),
    )


def proof(turn: Turn, line: Line) -> Part:
    if count := assessment.evidence_count(turn.session, line.id):
        return Part("line_has_evidence", count=count)
    if assessment.explanation_of(turn.session, line.id):
        return Part("line_explained_instead")
    return Part(
        "line_without_evidence" if line.item.evidence_required else "line_needs_no_evidence"
    )


def after_scoring(turn: Turn, line: Line, score: SelfScore) -> list[Choice]:
    offers = []
    if not is_backed(turn, line, score):
        offers += [Choice("evidence_for", line.id), Choice("explain", line.id)]
    if assessment.is_adjustment(line):
        offers.append(Choice("adjustments", line.assessment_id))
    elif following := assessment.next_missing(
        turn.session, line.assessment_id, line.id, by=turn.by
    ):
        offers.append(Choice("next_line", following.line_id, code=following.code))
    return [*offers, Choice("change_figures", line.id), *refinements(line, score), Choice("menu")]


def is_backed(turn: Turn, line: Line, score: SelfScore) -> bool:
    if not assessment.is_adjustment(line):
        found = assessment.standings(turn.session, line.assessment_id)
        return next(s for s in found if s.line_id == line.id).backed
    return not score.points or assessment.evidence_count(turn.session, line.id) > 0


def refinements(line: Line, score: SelfScore, *, always: bool = False) -> list[Choice]:
    """Other points, where the rule took some away or ``always``; the day of the figures."""
    offers = []
    taken = score.rule_points is not None and score.rule_points < line.item.max_points
    if (taken or always or score.is_claimed) and assessment.may_claim(line, score.rule_points):
        offers.append(Choice("claim_other", line.id))
    if assessment.are_figures(score.inputs):
        offers.append(Choice("data_as_of", line.id))
    return offers
