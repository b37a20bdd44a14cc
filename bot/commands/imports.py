"""``cchc import …``: lists from files. What is wrong with one is said row by row."""

from pathlib import Path
from typing import NoReturn

import click

from bot.commands.invitation_lines import Addresses, invitation_lines
from bot.desk import Desk
from models import people, unit_imports
from models.imports import ImportRefused
from models.people import By

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("import")
def import_group() -> None:
    """Take in units, catalogues and people from CSV or XLSX files."""


@import_group.command("units")
@click.argument("file", type=FILE)
@click.pass_obj
def import_units(desk: Desk, file: Path) -> None:
    """Take in units: code, name, short_name, kind, parent_code."""
    try:
        with desk.sessions.begin() as session:
            found = unit_imports.import_units(session, file, By(desk.clock()))
    except ImportRefused as refused:
        show_problems(desk, refused)
    desk.say("units_imported", added=found.added, renamed=found.renamed, unchanged=found.unchanged)


@import_group.command("people")
@click.argument("file", type=FILE)
@click.pass_obj
def import_people(desk: Desk, file: Path) -> None:
    """Invite people: name, title, unit_code, role, phone (may be left out)."""
    try:
        with desk.sessions.begin() as session:
            invited = people.import_people(session, file, By(desk.clock()))
    except ImportRefused as refused:
        show_problems(desk, refused)
    addresses = Addresses(desk)
    for person in invited:
        desk.say(
            "person_invited",
            row=person.row,
            name=person.name,
            unit=person.unit_code,
            role=person.role,
        )
        for line in invitation_lines(addresses, person.code):
            click.echo(f"  {line}")
    desk.say("people_imported", count=len(invited), hours=people.invitations.HOURS)


def show_problems(desk: Desk, refused: ImportRefused) -> NoReturn:
    """Say every problem on standard error, and end with status 1."""
    desk.say("import_refused", err=True, count=len(refused.problems))
    for problem in refused.problems:
        part = problem.as_part()
        desk.say(part.name, err=True, **part.values)
    raise SystemExit(1)
