"""A rule as its catalogue words it, and why its inputs gave these points: messages, no words.

The text of the rule travels with the line: it is one tap away wherever the line is shown
(domain.md 2).
"""

from datetime import date
from decimal import Decimal

from models.catalogue.kinds import (
    Checklist,
    IfNone,
    Inputs,
    Manual,
    Measure,
    Penalty,
    Ratio,
    Rule,
    Steps,
    Survey,
    Tiers,
    YesNo,
)
from models.messages import Part


def in_words(rule: Rule) -> list[Part]:
    """The rule, one message a line."""
    match rule:
        case YesNo():
            return [Part("rule.yes_no", yes=rule.yes, no=rule.no)]
        case Steps():
            return [Part("rule.option", label=o.label, points=o.points) for o in rule.options]
        case Checklist():
            return [Part("rule.item", label=o.label, points=o.points) for o in rule.items]
        case Tiers():
            name = f"rule.tier_{rule.measure}"
            tiers = [Part(name, at_least=t.at_least, points=t.points) for t in rule.tiers]
            return [*tiers, Part("rule.tier_else", points=rule.otherwise)]
        case Ratio():
            return _ratio_in_words(rule)
        case Penalty():
            taken = [Part("rule.deduction", label=d.label, points=-d.points)
                     for d in rule.deductions]  # fmt: skip
            return [Part("rule.penalty", start=rule.max_points, least=rule.least), *taken]
        case Manual():
            values = {"least": rule.least, "most": rule.max_points, "guidance": rule.guidance}
            return [Part("rule.manual", **values)]
        case Survey():
            groups = [Part(f"respondent_group.{group}") for group in rule.groups]
            return [Part(f"rule.{rule.formula}", scale=rule.scale), *groups]


def because(rule: Rule, inputs: Inputs, as_of: date | None = None) -> Part:
    """What the inputs say, in the rule's own terms; the points stand beside it.

    ``as_of`` is the day on which the figures stood, where it is known.
    """
    why = _because(rule, inputs)
    return Part("because_dated", because=why, as_of=as_of) if as_of else why


def _because(rule: Rule, inputs: Inputs) -> Part:
    match rule:
        case YesNo():
            return Part("because.yes" if inputs["answer"] else "because.no")
        case Steps():
            return Part("because.option", label=rule.options[inputs["option"]].label)
        case Checklist():
            ticked = len(set(inputs["ticked"]))
            return Part("because.ticked", ticked=ticked, items=len(rule.items))
        case Tiers():
            return _because_of_tier(rule, Decimal(inputs["value"]))
        case Ratio():
            return _because_of_ratio(rule, inputs)
        case Penalty():
            cases = sum(inputs["cases"])
            return Part("because.cases" if cases else "because.no_cases", cases=cases)
        case Manual():
            return Part("because.judged", reason=inputs["reason"])
        case Survey():
            return Part("because.surveyed", value=Decimal(inputs["value"]))


def _ratio_in_words(rule: Ratio) -> list[Part]:
    values = {"numerator": rule.numerator, "denominator": rule.denominator}
    limits = {"floor": rule.floor, "full": rule.full, "max_points": rule.max_points}
    return [
        Part("rule.ratio", **values),
        Part("rule.ratio_limits", **limits),
        Part(f"rule.if_none_{rule.if_none}", denominator=rule.denominator),
    ]


def _because_of_tier(rule: Tiers, value: Decimal) -> Part:
    reached = next((tier for tier in rule.tiers if value >= tier.at_least), None)
    sign = "percent" if rule.measure is Measure.PERCENT else "count"
    if reached is None:
        return Part(f"because.{sign}_below", value=value, least=rule.tiers[-1].at_least)
    return Part(f"because.{sign}_reached", value=value, at_least=reached.at_least)


def _because_of_ratio(rule: Ratio, inputs: Inputs) -> Part:
    percent = rule.percent(inputs)
    if percent is None:
        held = IfNone(rule.if_none)
        return Part(f"because_none.{held}", denominator=rule.denominator)
    # Rounded down, so that 79.999 % never reads as the 80 % that it misses.
    shown = Decimal(int(percent * 100)).scaleb(-2)
    figures = {
        "numerator": Decimal(inputs["numerator"]),
        "denominator": Decimal(inputs["denominator"]),
        "percent": shown,
    }
    if percent >= rule.full:
        return Part("because.ratio_full", **figures, full=rule.full)
    if percent < rule.floor:
        return Part("because.ratio_below", **figures, floor=rule.floor)
    return Part("because.ratio_between", **figures, floor=rule.floor)
