"""Proposals, submissions and receipts, and what a sheet would give if it were sent now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import campaigns
from models.assessment import Adjustment
from models.assessment.tables import Assessment, Line
from models.campaigns.tables import Step
from models.catalogue.kinds import Steps
from models.catalogue.queries import rule_of
from models.catalogue.tables import Item, Method
from models.people.codes import LOOKALIKES
from models.people.tables import By
from models.submission import checks, rules
from models.submission.checks import Checks
from models.submission.contents import Totals, adjustments_of, content_of, digest_of, totals_of
from models.submission.lateness import option_for
from models.submission.tables import Proposal, ProposalOutcome, Submission
from models.text import clean


@dataclass(frozen=True)
class Preview:
    """A sheet as it would be sent at this instant.

    ``lines`` are those of a content, the ones that the sending scores as they would be by this
    instant; ``digest`` is that of what was entered, without those. ``late``: by then the
    announced end has passed. ``timed`` are the codes of the lines that the sending scores,
    ``survey_points`` those of the survey, which no unit enters.
    """

    lines: list[dict[str, Any]]
    adjustments: list[Adjustment]
    digest: str
    totals: Totals
    checks: Checks
    scored: int
    late: bool
    timed: list[str]
    survey_points: Decimal


@dataclass(frozen=True)
class Receipt:
    """``unchanged``: the sheet still holds what was sent. ``whole``: so does the snapshot itself.
    ``newer``: the submission that followed a reopening."""

    submission: Submission
    unchanged: bool
    whole: bool
    newer: Submission | None


def preview(session: Session, sheet: Assessment, now: datetime) -> Preview:
    content = content_of(session, sheet, timed=False)
    late_by = lateness(session, sheet, now)
    timed = [as_sent(line, late_by) for line in timed_lines(session, sheet)]
    lines = [*content["lines"], *timed]
    return Preview(
        lines=lines,
        adjustments=adjustments_of(content),
        digest=digest_of(content),
        totals=totals_of(lines, content["adjustments"]),
        checks=checks.check(session, sheet, content),
        scored=sum(line["score"] is not None for line in lines),
        late=late_by is not None,
        timed=[line["code"] for line in timed],
        survey_points=_survey_points(session, sheet),
    )


def due_at(session: Session, sheet: Assessment) -> datetime:
    """The announced end for the unit, its extension included; the grace is nobody's right."""
    step = Step.SELF_ASSESSMENT
    return campaigns.effective_window(session, sheet.campaign, step, sheet.unit_id).closes_at


def lateness(session: Session, sheet: Assessment, now: datetime) -> timedelta | None:
    """By how much a sheet sent at ``now`` is late; None if it is in time.

    What a unit sends again after a reopening is not earlier than what it sent first.
    """
    end = due_at(session, sheet)
    found = [now - end] if now >= end else []
    found += [late for each in submissions(session, sheet.id) if (late := _late(each)) is not None]
    return max(found, default=None)


def timed_lines(session: Session, sheet: Assessment) -> list[Line]:
    """The lines that the sending scores; those that the unit is let off are not scored at all."""
    query = select(Line).where(Line.assessment_id == sheet.id, Line.timed, Line.exempt.is_(False))
    return list(session.scalars(query))


def steps_of(line: Line) -> Steps:
    rule = rule_of(line.item)
    assert isinstance(rule, Steps)  # Only such lines are made ``timed``.
    return rule


def as_sent(line: Line, late_by: timedelta | None) -> dict[str, Any]:
    """A line that the sending scores, as far as totals need it."""
    rule = steps_of(line)
    points = rule.options[option_for(rule, late_by)].points
    maximum = f"{line.item.max_points:.2f}"
    area = line.item.area or line.item
    about = {"code": line.item.code, "area": [area.code, area.title], "score": 1, "evidence": []}
    return {**about, "points": f"{points:.2f}", "max_points": maximum}


def waiting(session: Session, assessment_id: int) -> Proposal | None:
    """The proposal that waits for the head."""
    query = select(Proposal).where(
        Proposal.assessment_id == assessment_id, Proposal.outcome == ProposalOutcome.WAITING
    )
    return session.scalar(query)


def returned(session: Session, assessment_id: int) -> Proposal | None:
    """The newest proposal, if the head returned it."""
    query = select(Proposal).where(Proposal.assessment_id == assessment_id)
    newest = session.scalar(query.order_by(Proposal.id.desc()).limit(1))
    return newest if newest and newest.outcome is ProposalOutcome.RETURNED else None


def submissions(session: Session, assessment_id: int) -> list[Submission]:
    """All that the unit has sent, the newest first; only that one may hold now."""
    query = select(Submission).where(Submission.assessment_id == assessment_id)
    return list(session.scalars(query.order_by(Submission.id.desc())))


def latest(session: Session, assessment_id: int) -> Submission | None:
    return next(iter(submissions(session, assessment_id)), None)


def codes_of(session: Session, campaign_id: int) -> dict[int, str]:
    """The receipt that holds for each locked sheet of a campaign, by the sheet's id."""
    newest = select(func.max(Submission.id)).group_by(Submission.assessment_id)
    query = select(Submission.assessment_id, Submission.code).join(Submission.assessment)
    locked = (Assessment.campaign_id == campaign_id, Assessment.locked_at.is_not(None))
    rows = session.execute(query.where(Submission.id.in_(newest), *locked))
    return {row.assessment_id: row.code for row in rows}


def verify(session: Session, by: By, code: str) -> Receipt:
    """What the receipt stands for, and whether the sheet is unchanged since. Raises Refusal."""
    submission = by_code(session, code)
    if refusal := rules.why_not_verify(session, by, submission):
        raise refusal
    assert submission is not None
    sheet = submission.assessment
    newest = latest(session, sheet.id)
    return Receipt(
        submission,
        unchanged=digest_of(content_of(session, sheet, timed=True)) == submission.digest,
        whole=digest_of(submission.content) == submission.digest,
        newer=newest if newest is not None and newest.id != submission.id else None,
    )


def by_code(session: Session, code: str) -> Submission | None:
    """As typed: in any case, with or without spaces; O for 0, I and L for 1 in the last part."""
    typed = "".join(clean(code).upper().split())
    head, _, last = typed.rpartition("-")
    wanted = f"{head}-{last.translate(LOOKALIKES)}"
    return session.scalar(select(Submission).where(Submission.code == wanted))


def _late(submission: Submission) -> timedelta | None:
    seconds = submission.late_seconds
    return None if seconds is None else timedelta(seconds=seconds)


def _survey_points(session: Session, sheet: Assessment) -> Decimal:
    query = select(Item.max_points).join(Line, Line.item_id == Item.id)
    surveyed = (Line.assessment_id == sheet.id, Line.exempt.is_(False))
    points = session.scalars(query.where(*surveyed, Item.method == Method.SURVEY))
    return sum(points, Decimal(0))
