"""What a handed-in catalogue must fulfil, checked row by row and over all rows together.

The form is that of the sample data's README. Every problem is collected, each with its row and
column; a check that rests on a value which is wrong itself keeps silent.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from models.catalogue import rules
from models.catalogue.figures import Fault, number
from models.catalogue.tables import Level, Method, RuleKind
from models.imports import ImportRefused, Problem, Table

COLUMNS = (
    "code",
    "parent_code",
    "level",
    "title",
    "max_points",
    "method",
    "scoring_rule",
    "rule_detail",
    "evidence_required",
    "appraising_agency_code",
    "not_applicable_to",
)
ONLY_IF_SCORED = ("method", "scoring_rule", "rule_detail", "evidence_required")
TOTAL = Decimal(100)  # The areas of a catalogue add up to this.
METHODS = [method for method in Method if method is not Method.ADJUSTMENT]


@dataclass
class Row:
    """One row as it stands in the file; the properties are empty where a cell is wrong."""

    number: int
    cells: dict[str, str]
    children: "list[Row]" = field(default_factory=list)
    parent: "Row | None" = None

    @property
    def code(self) -> str:
        return self.cells["code"]

    @property
    def order(self) -> tuple[int, ...]:
        """By the numbers between the dots, not as text."""
        return tuple(int(part) for part in self.code.split("."))

    @property
    def level(self) -> Level:
        return list(Level)[self.code.count(".")]

    @property
    def is_area(self) -> bool:
        return self.code.isdecimal()

    @cached_property
    def max_points(self) -> Decimal | None:
        try:
            value = number(self.cells["max_points"])
        except Fault:
            return None
        return value if value > 0 else None

    @property
    def excluded(self) -> list[str]:
        """Codes of the units that the row does not apply to."""
        cell = self.cells["not_applicable_to"]
        return [code.strip() for code in cell.split("|")] if cell else []


def read_rows(table: Table, unit_codes: Collection[str]) -> list[Row]:
    """The rows in the order of their codes; raises ImportRefused with all that is wrong."""
    table.require_columns(COLUMNS)
    problems = table.repeated_cells("code")
    rows = [Row(line, cells) for line, cells in table.rows]
    first = {row.code: row for row in reversed(rows)}
    _join(first)
    for row in rows:
        problems += _problems_of_place(table, row)
        problems += _problems_of_points(table, row)
        problems += _problems_of_units(table, row, unit_codes)
        if row is first[row.code]:
            problems += _problems_of_content(table, row)
            problems += _problems_of_family(table, row)
    problems += _problems_of_total(table, [row for row in first.values() if row.is_area])
    if problems:
        raise ImportRefused(problems)
    return sorted(rows, key=lambda row: row.order)


def _join(rows: dict[str, Row]) -> None:
    for code, row in rows.items():
        row.parent = rows.get(code.rpartition(".")[0])
        if row.parent is not None:
            row.parent.children.append(row)


def _problems_of_place(table: Table, row: Row) -> Iterator[Problem]:
    """Where a row stands: code, level and parent must say the same."""
    if not re.fullmatch(r"[1-9][0-9]{0,2}(\.[1-9][0-9]{0,2}){0,2}", row.code):
        yield table.problem(row.number, "code", "item_code", value=row.code)
        return
    level, parent = row.cells["level"], row.cells["parent_code"]
    yield from _problem_of_word(table, row, "level", list(Level))
    if level in set(Level) and level != row.level:
        expected = str(row.level)
        values = {"code": row.code, "value": level, "expected": expected}
        yield table.problem(row.number, "level", "item_level", **values)
    expected = row.code.rpartition(".")[0]
    if parent != expected and not expected:
        yield table.problem(row.number, "parent_code", "item_area_with_parent", value=parent)
    elif parent != expected:
        values = {"code": row.code, "value": parent, "expected": expected}
        yield table.problem(row.number, "parent_code", "item_parent", **values)


def _problems_of_content(table: Table, row: Row) -> Iterator[Problem]:
    if not row.cells["title"]:
        yield table.problem(row.number, "title", "cell_empty")
    if row.children:
        for column in ONLY_IF_SCORED:
            if row.cells[column]:
                yield table.problem(row.number, column, "item_has_children", code=row.code)
    elif row.is_area:
        yield table.problem(row.number, "code", "item_area_empty", code=row.code)
    else:
        yield from _problems_of_scoring(table, row)


def _problems_of_points(table: Table, row: Row) -> Iterator[Problem]:
    text = row.cells["max_points"]
    if not text:
        yield table.problem(row.number, "max_points", "cell_empty")
        return
    try:
        if number(text) <= 0:
            yield table.problem(row.number, "max_points", "item_points_not_above_zero", value=text)
    except Fault as fault:
        yield table.problem(row.number, "max_points", fault.name, **fault.values)


def _problems_of_units(table: Table, row: Row, unit_codes: Collection[str]) -> Iterator[Problem]:
    agency = row.cells["appraising_agency_code"]
    if agency and agency not in unit_codes:
        yield table.problem(row.number, "appraising_agency_code", "item_unit", value=agency)
    for code, times in Counter(row.excluded).items():
        if code not in unit_codes:
            yield table.problem(row.number, "not_applicable_to", "item_unit", value=code)
        elif times > 1:
            yield table.problem(row.number, "not_applicable_to", "item_unit_twice", value=code)


def _problems_of_scoring(table: Table, row: Row) -> Iterator[Problem]:
    """A row without children is scored: method, rule, evidence and agency must all be there."""
    yield from _problem_of_word(table, row, "method", METHODS)
    yield from _problem_of_word(table, row, "scoring_rule", list(RuleKind))
    yield from _problem_of_word(table, row, "evidence_required", ["yes", "no"])
    if not row.cells["appraising_agency_code"]:
        yield table.problem(row.number, "appraising_agency_code", "cell_empty")
    yield from _problems_of_rule(table, row)


def _problem_of_word(
    table: Table, row: Row, column: str, words: Sequence[str]
) -> Iterator[Problem]:
    """A cell that must hold one of a few words."""
    value, known = row.cells[column], [str(word) for word in words]
    if not value:
        yield table.problem(row.number, column, "cell_empty")
    elif value not in known:
        yield table.problem(row.number, column, "item_value_unknown", value=value, known=known)


def _problems_of_rule(table: Table, row: Row) -> Iterator[Problem]:
    kind, method = row.cells["scoring_rule"], row.cells["method"]
    if kind not in set(RuleKind) or method not in METHODS:
        return
    if (kind == RuleKind.SURVEY) != (method == Method.SURVEY):
        values = {"method": method, "value": kind}
        yield table.problem(row.number, "scoring_rule", "item_rule_and_method", **values)
        return
    if method == Method.SURVEY and row.cells["evidence_required"] == "yes":
        yield table.problem(row.number, "evidence_required", "item_survey_evidence")
    if row.max_points is None:
        return
    try:
        rules.parse(RuleKind(kind), row.cells["rule_detail"], row.max_points)
    except Fault as fault:
        yield table.problem(row.number, "rule_detail", fault.name, **fault.values)


def _problems_of_family(table: Table, row: Row) -> Iterator[Problem]:
    """A row with its parent and children: known, complete, and adding up exactly."""
    above = row.code.rpartition(".")[0]
    if row.parent is None and above:
        yield table.problem(row.number, "parent_code", "item_parent_unknown", value=above)
    if row.parent is not None:
        for code in row.parent.excluded:
            if code not in row.excluded:
                values = {"unit": code, "parent": row.parent.code}
                yield table.problem(row.number, "not_applicable_to", "item_exclusion", **values)
    amounts = [child.max_points for child in row.children]
    known = [amount for amount in amounts if amount is not None]
    if not row.children or row.max_points is None or len(known) < len(amounts):
        return
    if sum(known) != row.max_points:
        values = {"code": row.code, "total": str(sum(known)), "value": str(row.max_points)}
        yield table.problem(row.number, "max_points", "item_sum", **values)


def _problems_of_total(table: Table, areas: list[Row]) -> Iterator[Problem]:
    amounts = [area.max_points for area in areas]
    known = [amount for amount in amounts if amount is not None]
    if len(known) == len(amounts) and sum(known) != TOTAL:
        values = {"total": str(sum(known)), "expected": str(TOTAL)}
        yield table.problem(None, "max_points", "item_total", **values)
