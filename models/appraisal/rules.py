"""Who may be given an area, and how a reviewer may answer. Rules see only what they are handed."""

from dataclasses import dataclass
from datetime import datetime

from models import calendar
from models.appraisal.tables import AppraisalTask, DeclineReason, TaskStatus
from models.people import Person, Role
from models.refusals import Refusal
from models.reminders.rules import Span
from models.units import Unit

REVIEWERS = frozenset({Role.REVIEWER, Role.COUNCIL_MEMBER})
ACTIVE = frozenset({TaskStatus.ASSIGNED, TaskStatus.ACKNOWLEDGED})
NOTE_LENGTH = 1000
DAYS_TO_ACKNOWLEDGE = 2


@dataclass(frozen=True)
class Proposal:
    """An area of an agency for a reviewer, with the facts that decide whether it may be given.

    ``agency_lines`` are those of the agency in the area, ``lines`` what remains of them
    without the units the reviewer belongs to.
    """

    agency: Unit
    area_code: str
    reviewer: Person
    reviews_for_agency: bool
    has_it_already: bool
    agency_lines: int
    lines: int


def why_not_give(proposal: Proposal) -> Refusal | None:
    agency, person = proposal.agency.name, proposal.reviewer.name
    if proposal.agency_lines == 0:
        return Refusal("no_lines_in_area", agency=agency, area=proposal.area_code)  # R5.2a
    if not proposal.reviews_for_agency:
        return Refusal("not_a_reviewer_there", agency=agency, person=person)  # R5.2a
    if proposal.lines == 0:
        return Refusal("only_own_units", person=person, area=proposal.area_code)  # N2
    if proposal.has_it_already:
        return Refusal("task_given_already", person=person, area=proposal.area_code)
    return None


def acknowledgement_span(assigned_at: datetime, round_opens_at: datetime | None) -> Span:
    """From when until when a reviewer is to acknowledge a task (F42).

    It ends when the round opens, because then the appraisal itself begins (R6.4) and a task that
    nobody has taken on has to be given to somebody else in time. Who is assigned shortly before
    or within the round still has two whole working days.
    """
    day = calendar.add_working_days(calendar.local_day(assigned_at), DAYS_TO_ACKNOWLEDGE)
    two_days = calendar.end_of(day)
    return Span(assigned_at, max(two_days, round_opens_at or two_days))


def why_not_answer(task: AppraisalTask, *, still_reviews: bool) -> Refusal | None:
    """Whether its reviewer may still acknowledge or decline ``task``."""
    owner = task.campaign.owner.name
    if task.status is TaskStatus.ENDED or not still_reviews:
        return Refusal("task_ended", area=task.area_code, owner=owner)
    if task.status is TaskStatus.DECLINED:
        at = task.answered_at
        return Refusal("task_declined_before", area=task.area_code, when=at, owner=owner)
    return None


def why_not_end(task: AppraisalTask) -> Refusal | None:
    if task.status is TaskStatus.ENDED:
        return Refusal("task_replaced_before", person=task.reviewer.name, area=task.area_code)
    return None


def why_not_reason(reason: DeclineReason, note: str) -> Refusal | None:
    """A conflict of interest speaks for itself; another reason has to be told (F42), and a number
    that was meant for a choice tells none."""
    if reason is DeclineReason.OTHER and not any(sign.isalpha() for sign in note):
        return Refusal("decline_note_missing")
    if len(note) > NOTE_LENGTH:
        return Refusal("decline_note_too_long", limit=NOTE_LENGTH)
    return None
