"""Who may propose, approve, return and verify, and when (R6.2, F35, F39, N18)."""

from datetime import datetime

from sqlalchemy.orm import Session

from models import assessment, calendar, policy, reasons
from models.assessment.tables import Assessment
from models.campaigns.rules import EffectiveWindow
from models.messages import Choice
from models.people.tables import By, Role
from models.policy import Action
from models.refusals import Refusal
from models.reminders import Rung
from models.submission.checks import Checks, Doubt
from models.submission.tables import Proposal, ProposalOutcome, Submission


def why_not_look(session: Session, by: By, sheet: Assessment) -> Refusal | None:
    """Why ``by`` has nothing to check on ``sheet`` before it is sent."""
    if refusal := policy.why_not(session, by, Action.PROPOSE, sheet):
        return refusal
    return assessment.why_not_work(session, by, sheet)


def why_not_propose(
    session: Session, by: By, sheet: Assessment, checks: Checks, digest: str, last: Proposal | None
) -> Refusal | None:
    """``last`` is the proposal that waits, if one does; ``digest`` what would be proposed."""
    if refusal := why_not_look(session, by, sheet) or why_incomplete(checks):
        return refusal
    if last is not None and last.digest == digest:
        values = {"person": last.proposed_by.name, "proposed_at": last.proposed_at}
        return Refusal("proposal_waits", [Choice("menu")], **values)
    return None


def why_incomplete(checks: Checks) -> Refusal | None:
    """A sheet with open ends is not sent, whoever asks for it (F35)."""
    if not checks.hard:
        return None
    counts = {
        "not_scored": checks.count(Doubt.NOT_SCORED),
        "not_backed": checks.count(Doubt.NOT_BACKED),
    }
    return Refusal("sheet_incomplete", [Choice("submit"), Choice("missing")], **counts)


def why_not_decide(session: Session, by: By, proposal: Proposal) -> Refusal | None:
    """Why ``by`` cannot approve or return ``proposal``: not the unit's head, or done already."""
    sheet = proposal.assessment
    if refusal := policy.why_not(session, by, Action.APPROVE, sheet):
        return refusal
    if refusal := assessment.why_locked(sheet):
        return refusal
    return why_settled(proposal)


def why_settled(proposal: Proposal) -> Refusal | None:
    """That the proposal waits no longer: what became of it, when, and why it was withdrawn."""
    if proposal.outcome is ProposalOutcome.WAITING:
        return None
    at = {"settled_at": proposal.settled_at}
    if proposal.outcome is ProposalOutcome.WITHDRAWN:
        who = proposal.settled_by.name if proposal.settled_by else ""
        values = {"person": who, "reason": proposal.reason}
        return Refusal("proposal_withdrawn", [Choice("menu")], **values, **at)
    return Refusal("proposal_settled", [Choice("menu")], outcome=proposal.outcome, **at)


def why_not_withdraw(
    session: Session, by: By, proposal: Proposal, reason: str | None
) -> Refusal | None:
    """Who proposed takes it back, or the focal officer, before the head has decided.

    ``reason`` is None as long as nobody has been asked for it.
    """
    if refusal := policy.why_not(session, by, Action.PROPOSE, proposal.assessment):
        return refusal
    if refusal := assessment.why_locked(proposal.assessment) or why_settled(proposal):
        return refusal
    if by.person_id != proposal.proposed_by_id and by.role is not Role.FOCAL_OFFICER:
        values = {"person": proposal.proposed_by.name}
        return Refusal("proposal_of_another", [Choice("menu")], **values)
    return reasons.why_not(reason, "withdrawal_needs_reason")


def why_not_return(session: Session, by: By, proposal: Proposal, reason: str) -> Refusal | None:
    return why_not_decide(session, by, proposal) or reasons.why_not(reason, "return_needs_reason")


def why_not_verify(session: Session, by: By, submission: Submission | None) -> Refusal | None:
    """A receipt that is none and one that is another's are answered alike (I8)."""
    unknown = Refusal("receipt_unknown", [Choice("menu")])
    if submission is None:
        return unknown
    sheet = submission.assessment
    return unknown if policy.why_not(session, by, Action.VIEW_RECEIPT, sheet) else None


def why_not_reopen(
    session: Session,
    by: By,
    submission: Submission | None,
    window: EffectiveWindow,
    until: datetime | None,
    reason: str | None,
) -> Refusal | None:
    """``until`` and ``reason`` are None as long as nobody has been asked for them (F37).

    ``window`` is the unit's present one, which a reopening can only prolong.
    """
    if submission is None or submission.assessment.locked_at is None:
        return Refusal("nothing_to_reopen", [Choice("progress"), Choice("menu")])
    if refusal := policy.why_not(session, by, Action.REOPEN, submission.assessment):
        return refusal
    if until is not None and until <= by.at:
        return Refusal("reopening_is_past", until=until)
    if until is not None and until < window.closes_at:
        return Refusal("reopening_shortens", closes_at=window.closes_at)
    return reasons.why_not(reason, "reopening_needs_reason")


def decision_rungs(proposed_at: datetime, closes_at: datetime) -> list[Rung]:
    """When the heads are reminded of a proposal that waits: at 08:00 on the first, third and
    fifth working day after it, and at 08:00 and 14:00 of the last day; within the window."""
    day, last = calendar.local_day(proposed_at), calendar.last_day(closes_at)
    days = [(f"waits_{count}", calendar.add_working_days(day, count)) for count in (1, 3, 5)]
    rungs = [Rung(name, calendar.at_hour(on, 8)) for name, on in days]
    final = [Rung("last_day", calendar.at_hour(last, 8))]
    final.append(Rung("last_day", calendar.at_hour(last, 14)))
    by_instant = {rung.due_at: rung for rung in (*rungs, *final)}
    return [by_instant[at] for at in sorted(by_instant) if proposed_at < at < closes_at]
