"""What a rule asks for, as cells: one below the other, in the order in which a person thinks.

The same parsers read a cell and a typed answer (``models.points``); a cell that is doubtful in
the chat is refused here, because nobody can be asked about it.
"""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models import points
from models.catalogue import kinds
from models.catalogue.kinds import Inputs, Measure
from models.messages import Part
from models.refusals import Refusal
from models.text import clean
from models.workbook.cells import Cell, Content, unambiguous

NO = 1  # The place of "no" among the answers.


class Shape(enum.StrEnum):
    CHOICE = "choice"
    FIGURE = "figure"
    WORDS = "words"


@dataclass(frozen=True)
class Entry:
    """One cell to be filled in: what belongs there, and what may be picked for it."""

    label: Part
    shape: Shape
    options: tuple[Part, ...] = ()


class Unreadable(Exception):
    """Cells of a line that cannot be read: each with the reason."""

    def __init__(self, faults: Sequence[tuple[Cell, Refusal]]) -> None:
        super().__init__(str(len(faults)))
        self.faults = tuple(faults)


_ANSWERS = (Part("workbook_yes"), Part("workbook_no"))


def entries(rule: kinds.Rule) -> list[Entry]:
    match rule:
        case kinds.YesNo():
            return [Entry(Part("workbook_pick_answer"), Shape.CHOICE, _ANSWERS)]
        case kinds.Steps():
            options = tuple(Part("workbook_option", label=o.label) for o in rule.options)
            return [Entry(Part("workbook_pick_option"), Shape.CHOICE, options)]
        case kinds.Checklist():
            return [
                Entry(Part("rule.item", label=i.label, points=i.points), Shape.CHOICE, _ANSWERS)
                for i in rule.items
            ]
        case kinds.Tiers():
            percent = rule.measure is Measure.PERCENT
            name = "workbook_percent" if percent else "workbook_count"
            return [Entry(Part(name), Shape.FIGURE)]
        case kinds.Ratio():
            labels = (rule.denominator, rule.numerator)
            return [Entry(Part("workbook_option", label=each), Shape.FIGURE) for each in labels]
        case kinds.Penalty():
            return [
                Entry(Part("workbook_cases", label=d.label, points=-d.points), Shape.FIGURE)
                for d in rule.deductions
            ]
        case kinds.Manual():
            limits = {"least": rule.least, "most": rule.max_points}
            return [
                Entry(Part("workbook_points", **limits), Shape.FIGURE),
                Entry(Part("workbook_reason"), Shape.WORDS),
            ]
    return []


def written(rule: kinds.Rule, inputs: Inputs) -> list[int | str]:
    """What stands in the cells for ``inputs``: the place of an option, else text."""
    match rule:
        case kinds.YesNo():
            return [0 if inputs["answer"] else NO]
        case kinds.Steps():
            return [inputs["option"]]
        case kinds.Checklist():
            return [0 if n in inputs["ticked"] else NO for n in range(len(rule.items))]
        case kinds.Tiers():
            sign = "%" if rule.measure is Measure.PERCENT else ""
            return [_shown(inputs["value"]) + sign]
        case kinds.Ratio():
            return [_shown(inputs["denominator"]), _shown(inputs["numerator"])]
        case kinds.Penalty():
            return [str(cases) for cases in inputs["cases"]]
        case kinds.Manual():
            return [_shown(inputs["points"]), inputs.get("reason", "")]
    return []


def read(rule: kinds.Rule, cells: Sequence[Cell]) -> dict[str, Any] | None:
    """The inputs in the cells; None where all are empty. Raises Unreadable."""
    if all(cell.is_empty for cell in cells):
        return None
    match rule:
        case kinds.YesNo():
            [place] = _each(cells, _place)
            return {"answer": place != NO}
        case kinds.Steps():
            [place] = _each(cells, _place)
            return {"option": place}
        case kinds.Checklist():
            # An item that is not marked was not done, once any of them is.
            places = _each(cells, lambda cell: NO if cell.is_empty else _place(cell))
            return {"ticked": [n for n, place in enumerate(places) if place != NO]}
        case kinds.Tiers():
            percent = rule.measure is Measure.PERCENT
            return {"value": _each(cells, _percent if percent else _number)[0]}
        case kinds.Ratio():
            return _ratio(cells)
        case kinds.Penalty():
            return {"cases": _each(cells, _cases)}
        case kinds.Manual():
            return _manual(rule, cells)
    raise Unreadable([(cells[0], Refusal("workbook_nothing_here"))])


def same(one: Inputs | None, other: Inputs | None) -> bool:
    """Whether two inputs say the same, however they are written."""
    if one is None or other is None:
        return one is other
    return _plain(one) == _plain(other)


def doubt(rule: kinds.Rule, inputs: Inputs) -> Part | None:
    """What a person should look at again before applying it."""
    if not isinstance(rule, kinds.Ratio):
        return None
    denominator, numerator = Decimal(inputs["denominator"]), Decimal(inputs["numerator"])
    if not denominator:
        return Part("workbook_doubt_none")
    return Part("workbook_doubt_above") if numerator > denominator else None


def _ratio(cells: Sequence[Cell]) -> dict[str, Any]:
    below, above = cells
    if below.is_empty or above.is_empty:
        # Where nothing arose there is nothing to count either; the chat does not ask for it.
        [denominator] = _each([below], _number)
        if denominator != "0":
            raise Unreadable([(above, Refusal("workbook_cell_missing"))])
        return {"denominator": "0", "numerator": "0"}
    denominator, numerator = _each(cells, _number)
    if denominator == "0" and numerator != "0":
        raise Unreadable([(above, Refusal("workbook_part_of_nothing"))])
    return {"denominator": denominator, "numerator": numerator}


def _manual(rule: kinds.Manual, cells: Sequence[Cell]) -> dict[str, Any]:
    def given(cell: Cell) -> str:
        value = points.parse_points(_filled(cell).figure())
        if not rule.least <= value <= rule.max_points:
            raise Refusal("points_out_of_range", least=rule.least, most=rule.max_points)
        return points.as_figure(value)

    def reason(cell: Cell) -> str:
        return clean(_filled(cell).words())

    figures, words = _each_by(cells, (given, reason))
    return {"points": figures, "reason": words}


def _each(cells: Sequence[Cell], parse: Callable[[Cell], Any]) -> list[Any]:
    return _each_by(cells, [parse] * len(cells))


def _each_by(cells: Sequence[Cell], parsers: Sequence[Callable[[Cell], Any]]) -> list[Any]:
    """All that can be read, or all that cannot: a person wants to hear of every bad cell."""
    values, faults = [], []
    for cell, parse in zip(cells, parsers, strict=True):
        try:
            values.append(parse(cell))
        except Refusal as refusal:
            faults.append((cell, refusal))
    if faults:
        raise Unreadable(faults)
    return values


def _filled(cell: Cell) -> Cell:
    if cell.is_empty:
        raise Refusal("workbook_cell_missing")
    return cell


def _place(cell: Cell) -> int:
    if _filled(cell).content is not Content.PICK:
        raise Refusal("workbook_not_an_option", text=cell.words()[:40])
    return int(cell.text)


def _number(cell: Cell) -> str:
    return points.as_figure(points.parse_number(_filled(cell).figure()))


def _percent(cell: Cell) -> str:
    percent = points.parse_percent(_filled(cell).figure())
    if percent.doubtful:
        hundred = percent.times_hundred
        raise Refusal("workbook_percent_in_doubt", value=percent.value, hundred=hundred)
    return points.as_figure(percent.value)


def _cases(cell: Cell) -> int:
    return points.parse_count(_filled(cell).figure())


def _shown(figure: str) -> str:
    return unambiguous(figure.replace(".", ","))


def _plain(inputs: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name, value in inputs.items():
        match name:
            case "value" | "numerator" | "denominator" | "points":
                plain[name] = Decimal(value)
            case "ticked":
                plain[name] = set(value)
            case "reason":
                plain[name] = " ".join(clean(value).split())
            case _:
                plain[name] = value
    return plain
