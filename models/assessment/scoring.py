"""A unit scores its own lines: by the rule, in its window, a new version each time (R6.2, I7)."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit, campaigns, policy
from models.assessment import queries
from models.assessment.tables import Assessment, Line, SelfScore
from models.catalogue.kinds import Inputs, NotAssessed
from models.catalogue.queries import rule_of
from models.catalogue.tables import Method
from models.messages import Choice, Part
from models.people.tables import By, Person
from models.refusals import Refusal


def why_not_score(session: Session, by: By, line: Line) -> Refusal | None:
    """Why ``by`` may not score ``line`` now: not theirs, not the unit's to score, not the time."""
    if refusal := policy.why_not(session, by, policy.Action.SCORE, line):
        return refusal
    if refusal := why_not_own_work(line):
        return refusal
    return why_not_work(session, by, line.assessment)


def why_not_work(session: Session, by: By, sheet: Assessment) -> Refusal | None:
    """Why nobody can change a line of ``sheet`` now: it is handed in, or it is not the time.

    Every rule that changes a line asks this (F37, R6.2).
    """
    if refusal := why_locked(sheet):
        return refusal
    step = campaigns.Step.SELF_ASSESSMENT
    return campaigns.why_not_in(session, sheet.campaign, step, sheet.unit_id, by.now)


def why_locked(sheet: Assessment) -> Refusal | None:
    """That the unit has handed in its sheet, when, and who can reopen it."""
    if sheet.locked_at is None:
        return None
    owner = sheet.campaign.owner.name
    values = {"unit": sheet.unit.name, "sent_at": sheet.locked_at, "owner": owner}
    return Refusal("sheet_locked", [Choice("receipt", sheet.id), Choice("menu")], **values)


def hold(session: Session, sheet: Assessment) -> None:
    """Two turns for one sheet wait for each other; whether it is locked is then read afresh.

    Whoever changes a line holds its sheet first: nothing slips in behind the lock.
    """
    query = select(Assessment).where(Assessment.id == sheet.id).with_for_update()
    session.execute(query.execution_options(populate_existing=True)).scalar_one()


def why_not_own_work(line: Line) -> Refusal | None:
    """Why a unit has nothing to enter on ``line``: let off, by survey, or by the appraiser."""
    values = {"code": line.item.code, "title": line.item.title}
    offers = [Choice("missing"), Choice("menu")]
    if line.exempt:
        return Refusal("line_exempt", offers, **values, unit=line.assessment.unit.name)
    if line.timed:
        return Refusal("line_is_timed", offers, **values)
    if line.item.method is Method.SURVEY:
        return Refusal("line_is_surveyed", offers, **values)
    if line.item.method is Method.APPRAISER:
        return Refusal("line_is_appraised_only", offers, **values)
    return None


def score(
    session: Session, by: By, line: Line, inputs: Inputs, seen: int | None = None
) -> SelfScore:
    """Keep what ``inputs`` give by the line's rule as the newest self-score.

    ``seen`` is the version that ``by`` had before them, 0 for none: what a colleague scored since
    is shown before anything takes its place. Without it nobody is asked.
    """
    hold(session, line.assessment)
    if refusal := why_not_score(session, by, line):
        raise refusal
    if seen is not None and (refusal := why_scored_since(session, by, line, inputs, seen)):
        raise refusal
    assert by.person_id is not None  # The policy lets only people score.
    return keep(session, by, line, inputs)


def why_scored_since(
    session: Session, by: By, line: Line, inputs: Inputs, seen: int
) -> Refusal | None:
    """That somebody else has scored the line since, and what; ``inputs`` may still follow it."""
    newest = queries.score_of(session, line.id)
    if newest is None or newest.version <= seen or newest.scored_by_id == by.person_id:
        return None
    who = session.get(Person, newest.scored_by_id) if newest.scored_by_id else None
    again = json.dumps({"line": line.id, "seen": newest.version, "inputs": dict(inputs)})
    given = Part("score_dropped_out_bare")
    if newest.points is not None:
        given = Part("score_given_bare", points=newest.points, max_points=line.item.max_points)
    return Refusal(
        "line_scored_since",
        [
            Choice("overwrite_score", again),
            Choice("line", line.id, code=line.item.code, title=line.item.title),
            Choice("menu"),
        ],
        code=line.item.code,
        person=who.name if who else "",
        at=newest.scored_at,
        given=given,
    )


def keep(session: Session, by: By, line: Line, inputs: Inputs) -> SelfScore:
    """The next version of the line's self-score, by its rule; whoever may do so has been asked."""
    given = rule_of(line.item).score(inputs)
    before = queries.score_of(session, line.id)
    newest = SelfScore(
        line_id=line.id,
        version=before.version + 1 if before else 1,
        inputs=dict(inputs),
        points=None if isinstance(given, NotAssessed) else given,
        note=str(inputs.get("reason", "")),
        scored_by_id=by.person_id,
        scored_at=by.now,
    )
    session.add(newest)
    session.flush()
    details = {"line": line.id, "version": newest.version, "points": newest.points}
    audit.append(session, "score_line", by, **details)
    return newest
