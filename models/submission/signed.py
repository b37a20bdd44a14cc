"""Sending a sheet off with the report that the head has signed on paper (F39).

Where the campaign allows it, the scan of the signed report takes the place of the head's
confirmation in the chat; everything else that sending asks for stays.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from models import assessment, audit, calendar, evidence, policy
from models.assessment.tables import Assessment
from models.campaigns.tables import SignOff
from models.evidence.tables import Evidence
from models.files import Received
from models.messages import Choice
from models.people.tables import By
from models.policy import Action
from models.refusals import Refusal
from models.submission import actions, notices, queries, rules
from models.submission.tables import Proposal, ProposalOutcome, SignedReport, Submission

NUMBER_SIGNS = 60
MEDIA = ("application/pdf", "image/")


@dataclass(frozen=True)
class Report:
    """A scan as it was handed in, with the number and date that the office gave the report."""

    document: Evidence
    number: str
    dated_on: date


def why_not_sign(session: Session, by: By, sheet: Assessment) -> Refusal | None:
    """Why ``by`` cannot send ``sheet`` with a signed report, whatever report it is."""
    if refusal := policy.why_not(session, by, Action.SEND_SIGNED, sheet):
        return refusal
    if sheet.campaign.sign_off is not SignOff.SCAN:
        return Refusal("head_confirms_here", [Choice("submit")], owner=sheet.campaign.owner.name)
    return assessment.why_not_work(session, by, sheet)


def why_not_scan(file: Received) -> Refusal | None:
    """Why a file cannot be the scan of a signed report."""
    if file.refusal is not None:
        return file.refusal
    if not file.media_type.startswith(MEDIA):
        return Refusal("report_not_a_scan", file=file.name)
    return None


def why_not_document(sheet: Assessment, document: Evidence) -> Refusal | None:
    """The same of a scan that was handed in: one of this sheet, not set aside since."""
    if document.assessment_id != sheet.id or document.set_aside_at is not None:
        return Refusal("press_unknown", [Choice("submit"), Choice("menu")])
    if document.file is None or not document.file.media_type.startswith(MEDIA):
        return Refusal("report_not_a_scan", file=document.name)
    return None


def why_not_number(number: str) -> Refusal | None:
    """An office may number in a form of its own, but not in words alone."""
    if not any(sign.isdigit() for sign in number):
        return Refusal("report_number_missing")
    if len(number) > NUMBER_SIGNS:
        return Refusal("report_number_too_long", length=len(number), limit=NUMBER_SIGNS)
    return None


def why_not_report(by: By, sheet: Assessment, number: str, dated_on: date) -> Refusal | None:
    """A report has a number, and was signed between the plan and today."""
    if refusal := why_not_number(number):
        return refusal
    if dated_on > calendar.local_day(by.at):
        return Refusal("report_dated_ahead", dated_on=dated_on)
    opened_at = sheet.campaign.opened_at
    if opened_at is not None and dated_on < calendar.local_day(opened_at):
        opened_on = calendar.local_day(opened_at)
        return Refusal("report_dated_early", dated_on=dated_on, opened_on=opened_on)
    return None


def send_signed(
    session: Session, by: By, sheet: Assessment, report: Report, seen: str
) -> Submission:
    """Lock the sheet with ``report``, keep the report with it, give the receipt.

    ``seen`` is the digest of what the officer was shown; a sheet that has changed since is not
    sent. A proposal that waits for the head gives way.
    """
    assessment.hold(session, sheet)
    now = queries.preview(session, sheet, by.at)
    refusal = (
        why_not_sign(session, by, sheet)
        or why_not_document(sheet, report.document)
        or why_not_report(by, sheet, report.number, report.dated_on)
        or rules.why_incomplete(now.checks)
    )
    if refusal is not None:
        raise refusal
    if now.digest != seen:
        raise Refusal("sheet_changed_meanwhile", [Choice("submit"), Choice("menu")])
    if before := queries.waiting(session, sheet.id):
        actions.settle(session, by, before, ProposalOutcome.REPLACED)
    proposal = actions.new_proposal(by, sheet, now)
    session.add(proposal)
    actions.settle(session, by, proposal, ProposalOutcome.SIGNED)
    evidence.set_aside(session, by, report.document)  # It waits for no line any more.
    return _lock(session, by, proposal, report)


def _lock(session: Session, by: By, proposal: Proposal, report: Report) -> Submission:
    submission = actions.send(session, by, proposal)
    submission.report = SignedReport(
        evidence=report.document, number=report.number.strip(), dated_on=report.dated_on
    )
    session.flush()
    about = {"number": submission.report.number, "dated_on": report.dated_on}
    audit.append(
        session,
        "lock_sheet_with_report",
        by,
        sheet=submission.assessment_id,
        submission=submission.id,
        code=submission.code,
        digest=submission.digest,
        sha256=submission.report.file.sha256,
        **about,
    )
    notices.tell_sent(session, submission, by)
    return submission
