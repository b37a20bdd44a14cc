"""Who is told that a window was set otherwise, in the transaction of the fact (F8, I4)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import appraisal, campaigns, outbox, reminders
from models.assessment.tables import Assessment
from models.campaigns import Campaign, Extension, Step, Window
from models.messages import Choice, Part
from models.people import Binding, By, Role
from models.units import Unit

UNIT_STEPS = frozenset({Step.SELF_ASSESSMENT, Step.SUPPLEMENT})
ROUNDS = frozenset({Step.ROUND_1, Step.ROUND_2})
WORKERS = (Role.FOCAL_OFFICER, Role.DEPUTY, Role.HEAD)


def _concerned(session: Session, campaign: Campaign, step: Step) -> list[Binding]:
    """Whom the common window of ``step`` concerns: the officers of the units that work in it, the
    reviewers of a round, and who leads the campaign."""
    found = list(reminders.bindings_in(session, campaign.owner_id, (Role.COORDINATOR,)))
    if step in UNIT_STEPS:
        for unit_id in campaigns.units_in(session, campaign):
            found += reminders.bindings_in(session, unit_id, WORKERS)
    if step in ROUNDS:
        for task in appraisal.active_tasks(session, campaign):
            held = reminders.bindings_in(session, task.agency_id, appraisal.REVIEWERS)
            found += [b for b in held if b.person_id == task.reviewer_id and task.step is step]
    return found


def people_told(
    session: Session, by: By, campaign: Campaign, step: Step, units: Sequence[Unit] | None
) -> list[Binding]:
    """Whom setting the window of ``step`` for ``units`` tells, ``None`` standing for all; never
    who does it."""
    if units is None:
        found = _concerned(session, campaign, step) if campaign.opened_at is not None else []
    else:
        found = [b for unit in units for b in reminders.bindings_in(session, unit.id, WORKERS)]
        found += reminders.bindings_in(session, campaign.owner_id, (Role.COORDINATOR,))
    first: dict[int, Binding] = {}
    for binding in found:
        if binding.person_id != by.person_id:
            first.setdefault(binding.person_id, binding)
    return list(first.values())


def tell_moved(session: Session, by: By, window: Window, reason: str) -> None:
    """Nobody before the plan is issued: till then the calendar is a draft."""
    campaign = window.campaign
    if campaign.opened_at is None:
        return
    due_only = window.opens_at is None
    values = {
        "year": campaign.year,
        "owner": campaign.owner.name,
        "step": window.step,
        "opens": "" if due_only else Part("moved_opening", opens_at=window.opens_at),
        "reason": Part("moved_reason", reason=reason) if reason else "",
    }
    key = f"window:{window.id}:{by.at.isoformat()}"
    own = campaigns.effective_windows(session, campaign, window.step)
    for binding in people_told(session, by, campaign, window.step, None):
        closes_at = window.closes_at
        if window.step in UNIT_STEPS and binding.unit_id in own and binding.role in WORKERS:
            closes_at = own[binding.unit_id].closes_at  # C5: each its own date.
        _tell(session, "window_moved", {**values, "closes_at": closes_at}, binding, key, by)


def tell_extended(
    session: Session, by: By, campaign: Campaign, extension: Extension, unit: Unit
) -> None:
    """The unit's people, and who else leads the campaign."""
    window = campaigns.effective_window(session, campaign, extension.step, unit.id)
    values = {
        "owner": campaign.owner.name,
        "unit": unit.name,
        "step": extension.step,
        "closes_at": window.closes_at,
        "reason": extension.reason,
        "again": _works_again(session, campaign, extension, unit, by),
    }
    for binding in people_told(session, by, campaign, extension.step, [unit]):
        _tell(session, "unit_extended", values, binding, f"extension:{extension.id}", by)


def _works_again(
    session: Session, campaign: Campaign, extension: Extension, unit: Unit, by: By
) -> Part | str:
    """That a sheet which is not sent yet can be worked on until then."""
    if extension.step is not Step.SELF_ASSESSMENT or extension.closes_at <= by.now:
        return ""
    of_unit = (Assessment.campaign_id == campaign.id, Assessment.unit_id == unit.id)
    locked = session.scalar(select(Assessment.locked_at).where(*of_unit))
    return Part("extended_to_work") if locked is None else ""


def _tell(
    session: Session, name: str, values: dict[str, object], binding: Binding, key: str, by: By
) -> None:
    outbox.enqueue(
        session,
        name,
        values,
        to=binding.person,
        key=f"{key}:{binding.person_id}",
        at=by.at,
        choices=[Choice("calendar"), Choice("menu")],
        binding_id=binding.id,
    )
