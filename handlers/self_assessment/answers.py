"""Answers: read, doubted where they are odd, and recorded when all of them are there."""

import json
from decimal import Decimal
from typing import Any

from handlers.dialogue import Choice, Part, State, Turn
from handlers.self_assessment import claiming, reasons, results
from handlers.self_assessment.questions import (
    At,
    ask_cases,
    ask_numerator,
    ask_ticks,
    chosen,
    question,
    ratio_of,
)
from models import assessment, points
from models.assessment import Line
from models.catalogue import kinds, rule_of
from models.catalogue.kinds import IfNone
from models.refusals import Refusal


def answer_yes(turn: Turn, _: str) -> State | None:
    return record(turn, {"answer": True})


def answer_no(turn: Turn, _: str) -> State | None:
    return record(turn, {"answer": False})


def pick_option(turn: Turn, value: str) -> State | None:
    return record(turn, {"option": int(value)})


def toggle(turn: Turn, value: str) -> State:
    ticked = set(turn.memory.get("ticked", []))
    turn.memory["ticked"] = sorted(ticked ^ {int(value)})
    rule = rule_of(chosen(turn).item)
    assert isinstance(rule, kinds.Checklist)
    return ask_ticks(turn, rule)


def ticks_done(turn: Turn, _: str) -> State | None:
    return record(turn, {"ticked": turn.memory.get("ticked", [])})


def enter_percent(turn: Turn, text: str) -> State | None:
    percent = points.parse_percent(text)
    value = points.as_figure(percent.value)
    if not percent.doubtful:
        return record(turn, {"value": value})
    meant = points.as_figure(percent.times_hundred)
    offers = [
        Choice("percent_meant", meant, value=percent.times_hundred),
        Choice("percent_meant", value, value=percent.value),
    ]
    return question(turn, At.DOUBT, "percent_in_doubt", offers, value=percent.value)


def take_percent(turn: Turn, value: str) -> State | None:
    return record(turn, {"value": value})


def enter_figure(turn: Turn, text: str) -> State | None:
    return record(turn, {"value": points.as_figure(points.parse_number(text))})


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


def enter_numerator(turn: Turn, text: str) -> State | None:
    denominator = Decimal(turn.memory["denominator"])
    label = ratio_of(turn).denominator
    numerator = points.parse_number(text, kept=Part("still_entered", label=label, n=denominator))
    turn.memory["numerator"] = points.as_figure(numerator)
    if numerator <= denominator:
        return take_figures(turn)
    offers = [Choice("figures_right"), Choice("change_figures", chosen(turn).id)]
    figures = {"numerator": numerator, "denominator": denominator}
    return question(turn, At.DOUBT, "ratio_in_doubt", offers, **figures)


def take_figures(turn: Turn, _: str = "") -> State | None:
    return record(turn, {name: turn.memory[name] for name in ("numerator", "denominator")})


def enter_cases(turn: Turn, text: str) -> State | None:
    rule = rule_of(chosen(turn).item)
    assert isinstance(rule, kinds.Penalty)
    cases = [*turn.memory.get("cases", []), points.parse_count(text)]
    turn.memory["cases"] = cases
    if len(cases) < len(rule.deductions):
        return ask_cases(turn, rule)
    return record(turn, {"cases": cases})


def enter_points(turn: Turn, text: str) -> State:
    rule, given = rule_of(chosen(turn).item), points.parse_points(text)
    assert isinstance(rule, kinds.Manual)
    if not rule.least <= given <= rule.max_points:
        raise Refusal("points_out_of_range", least=rule.least, most=rule.max_points)
    turn.memory["points"] = points.as_figure(given)
    return question(turn, At.REASON, "ask_reason_for_points", points=given)


def enter_reason(turn: Turn, text: str) -> State | None:
    if state := reasons.ask_shorter(turn, At.REASON, text.strip()):
        return state
    return record(turn, {"points": turn.memory["points"], "reason": text.strip()})


def keep_beginning(turn: Turn, _: str) -> State | None:
    return enter_reason(turn, reasons.beginning(turn))


def record(turn: Turn, inputs: dict[str, Any]) -> State | None:
    return record_on(turn, chosen(turn), inputs, turn.memory.get("seen"))


def overwrite(turn: Turn, value: str) -> State | None:
    """All the same, now that the colleague's newer score was seen."""
    again = json.loads(value)
    return record_on(turn, results.find(turn, again["line"]), again["inputs"], again["seen"])


def record_on(turn: Turn, line: Line, inputs: dict[str, Any], seen: int | None) -> State | None:
    """What a colleague scored since comes first, then what becomes of a claim."""
    if refusal := assessment.why_not_score(turn.session, turn.by, line):
        raise refusal
    if seen is not None and (
        refusal := assessment.why_scored_since(turn.session, turn.by, line, inputs, seen)
    ):
        raise refusal
    if state := claiming.ask_what_becomes(turn, line, inputs):
        return state
    score = assessment.score(turn.session, turn.by, line, inputs, seen=seen)
    results.say_recorded(turn, line, score)
    return None
