"""A coordinator takes a rung for a late unit, drafts a letter, records that it was signed."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from models import assessment, audit, files, policy
from models.assessment.tables import Assessment
from models.campaigns.tables import Campaign
from models.chasing import debts, notices, queries, rules
from models.chasing.tables import ChaseLetter, ChaseLetterUnit, ChaseRung, Escalation
from models.files import Received
from models.people.tables import By
from models.policy import Action
from models.reach import Candidate
from models.refusals import Refusal


def take_rung(session: Session, by: By, sheet: Assessment, rung: ChaseRung) -> Escalation:
    """Urge the unit one rung higher; only a coordinator's tap does that (N16)."""
    policy.check(session, by, Action.CHASE, sheet)
    assessment.hold(session, sheet)
    _check_late(session, by, sheet)
    to = _on_rung(session, sheet, rung)
    taken = queries.rungs_taken(session, sheet)
    _check(rules.why_not_take(rung, taken, len(to), sheet.unit.name, by.at))
    assert by.person_id is not None  # The policy lets only people urge.
    escalation = Escalation(
        campaign_id=sheet.campaign_id,
        unit_id=sheet.unit_id,
        rung=rung,
        told=len(to),
        taken_by_id=by.person_id,
        taken_at=by.at,
    )
    session.add(escalation)
    session.flush()
    notices.tell_urged(session, escalation, debts.debt_of(session, sheet, by.now), to)
    details = {"unit": sheet.unit_id, "rung": rung.value, "told": len(to)}
    audit.append(session, "take_rung", by, **details)
    return escalation


def open_rungs(session: Session, sheet: Assessment, now: datetime) -> list[ChaseRung]:
    """Those that may be taken now, in the order of etiquette."""
    taken, unit = queries.rungs_taken(session, sheet), sheet.unit.name
    holders = {rung: len(_on_rung(session, sheet, rung)) for rung in rules.LATE_RUNGS}
    return [
        rung
        for rung, count in holders.items()
        if not rules.why_not_take(rung, taken, count, unit, now)
    ]


def draft_letter(
    session: Session, by: By, campaign: Campaign, sheets: Sequence[Assessment]
) -> ChaseLetter:
    """Keep what the letter says of each of these units, all of them late. Raises Refusal."""
    policy.check(session, by, Action.CHASE, campaign)
    for sheet in sheets:
        policy.check(session, by, Action.CHASE, sheet)
        _check(rules.why_no_letter(sheet.unit_id, campaign.owner_id))
        _check_late(session, by, sheet)
    if not sheets:
        raise Refusal("no_unit_late")
    assert by.person_id is not None
    content = {"units": [debts.debt_of(session, sheet, by.now).as_json() for sheet in sheets]}
    letter = ChaseLetter(
        campaign=campaign,
        content=content,
        digest=hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest(),
        drafted_by_id=by.person_id,
        drafted_at=by.at,
        units=[ChaseLetterUnit(unit=sheet.unit) for sheet in sheets],
    )
    session.add(letter)
    session.flush()
    units = [sheet.unit_id for sheet in sheets]
    audit.append(session, "draft_letter", by, letter=letter.id, units=units, digest=letter.digest)
    return letter


def record_letter(
    session: Session,
    by: By,
    letter: ChaseLetter,
    number: str,
    dated_on: date,
    signed: Received | None = None,
) -> int:
    """Keep the number and the date that the signed letter got, and tell its units; how many
    people were told."""
    policy.check(session, by, Action.CHASE, letter.campaign)
    session.refresh(letter, with_for_update=True)
    _check(rules.why_not_record(letter))
    _check(rules.why_not_number(number))
    _check(rules.why_not_date(letter, dated_on, by.at))
    if signed is not None:
        if signed.refusal is not None:
            raise signed.refusal
        letter.file_id, letter.file_name = files.keep(session, signed, by.at).id, signed.name
    letter.number, letter.dated_on = "".join(number.split()), dated_on
    letter.recorded_by_id, letter.recorded_at = by.person_id, by.at
    session.flush()
    told = notices.tell_letter(session, letter, signed.sha256 if signed else "")
    details = {"letter": letter.id, "number": letter.number, "dated_on": dated_on}
    audit.append(session, "record_letter", by, **details, told=told)
    return told


def _on_rung(session: Session, sheet: Assessment, rung: ChaseRung) -> list[Candidate]:
    """Who of the unit is urged on this rung; the list is nobody's but the coordinator's."""
    if rung not in rules.ROLE_OF:
        return []
    return notices.holders(session, sheet.unit_id, {rules.ROLE_OF[rung]})


def _check_late(session: Session, by: By, sheet: Assessment) -> None:
    due = debts.due_at(session, sheet)
    _check(rules.why_not_late(sheet.unit.name, due, sheet.locked_at, by.at))


def _check(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise refusal
