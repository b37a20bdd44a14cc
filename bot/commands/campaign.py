"""``cchc campaign``: make the campaign of a year, set its dates, issue its plan (R6.1–R6.8)."""

import mimetypes
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from bot.desk import Desk
from bot.store import Store, StoreFull, TooLarge
from models import assessment, calendar, campaigns, conduct, files, points, submission, units
from models.assessment import AdjustmentKind, Assessment
from models.calendar import Deadline
from models.campaigns import Campaign, EffectiveWindow, Phase, Step, Window
from models.campaigns.tables import TIMELINESS, SignOff
from models.files import Received
from models.messages import Part, word_of
from models.people import By
from models.refusals import Refusal
from models.units import Unit, UnitKind

PLAN_BYTES = 200 << 20

step_option = click.option(
    "--step", required=True, type=click.Choice([step.value for step in Step]), help="which window"
)
year_option = click.option("--year", type=int, help="without it, the newest campaign")
owner_option = click.option("--owner", metavar="CODE", help="code of the unit that leads it")
yes_option = click.option("--yes", is_flag=True, help="do not ask")


@click.group()
def campaign() -> None:
    """Make a campaign, set its dates, issue its plan.

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
            leader = _unit(session, owner)
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
    lines = [_window_line(window) for window in windows]
    desk.say("campaign_created", year=year, owner=leader.name, units=count, windows=lines)
    _warn(desk, windows, by.now)


@campaign.command()
@step_option
@click.option("--opens", metavar="DATE", help="when it opens")
@click.option("--closes", metavar="DATE", help="when it ends")
@year_option
@owner_option
@yes_option
@click.pass_obj
def move(
    desk: Desk,
    step: str,
    opens: str | None,
    closes: str | None,
    year: int | None,
    owner: str | None,
    yes: bool,
) -> None:
    """Set when a step opens and closes; a window that has closed opens again by this."""
    if opens is None and closes is None:
        raise click.UsageError("--opens or --closes is needed")
    try:
        with desk.sessions() as session:
            found = _campaign(session, year, owner)
            opens_at = calendar.parse_opening(opens, found.year) if opens else None
            deadline = calendar.parse_deadline(closes, found.year) if closes else None
            now = campaigns.effective_window(session, found, Step(step), None)
        planned = _moved(now, opens_at, deadline)
        _ask(desk, "campaign_move", planned, deadline, yes, year=found.year)
        with desk.sessions.begin() as session:
            _move(session, By(desk.clock()), found.id, planned, opens_at, deadline)
    except Refusal as refusal:
        desk.refuse(refusal)
    desk.say("campaign_moved", window=_window_line(planned))


@campaign.command()
@click.option("--number", required=True, help="number of the plan, as it is written on it")
@click.option("--date", "dated", required=True, metavar="DATE", help="date of the plan")
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="the signed plan",
)
@year_option
@owner_option
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
            found = _campaign(session, year, owner)
            day = calendar.parse_day(dated, found.year)
            file = files.keep(session, kept, by.now) if kept else None
            conduct.issue_plan(session, by, found, number, day, file)
            windows = campaigns.calendar_of(session, found, None)
    except Refusal as refusal:
        desk.refuse(refusal)
    lines = [_window_line(window) for window in windows if window.opens_at is not None]
    desk.say("campaign_opened", year=found.year, number=number, dated_on=day, windows=lines)
    _warn(desk, [w for w in windows if w.phase(by.now) is not Phase.OVER], by.now)


@campaign.command()
@click.option("--unit", required=True, metavar="CODE", help="code of the unit")
@step_option
@click.option("--closes", required=True, metavar="DATE", help="until when, for this unit")
@click.option("--reason", required=True, help="why, with the document: Công văn số …")
@year_option
@owner_option
@yes_option
@click.pass_obj
def extend(
    desk: Desk,
    unit: str,
    step: str,
    closes: str,
    reason: str,
    year: int | None,
    owner: str | None,
    yes: bool,
) -> None:
    """Let one unit do a step until another date; nothing changes for the others."""
    try:
        with desk.sessions() as session:
            found, to = _campaign(session, year, owner), _unit(session, unit)
            deadline = calendar.parse_deadline(closes, found.year)
            now = campaigns.effective_window(session, found, Step(step), to.id)
        planned = _moved(now, None, deadline)
        _ask(desk, "campaign_extend", planned, deadline, yes, unit=to.name, reason=reason)
        with desk.sessions.begin() as session:
            again, by = session.get_one(Campaign, found.id), By(desk.clock())
            to = session.get_one(Unit, to.id)
            conduct.extend(session, by, again, to, Step(step), deadline.closes_at, reason)
    except Refusal as refusal:
        desk.refuse(refusal)
    desk.say("campaign_extended", unit=to.name, window=_window_line(planned))


@campaign.command()
@click.option("--unit", required=True, metavar="CODE", help="code of the unit that has sent")
@click.option("--until", required=True, metavar="DATE", help="until when it may work again")
@click.option("--reason", required=True, help="why, with the document: Công văn số …")
@year_option
@owner_option
@yes_option
@click.pass_obj
def reopen(
    desk: Desk,
    unit: str,
    until: str,
    reason: str,
    year: int | None,
    owner: str | None,
    yes: bool,
) -> None:
    """Let a unit that has sent its sheet work on it again; its receipt stays (F37)."""
    try:
        with desk.sessions() as session:
            found, to = _campaign(session, year, owner), _unit(session, unit)
            deadline = calendar.parse_deadline(until, found.year)
            now = campaigns.effective_window(session, found, Step.SELF_ASSESSMENT, to.id)
            sheet = assessment.of_unit(session, found.id, to.id)
            if sheet is None:
                raise Refusal("unit_not_in_campaign", unit=to.name, year=found.year)
            last, by = submission.latest(session, sheet.id), By(desk.clock())
            end = deadline.closes_at
            if refusal := submission.why_not_reopen(session, by, last, now, end, reason):
                raise refusal
        planned = _moved(now, None, deadline)
        _ask(desk, "campaign_reopen", planned, deadline, yes, unit=to.name, reason=reason)
        with desk.sessions.begin() as session:
            again, by = session.get_one(Assessment, sheet.id), By(desk.clock())
            done = conduct.reopen(session, by, again, deadline.closes_at, reason)
            code = done.submission.code
    except Refusal as refusal:
        desk.refuse(refusal)
    desk.say("campaign_reopened", unit=to.name, code=code, until=deadline.closes_at)


def _move(
    session: Session,
    by: By,
    campaign_id: int,
    planned: EffectiveWindow,
    opens_at: datetime | None,
    deadline: Deadline | None,
) -> Window:
    found = session.get_one(Campaign, campaign_id)
    closes_at = deadline.closes_at if deadline else None
    wording = deadline.wording if deadline else ""
    return conduct.move(session, by, found, planned.step, opens_at, closes_at, wording)


def _moved(
    now: EffectiveWindow, opens_at: datetime | None, deadline: Deadline | None
) -> EffectiveWindow:
    closes_at = deadline.closes_at if deadline else now.closes_at
    return EffectiveWindow(now.step, opens_at or now.opens_at, closes_at)


def _ask(
    desk: Desk,
    name: str,
    planned: EffectiveWindow,
    deadline: Deadline | None,
    yes: bool,
    **values: Any,
) -> None:
    """Repeat the instants in words, point out what is odd, and ask (F9, reliability.md 6)."""
    desk.say(name, window=_window_line(planned), **values)
    if deadline is not None and deadline.alternative is not None:
        literal, whole_day = deadline.closes_at, deadline.alternative
        wording = deadline.wording
        desk.say("read_literally", wording=wording, closes_at=literal, alternative=whole_day)
    _warn(desk, [planned], desk.clock())
    if yes:
        return
    try:
        agreed = click.confirm(desk.words.plain("campaign_ask", desk.language), default=False)
    except click.Abort:
        click.echo()  # Nobody has ended the line of the question.
        agreed = False
    if not agreed:
        desk.fail("campaign_unchanged")


def _warn(desk: Desk, windows: list[EffectiveWindow], now: datetime) -> None:
    for part in campaigns.warnings(windows, now):
        desk.say(part.name, **part.values)


def _window_line(window: EffectiveWindow) -> Part:
    step = Part(word_of(window.step))
    if window.opens_at is None:
        return Part("window_due", step=step, closes_at=window.closes_at)
    times = {"opens_at": window.opens_at, "closes_at": window.closes_at}
    return Part("window_from_to", step=step, **times)


def _campaign(session: Session, year: int | None, owner: str | None) -> Campaign:
    """The one that is meant; where several led by different units could be, it must be said."""
    leader = _unit(session, owner) if owner else None
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


def _unit(session: Session, code: str) -> Unit:
    unit = units.by_code(session, code)
    if unit is None:
        raise Refusal("unit_code_unknown", code=code)
    return unit


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
