"""An officer scores a line of the unit's sheet by its rule's own labels (R6.2, F20, F22).

Each kind of rule asks for its inputs one by one; what has been entered stays in the memory until
all of it is there. Points are the rule's; a zero is a claim, a line left out has none (F23).
"""

from decimal import Decimal
from typing import Any

from handlers import scored_line
from handlers.dialogue import (
    Choice,
    Conversation,
    Part,
    State,
    Turn,
    on_choice,
    on_text,
)
from models import assessment, points
from models.assessment import Line
from models.catalogue import kinds, rule_of, wording
from models.catalogue.kinds import IfNone, Measure
from models.people import Role
from models.refusals import Refusal


class At(State):
    ANSWER = "answer"
    TICKS = "ticks"
    FIGURE = "figure"
    PERCENT = "percent"
    DENOMINATOR = "denominator"
    NUMERATOR = "numerator"
    CASES = "cases"
    POINTS = "points"
    REASON = "reason"
    DOUBT = "doubt"


def open_line(turn: Turn, value: str) -> State | None:
    """Start on a line; one that is settled meanwhile gives way to the next open one."""
    line = scored_line.find(turn, value)
    standing = {s.line_id: s for s in assessment.standings(turn.session, line.assessment_id)}
    here = standing.get(line.id)
    if here is None or not here.settled:
        return proof_or_score(turn, line, is_scored=here is not None and here.scored)
    following = assessment.next_missing(turn.session, line.assessment_id, line.id)
    if following is None:
        turn.end("nothing_missing", [Choice("status"), Choice("menu")], lines=len(standing))
        return None
    return proof_or_score(
        turn, scored_line.find(turn, following.line_id), is_scored=following.scored
    )


def proof_or_score(turn: Turn, line: Line, *, is_scored: bool) -> State | None:
    """A line with a score but nothing to back it is led to its evidence, not asked again."""
    if not is_scored:
        return begin(turn, line)
    check(turn, line)
    score = assessment.score_of(turn.session, line.id)
    assert score is not None
    turn.end(
        "line_lacks_proof", scored_line.after_scoring(turn, line), **scored_line.shown(line, score)
    )
    return None


def begin_with(turn: Turn, value: str) -> State:
    return begin(turn, scored_line.find(turn, value))


def begin(turn: Turn, line: Line) -> State:
    check(turn, line)
    turn.memory.clear()
    turn.memory["line"] = line.id
    return ask(turn, rule_of(line.item))


def ask(turn: Turn, rule: kinds.Rule) -> State:
    """The first question of each kind of rule."""
    match rule:
        case kinds.YesNo():
            offers = [Choice("answer_yes", points=rule.yes), Choice("answer_no", points=rule.no)]
            return question(turn, At.ANSWER, "ask_yes_no", offers)
        case kinds.Steps():
            offers = [
                Choice("pick_option", place, label=option.label, points=option.points)
                for place, option in enumerate(rule.options)
            ]
            words = wording.in_words(rule)
            return question(turn, At.ANSWER, "ask_option", offers, rule=words)
        case kinds.Checklist():
            return ask_ticks(turn, rule)
        case kinds.Tiers():
            percent = rule.measure is Measure.PERCENT
            state = At.PERCENT if percent else At.FIGURE
            return question(turn, state, "ask_percent" if percent else "ask_count")
        case kinds.Ratio():
            return question(turn, At.DENOMINATOR, "ask_denominator", label=rule.denominator)
        case kinds.Penalty():
            return ask_cases(turn, rule)
        case kinds.Manual():
            return question(turn, At.POINTS, "ask_points_by_judgement", least=rule.least)
        case kinds.Survey():
            raise Refusal("line_is_surveyed", [Choice("menu")], **scored_line.titled(chosen(turn)))


def question(
    turn: Turn, state: State, name: str, offers: list[Choice] | None = None, **values: Any
) -> State:
    """A question under the line's title; the rule's words and the way out always stand by."""
    line = chosen(turn)
    always = [Choice("how_scored", line.id), Choice("score_later", line.id)]
    return turn.ask(
        state,
        name,
        offers or [],
        always=always,
        head=Part("line_head", **scored_line.titled(line)),
        **values,
    )


# Answers


def answer_yes(turn: Turn, _: str) -> None:
    record(turn, {"answer": True})


def answer_no(turn: Turn, _: str) -> None:
    record(turn, {"answer": False})


def pick_option(turn: Turn, value: str) -> None:
    record(turn, {"option": int(value)})


def ask_ticks(turn: Turn, rule: kinds.Checklist) -> State:
    ticked = turn.memory.setdefault("ticked", [])
    offers = [
        Choice("tick" if place not in ticked else "untick", place, label=i.label, points=i.points)
        for place, i in enumerate(rule.items)
    ]
    so_far = sum((rule.items[place].points for place in ticked), Decimal(0))
    offers.append(Choice("ticks_done", points=so_far))
    return question(turn, At.TICKS, "ask_ticks", offers, rule=wording.in_words(rule))


def toggle(turn: Turn, value: str) -> State:
    ticked = set(turn.memory.get("ticked", []))
    turn.memory["ticked"] = sorted(ticked ^ {int(value)})
    rule = rule_of(chosen(turn).item)
    assert isinstance(rule, kinds.Checklist)
    return ask_ticks(turn, rule)


def ticks_done(turn: Turn, _: str) -> None:
    record(turn, {"ticked": turn.memory.get("ticked", [])})


def enter_percent(turn: Turn, text: str) -> State | None:
    percent = points.parse_percent(text)
    value = points.as_figure(percent.value)
    if not percent.doubtful:
        record(turn, {"value": value})
        return None
    meant = points.as_figure(percent.times_hundred)
    offers = [
        Choice("percent_meant", meant, value=percent.times_hundred),
        Choice("percent_meant", value, value=percent.value),
    ]
    return question(turn, At.DOUBT, "percent_in_doubt", offers, value=percent.value)


def take_percent(turn: Turn, value: str) -> None:
    record(turn, {"value": value})


def enter_figure(turn: Turn, text: str) -> None:
    record(turn, {"value": points.as_figure(points.parse_number(text))})


def enter_denominator(turn: Turn, text: str) -> State | None:
    denominator = points.parse_number(text)
    turn.memory["denominator"] = points.as_figure(denominator)
    if denominator:
        return ask_numerator(turn)
    rule = ratio_of(turn)
    offers = [Choice("figures_right"), Choice("change_figures", chosen(turn).id)]
    turn.memory["numerator"] = "0"
    name = f"none_in_doubt.{IfNone(rule.if_none)}"
    return question(turn, At.DOUBT, name, offers, label=rule.denominator)


def ask_numerator(turn: Turn) -> State:
    return question(
        turn, At.NUMERATOR, "ask_numerator", label=scored_line.lowered(ratio_of(turn).numerator)
    )


def enter_numerator(turn: Turn, text: str) -> State | None:
    denominator = Decimal(turn.memory["denominator"])
    label = ratio_of(turn).denominator
    numerator = points.parse_number(text, kept=Part("still_entered", label=label, n=denominator))
    turn.memory["numerator"] = points.as_figure(numerator)
    if numerator <= denominator:
        take_figures(turn)
        return None
    offers = [Choice("figures_right"), Choice("change_figures", chosen(turn).id)]
    figures = {"numerator": numerator, "denominator": denominator}
    return question(turn, At.DOUBT, "ratio_in_doubt", offers, **figures)


def take_figures(turn: Turn, _: str = "") -> None:
    record(turn, {name: turn.memory[name] for name in ("numerator", "denominator")})


def ask_cases(turn: Turn, rule: kinds.Penalty) -> State:
    deduction = rule.deductions[len(turn.memory.setdefault("cases", []))]
    values = {"label": deduction.label, "points": -deduction.points}
    return question(turn, At.CASES, "ask_cases", [Choice("no_cases")], **values)


def enter_cases(turn: Turn, text: str) -> State | None:
    rule = rule_of(chosen(turn).item)
    assert isinstance(rule, kinds.Penalty)
    cases = [*turn.memory.get("cases", []), points.parse_count(text)]
    turn.memory["cases"] = cases
    if len(cases) < len(rule.deductions):
        return ask_cases(turn, rule)
    record(turn, {"cases": cases})
    return None


def enter_points(turn: Turn, text: str) -> State:
    rule, given = rule_of(chosen(turn).item), points.parse_points(text)
    assert isinstance(rule, kinds.Manual)
    if not rule.least <= given <= rule.max_points:
        raise Refusal("points_out_of_range", least=rule.least, most=rule.max_points)
    turn.memory["points"] = points.as_figure(given)
    return question(turn, At.REASON, "ask_reason_for_points", points=given)


def enter_reason(turn: Turn, text: str) -> None:
    record(turn, {"points": turn.memory["points"], "reason": text.strip()})


# Results


def record(turn: Turn, inputs: dict[str, Any]) -> None:
    line = chosen(turn)
    score = assessment.score(turn.session, turn.by, line, inputs)
    turn.end(
        "self_score_recorded",
        scored_line.after_scoring(turn, line),
        **scored_line.shown(line, score),
        proof=scored_line.proof(turn, line),
    )


def show_how(turn: Turn, value: str) -> None:
    """The rule's words; the question above still waits for its answer."""
    line = scored_line.find(turn, value)
    turn.say(
        "how_line_is_scored", **scored_line.titled(line), rule=wording.in_words(rule_of(line.item))
    )


def leave(turn: Turn, value: str) -> None:
    line = scored_line.find(turn, value)
    offers = [Choice("score", line.id)]
    if following := assessment.next_missing(turn.session, line.assessment_id, line.id):
        offers.insert(0, Choice("next_line", following.line_id, code=following.code))
    turn.end("scoring_left", [*offers, Choice("status"), Choice("menu")], code=line.item.code)


def chosen(turn: Turn) -> Line:
    return turn.session.get_one(Line, turn.memory["line"])


def check(turn: Turn, line: Line) -> None:
    if refusal := assessment.why_not_score(turn.session, turn.by, line):
        raise refusal


def ratio_of(turn: Turn) -> kinds.Ratio:
    rule = rule_of(chosen(turn).item)
    assert isinstance(rule, kinds.Ratio)
    return rule


conversation = Conversation(
    name="self_assessment",
    roles=frozenset({Role.FOCAL_OFFICER, Role.DEPUTY, Role.HEAD}),
    entry_points=[
        on_choice("continue", open_line),
        on_choice("next_line", open_line),
        on_choice("score", begin_with),
        on_choice("change_figures", begin_with),
        on_choice("score_later", leave),
        on_choice("how_scored", show_how),
    ],
    states={
        At.ANSWER: [
            on_choice("answer_yes", answer_yes),
            on_choice("answer_no", answer_no),
            on_choice("pick_option", pick_option),
        ],
        At.TICKS: [
            on_choice("tick", toggle),
            on_choice("untick", toggle),
            on_choice("ticks_done", ticks_done),
        ],
        At.FIGURE: [on_text(enter_figure)],
        At.PERCENT: [on_text(enter_percent)],
        At.DENOMINATOR: [on_text(enter_denominator)],
        At.NUMERATOR: [on_text(enter_numerator)],
        At.CASES: [
            on_text(enter_cases),
            on_choice("no_cases", lambda turn, _: enter_cases(turn, "0")),
        ],
        At.POINTS: [on_text(enter_points)],
        At.REASON: [on_text(enter_reason)],
        At.DOUBT: [
            on_choice("percent_meant", take_percent),
            on_choice("figures_right", take_figures),
        ],
    },
)
