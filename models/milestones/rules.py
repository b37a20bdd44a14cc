"""Which document proves an act, and when an act may be recorded or taken back."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from models import calendar
from models.campaigns.tables import Campaign
from models.messages import Choice
from models.milestones.tables import Act, Milestone
from models.refusals import Refusal
from models.text import clean

NUMBER_SIGNS = 60
_DATE = re.compile(r"\d{1,2}[/-]\d{1,2}(?:[/-]\d{4})?|\d{4}-\d{1,2}-\d{1,2}")


@dataclass(frozen=True)
class Paper:
    """A document's number and date; both may be missing."""

    number: str = ""
    dated_on: date | None = None


def read_paper(text: str, year: int) -> Paper:
    """ "1136/QĐ-UBND 12/11/2026": the last word may be the date, all before it is the number.

    Raises Refusal where the date cannot be read or the number is too long.
    """
    number, _, last = clean(text).rpartition(" ")
    if not _DATE.fullmatch(last):
        number, last = clean(text), ""
    number = re.sub(r"(?i)[, ]*\bngày$", "", number.strip(" ,"))
    number = re.sub(r"(?i)^số ", "", number)
    if len(number) > NUMBER_SIGNS:
        raise Refusal("paper_number_too_long", most=NUMBER_SIGNS)
    return Paper(number, calendar.parse_day(last, year) if last else None)


def why_not_record(
    campaign: Campaign, act: Act, standing: Milestone | None, paper: Paper, now: datetime
) -> Refusal | None:
    """``standing`` is the newest row of the act. Only what has begun can be done (R6.1)."""
    if campaign.opened_at is None:
        values = {"year": campaign.year, "owner": campaign.owner.name}
        return Refusal("plan_not_issued", [Choice("calendar")], **values)
    if standing is not None and standing.done:
        values = {"act": act, "at": standing.recorded_at}
        return Refusal("act_recorded_already", [Choice("record_acts", campaign.id)], **values)
    if paper.dated_on is not None and paper.dated_on > calendar.local_day(now):
        return Refusal("paper_in_the_future", dated_on=paper.dated_on)
    return None


def why_not_take_back(campaign: Campaign, act: Act, standing: Milestone | None) -> Refusal | None:
    if standing is None or not standing.done:
        return Refusal("act_not_recorded", [Choice("record_acts", campaign.id)], act=act)
    return None
