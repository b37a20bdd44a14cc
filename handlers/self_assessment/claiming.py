"""Other points than the rule gives, with a reason: both are kept and shown (domain.md 13c 6)."""

from typing import Any

from handlers.dialogue import Choice, Part, State, Turn
from handlers.self_assessment import reasons, results
from handlers.self_assessment.questions import At, chosen, question
from models import assessment, points
from models.assessment import Claim, Line, SelfScore
from models.catalogue import rule_of
from models.catalogue.kinds import Inputs, NotAssessed
from models.refusals import Refusal


def ask_points(turn: Turn, value: str) -> State:
    line = results.find(turn, value)
    if refusal := assessment.why_not_score(turn.session, turn.by, line):
        raise refusal
    score = assessment.score_of(turn.session, line.id)
    if score is None or not assessment.may_claim(line, score.rule_points):
        raise Refusal("nothing_to_claim", [assessment.card_of(line)], code=line.item.code)
    turn.memory.clear()
    turn.memory.update(line=line.id, version=score.version)
    claim = assessment.claim_of(score)
    return question(
        turn,
        At.CLAIM,
        "ask_claim",
        [Choice("by_rule", points=score.rule_points)] if claim else [],
        because=results.why(line, score),
        rule_points=score.rule_points,
        most=line.item.max_points,
        claimed=_claimed(claim) if claim else "",
    )


def enter_points(turn: Turn, text: str) -> State | None:
    """The rule's own points withdraw a claim."""
    line, wanted = chosen(turn), points.parse_points(text)
    score = assessment.score_of(turn.session, line.id)
    if score is not None and score.is_claimed and wanted == score.rule_points:
        by_rule(turn)
        return None
    if refusal := assessment.why_not_claim_points(line, score, wanted):
        raise refusal
    assert score is not None
    assert score.rule_points is not None  # The rule has seen to both.
    turn.memory["points"] = points.as_figure(wanted)
    return question(
        turn,
        At.CLAIM_REASON,
        "ask_claim_above" if wanted > score.rule_points else "ask_claim_below",
        points=wanted,
        rule_points=score.rule_points,
    )


def enter_reason(turn: Turn, text: str) -> State | None:
    if state := reasons.ask_shorter(turn, At.CLAIM_REASON, text.strip()):
        return state
    claim = Claim(points.parse_points(turn.memory["points"]), text.strip())
    _settle(turn, claim)
    return None


def keep_beginning(turn: Turn, _: str) -> State | None:
    return enter_reason(turn, reasons.beginning(turn))


def by_rule(turn: Turn, _: str = "") -> None:
    """The claim is withdrawn."""
    _settle(turn, None)


def ask_what_becomes(turn: Turn, line: Line, inputs: Inputs) -> State | None:
    """New inputs of a line with a claim: nothing is recorded before it is said what counts.

    None where there is nothing to ask.
    """
    score = assessment.score_of(turn.session, line.id)
    given = rule_of(line.item).score(inputs)
    by_rule = None if isinstance(given, NotAssessed) else given
    claim = assessment.claim_of(score)
    if claim is None or assessment.why_claim_stands(score, by_rule, line) is None:
        return None
    assert score is not None
    turn.memory.update(line=line.id, version=score.version, inputs=dict(inputs))
    offers = [Choice("by_rule", points=by_rule), Choice("keep_claim", points=claim.points)]
    if by_rule is None:
        offers = [Choice("by_rule_not_assessed")]
    new = SelfScore(inputs=dict(inputs), points=by_rule, rule_points=by_rule, claim_reason="")
    return question(
        turn,
        At.CLAIM_DOUBT,
        "claim_in_doubt",
        offers,
        result=results.result(line, new),
        claimed=_claimed(claim),
    )


def score_by_rule(turn: Turn, _: str) -> None:
    results.say_recorded(turn, chosen(turn), _score(turn, drops_claim=True))


def score_with_claim(turn: Turn, _: str) -> None:
    line = chosen(turn)
    claim = assessment.claim_of(assessment.score_of(turn.session, line.id))
    results.say_recorded(turn, line, _score(turn, claim=claim))


def _score(turn: Turn, **about: Any) -> SelfScore:
    """The inputs that waited, if the claim is still the one that was asked about; what a
    colleague scored since is shown first."""
    line, session, seen = chosen(turn), turn.session, turn.memory["version"]
    score = assessment.score_of(session, line.id)
    own = score is not None and score.scored_by_id == turn.by.person_id
    if score is None or (own and score.version != seen):
        raise Refusal("score_changed_meanwhile", [assessment.card_of(line)], code=line.item.code)
    return assessment.score(session, turn.by, line, turn.memory["inputs"], seen=seen, **about)


def _settle(turn: Turn, claim: Claim | None) -> None:
    line, version = chosen(turn), turn.memory["version"]
    score = assessment.claim_points(turn.session, turn.by, line, claim, on=version)
    results.say_recorded(turn, line, score)


def _claimed(claim: Claim) -> Part:
    return Part("claim_so_far", points=claim.points, reason=claim.reason)
