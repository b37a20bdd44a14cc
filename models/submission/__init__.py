"""Sending a sheet off: checks, the head's approval, the lock, the receipt, the reopening."""

from models.submission.actions import approve, propose, reopen, return_proposal
from models.submission.checks import Checks, Doubt, Finding, check, look_again
from models.submission.contents import (
    AreaTotals,
    Totals,
    adjustments_of,
    areas_of,
    claims_of,
    documents_of,
    left_out,
)
from models.submission.lateness import option_for
from models.submission.notices import decisions, heads_of, proposed, receipt
from models.submission.queries import (
    Preview,
    Receipt,
    by_code,
    codes_of,
    latest,
    preview,
    returned,
    submissions,
    verify,
    waiting,
)
from models.submission.rules import (
    REASON_SIGNS,
    why_not_decide,
    why_not_look,
    why_not_reopen,
    why_not_return,
    why_not_verify,
)
from models.submission.tables import Proposal, ProposalOutcome, Reopening, Submission

__all__ = [
    "REASON_SIGNS",
    "AreaTotals",
    "Checks",
    "Doubt",
    "Finding",
    "Preview",
    "Proposal",
    "ProposalOutcome",
    "Receipt",
    "Reopening",
    "Submission",
    "Totals",
    "adjustments_of",
    "approve",
    "areas_of",
    "by_code",
    "check",
    "claims_of",
    "codes_of",
    "decisions",
    "documents_of",
    "heads_of",
    "latest",
    "left_out",
    "look_again",
    "option_for",
    "preview",
    "propose",
    "proposed",
    "receipt",
    "reopen",
    "return_proposal",
    "returned",
    "submissions",
    "verify",
    "waiting",
    "why_not_decide",
    "why_not_look",
    "why_not_reopen",
    "why_not_return",
    "why_not_verify",
]
