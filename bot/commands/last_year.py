"""``cchc import last-year``: what each line gave each unit the year before (F24)."""

from pathlib import Path

import click

import bot.commands.catalogue  # noqa: F401 - it adds its own to the group.
from bot.commands.campaign_parts import find_campaign, owner_option, year_option
from bot.commands.imports import FILE, import_group, show_problems
from bot.desk import Desk
from models import assessment
from models.imports import ImportRefused
from models.people import By
from models.refusals import Refusal

SHOWN = 20


@import_group.command("last-year")
@click.argument("file", type=FILE)
@year_option
@owner_option
@click.pass_obj
def last_year(desk: Desk, file: Path, year: int | None, owner: str | None) -> None:
    """Take in last year's points: code, unit_code, points; max_points, title (may be left out).

    They are shown beside the lines of the campaign of --year and --owner.
    """
    try:
        with desk.sessions.begin() as session:
            campaign = find_campaign(session, year, owner)
            found = assessment.import_last_year(session, file, campaign, By(desk.clock()))
            of_year = campaign.year
    except ImportRefused as refused:
        show_problems(desk, refused)
    except Refusal as refusal:
        desk.refuse(refusal)
    desk.say("last_year_imported", rows=found.rows, units=found.units, year=of_year)
    if found.unmatched:
        codes, count = found.unmatched[:SHOWN], len(found.unmatched)
        desk.say("last_year_unmatched", codes=codes, count=count, year=of_year)
