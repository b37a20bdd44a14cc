"""``cchc import catalogue``: a criteria catalogue from a file."""

from pathlib import Path

import click

from bot.commands.imports import FILE, import_group, show_problems
from bot.desk import Desk
from models import catalogue as catalogues
from models.catalogue import Level, Method
from models.imports import ImportRefused
from models.people import By


@import_group.command()
@click.argument("file", type=FILE)
@click.option("--name", required=True, help="what campaigns call it, for example departments")
@click.pass_obj
def catalogue(desk: Desk, file: Path, name: str) -> None:
    """Take in a criteria catalogue: all of it as a new version, or nothing."""
    try:
        with desk.sessions.begin() as session:
            version = catalogues.import_catalogue(session, file, name, By(desk.clock()))
            items = list(version.items)
    except ImportRefused as refused:
        show_problems(desk, refused)
    levels = [item.level for item in items]
    methods = [item.method for item in items if item.scored]
    desk.say(
        "catalogue_imported",
        name=name,
        number=version.number,
        areas=levels.count(Level.AREA),
        criteria=levels.count(Level.CRITERION),
        components=levels.count(Level.COMPONENT),
        scored=len(methods),
        own=methods.count(Method.SELF),
        survey=methods.count(Method.SURVEY),
    )
