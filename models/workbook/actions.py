"""A workbook comes back, waits for its sender's word, and is applied as a whole or not at all."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import assessment, audit, evidence, files, policy
from models.assessment import Claim
from models.assessment.tables import Assessment, Line, SelfScore
from models.evidence.tables import Explanation
from models.files import Received
from models.messages import Choice, encode
from models.people.tables import By
from models.policy import Action
from models.refusals import Refusal
from models.workbook.cells import AGAIN, from_json
from models.workbook.differences import Change, compare
from models.workbook.entries import same
from models.workbook.tables import WorkbookReturn


def receive(
    session: Session, by: By, sheet: Assessment, file: Received, found: Mapping[str, Any]
) -> WorkbookReturn:
    """Keep what ``found`` in the workbook would change; nothing is changed yet.

    Raises Refusal where ``by`` could not score a line of this sheet now, and for a workbook
    that is not one of this sheet.
    """
    assert by.person_id is not None  # The policy lets only people score.
    policy.check(session, by, Action.SCORE, sheet)
    if refusal := why_not_now(session, by, sheet):
        raise refusal
    differences = compare(session, by, sheet, from_json(found))
    kept = WorkbookReturn(
        assessment=sheet,
        file=files.keep(session, file, by.at),
        sent_by_id=by.person_id,
        received_at=by.at,
        changes=[change.as_json() for change in differences.changes],
        refused=[encode(part) for part in differences.refused],
        unchanged=differences.unchanged,
    )
    session.add(kept)
    session.flush()
    counts = {"changes": len(kept.changes), "refused": len(kept.refused)}
    audit.append(session, "workbook_received", by, returned=kept.id, sha256=file.sha256, **counts)
    return kept


def why_not_now(session: Session, by: By, sheet: Assessment) -> Refusal | None:
    """Why ``by`` could not score the sheet's lines at this moment."""
    first = next(iter(assessment.standings(session, sheet.id)), None)
    if first is None:
        return None
    return assessment.why_not_score(session, by, session.get_one(Line, first.line_id))


def why_not_apply(session: Session, by: By, returned: WorkbookReturn) -> Refusal | None:
    """Why it is too late for this summary: done, set aside, or followed by a newer one."""
    if refusal := policy.why_not(session, by, Action.SCORE, returned.assessment):
        return refusal
    offers = [Choice("status"), Choice("menu")]
    if returned.applied_at is not None:
        who = returned.applied_by.name if returned.applied_by else ""
        return Refusal("workbook_applied_before", offers, at=returned.applied_at, person=who)
    if returned.discarded_at is not None:
        return Refusal("workbook_discarded", AGAIN, at=returned.discarded_at)
    newer = select(func.max(WorkbookReturn.id)).where(
        WorkbookReturn.assessment_id == returned.assessment_id,
        WorkbookReturn.sent_by_id == returned.sent_by_id,
    )
    if session.scalar(newer) != returned.id:
        return Refusal("workbook_superseded", AGAIN)
    return None


def apply(session: Session, by: By, returned: WorkbookReturn) -> list[Change]:
    """Do all that the summary showed, through the rules of the chat; raises before the first."""
    _hold(session, returned)
    if refusal := why_not_apply(session, by, returned):
        raise refusal
    changes = [Change.from_json(stored) for stored in returned.changes]
    if stale := sorted({change.code for change in changes if not _still_follows(session, change)}):
        raise Refusal("workbook_is_stale", AGAIN, codes=stale[:8], count=len(stale))
    for change in changes:
        line = session.get_one(Line, change.line_id)
        if change.inputs is not None:
            _score(session, by, line, change)
        else:
            evidence.explain(session, by, line, change.text)
    returned.applied_at, returned.applied_by_id = by.at, by.person_id
    audit.append(session, "workbook_applied", by, returned=returned.id, changes=len(changes))
    return changes


def _score(session: Session, by: By, line: Line, change: Change) -> None:
    """What differs, each by the act that the chat has for it."""
    assert change.inputs is not None
    claim = None
    if change.claim is not None:
        claim = Claim(Decimal(change.claim["points"]), change.claim["reason"])
    score = assessment.score_of(session, line.id)
    if score is None or not same(score.inputs, change.inputs):
        # The summary has said what becomes of a claim.
        score = assessment.score(
            session, by, line, change.inputs, claim=claim, drops_claim=claim is None
        )
    elif assessment.claim_of(score) != claim:
        score = assessment.claim_points(session, by, line, claim, on=score.version)
    as_of = date.fromisoformat(change.as_of) if change.as_of else None
    if as_of is not None and as_of != score.data_as_of:
        assessment.date_figures(session, by, line, as_of, on=score.version)


def discard(session: Session, by: By, returned: WorkbookReturn) -> None:
    """Its sender does not want it; it is kept all the same (I9)."""
    _hold(session, returned)
    if refusal := why_not_apply(session, by, returned):
        raise refusal
    returned.discarded_at = by.at
    audit.append(session, "workbook_discarded", by, returned=returned.id)


def _hold(session: Session, returned: WorkbookReturn) -> None:
    """Two presses wait for each other, and for whoever explains a line of the sheet."""
    sheet = select(Assessment.id).where(Assessment.id == returned.assessment_id)
    session.execute(sheet.with_for_update())
    session.refresh(returned)


def _still_follows(session: Session, change: Change) -> bool:
    if change.inputs is not None:
        newest = select(func.max(SelfScore.version)).where(SelfScore.line_id == change.line_id)
    else:
        newest = select(func.max(Explanation.id)).where(
            Explanation.line_id == change.line_id, Explanation.closed_at.is_(None)
        )
    return (session.scalar(newest) or 0) == change.base
