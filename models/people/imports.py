"""People from a list: each row becomes an invitation."""

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from models import audit, policy, units
from models.imports import ImportRefused, Problem, Table, read_table
from models.people import invitations
from models.people.tables import By, Role
from models.units import Unit

COLUMNS = ("name", "title", "unit_code", "role")
INVITED = [role.value for role in Role if role is not Role.STAND_IN]
PHONE_FORM = re.compile(r"\+?[0-9]{9,14}")


@dataclass(frozen=True)
class Invited:
    """A row of the list and the code that it brought."""

    row: int
    name: str
    unit_code: str
    role: Role
    code: str


def import_people(session: Session, path: Path, by: By) -> list[Invited]:
    """Invite everybody in the list, in its order.

    Columns: ``COLUMNS`` and, if wanted, ``phone``. Nobody is invited if anything is wrong:
    raises ImportRefused with every problem.
    """
    policy.check(session, by, policy.Action.IMPORT)
    table = read_table(path)
    table.require_columns(COLUMNS)
    known = {unit.code: unit for unit in units.all_units(session)}
    if problems := _problems(table, known):
        raise ImportRefused(problems)
    invited = [_invite(session, by, number, cells, known) for number, cells in table.rows]
    audit.append(session, "people_imported", by, file=table.name, rows=len(invited))
    return invited


def _invite(
    session: Session, by: By, number: int, cells: dict[str, str], known: dict[str, Unit]
) -> Invited:
    unit, role, name = (
        known[cells["unit_code"].upper()],
        Role(cells["role"].lower()),
        cells["name"],
    )
    code = invitations.invite(
        session,
        by,
        unit=unit,
        role=role,
        name=name,
        title=cells["title"],
        phone=_digits(cells.get("phone", "")),
    )
    return Invited(number, name, unit.code, role, code)


def _problems(table: Table, known: dict[str, Unit]) -> list[Problem]:
    problems = table.empty_cells(("name", "unit_code", "role"))
    first: dict[tuple[str, str, str], int] = {}
    for number, cells in table.rows:
        name, code, role = cells["name"], cells["unit_code"].upper(), cells["role"].lower()
        if code and code not in known:
            problems.append(table.problem(number, "unit_code", "unit_unknown", code=code))
        if role and role not in INVITED:
            problems.append(
                table.problem(number, "role", "role_unknown", role=role, roles=INVITED)
            )
        phone = cells.get("phone", "")
        if phone and not PHONE_FORM.fullmatch(_digits(phone)):
            problems.append(table.problem(number, "phone", "phone_form", phone=phone))
        key = (name.casefold(), code, role)
        if first.setdefault(key, number) != number and all(key):
            problems.append(table.problem(number, "", "person_repeated", first=first[key]))
    return problems


def _digits(phone: str) -> str:
    return re.sub(r"[\s.()-]", "", phone)
