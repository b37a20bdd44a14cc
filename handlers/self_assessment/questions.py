"""The questions of each kind of rule, one by one, under the line's title.

What has been answered stays in the memory until all that the rule asks for is there.
"""

from decimal import Decimal
from typing import Any

from handlers.dialogue import Choice, Part, State, Turn
from handlers.self_assessment.results import last_year, lowered, titled
from models import assessment
from models.assessment import Line
from models.catalogue import kinds, rule_of, wording
from models.catalogue.kinds import Measure
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
    CLAIM = "claim"
    CLAIM_REASON = "claim_reason"
    CLAIM_DOUBT = "claim_doubt"
    DAY = "day"


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
        case kinds.Manual() if assessment.is_adjustment(chosen(turn)):
            kind = assessment.kind_of(chosen(turn).item.code)
            return question(turn, At.POINTS, f"ask_adjustment.{kind}", cap=rule.max_points)
        case kinds.Manual():
            return question(turn, At.POINTS, "ask_points_by_judgement", least=rule.least)
        case kinds.Survey():
            raise Refusal("line_is_surveyed", [Choice("menu")], **titled(chosen(turn)))


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
        head=Part("line_head", **titled(line), last_year=last_year(turn, line)),
        **values,
    )


def ask_ticks(turn: Turn, rule: kinds.Checklist) -> State:
    ticked = turn.memory.setdefault("ticked", [])
    offers = [
        Choice("tick" if place not in ticked else "untick", place, label=i.label, points=i.points)
        for place, i in enumerate(rule.items)
    ]
    so_far = sum((rule.items[place].points for place in ticked), Decimal(0))
    offers.append(Choice("ticks_done", points=so_far))
    return question(turn, At.TICKS, "ask_ticks", offers, rule=wording.in_words(rule))


def ask_numerator(turn: Turn) -> State:
    return question(turn, At.NUMERATOR, "ask_numerator", label=lowered(ratio_of(turn).numerator))


def ask_cases(turn: Turn, rule: kinds.Penalty) -> State:
    deduction = rule.deductions[len(turn.memory.setdefault("cases", []))]
    values = {"label": deduction.label, "points": -deduction.points}
    return question(turn, At.CASES, "ask_cases", [Choice("no_cases")], **values)


def chosen(turn: Turn) -> Line:
    return turn.session.get_one(Line, turn.memory["line"])


def ratio_of(turn: Turn) -> kinds.Ratio:
    rule = rule_of(chosen(turn).item)
    assert isinstance(rule, kinds.Ratio)
    return rule
