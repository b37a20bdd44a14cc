"""Who may see the report, and who may write its part on difficulties, until the sheet is sent."""

from sqlalchemy.orm import Session

from models import assessment, audit, policy
from models.assessment.tables import Assessment
from models.people.tables import By
from models.policy import Action
from models.refusals import Refusal
from models.text import clean
from models.unit_report.tables import SheetRemark

REMARK_SIGNS = 4_000


def why_not_see(session: Session, by: By, sheet: Assessment) -> Refusal | None:
    return policy.why_not(session, by, Action.VIEW_SHEET, sheet)


def why_not_remark(session: Session, by: By, sheet: Assessment, text: str) -> Refusal | None:
    """It belongs to what is handed in, so it is closed with the lines (F37, R6.2)."""
    if refusal := policy.why_not(session, by, Action.EXPLAIN, sheet):
        return refusal
    if refusal := assessment.why_not_work(session, by, sheet):
        return refusal
    if not text.strip():
        return Refusal("remark_empty")
    if len(text) > REMARK_SIGNS:
        return Refusal("remark_too_long", length=len(text), limit=REMARK_SIGNS)
    return None


def remark(session: Session, by: By, sheet: Assessment, text: str) -> SheetRemark:
    """Write it down; the one before stays (I9)."""
    text = clean(text)
    assessment.hold(session, sheet)
    if refusal := why_not_remark(session, by, sheet, text):
        raise refusal
    assert by.person_id is not None  # The policy lets only people write.
    written = SheetRemark(
        assessment=sheet, text=text, written_by_id=by.person_id, written_at=by.at
    )
    session.add(written)
    session.flush()
    audit.append(session, "remark_on_sheet", by, sheet=sheet.id, remark=written.id)
    return written
