"""``cchc campaign``: make the campaign of a year, issue its plan (R6.1), set what follows."""

import mimetypes
from pathlib import Path

import click

from bot.commands import campaign_papers, campaign_reminders, campaign_windows
from bot.commands import campaign_parts as parts
from bot.desk import Desk
from bot.store import Store, StoreFull, TooLarge
from models import calendar, campaigns, conduct, files, points
from models.assessment import AdjustmentKind
from models.campaigns import Phase
from models.campaigns.tables import TIMELINESS, SignOff
from models.files import Received
from models.people import By
from models.refusals import Refusal
from models.units import UnitKind

PLAN_BYTES = 200 << 20


@click.group()
def campaign() -> None:
    """Make a campaign, set its dates and its reminders, issue its plan.

    Dates: 16/11/2026, 2026-11-16, "trước 15/11", "đến hết 15/11", or with an hour:
    "17:00 13/11/2026"; always those of Vietnam. A day as an end is taken in whole.
    """


@campaign.command()
@click.option(
    "--year", type=click.IntRange(2000, 2099), required=True, help="the year that is assessed"
)
@click.option("--owner", required=True, metavar="CODE", help="code of the unit that leads it")
@click.option(
    "--catalogue", "catalogues", multiple=True, required=True, metavar="KIND=NAME",
    help="the catalogue for a kind of unit: department=departments",
)  # fmt: skip
@click.option(
    "--timeliness", default=TIMELINESS, show_default=True, metavar="CODE",
    help="the line that the instant of sending scores; \"\" for none",
)  # fmt: skip
@click.option("--bonus-cap", metavar="POINTS", help="at most so many bonus points; else none")
@click.option("--penalty-cap", metavar="POINTS", help="at most so many penalty points; else none")
@click.option(
    "--adjustments-proven/--adjustments-unproven", default=True, show_default=True,
    help="whether these points need a document or an explanation",
)  # fmt: skip
@click.option(
    "--sign-off",
    type=click.Choice([way.value for way in SignOff]),
    default=SignOff.HEAD.value,
    show_default=True,
    help="the head confirms in the chat; with scan, a signed report will do as well",
)
@click.pass_obj
def create(
    desk: Desk,
    year: int,
    owner: str,
    catalogues: tuple[str, ...],
    timeliness: str,
    bonus_cap: str | None,
    penalty_cap: str | None,
    adjustments_proven: bool,
    sign_off: str,
) -> None:
    """Make a draft with the default calendar, its groups, and its list of units."""
    by, chosen = By(desk.clock()), dict(_catalogue(text) for text in catalogues)
    wanted = {AdjustmentKind.BONUS: bonus_cap, AdjustmentKind.PENALTY: penalty_cap}
    try:
        caps = {kind: points.parse_points(text) for kind, text in wanted.items() if text}
        with desk.sessions.begin() as session:
            leader = parts.find_unit(session, owner)
            made = conduct.create(
                session,
                by,
                year=year,
                owner=leader,
                catalogues=chosen,
                timeliness_code=timeliness,
                caps=caps,
                adjustments_proven=adjustments_proven,
                sign_off=SignOff(sign_off),
            )
            count = len(campaigns.units_in(session, made))
            windows = campaigns.calendar_of(session, made, None)
    except Refusal as refusal:
        desk.refuse(refusal)
    lines = [parts.window_line(window) for window in windows]
    desk.say("campaign_created", year=year, owner=leader.name, units=count, windows=lines)
    parts.warn(desk, windows, by.at)


@campaign.command()
@click.option("--number", required=True, help="number of the plan, as it is written on it")
@click.option("--date", "dated", required=True, metavar="DATE", help="date of the plan")
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="the signed plan",
)
@parts.year_option
@parts.owner_option
@click.option("--yes", is_flag=True, expose_value=False, help="accepted; nothing is asked here")
@click.pass_obj
def plan(
    desk: Desk,
    number: str,
    dated: str,
    path: Path | None,
    year: int | None,
    owner: str | None,
) -> None:
    """Issue the plan: the campaign is open from now on (R6.1)."""
    by = By(desk.clock())
    kept = _keep(desk, path) if path else None
    try:
        with desk.sessions.begin() as session:
            found = parts.find_campaign(session, year, owner)
            day = calendar.parse_day(dated, found.year)
            file = files.keep(session, kept, by.at) if kept else None
            conduct.issue_plan(session, by, found, number, day, file)
            windows = campaigns.calendar_of(session, found, None)
    except Refusal as refusal:
        desk.refuse(refusal)
    lines = [parts.window_line(window) for window in windows if window.opens_at is not None]
    desk.say("campaign_opened", year=found.year, number=number, dated_on=day, windows=lines)
    parts.warn(desk, [w for w in windows if w.phase(by.at) is not Phase.OVER], by.at)


COMMANDS = (campaign_windows.COMMANDS, campaign_reminders.COMMANDS, campaign_papers.COMMANDS)
for command in (each for some in COMMANDS for each in some):
    campaign.add_command(command)


def _catalogue(text: str) -> tuple[UnitKind, str]:
    kind, separator, name = text.partition("=")
    if not separator or not name or kind not in set(UnitKind):
        kinds = ", ".join(UnitKind)
        raise click.BadParameter(f"{text!r} is not KIND=NAME with a KIND of {kinds}")
    return UnitKind(kind), name


def _keep(desk: Desk, path: Path) -> Received:
    """Bring the plan's bytes into the store, before any row says that they are there."""
    store = Store(desk.config.storage.directory)
    try:
        with path.open("rb") as file:
            kept = store.keep_now(iter(lambda: file.read(1 << 20), b""), PLAN_BYTES)
    except TooLarge:
        desk.fail("plan_file_too_large", file=path.name, limit=PLAN_BYTES)
    except (StoreFull, OSError) as error:
        desk.fail("plan_file_not_kept", file=path.name, error=str(error))
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Received(path.name, kept.size, kept.sha256, media_type)
