"""Reads a catalogue's ``scoring_rule`` and ``rule_detail`` into one of the kinds of rules.

In every rule the best possible result is ``max_points`` and no result is below 0. A rule that
would break this, or that could be read in two ways, is a fault of the catalogue.
"""

from decimal import Decimal
from itertools import pairwise

from models.catalogue.figures import FIGURE_PLACES, Fault, Parts, number, points
from models.catalogue.kinds import (
    Checklist,
    Formula,
    IfNone,
    Inputs,
    Manual,
    Measure,
    NotAssessed,
    Option,
    Penalty,
    Ratio,
    RespondentGroup,
    Rule,
    Steps,
    Survey,
    Tier,
    Tiers,
    YesNo,
)
from models.catalogue.tables import RuleKind

__all__ = [
    "Checklist",
    "Fault",
    "IfNone",
    "Inputs",
    "Manual",
    "Measure",
    "NotAssessed",
    "Option",
    "Penalty",
    "Ratio",
    "Rule",
    "Steps",
    "Survey",
    "Tiers",
    "YesNo",
    "parse",
]

NOTHING = Decimal("-Infinity")  # Below every threshold: where the last tier, ``else``, begins.


def parse(kind: RuleKind, detail: str, max_points: Decimal) -> Rule:
    """The rule of a scored item; raises ``figures.Fault`` saying what is wrong with it."""
    parts = Parts(detail)
    rule = _PARSERS[kind](parts, max_points)
    parts.finish()
    return rule


def _yes_no(parts: Parts, max_points: Decimal) -> Rule:
    yes, no = points(parts.take("yes")), points(parts.take("no"))
    _check_best(max(yes, no), max_points)
    return YesNo(max_points, yes, no)


def _steps(parts: Parts, max_points: Decimal) -> Rule:
    options = tuple(Option(label, points(value)) for label, value in parts.rest())
    if len(options) < 2:
        raise Fault("rule_too_few_steps")
    for better, worse in pairwise(options):
        if worse.points >= better.points:
            raise Fault("rule_steps_out_of_order", part=worse.label)
    if options[-1].points != 0:
        raise Fault("rule_last_step_not_zero", part=options[-1].label)
    _check_best(options[0].points, max_points)
    return Steps(max_points, options)


def _checklist(parts: Parts, max_points: Decimal) -> Rule:
    items = tuple(Option(label, points(value)) for label, value in parts.rest())
    for item in items:
        if item.points == 0:
            raise Fault("rule_item_without_points", part=item.label)
    _check_best(sum((item.points for item in items), Decimal(0)), max_points)
    return Checklist(max_points, items)


def _tiers(parts: Parts, max_points: Decimal) -> Rule:
    otherwise = points(parts.take("else"))
    tiers, measures = [], set()
    for name, value in parts.rest():
        measure, sign, threshold = name.partition(">=")
        if not sign or measure not in set(Measure):
            raise Fault("rule_not_a_tier", part=name)
        measures.add(Measure(measure))
        tiers.append(Tier(points(threshold, FIGURE_PLACES), points(value)))
    if not tiers:
        raise Fault("rule_no_tiers")
    if len(measures) > 1:
        raise Fault("rule_tiers_mixed")
    for higher, lower in pairwise([*tiers, Tier(NOTHING, otherwise)]):
        if lower.at_least >= higher.at_least or lower.points >= higher.points:
            raise Fault("rule_tiers_out_of_order", value=str(higher.at_least))
    _check_best(tiers[0].points, max_points)
    return Tiers(max_points, measures.pop(), tuple(tiers), otherwise)


def _ratio(parts: Parts, max_points: Decimal) -> Rule:
    numerator, denominator = parts.take("numerator"), parts.take("denominator")
    floor = points(parts.take("floor"), FIGURE_PLACES)
    full = number(parts.take("full"), FIGURE_PLACES)
    if floor > full or full == 0:
        raise Fault("rule_floor_above_full", floor=str(floor), full=str(full))
    if_none = IfNone(parts.take_one_of("if_none", IfNone))
    return Ratio(max_points, numerator, denominator, floor, full, if_none)


def _penalty(parts: Parts, max_points: Decimal) -> Rule:
    start, least = points(parts.take("start")), points(parts.take("min"))
    deductions = tuple(Option(label, number(value)) for label, value in parts.rest())
    if not deductions:
        raise Fault("rule_no_deductions")
    for deduction in deductions:
        if deduction.points >= 0:
            raise Fault("rule_not_a_deduction", part=deduction.label)
    _check_best(start, max_points)
    if least >= start:
        raise Fault("rule_min_not_below_start", least=str(least), start=str(start))
    return Penalty(max_points, deductions, least)


def _manual(parts: Parts, max_points: Decimal) -> Rule:
    span, guidance = parts.take("range"), parts.take("guidance")
    low, sign, high = span.partition("..")
    if not sign:
        raise Fault("rule_not_a_range", value=span)
    least, most = points(low.strip()), points(high.strip())
    if least >= most:
        raise Fault("rule_not_a_range", value=span)
    _check_best(most, max_points)
    return Manual(max_points, least, guidance)


def _survey(parts: Parts, max_points: Decimal) -> Rule:
    groups = [code.strip() for code in parts.take("groups").split("+")]
    for place, code in enumerate(groups):
        if code not in set(RespondentGroup):
            raise Fault("rule_group_unknown", value=code, known=[str(g) for g in RespondentGroup])
        if code in groups[:place]:
            raise Fault("rule_part_twice", part=code)
    scale = number(parts.take("scale"), FIGURE_PLACES)
    formula = Formula(parts.take_one_of("formula", Formula))
    if scale <= 0 or (formula is Formula.SATISFIED_PERCENT and scale != 100):
        raise Fault("rule_scale", value=str(scale))
    return Survey(max_points, tuple(map(RespondentGroup, groups)), scale, formula)


_PARSERS = {
    RuleKind.YES_NO: _yes_no,
    RuleKind.STEPS: _steps,
    RuleKind.CHECKLIST: _checklist,
    RuleKind.TIERS: _tiers,
    RuleKind.RATIO: _ratio,
    RuleKind.PENALTY: _penalty,
    RuleKind.MANUAL: _manual,
    RuleKind.SURVEY: _survey,
}


def _check_best(best: Decimal, max_points: Decimal) -> None:
    if best != max_points:
        raise Fault("rule_best_is_not_max", best=str(best), max_points=str(max_points))
