"""``cchc campaign ladder``, ``manners``, ``done``: who is reminded of what, when, until when."""

from dataclasses import replace
from datetime import datetime, time
from typing import Any

import click
from sqlalchemy.orm import Session

import models.duties  # noqa: F401 - the ladders are those of all duties.
from bot.commands import campaign_parts as parts
from bot.desk import Desk
from models import conduct, milestones, reminders
from models.campaigns import Campaign
from models.messages import Part, word_of
from models.milestones import Act
from models.people import By
from models.refusals import Refusal
from models.reminders import Manners, Schedule, schedules

INSTANTS = 30


@click.command()
@click.option("--duty", help="which reminders; without it, all are listed")
@click.option("--before", metavar="DAYS", help="working days ahead of the end: 10,5,3,1; 0: none")
@click.option("--hour", metavar="HOUR", help="at which hour: 08:00")
@click.option("--last-day", metavar="HOURS", help="hours of the last day: 08:00,14:00; 0: none")
@click.option("--after", metavar="DAYS", help="working days behind the end: 1,2; 0: none")
@click.option("--weeks", metavar="N", help="then weekly, so many times; 0: none")
@click.option("--default", "reset", is_flag=True, help="back to the default")
@parts.year_option
@parts.owner_option
@parts.yes_option
@click.pass_obj
def ladder(
    desk: Desk,
    /,
    duty: str | None,
    reset: bool,
    year: int | None,
    owner: str | None,
    yes: bool,
    **changes: str | None,
) -> None:
    """Show when a duty is reminded of, or set it; what that gives is shown before it holds."""
    given = {part: text for part, text in changes.items() if text is not None}
    if duty is None and (given or reset):
        raise click.UsageError("--duty is needed")
    try:
        with desk.sessions() as session:
            found = parts.find_campaign(session, year, owner)
            known = [each.name for each in reminders.every_duty() if each.has_ladder]
            for name in [duty] if duty else known:
                schedule = _changed(session, found, name, given, reset)
                by = By(desk.clock())
                if refusal := conduct.why_not_ladder(session, by, found, name, schedule):
                    raise refusal
                _show(desk, session, found, name, schedule, by.at)
        if not given and not reset:
            return
        assert duty is not None
        if not yes:
            parts.confirm(desk)
        with desk.sessions.begin() as session:
            again = session.get_one(Campaign, found.id)
            conduct.set_ladder(session, By(desk.clock()), again, duty, schedule)
    except Refusal as refusal:
        desk.refuse(refusal)
    desk.say("ladder_is_set", duty=Part(f"duty.{duty}"), at=desk.clock())


@click.command()
@click.option("--quiet-from", metavar="HOUR", help="no reminders from this hour: 20:00")
@click.option("--quiet-until", metavar="HOUR", help="up to this one: 07:00")
@click.option("--free-days/--no-free-days", default=None, help="none on free days, or there too")
@click.option("--a-day", type=int, help="messages of reminders a person and day")
@click.option("--pause", "pause_minutes", type=int, metavar="MINUTES", help="wait for who is busy")
@click.pass_obj
def manners(
    desk: Desk, /, quiet_from: str | None, quiet_until: str | None, **changes: Any
) -> None:
    """Show or set when and how often anybody is reminded, in all campaigns."""
    given: dict[str, Any] = {key: value for key, value in changes.items() if value is not None}
    try:
        for key, text in (("quiet_from", quiet_from), ("quiet_until", quiet_until)):
            if text is not None:
                given[key] = _hour(text)
        with desk.sessions.begin() as session:
            found = replace(reminders.manners_of(session), **given)
            if given:
                conduct.set_manners(session, By(desk.clock()), found)
    except Refusal as refusal:
        desk.refuse(refusal)
    desk.say("campaign_manners", **_manners(found))


@click.command()
@click.option("--act", required=True, type=click.Choice([act.value for act in Act]), help="which")
@click.option("--paper", default="", metavar="TEXT", help="its document: 1136/QĐ-UBND 12/11/2026")
@click.option("--undo", is_flag=True, help="it was recorded by mistake")
@parts.year_option
@parts.owner_option
@click.pass_obj
def done(
    desk: Desk, act: str, paper: str, undo: bool, year: int | None, owner: str | None
) -> None:
    """Record that an act of the procedure is done: nobody is reminded of it any more."""
    by = By(desk.clock())
    try:
        with desk.sessions.begin() as session:
            found = parts.find_campaign(session, year, owner)
            if undo:
                milestones.take_back(session, by, found, Act(act))
            else:
                read = milestones.read_paper(paper, found.year)
                milestones.record(session, by, found, Act(act), read)
    except Refusal as refusal:
        desk.refuse(refusal)
    said = "campaign_act_taken_back" if undo else "campaign_act_recorded"
    desk.say(said, act=Part(word_of(Act(act))))


def _changed(
    session: Session, found: Campaign, duty: str, given: dict[str, str], reset: bool
) -> Schedule:
    schedule = Schedule() if reset else schedules.of(session, found.id, duty)
    for part, text in given.items():
        schedule = schedules.with_part(schedule, part, text)
    return schedule


def _show(
    desk: Desk, session: Session, found: Campaign, name: str, schedule: Schedule, now: datetime
) -> None:
    duty = reminders.named(name)
    assert duty is not None  # The rule has seen that there is one.
    coming = reminders.preview(session, found, duty, schedule, now)
    shown = [Part("ladder_instant", at=at, n=count) for at, count in coming[:INSTANTS]]
    lines = [
        Part(
            f"ladder_line.{part}",
            value=schedules.written(schedule, part) or Part("ladder_nothing"),
        )
        for part in schedules.PARTS
    ]
    instants = shown or [Part("ladder_no_instants")]
    desk.say("campaign_ladder", duty=Part(f"duty.{name}"), lines=lines, instants=instants)


def _hour(text: str) -> time:
    found = schedules.parse_hours(text)
    if len(found) != 1:
        raise Refusal("ladder_hours_not_understood", text=text)
    return found[0]


def _manners(found: Manners) -> dict[str, Any]:
    return {
        "since": f"{found.quiet_from:%H:%M}",
        "until": f"{found.quiet_until:%H:%M}",
        "free": Part("manners_free") if found.free_days else "",
        "a_day": found.a_day,
        "pause": found.pause_minutes,
    }


COMMANDS = (ladder, manners, done)
