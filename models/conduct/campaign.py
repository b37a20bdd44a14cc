"""A campaign is made, its plan is issued, a sheet of it is reopened."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

import models.duties  # noqa: F401 - planning anew takes them all in.
from models import assessment, audit, calendar, catalogue, policy, reminders, submission
from models.assessment import AdjustmentKind, Assessment
from models.campaigns import (
    Campaign,
    Step,
    UnitGroup,
    default_windows,
    effective_window,
    units_in,
)
from models.campaigns.tables import TIMELINESS, SignOff
from models.conduct.windows import grant
from models.files import StoredFile
from models.people import By
from models.refusals import Refusal
from models.submission import Reopening
from models.units import Unit, UnitKind

NO_CAPS: Mapping[AdjustmentKind, Decimal] = MappingProxyType({})


def create(
    session: Session,
    by: By,
    *,
    year: int,
    owner: Unit,
    catalogues: Mapping[UnitKind, str],
    timeliness_code: str = TIMELINESS,
    caps: Mapping[AdjustmentKind, Decimal] = NO_CAPS,
    adjustments_proven: bool = True,
    sign_off: SignOff = SignOff.HEAD,
) -> Campaign:
    """A draft with the default calendar (R6.1–R6.8), its groups, and its frozen list of units.

    ``catalogues`` names the catalogue of each kind of unit; its newest version is taken. The
    line with the ``timeliness_code``, where a catalogue has one, is scored by the sending.
    ``caps`` are those of bonus and penalty points, which there are none of without one;
    ``adjustments_proven``: they need a document or an explanation.
    """
    policy.check(session, by, policy.Action.RUN_CAMPAIGN, owner)
    same = select(Campaign).where(Campaign.owner_id == owner.id, Campaign.year == year)
    if session.scalar(same) is not None:
        raise Refusal("campaign_exists", year=year, owner=owner.name)
    campaign = Campaign(
        year=year,
        owner=owner,
        created_at=by.at,
        timeliness_code=timeliness_code.strip(),
        sign_off=sign_off,
    )
    campaign.windows = default_windows(year)
    campaign.groups = [_group(session, kind, name) for kind, name in catalogues.items()]
    session.add(campaign)
    session.flush()
    assessment.open_sheets(session, campaign)
    assessment.open_adjustments(session, campaign, caps, by.at, proven=adjustments_proven)
    for kind in catalogues:
        if not units_in(session, campaign, kind):
            raise Refusal("group_without_units", kind=kind, owner=owner.name)
    named = {kind.value: name for kind, name in catalogues.items()}
    details = {"campaign": campaign.id, "owner": owner.id, "year": year}
    capped = {kind.value: cap for kind, cap in caps.items()}
    settings = {"catalogues": named, "caps": capped, "sign_off": sign_off.value}
    audit.append(session, "create_campaign", by, **details, **settings)
    reminders.replan(session, campaign, by.at)
    return campaign


def choose_sign_off(session: Session, by: By, campaign: Campaign, sign_off: SignOff) -> None:
    """How the units' sheets are signed off from now on (F39); what was sent stays as it is."""
    policy.check(session, by, policy.Action.RUN_CAMPAIGN, campaign)
    if campaign.sign_off is sign_off:
        return
    details = {"campaign": campaign.id, "before": campaign.sign_off.value}
    campaign.sign_off = sign_off
    session.flush()
    audit.append(session, "choose_sign_off", by, **details, after=sign_off.value)


def issue_plan(
    session: Session,
    by: By,
    campaign: Campaign,
    number: str,
    dated_on: date,
    file: StoredFile | None,
) -> None:
    """Keep the plan's number and date; the campaign is open from now on (R6.1)."""
    policy.check(session, by, policy.Action.RUN_CAMPAIGN, campaign)
    if campaign.opened_at is not None:
        number, dated = campaign.plan_number, campaign.plan_dated_on
        raise Refusal("plan_issued_already", year=campaign.year, number=number, dated_on=dated)
    if dated_on > calendar.local_day(by.at):
        raise Refusal("plan_dated_ahead", dated_on=dated_on)
    campaign.plan_number, campaign.plan_dated_on = number, dated_on
    campaign.plan_file_id = file.id if file else None
    campaign.opened_at = by.at
    session.flush()
    details = {"number": number, "dated_on": dated_on, "file": campaign.plan_file_id}
    audit.append(session, "issue_plan", by, campaign=campaign.id, **details)
    reminders.replan(session, campaign, by.at)


def reopen(session: Session, by: By, sheet: Assessment, until: datetime, reason: str) -> Reopening:
    """Let a unit that has sent its sheet work on it until ``until`` (F37).

    Its window lasts until then by an extension, which also says by when it is to send again.
    """
    assessment.hold(session, sheet)
    last = submission.latest(session, sheet.id)
    step = Step.SELF_ASSESSMENT
    window = effective_window(session, sheet.campaign, step, sheet.unit_id)
    if refusal := submission.why_not_reopen(session, by, last, window, until, reason):
        raise refusal
    assert last is not None  # The rule has seen that there is one.
    if until > window.closes_at:
        grant(session, by, sheet.campaign, [sheet.unit], step, until, reason)
    return submission.reopen(session, by, last, until, reason)


def _group(session: Session, kind: UnitKind, name: str) -> UnitGroup:
    version = catalogue.latest(session, name)
    if version is None:
        raise Refusal("catalogue_missing", catalogue=name)
    return UnitGroup(kind=kind, catalogue_version=version)
