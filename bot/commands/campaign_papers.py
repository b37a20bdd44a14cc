"""``cchc campaign signatory``: who signs the papers that are drafted for a campaign's owner."""

import click

from bot.commands import campaign_parts as parts
from bot.desk import Desk
from models import signatories
from models.people import By
from models.refusals import Refusal


@click.command()
@click.option(
    "--title", metavar="TEXT", help='lines, strokes between: "KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC"'
)
@click.option("--default", "reset", is_flag=True, help="back to the head of the unit")
@parts.year_option
@parts.owner_option
@click.pass_obj
def signatory(
    desk: Desk, title: str | None, reset: bool, year: int | None, owner: str | None
) -> None:
    """Show or set what stands above the signature of drafted letters."""
    try:
        with desk.sessions.begin() as session:
            unit = parts.find_campaign(session, year, owner).owner
            if title is not None or reset:
                signatories.choose(session, By(desk.clock()), unit, title or "")
            signs = signatories.of(session, unit)
    except Refusal as refusal:
        desk.refuse(refusal)
    desk.say("campaign_signatory", owner=unit.name, signatory=signs)


COMMANDS = (signatory,)
