"""Taking in a list of units: checked as a whole, then written as a whole."""

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from models import audit, policy
from models.imports import ImportRefused, Problem, Table, read_table
from models.people.tables import By
from models.units import Unit, UnitKind, all_units

COLUMNS = ("code", "name", "short_name", "kind", "parent_code")
CODE_FORM = re.compile(r"[A-Z][A-Z0-9]{1,19}")


@dataclass(frozen=True)
class UnitsImported:
    """How many units an import made, renamed, and found as they were."""

    added: int
    renamed: int
    unchanged: int


def import_units(session: Session, path: Path, by: By) -> UnitsImported:
    """Take in a list of units; those known by their code get the names it gives.

    Nothing is written if anything is wrong: raises ImportRefused with every problem. Units that
    the list leaves out stay. The form: five columns, see ``COLUMNS``.
    """
    policy.check(session, by, policy.Action.IMPORT)
    table = read_table(path)
    table.require_columns(COLUMNS)
    known = {unit.code: unit for unit in all_units(session)}
    if problems := _problems(table, known):
        raise ImportRefused(problems)
    imported = _write(session, table, known)
    audit.append(
        session,
        "units_imported",
        by,
        file=table.name,
        added=imported.added,
        renamed=imported.renamed,
    )
    return imported


def _problems(table: Table, known: dict[str, Unit]) -> list[Problem]:
    kinds = {code: unit.kind.value for code, unit in known.items()}
    kinds |= {cells["code"]: cells["kind"] for _, cells in table.rows}
    problems = table.empty_cells(("code", "name", "short_name", "kind"))
    problems += table.repeated_cells("code")
    for number, cells in table.rows:
        code, kind = cells["code"], cells["kind"]
        if code and not CODE_FORM.fullmatch(code):
            problems.append(table.problem(number, "code", "unit_code_form", code=code))
        if kind and kind not in set(UnitKind):
            problems.append(
                table.problem(
                    number,
                    "kind",
                    "unit_kind_unknown",
                    kind=kind,
                    kinds=[k.value for k in UnitKind],
                )
            )
        elif code in known and kind and known[code].kind != kind:
            problems.append(table.problem(number, "kind", "unit_kind_changed", code=code))
        elif kind in set(UnitKind):
            problems += _parent_problems(table, number, cells, kinds)
            problems += _moved(table, number, cells, known)
    return problems


def _parent_problems(
    table: Table, number: int, cells: dict[str, str], kinds: dict[str, str]
) -> list[Problem]:
    """A commune has a district as its parent, other units have none."""
    parent = cells["parent_code"]
    if cells["kind"] != UnitKind.COMMUNE:
        return [table.problem(number, "parent_code", "unit_parent_unwanted")] if parent else []
    if not parent:
        return [table.problem(number, "parent_code", "unit_parent_missing")]
    if parent not in kinds:
        return [table.problem(number, "parent_code", "unit_parent_unknown", parent=parent)]
    if kinds[parent] != UnitKind.DISTRICT:
        return [table.problem(number, "parent_code", "unit_parent_no_district", parent=parent)]
    return []


def _moved(
    table: Table, number: int, cells: dict[str, str], known: dict[str, Unit]
) -> list[Problem]:
    """A known unit keeps its parent: campaigns that are running count on it."""
    unit = known.get(cells["code"])
    before = unit.parent.code if unit is not None and unit.parent is not None else ""
    if unit is None or before == cells["parent_code"]:
        return []
    return [table.problem(number, "parent_code", "unit_parent_changed", code=unit.code)]


def _write(session: Session, table: Table, known: dict[str, Unit]) -> UnitsImported:
    units = dict(known)
    added = renamed = 0
    for _, cells in table.rows:
        unit = units.get(cells["code"])
        if unit is None:
            unit = units[cells["code"]] = Unit(code=cells["code"], kind=UnitKind(cells["kind"]))
            session.add(unit)
            added += 1
        elif (unit.name, unit.short_name) != (cells["name"], cells["short_name"]):
            renamed += 1
        unit.name, unit.short_name = cells["name"], cells["short_name"]
    for _, cells in table.rows:
        unit, parent = units[cells["code"]], units.get(cells["parent_code"])
        if unit.code not in known:
            unit.parent = parent
    session.flush()
    return UnitsImported(added, renamed, len(table.rows) - added - renamed)
