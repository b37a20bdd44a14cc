"""Campaigns and their windows as they hold for a unit."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from models.assessment import tables as sheets
from models.campaigns.rules import EffectiveWindow, effective
from models.campaigns.tables import Campaign, Extension, Step, Window
from models.messages import Choice, Part
from models.refusals import Refusal
from models.units import Unit, UnitKind


def effective_window(
    session: Session, campaign: Campaign, step: Step, unit_id: int | None
) -> EffectiveWindow:
    """The window of ``step`` for one unit, its extension included (I6, F7)."""
    of_step = (Window.campaign_id == campaign.id, Window.step == step)
    window = session.scalars(select(Window).where(*of_step)).one()
    return effective(window, _extensions(session, campaign, unit_id).get(step))


def calendar_of(
    session: Session, campaign: Campaign, unit_id: int | None
) -> list[EffectiveWindow]:
    """All windows as they hold for one unit, in the order of the procedure."""
    windows = session.scalars(select(Window).where(Window.campaign_id == campaign.id))
    extensions = _extensions(session, campaign, unit_id)
    order = list(Step)
    found = [effective(window, extensions.get(window.step)) for window in windows]
    return sorted(found, key=lambda window: order.index(window.step))


def effective_windows(
    session: Session, campaign: Campaign, step: Step, unit_ids: Collection[int] | None = None
) -> dict[int, EffectiveWindow]:
    """The window of ``step`` by the unit's id: for ``unit_ids``, or for each that takes part."""
    of_step = (Window.campaign_id == campaign.id, Window.step == step)
    window = session.scalars(select(Window).where(*of_step)).one()
    extended = select(Extension).where(
        Extension.campaign_id == campaign.id, Extension.step == step
    )
    newest = {e.unit_id: e for e in session.scalars(extended.order_by(Extension.id))}
    ids = units_in(session, campaign) if unit_ids is None else unit_ids
    return {unit_id: effective(window, newest.get(unit_id)) for unit_id in ids}


def units_in(session: Session, campaign: Campaign, kind: UnitKind | None = None) -> list[int]:
    """The ids of the units that take part, all or those of one kind: the frozen list."""
    sheet = sheets.Assessment
    query = select(sheet.unit_id).where(sheet.campaign_id == campaign.id)
    if kind is not None:
        query = query.join(sheet.unit).where(Unit.kind == kind)
    return list(session.scalars(query.order_by(sheet.unit_id)))


def takes_part(session: Session, campaign: Campaign, unit_id: int | None) -> bool:
    return unit_id in units_in(session, campaign)


def why_not_in(
    session: Session, campaign: Campaign, step: Step, unit_id: int, now: datetime
) -> Refusal | None:
    """Why ``unit_id`` cannot do ``step`` at ``now``: no plan yet, too early, or too late."""
    offers = [Choice("calendar")]
    if campaign.opened_at is None:
        values = {"year": campaign.year, "owner": campaign.owner.name}
        return Refusal("plan_not_issued", offers, **values)  # R6.1
    window = effective_window(session, campaign, step, unit_id)
    if window.is_open(now):
        return None
    unit = session.get_one(Unit, unit_id)
    doing = Part(f"doing.{step}")
    if window.opens_at is not None and now < window.opens_at:
        times = {"opens_at": window.opens_at, "closes_at": window.closes_at}
        return Refusal("window_not_open", offers, step=doing, unit=unit.name, **times)
    following = _what_follows(session, campaign, step, unit_id, now)
    values = {"step": doing, "unit": unit.name, "closes_at": window.closes_at}
    return Refusal("window_closed", offers, **values, following=following)


def campaigns_of_unit(session: Session, unit_id: int) -> list[Campaign]:
    """Those in which the unit takes part, and those it leads (R5.4b), newest first."""
    sheet = sheets.Assessment
    assessed = exists().where(sheet.campaign_id == Campaign.id, sheet.unit_id == unit_id)
    query = select(Campaign).where(or_(Campaign.owner_id == unit_id, assessed))
    return list(session.scalars(query.order_by(Campaign.year.desc(), Campaign.id.desc())))


def current_campaign(session: Session, unit_id: int) -> Campaign | None:
    """The newest campaign in which the unit takes part or which it leads."""
    return next(iter(campaigns_of_unit(session, unit_id)), None)


def all_campaigns(session: Session) -> list[Campaign]:
    """Newest first."""
    query = select(Campaign).order_by(Campaign.year.desc(), Campaign.id.desc())
    return list(session.scalars(query))


def _extensions(
    session: Session, campaign: Campaign, unit_id: int | None
) -> dict[Step, Extension]:
    """The unit's newest extension of each step."""
    if unit_id is None:
        return {}
    of_unit = (Extension.campaign_id == campaign.id, Extension.unit_id == unit_id)
    rows = session.scalars(select(Extension).where(*of_unit).order_by(Extension.id))
    return {extension.step: extension for extension in rows}


def _what_follows(
    session: Session, campaign: Campaign, step: Step, unit_id: int, now: datetime
) -> Part | None:
    """After the self-assessment the unit can still supplement what it is asked for (R6.5)."""
    if step is not Step.SELF_ASSESSMENT:
        return None
    supplement = effective_window(session, campaign, Step.SUPPLEMENT, unit_id)
    if supplement.opens_at is None or not now < supplement.closes_at:
        return None
    if now < supplement.opens_at:
        return Part("supplement_follows", opens_at=supplement.opens_at)
    return Part("supplement_is_open", closes_at=supplement.closes_at)
