"""Proposing a sheet to the head, returning it, and the lock that comes with the approval."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import assessment, audit, stand_ins
from models.assessment.tables import Assessment
from models.messages import Choice
from models.people.codes import ALPHABET
from models.people.tables import By
from models.refusals import Refusal
from models.submission import duty, notices, queries, rules
from models.submission.contents import content_of, digest_of, totals_of
from models.submission.lateness import option_for
from models.submission.queries import Preview
from models.submission.tables import Proposal, ProposalOutcome, Reopening, Submission

CODE_SIGNS = 4


def propose(session: Session, by: By, sheet: Assessment) -> Proposal:
    """Lay the sheet as it is before the unit's heads (F39); an older proposal gives way."""
    assessment.hold(session, sheet)
    before = queries.waiting(session, sheet.id)
    now = queries.preview(session, sheet, by.at)
    _check(rules.why_not_propose(session, by, sheet, now.checks, now.digest, before))
    if before is not None:
        settle(session, by, before, ProposalOutcome.REPLACED)
    proposal = new_proposal(by, sheet, now)
    session.add(proposal)
    session.flush()
    details = {"proposal": proposal.id, "sheet": sheet.id, "digest": proposal.digest}
    audit.append(session, "propose_sheet", by, **details)
    notices.tell_proposed(session, proposal)
    duty.plan(session, proposal)
    return proposal


def withdraw(session: Session, by: By, proposal: Proposal, reason: str) -> None:
    """The unit takes back what waits for the head, who is told; the sheet stays as it is."""
    _hold(session, proposal)
    _check(rules.why_not_withdraw(session, by, proposal, reason))
    settle(session, by, proposal, ProposalOutcome.WITHDRAWN, reason.strip())
    details = {"proposal": proposal.id, "reason": proposal.reason}
    audit.append(session, "withdraw_proposal", by, **details)
    notices.tell_withdrawn(session, proposal, by)


def return_proposal(session: Session, by: By, proposal: Proposal, reason: str) -> None:
    """The head does not approve; whoever proposed learns why (F39)."""
    _hold(session, proposal)
    _check(rules.why_not_return(session, by, proposal, reason))
    settle(session, by, proposal, ProposalOutcome.RETURNED, reason.strip())
    details = {"proposal": proposal.id, "reason": proposal.reason}
    audit.append(session, "return_proposal", by, **details)
    notices.tell_returned(session, proposal, by)


def approve(session: Session, by: By, proposal: Proposal, seen: str = "") -> Submission:
    """Send the sheet off as it was proposed: lock it, keep what holds, give the receipt.

    ``seen`` is the digest that the head was shown; without it, that of the proposal. All of it
    is looked at again in this transaction: the window, the checks, and whether the sheet is
    still what the head saw.
    """
    _hold(session, proposal)
    sheet = proposal.assessment
    _check(rules.why_not_decide(session, by, proposal))
    _check(assessment.why_not_work(session, by, sheet))
    now = queries.preview(session, sheet, by.at)
    _check(rules.why_incomplete(now.checks))
    if now.digest != (seen or proposal.digest):
        raise _changed(proposal, now)
    settle(session, by, proposal, ProposalOutcome.APPROVED)
    submission = send(session, by, proposal)
    audit.append(
        session,
        "lock_sheet",
        by,
        sheet=sheet.id,
        submission=submission.id,
        code=submission.code,
        digest=submission.digest,
    )
    notices.tell_sent(session, submission, by)
    return submission


def reopen(
    session: Session, by: By, submission: Submission, until: datetime, reason: str
) -> Reopening:
    """Unlock the sheet; what was sent and its receipt stay. ``conduct.reopen`` asks the rule and
    lets the unit's window last until then."""
    sheet = submission.assessment
    reopening = Reopening(
        submission=submission,
        until=until,
        reason=reason.strip(),
        reopened_by_id=by.person_id,
        reopened_at=by.at,
    )
    session.add(reopening)
    sheet.locked_at = None
    session.flush()
    details = {"sheet": sheet.id, "submission": submission.id, "until": until}
    audit.append(session, "reopen_sheet", by, **details, reason=reopening.reason)
    notices.tell_reopened(session, reopening)
    return reopening


def new_proposal(by: By, sheet: Assessment, now: Preview) -> Proposal:
    """What would be sent ``now``, as a proposal of ``by``."""
    assert by.person_id is not None  # The policy lets only people propose.
    return Proposal(
        assessment=sheet,
        digest=now.digest,
        points=now.totals.points,
        max_points=now.totals.max_points,
        lines=now.totals.lines,
        documents=now.totals.documents,
        proposed_by_id=by.person_id,
        proposed_at=by.at,
    )


def send(session: Session, by: By, proposal: Proposal) -> Submission:
    """Lock the sheet and keep what holds; whoever may has been asked for it."""
    sheet = proposal.assessment
    assert by.person_id is not None  # The policy lets only people send.
    due_at = queries.due_at(session, sheet)
    late_by = queries.lateness(session, sheet, by.at)
    _score_timeliness(session, by, sheet, due_at, late_by)
    content = content_of(session, sheet, timed=True)
    totals = totals_of(content["lines"], content["adjustments"])
    submission = Submission(
        assessment=sheet,
        proposal=proposal,
        code=_new_code(session, sheet),
        sent_at=by.at,
        approved_by_id=by.person_id,
        due_at=due_at,
        late_seconds=None if late_by is None else int(late_by.total_seconds()),
        content=content,
        digest=digest_of(content),
        points=totals.points,
        max_points=totals.max_points,
        lines=totals.lines,
        documents=totals.documents,
    )
    session.add(submission)
    sheet.locked_at = by.at
    session.flush()
    stand_ins.end_all(session, by, sheet)
    return submission


def _score_timeliness(
    session: Session, by: By, sheet: Assessment, due_at: datetime, late_by: timedelta | None
) -> None:
    """The system's own self-score of the lines that the sending decides, with its reasons."""
    system = By(by.at, event_id=by.event_id)
    times = {"sent_at": by.at.isoformat(), "due_at": due_at.isoformat()}
    for line in queries.timed_lines(session, sheet):
        inputs: dict[str, Any] = {"option": option_for(queries.steps_of(line), late_by), **times}
        assessment.keep(session, system, line, inputs)


def _new_code(session: Session, sheet: Assessment) -> str:
    """ "STP-26-7KQ4": the unit, the year, and four signs that no other receipt of them has."""
    head = f"{sheet.unit.code}-{sheet.campaign.year % 100:02}-"
    while True:
        code = head + "".join(secrets.choice(ALPHABET) for _ in range(CODE_SIGNS))
        if session.scalar(select(Submission.id).where(Submission.code == code)) is None:
            return code


def _changed(proposal: Proposal, now: Preview) -> Refusal:
    """The sheet is not what the head saw; it can be approved as it is now."""
    return Refusal(
        "proposal_changed",
        [
            Choice("approve", f"{proposal.id}:{now.digest}", owner=_owner(proposal)),
            Choice("return_proposal", proposal.id),
            Choice("proposal_details", proposal.id),
        ],
        before=proposal.points,
        before_max=proposal.max_points,
        points=now.totals.points,
        max_points=now.totals.max_points,
        lines=now.totals.lines,
        documents=now.totals.documents,
    )


def _owner(proposal: Proposal) -> str:
    return proposal.assessment.campaign.owner.short_name


def _hold(session: Session, proposal: Proposal) -> None:
    """Two heads wait for each other; what the first did is then read afresh."""
    assessment.hold(session, proposal.assessment)
    session.refresh(proposal)


def settle(
    session: Session, by: By, proposal: Proposal, outcome: ProposalOutcome, reason: str = ""
) -> None:
    """The proposal waits no longer."""
    proposal.outcome, proposal.reason = outcome, reason
    proposal.settled_by_id, proposal.settled_at = by.person_id, by.at
    session.flush()


def _check(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise refusal
