"""Coming to a line, looking up how it is scored, and leaving it for later."""

from handlers.dialogue import Choice, State, Turn
from handlers.self_assessment import questions, results
from models import assessment
from models.assessment import Line
from models.catalogue import rule_of, wording


def open_line(turn: Turn, value: str) -> State | None:
    """Start on a line; one that is settled meanwhile gives way to the next open one."""
    line = results.find(turn, value)
    standing = {s.line_id: s for s in assessment.standings(turn.session, line.assessment_id)}
    here = standing.get(line.id)
    if here is None or not here.settled:
        return proof_or_score(turn, line, is_scored=here is not None and here.scored)
    following = assessment.next_missing(turn.session, line.assessment_id, line.id, by=turn.by)
    if following is None:
        offers = [Choice("submit"), Choice("status"), Choice("menu")]
        turn.end("nothing_missing", offers, lines=sum(s.scored for s in standing.values()))
        return None
    return proof_or_score(turn, results.find(turn, following.line_id), is_scored=following.scored)


def proof_or_score(turn: Turn, line: Line, *, is_scored: bool) -> State | None:
    """A line with a score but nothing to back it is led to its evidence, not asked again."""
    if not is_scored:
        return begin(turn, line)
    check(turn, line)
    score = assessment.score_of(turn.session, line.id)
    assert score is not None
    turn.end(
        "line_lacks_proof", results.after_scoring(turn, line, score), **results.shown(line, score)
    )
    return None


def begin_with(turn: Turn, value: str) -> State:
    return begin(turn, results.find(turn, value))


def begin(turn: Turn, line: Line) -> State:
    check(turn, line)
    turn.memory.clear()
    turn.memory["line"] = line.id
    newest = assessment.score_of(turn.session, line.id)
    turn.memory["seen"] = newest.version if newest else 0
    return questions.ask(turn, rule_of(line.item))


def show_how(turn: Turn, value: str) -> None:
    """The rule's words; the question above still waits for its answer."""
    line = results.find(turn, value)
    turn.say(
        "how_line_is_scored", **results.titled(line), rule=wording.in_words(rule_of(line.item))
    )


def leave(turn: Turn, value: str) -> None:
    line = results.find(turn, value)
    offers = [Choice("score", line.id)]
    if following := assessment.next_missing(turn.session, line.assessment_id, line.id, by=turn.by):
        offers.insert(0, Choice("next_line", following.line_id, code=following.code))
    turn.end("scoring_left", [*offers, Choice("status"), Choice("menu")], code=line.item.code)


def check(turn: Turn, line: Line) -> None:
    if refusal := assessment.why_not_score(turn.session, turn.by, line):
        raise refusal
