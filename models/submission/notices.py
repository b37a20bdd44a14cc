"""What a unit's people and the coordinators are told, in the transaction of the fact (I4)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models import outbox, people
from models.messages import Choice, Part
from models.people.tables import Binding, By, Person, Role
from models.submission.contents import adjustments_of
from models.submission.tables import Proposal, Reopening, Submission

UNIT = (Role.FOCAL_OFFICER, Role.DEPUTY, Role.HEAD)


def heads_of(session: Session, unit_id: int) -> list[Person]:
    return people.holders(session, unit_id, {Role.HEAD})


def proposed(proposal: Proposal) -> dict[str, Any]:
    """The values of ``sheet_proposed`` (conversations.md 10)."""
    return {
        "person": proposal.proposed_by.name,
        "unit": proposal.assessment.unit.name,
        "points": proposal.points,
        "max_points": proposal.max_points,
        "lines": proposal.lines,
        "documents": proposal.documents,
    }


def decisions(proposal: Proposal) -> list[Choice]:
    """What the head can do with a proposal; the owner is the campaign's, whoever that is."""
    return [
        Choice("approve", proposal.id, owner=proposal.assessment.campaign.owner.short_name),
        Choice("return_proposal", proposal.id),
        Choice("proposal_details", proposal.id),
    ]


def receipt(submission: Submission) -> dict[str, Any]:
    """The values of ``sheet_sent``."""
    late = submission.late_seconds is not None
    return {
        "unit": submission.assessment.unit.name,
        "sent_at": submission.sent_at,
        "when": Part("sent_late" if late else "sent_in_time", due=submission.due_at),
        "code": submission.code,
        "lines": submission.lines,
        "documents": submission.documents,
        "points": submission.points,
        "max_points": submission.max_points,
        "adjustments": [
            Part(f"adjustment.{each.kind}", points=each.points, cap=each.cap)
            for each in adjustments_of(submission.content)
            if each.points
        ],
        "report": report_part(submission),
    }


def report_part(submission: Submission) -> Part | None:
    """The signed report with which it was sent, if it was."""
    report = submission.report
    if report is None:
        return None
    about = {"number": report.number, "dated_on": report.dated_on, "file": report.evidence.name}
    return Part("sent_with_report", **about, mark=report.file.sha256[:8])


def tell_proposed(session: Session, proposal: Proposal) -> None:
    """Each head gets it; where there is none, those who can invite one learn of that."""
    sheet, at = proposal.assessment, proposal.proposed_at
    key = f"proposal:{proposal.id}"
    heads = _holding(session, sheet.unit_id, {Role.HEAD})
    _tell(session, "sheet_proposed", proposed(proposal), heads, key, at, decisions(proposal))
    if not heads:
        leaders = _holding(session, sheet.campaign.owner_id, {Role.COORDINATOR})
        values = {"unit": sheet.unit.name, "person": proposal.proposed_by.name}
        offers = [Choice("invite_people"), Choice("menu")]
        _tell(session, "unit_has_no_head", values, leaders, key, at, offers)


def tell_returned(session: Session, proposal: Proposal, by: By) -> None:
    """Who proposed learns why, if they still work for the unit, else those who do."""
    values = {
        "person": by.person.name if by.person else "",
        "unit": proposal.assessment.unit.name,
        "returned_at": by.at,
        "reason": proposal.reason,
    }
    offers = [Choice("submit"), Choice("status"), Choice("menu")]
    workers = _holding(session, proposal.assessment.unit_id, UNIT)
    own = [binding for binding in workers if binding.person_id == proposal.proposed_by_id]
    told = own or [binding for binding in workers if binding.role is not Role.HEAD]
    told = [binding for binding in told if binding.person_id != by.person_id]
    key = f"proposal:{proposal.id}:returned"
    _tell(session, "sheet_returned", values, told, key, by.at, offers)


def tell_withdrawn(session: Session, proposal: Proposal, by: By) -> None:
    """The heads, who were asked to decide; not a head who withdrew it."""
    values = {
        "person": by.person.name if by.person else "",
        "unit": proposal.assessment.unit.name,
        "withdrawn_at": by.at,
        "reason": proposal.reason,
    }
    heads = _holding(session, proposal.assessment.unit_id, {Role.HEAD})
    told = [binding for binding in heads if binding.person_id != by.person_id]
    key = f"proposal:{proposal.id}:withdrawn"
    offers = [Choice("status"), Choice("menu")]
    _tell(session, "proposal_withdrawn", values, told, key, by.at, offers)


def tell_sent(session: Session, submission: Submission, by: By) -> None:
    """The unit's people; the head who approved gets it as the answer."""
    offers = [Choice("receipt_file", submission.id), Choice("menu")]
    workers = _holding(session, submission.assessment.unit_id, UNIT)
    told = [binding for binding in workers if binding.person_id != by.person_id]
    key = f"submission:{submission.id}"
    _tell(session, "sheet_sent", receipt(submission), told, key, by.at, offers)


def tell_reopened(session: Session, reopening: Reopening) -> None:
    submission = reopening.submission
    sheet = submission.assessment
    values = {
        "owner": sheet.campaign.owner.name,
        "unit": sheet.unit.name,
        "until": reopening.until,
        "reason": reopening.reason,
        "code": submission.code,
    }
    offers = [Choice("status"), Choice("submit"), Choice("menu")]
    told, at = _holding(session, sheet.unit_id, UNIT), reopening.reopened_at
    _tell(session, "sheet_reopened", values, told, f"reopening:{reopening.id}", at, offers)


def _holding(session: Session, unit_id: int, roles: Collection[Role]) -> list[Binding]:
    """Who holds one of the roles in the unit, each person once."""
    by_person: dict[int, Binding] = {}
    for binding in people.bindings_of_unit(session, unit_id):
        if binding.role in roles:
            by_person.setdefault(binding.person_id, binding)
    return list(by_person.values())


def _tell(
    session: Session,
    name: str,
    values: dict[str, Any],
    told: Sequence[Binding],
    key: str,
    at: datetime,
    choices: Sequence[Choice],
) -> None:
    """``key`` makes it happen once for one fact and person."""
    for binding in told:
        outbox.enqueue(
            session,
            name,
            values,
            to=binding.person,
            key=f"{key}:{binding.person_id}",
            at=at,
            choices=choices,
            binding_id=binding.id,
        )
