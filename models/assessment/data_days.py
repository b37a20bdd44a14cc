"""On which day a line's figures stood: the year is not over when they are due (domain.md 5)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models import calendar, policy
from models.assessment import queries, scoring
from models.assessment.claims import claim_of
from models.assessment.tables import Assessment, Line, SelfScore
from models.catalogue import kinds
from models.catalogue.kinds import Inputs
from models.people.tables import By
from models.refusals import Refusal
from models.text import clean

FIGURES = frozenset({"value", "denominator", "cases"})  # By these a rule's inputs are figures.


def are_figures(inputs: Inputs) -> bool:
    """Whether they were counted or measured, and so stood on some day."""
    return bool(FIGURES & inputs.keys())


def bears_day(rule: kinds.Rule) -> bool:
    """Whether the inputs of the rule are figures."""
    return isinstance(rule, kinds.Tiers | kinds.Ratio | kinds.Penalty)


def lacks_day(line: Mapping[str, Any]) -> bool:
    """Whether a line of a content (``submission.contents``) has figures without their day."""
    return are_figures(line["inputs"]) and not line["data_as_of"]


def days_to_offer(session: Session, sheet: Assessment, today: date) -> list[date]:
    """Today, the end of the year assessed once it is past, and the day last said on this sheet."""
    end = date(sheet.campaign.year, 12, 31)
    found = [min(today, end), queries.day_last_said(session, sheet.id)]
    fitting = [day for day in found if day and not why_not_as_of(sheet, day, today)]
    return list(dict.fromkeys(fitting))


def why_not_as_of(sheet: Assessment, day: date, today: date) -> Refusal | None:
    """Figures of the year assessed stood on one of its days, and on none that is still to come."""
    if day > today:
        return Refusal("data_day_ahead", day=day, today=today)
    if day.year != sheet.campaign.year:
        return Refusal("data_day_of_other_year", day=day, year=sheet.campaign.year)
    return None


def read_day(text: str, sheet: Assessment) -> date:
    """A day as typed; without a year, one of the year assessed. Raises Refusal."""
    try:
        return calendar.parse_day(text, sheet.campaign.year)
    except Refusal:
        # One sentence for whatever is no day: what else a date may be is no matter here.
        year = sheet.campaign.year
        raise Refusal("data_day_unreadable", text=clean(text), year=year) from None


def date_figures(session: Session, by: By, line: Line, day: date, *, on: int) -> SelfScore:
    """Say for which day the figures of the score of version ``on`` hold."""
    score = scoring.newest(session, by, line, on=on)
    if not are_figures(score.inputs):
        raise Refusal("nothing_to_date", code=line.item.code)
    if refusal := why_not_as_of(line.assessment, day, calendar.local_day(by.at)):
        raise refusal
    return scoring.keep(session, by, line, score.inputs, claim_of(score), data_as_of=day)


def date_the_rest(session: Session, by: By, sheet: Assessment, day: date) -> int:
    """The same day for all figures of the sheet that have none; how many lines that were."""
    if refusal := policy.why_not(session, by, policy.Action.SCORE, sheet):
        raise refusal
    scoring.hold(session, sheet)
    if refusal := scoring.why_not_work(session, by, sheet):
        raise refusal
    found = undated(session, by, sheet.id)
    for score in found:
        date_figures(session, by, score.line, day, on=score.version)
    return len(found)


def undated(session: Session, by: By, assessment_id: int) -> list[SelfScore]:
    """The newest scores whose figures have no day yet, of the lines that ``by`` may score."""
    scores = queries.newest_scores(session, assessment_id)
    found = [score for score in scores if are_figures(score.inputs) and score.data_as_of is None]
    may = policy.why_not
    return [each for each in found if not may(session, by, policy.Action.SCORE, each.line)]
