"""What the commands of ``cchc campaign`` share: their options, which campaign is meant, asking."""

from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from bot.desk import Desk
from models import campaigns, units
from models.calendar import Deadline
from models.campaigns import Campaign, EffectiveWindow, Step
from models.messages import Part, word_of
from models.refusals import Refusal
from models.units import Unit

step_option = click.option(
    "--step", required=True, type=click.Choice([step.value for step in Step]), help="which window"
)
year_option = click.option("--year", type=int, help="without it, the newest campaign")
owner_option = click.option("--owner", metavar="CODE", help="code of the unit that leads it")
yes_option = click.option("--yes", is_flag=True, help="do not ask")


def agree(
    desk: Desk,
    name: str,
    planned: EffectiveWindow,
    deadline: Deadline | None,
    yes: bool,
    **values: Any,
) -> None:
    """Repeat the instants in words, point out what is odd, and ask (F9, reliability.md 6)."""
    desk.say(name, window=window_line(planned), **values)
    if deadline is not None and deadline.alternative is not None:
        literal, whole_day = deadline.closes_at, deadline.alternative
        wording = deadline.wording
        desk.say("read_literally", wording=wording, closes_at=literal, alternative=whole_day)
    warn(desk, [planned], desk.clock())
    if not yes:
        confirm(desk)


def confirm(desk: Desk) -> None:
    """Ask, and end with status 1 unless the answer is yes."""
    try:
        agreed = click.confirm(desk.words.plain("campaign_ask", desk.language), default=False)
    except click.Abort:
        click.echo()  # Nobody has ended the line of the question.
        agreed = False
    if not agreed:
        desk.fail("campaign_unchanged")


def warn(desk: Desk, windows: list[EffectiveWindow], now: datetime) -> None:
    for part in campaigns.warnings(windows, now):
        desk.say(part.name, **part.values)


def window_line(window: EffectiveWindow) -> Part:
    step = Part(word_of(window.step))
    if window.opens_at is None:
        return Part("window_due", step=step, closes_at=window.closes_at)
    times = {"opens_at": window.opens_at, "closes_at": window.closes_at}
    return Part("window_from_to", step=step, **times)


def find_campaign(session: Session, year: int | None, owner: str | None) -> Campaign:
    """The one that is meant; where several led by different units could be, it must be said."""
    leader = find_unit(session, owner) if owner else None
    fitting = [
        found
        for found in campaigns.all_campaigns(session)
        if year in (None, found.year) and (leader is None or found.owner_id == leader.id)
    ]
    if not fitting:
        raise Refusal("no_such_campaign")
    newest = [found for found in fitting if found.year == fitting[0].year]
    if len(newest) > 1:
        owners = [found.owner.code for found in newest]
        raise Refusal("several_campaigns", year=newest[0].year, owners=owners)
    return newest[0]


def find_unit(session: Session, code: str) -> Unit:
    unit = units.by_code(session, code)
    if unit is None:
        raise Refusal("unit_code_unknown", code=code)
    return unit
