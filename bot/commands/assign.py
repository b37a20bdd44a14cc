"""``cchc assign``: give areas of an appraising agency to one of its reviewers (R5.2a, F41)."""

import click
from sqlalchemy.orm import Session

from bot.desk import Desk
from models import appraisal, campaigns, units
from models.appraisal import AppraisalTask
from models.campaigns import Campaign
from models.messages import Part
from models.people import By, Person
from models.refusals import Refusal
from models.units import Unit


@click.command()
@click.option("--agency", required=True, metavar="CODE", help="code of the appraising agency")
@click.option("--person", required=True, help="name or number of one of its reviewers")
@click.option("--area", "areas", multiple=True, help="code of an area; without it, all of them")
@click.option("--campaign-year", type=int, help="without it, the newest campaign")
@click.pass_obj
def assign(
    desk: Desk, agency: str, person: str, areas: tuple[str, ...], campaign_year: int | None
) -> None:
    """Give areas of an appraising agency to a reviewer, who is told at once."""
    by = By(desk.clock())
    try:
        with desk.sessions.begin() as session:
            unit = units.by_code(session, agency)
            if unit is None:
                raise Refusal("unit_code_unknown", code=agency)
            campaign = _campaign(session, unit, campaign_year)
            reviewer = appraisal.reviewer_named(session, unit, person)
            codes = list(dict.fromkeys(areas)) or _codes(session, campaign, unit, reviewer)
            tasks = appraisal.assign_areas(session, by, campaign, unit, codes, reviewer)
            lines = [_line(session, task) for task in tasks]
            due = appraisal.due_at(session, tasks[0])
    except Refusal as refusal:
        desk.refuse(refusal)
    desk.say("assign_done", person=reviewer.name, agency=unit.name, due=due, areas=lines)


def _campaign(session: Session, agency: Unit, year: int | None) -> Campaign:
    """The newest campaign, of ``year`` if given, in which the agency has something to appraise."""
    for campaign in campaigns.all_campaigns(session):
        fits = year in (None, campaign.year)
        if fits and appraisal.areas_of_agency(session, campaign, agency):
            return campaign
    raise Refusal("no_campaign_of_agency", agency=agency.name, year=year or "")


def _codes(session: Session, campaign: Campaign, agency: Unit, reviewer: Person) -> list[str]:
    """The agency's areas that the reviewer does not have yet; all of them where there is none,
    so that the refusal says so."""
    codes = [area.code for area in appraisal.areas_of_agency(session, campaign, agency)]
    held = appraisal.areas_held(session, campaign, agency, reviewer.id, codes)
    return [code for code in codes if code not in held] or codes


def _line(session: Session, task: AppraisalTask) -> Part:
    scope = appraisal.scope(session, task)
    title = appraisal.area_title(session, task.campaign, task.area_code)
    return Part(
        "task_line", area=task.area_code, title=title, units=scope.units, lines=scope.lines
    )
