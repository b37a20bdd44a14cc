"""When a step opens and closes: for all, or for some units longer (F7, F8, C5, C6)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit, policy, reminders
from models.campaigns import Campaign, EffectiveWindow, Extension, Step, Window, units_in
from models.campaigns.queries import effective_window
from models.conduct import notices
from models.messages import Choice
from models.people import By
from models.refusals import Refusal
from models.units import Unit

REASON_SIGNS = 500


def why_not_move(
    session: Session,
    by: By,
    campaign: Campaign,
    step: Step,
    opens_at: datetime | None,
    closes_at: datetime | None,
) -> Refusal | None:
    """Why the common window of ``step`` cannot be set so; None leaves that side as it is."""
    if refusal := policy.why_not(session, by, policy.Action.RUN_CAMPAIGN, campaign):
        return refusal
    window = effective_window(session, campaign, step, None)
    if opens_at is not None and window.opens_at is None:
        return Refusal("step_only_due", step=step)
    new_opening, new_end = opens_at or window.opens_at, closes_at or window.closes_at
    if new_opening is not None and new_opening >= new_end:
        return Refusal("window_upside_down", opens_at=new_opening, closes_at=new_end)
    return None


def move(
    session: Session,
    by: By,
    campaign: Campaign,
    step: Step,
    opens_at: datetime | None,
    closes_at: datetime | None,
    wording: str,
    reason: str = "",
) -> Window:
    """Set when a step opens and closes; None leaves that side as it is.

    A window that has closed opens again when its end is moved behind the present. The reminders
    are planned anew, and those concerned are told (F8, C6, domain.md 13c 9).
    """
    if refusal := why_not_move(session, by, campaign, step, opens_at, closes_at):
        raise refusal
    of_step = (Window.campaign_id == campaign.id, Window.step == step)
    window = session.scalars(select(Window).where(*of_step)).one()
    before = {"opens_before": window.opens_at, "closes_before": window.closes_at}
    window.opens_at = opens_at or window.opens_at
    window.closes_at = closes_at or window.closes_at
    window.wording = wording or window.wording
    session.flush()
    after = {"opens_at": window.opens_at, "closes_at": window.closes_at, "reason": reason.strip()}
    details = {**before, **after, "wording": window.wording}
    audit.append(session, "move_window", by, campaign=campaign.id, step=step, **details)
    reminders.replan(session, campaign, by.at)
    if (window.opens_at, window.closes_at) != tuple(before.values()):
        notices.tell_moved(session, by, window, reason.strip())
    return window


def why_not_extend(
    session: Session,
    by: By,
    campaign: Campaign,
    units: Sequence[Unit],
    step: Step,
    closes_at: datetime | None = None,
    reason: str | None = None,
) -> Refusal | None:
    """``closes_at`` and ``reason`` are None as long as nobody has been asked for them; no
    ``units`` stand for all."""
    if refusal := policy.why_not(session, by, policy.Action.RUN_CAMPAIGN, campaign):
        return refusal
    taking_part = set(units_in(session, campaign))
    for unit in units:
        if unit.id not in taking_part:
            return Refusal("unit_not_in_campaign", unit=unit.name, year=campaign.year)
    window = effective_window(session, campaign, step, None)
    if closes_at is not None and closes_at < window.closes_at:
        return Refusal("extension_shortens", until=closes_at, closes_at=window.closes_at)
    if closes_at is not None and set(ends(session, campaign, step, units or None)) == {closes_at}:
        return Refusal("extension_changes_nothing", step=step, closes_at=closes_at)
    if reason is not None and not reason.strip():
        return Refusal("extension_needs_reason")
    if reason is not None and len(reason) > REASON_SIGNS:
        return Refusal("reason_too_long", length=len(reason), limit=REASON_SIGNS)
    return None


def extend_units(
    session: Session,
    by: By,
    campaign: Campaign,
    units: Sequence[Unit],
    step: Step,
    closes_at: datetime,
    reason: str,
) -> list[Extension]:
    """Let these units do one step until ``closes_at``, before or after their end has passed; the
    others are not touched (F7).

    The newest extension counts: one up to the common end takes an earlier one back.
    """
    made = grant(session, by, campaign, units, step, closes_at, reason)
    for extension, unit in zip(made, units, strict=True):
        notices.tell_extended(session, by, campaign, extension, unit)
    return made


def grant(
    session: Session,
    by: By,
    campaign: Campaign,
    units: Sequence[Unit],
    step: Step,
    closes_at: datetime,
    reason: str,
) -> list[Extension]:
    """``extend_units`` that tells nobody: the caller does. Raises Refusal."""
    if refusal := why_not_extend(session, by, campaign, units, step, closes_at, reason):
        raise refusal
    made = []
    for unit in units:
        extension = Extension(
            campaign_id=campaign.id,
            unit_id=unit.id,
            step=step,
            closes_at=closes_at,
            reason=reason.strip(),
            granted_by_id=by.person_id,
            granted_at=by.at,
        )
        session.add(extension)
        session.flush()
        granted = {"step": step, "closes_at": closes_at, "reason": reason.strip()}
        audit.append(session, "extend_window", by, campaign=campaign.id, unit=unit.id, **granted)
        made.append(extension)
    reminders.replan(session, campaign, by.at)
    return made


def extend(
    session: Session,
    by: By,
    campaign: Campaign,
    unit: Unit,
    step: Step,
    closes_at: datetime,
    reason: str,
) -> Extension:
    """``extend_units`` for a single one."""
    [extension] = extend_units(session, by, campaign, [unit], step, closes_at, reason)
    return extension


def ends(
    session: Session, campaign: Campaign, step: Step, units: Sequence[Unit] | None
) -> list[datetime]:
    """When the step ends as it stands: for each of ``units``, or, for None, for all."""
    ids = [None] if units is None else [unit.id for unit in units]
    return [effective_window(session, campaign, step, id).closes_at for id in ids]


def check_ends(
    session: Session,
    campaign: Campaign,
    step: Step,
    units: Sequence[Unit] | None,
    seen: Sequence[datetime],
) -> None:
    """Raises Refusal where an end is no longer what it was when somebody looked: another
    coordinator, or the same button twice. Whoever sets ends at once waits for the other."""
    session.execute(select(Campaign.id).where(Campaign.id == campaign.id).with_for_update())
    for end, before in zip(ends(session, campaign, step, units), seen, strict=True):
        if end != before:
            ways = [Choice("extend_step", campaign.id), Choice("calendar")]
            raise Refusal("end_set_meanwhile", ways, step=step, closes_at=end)


def planned(
    window: EffectiveWindow, opens_at: datetime | None, closes_at: datetime | None
) -> EffectiveWindow:
    """The window as it would be announced after it was set so."""
    return EffectiveWindow(window.step, opens_at or window.opens_at, closes_at or window.closes_at)
