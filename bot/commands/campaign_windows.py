"""``cchc campaign move``, ``extend``, ``reopen``: when a step opens and closes, and for whom."""

import click
from sqlalchemy.orm import Session

from bot.commands import campaign_parts as parts
from bot.desk import Desk
from models import assessment, calendar, campaigns, conduct, submission
from models.assessment import Assessment
from models.calendar import Deadline
from models.campaigns import Campaign, Step
from models.people import By
from models.refusals import Refusal
from models.units import Unit


@click.command()
@parts.step_option
@click.option("--opens", metavar="DATE", help="when it opens")
@click.option("--closes", metavar="DATE", help="when it ends")
@click.option("--reason", default="", help="why; those concerned are told")
@parts.year_option
@parts.owner_option
@parts.yes_option
@click.pass_obj
def move(
    desk: Desk,
    step: str,
    opens: str | None,
    closes: str | None,
    reason: str,
    year: int | None,
    owner: str | None,
    yes: bool,
) -> None:
    """Set when a step opens and closes; a window that has closed opens again by this."""
    if opens is None and closes is None:
        raise click.UsageError("--opens or --closes is needed")
    try:
        with desk.sessions() as session:
            found = parts.find_campaign(session, year, owner)
            opens_at = calendar.parse_opening(opens, found.year) if opens else None
            deadline = calendar.parse_deadline(closes, found.year) if closes else None
            now = campaigns.effective_window(session, found, Step(step), None)
        planned = conduct.planned(now, opens_at, deadline.closes_at if deadline else None)
        parts.agree(desk, "campaign_move", planned, deadline, yes, year=found.year)
        with desk.sessions.begin() as session:
            again = session.get_one(Campaign, found.id)
            closes_at = deadline.closes_at if deadline else None
            wording = deadline.wording if deadline else ""
            where = (session, By(desk.clock()), again, Step(step))
            conduct.move(*where, opens_at, closes_at, wording, reason)
    except Refusal as refusal:
        desk.refuse(refusal)
    desk.say("campaign_moved", window=parts.window_line(planned))


@click.command()
@click.option("--unit", "codes", multiple=True, metavar="CODE", help="code of a unit; repeatable")
@click.option("--all", "whole", is_flag=True, help="the whole step, for all units")
@parts.step_option
@click.option("--closes", required=True, metavar="DATE", help="until when")
@click.option("--reason", required=True, help="why, with the document: Công văn số …")
@parts.year_option
@parts.owner_option
@parts.yes_option
@click.pass_obj
def extend(
    desk: Desk,
    codes: tuple[str, ...],
    whole: bool,
    step: str,
    closes: str,
    reason: str,
    year: int | None,
    owner: str | None,
    yes: bool,
) -> None:
    """Let units do a step until another date, also one that has passed; those concerned are told.

    Nothing changes for the other units; --all moves the common end for everybody.
    """
    if whole == bool(codes):
        raise click.UsageError("either --unit, once or more often, or --all is needed")
    try:
        with desk.sessions() as session:
            found = parts.find_campaign(session, year, owner)
            to = [parts.find_unit(session, code) for code in dict.fromkeys(codes)]
            deadline = calendar.parse_deadline(closes, found.year)
            by, end = By(desk.clock()), deadline.closes_at
            where = (session, by, found, to, Step(step))
            if refusal := conduct.why_not_extend(*where, end, reason):
                raise refusal
            first = to[0].id if len(to) == 1 else None
            now = campaigns.effective_window(session, found, Step(step), first)
        planned = conduct.planned(now, None, end)
        names = [unit.name for unit in to]
        name = "campaign_extend_all" if whole else "campaign_extend"
        parts.agree(desk, name, planned, deadline, yes, unit=names, reason=reason)
        with desk.sessions.begin() as session:
            _extend(session, by, found.id, [unit.id for unit in to], Step(step), deadline, reason)
    except Refusal as refusal:
        desk.refuse(refusal)
    done = "campaign_extended_all" if whole else "campaign_extended"
    desk.say(done, unit=names, window=parts.window_line(planned))


@click.command()
@click.option("--unit", required=True, metavar="CODE", help="code of the unit that has sent")
@click.option("--until", required=True, metavar="DATE", help="until when it may work again")
@click.option("--reason", required=True, help="why, with the document: Công văn số …")
@parts.year_option
@parts.owner_option
@parts.yes_option
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
            found, to = parts.find_campaign(session, year, owner), parts.find_unit(session, unit)
            deadline = calendar.parse_deadline(until, found.year)
            now = campaigns.effective_window(session, found, Step.SELF_ASSESSMENT, to.id)
            sheet = assessment.of_unit(session, found.id, to.id)
            if sheet is None:
                raise Refusal("unit_not_in_campaign", unit=to.name, year=found.year)
            last, by = submission.latest(session, sheet.id), By(desk.clock())
            end = deadline.closes_at
            if refusal := submission.why_not_reopen(session, by, last, now, end, reason):
                raise refusal
        planned = conduct.planned(now, None, deadline.closes_at)
        parts.agree(desk, "campaign_reopen", planned, deadline, yes, unit=to.name, reason=reason)
        with desk.sessions.begin() as session:
            again, by = session.get_one(Assessment, sheet.id), By(desk.clock())
            done = conduct.reopen(session, by, again, deadline.closes_at, reason)
            code = done.submission.code
    except Refusal as refusal:
        desk.refuse(refusal)
    desk.say("campaign_reopened", unit=to.name, code=code, until=deadline.closes_at)


def _extend(
    session: Session,
    by: By,
    campaign_id: int,
    unit_ids: list[int],
    step: Step,
    deadline: Deadline,
    reason: str,
) -> None:
    found = session.get_one(Campaign, campaign_id)
    to = [session.get_one(Unit, unit_id) for unit_id in unit_ids]
    end, wording = deadline.closes_at, deadline.wording
    if to:
        conduct.extend_units(session, by, found, to, step, end, reason)
    else:
        conduct.move(session, by, found, step, None, end, wording, reason)


COMMANDS = (move, extend, reopen)
