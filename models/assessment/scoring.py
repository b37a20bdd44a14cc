"""A unit scores its own lines: by the rule, in its window, a new version each time (R6.2, I7)."""

import json
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit, campaigns, policy
from models.assessment import queries
from models.assessment.cards import card_of
from models.assessment.claims import (
    Claim,
    why_claim_stands,
    why_not_claim,
    why_reason_too_long,
)
from models.assessment.tables import Assessment, Line, SelfScore
from models.catalogue.kinds import Inputs, NotAssessed
from models.catalogue.queries import rule_of
from models.catalogue.tables import Method
from models.messages import Choice, Part
from models.people.tables import By, Person
from models.refusals import Refusal
from models.text import clean


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
    return campaigns.why_not_in(session, sheet.campaign, step, sheet.unit_id, by.at)


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
    session: Session,
    by: By,
    line: Line,
    inputs: Inputs,
    *,
    seen: int | None = None,
    claim: Claim | None = None,
    drops_claim: bool = False,
) -> SelfScore:
    """Keep what ``inputs`` give by the line's rule as the newest self-score.

    ``seen`` is the version that ``by`` had before them, 0 for none: what a colleague scored since
    is shown before anything takes its place. Without it nobody is asked.

    Where the unit has claimed other points before, it says what becomes of that: ``claim`` goes
    on, or it is dropped. Raises Refusal ``claim_stands`` where it has not said so.
    """
    hold(session, line.assessment)
    _check(why_not_score(session, by, line))
    if seen is not None:
        _check(why_scored_since(session, by, line, inputs, seen))
    assert by.person_id is not None  # The policy lets only people score.
    _check(why_reason_too_long(str(inputs.get("reason", ""))))
    if claim is None and not drops_claim:
        before = queries.score_of(session, line.id)
        _check(why_claim_stands(before, _rule_points(line, inputs), line))
    return keep(session, by, line, inputs, claim)


def why_scored_since(
    session: Session, by: By, line: Line, inputs: Inputs, seen: int
) -> Refusal | None:
    """That somebody else has scored the line since, and what; ``inputs`` may still follow it."""
    newest = queries.score_of(session, line.id)
    if newest is None or newest.version <= seen or newest.scored_by_id == by.person_id:
        return None
    who = session.get(Person, newest.scored_by_id) if newest.scored_by_id else None
    again = json.dumps({"line": line.id, "seen": newest.version, "inputs": dict(inputs)})
    return Refusal(
        "line_scored_since",
        [
            Choice("overwrite_score", again),
            card_of(line),
            Choice("menu"),
        ],
        code=line.item.code,
        person=who.name if who else "",
        at=newest.scored_at,
        given=_in_short(line, newest),
    )


def claim_points(
    session: Session, by: By, line: Line, claim: Claim | None, *, on: int
) -> SelfScore:
    """Claim other points beside the score of version ``on``; None: what the rule gives again."""
    score = newest(session, by, line, on=on)
    return keep(session, by, line, score.inputs, claim, data_as_of=score.data_as_of)


def newest(session: Session, by: By, line: Line, *, on: int) -> SelfScore:
    """The line's score, to be followed by another, if it still is the version ``on`` that was
    shown. Raises Refusal."""
    hold(session, line.assessment)
    _check(why_not_score(session, by, line))
    found = queries.score_of(session, line.id)
    if found is None or found.version != on:
        raise Refusal("score_changed_meanwhile", [card_of(line)], code=line.item.code)
    return found


def keep(
    session: Session,
    by: By,
    line: Line,
    inputs: Inputs,
    claim: Claim | None = None,
    *,
    data_as_of: date | None = None,
) -> SelfScore:
    """The next version of the line's self-score, by its rule; whoever may do so has been asked."""
    given = _rule_points(line, inputs)
    if claim is not None and claim.points != given:
        _check(why_not_claim(line, given, claim))
    else:
        claim = None
    before = queries.score_of(session, line.id)
    newest = SelfScore(
        line_id=line.id,
        version=before.version + 1 if before else 1,
        inputs=dict(inputs),
        points=claim.points if claim else given,
        rule_points=given,
        claim_reason=clean(claim.reason) if claim else "",
        data_as_of=data_as_of,
        note=str(inputs.get("reason", "")),
        scored_by_id=by.person_id,
        scored_at=by.at,
    )
    session.add(newest)
    session.flush()
    details = {"line": line.id, "version": newest.version, "points": newest.points}
    more = {"rule_points": given, "reason": newest.claim_reason} if claim else {}
    audit.append(session, "score_line", by, **details, **more, data_as_of=data_as_of)
    return newest


def _in_short(line: Line, score: SelfScore) -> Part:
    """The points alone; beside claimed ones, those of the rule and the reason."""
    if score.points is None:
        return Part("score_dropped_out_bare")
    limits = {"points": score.points, "max_points": line.item.max_points}
    if not score.is_claimed:
        return Part("score_given_bare", **limits)
    claimed = {"rule_points": score.rule_points, "reason": score.claim_reason}
    return Part("score_claimed_bare", **limits, **claimed)


def _rule_points(line: Line, inputs: Inputs) -> Decimal | None:
    """What the rule gives; None where it takes the line out."""
    given = rule_of(line.item).score(inputs)
    return None if isinstance(given, NotAssessed) else given


def _check(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise refusal
