"""Urging the units that have not begun, before the end: one tap, to who does the work (N16, C13).

Heads are not turned to before the end, nor is anybody told who the others are (N17).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import audit, calendar, campaigns, coordination, outbox, policy, reminders
from models.campaigns.tables import Campaign, Step
from models.chasing import notices, rules
from models.chasing.tables import ChaseRung, Escalation
from models.coordination import WORKING, Stage, UnitStanding
from models.messages import Choice, Part
from models.people.tables import Binding, By, Role
from models.policy import Action
from models.reach import Candidate, candidates
from models.refusals import Refusal
from models.reminders import Manners
from models.reminders.tables import Outcome, Reminder

DUTY = "self_assessment"  # Whose reminders count as urging.


@dataclass(frozen=True)
class Idle:
    """A unit that has not begun, until when it may, who does its work, and when these were last
    reminded or urged. ``too_soon``: not again yet."""

    standing: UnitStanding
    closes_at: datetime
    to: Sequence[Candidate]
    last_at: datetime | None
    too_soon: bool


@dataclass(frozen=True)
class Nudge:
    """Who would be urged at this moment, and who not: told a short time ago, or nobody there."""

    told: Sequence[Idle]
    too_soon: Sequence[Idle]
    nobody: Sequence[Idle]

    @property
    def people(self) -> int:
        return len({each.person_id for idle in self.told for each in idle.to})

    @property
    def last_at(self) -> datetime | None:
        """When one of those to be told was last reminded or urged."""
        return max((idle.last_at for idle in self.told if idle.last_at), default=None)

    @property
    def mark(self) -> str:
        """Of exactly these recipients: what is confirmed is what was counted."""
        ids = [f"{each.unit_id}:{each.person_id}" for idle in self.told for each in idle.to]
        return hashlib.sha256(",".join(ids).encode()).hexdigest()[:16]


def idle_units(
    session: Session, campaign: Campaign, found: Sequence[UnitStanding], now: datetime
) -> list[tuple[UnitStanding, datetime]]:
    """Those of ``found`` that may begin now and have not, each with its end."""
    if campaign.opened_at is None or now < campaign.opened_at:
        return []
    windows = campaigns.effective_windows(session, campaign, Step.SELF_ASSESSMENT)
    return [
        (each, windows[each.unit.id].closes_at)
        for each in found
        if each.stage is Stage.NOT_STARTED
        and windows[each.unit.id].is_open(now)
        and now < windows[each.unit.id].closes_at
    ]


def prepare(session: Session, campaign: Campaign, now: datetime) -> Nudge:
    """Whom a tap would urge now; a few statements, whatever the number of units."""
    found = idle_units(session, campaign, coordination.standings(session, campaign), now)
    ids = [standing.unit.id for standing, _ in found]
    workers = _workers(session, ids)
    nudged, reminded = _nudged(session, campaign, ids), last_reminded(session, campaign, ids)
    idle = []
    for standing, closes_at in found:
        unit_id = standing.unit.id
        before = (nudged.get(unit_id), reminded.get(unit_id))
        last_at = max(filter(None, before), default=None)
        too_soon = rules.is_too_soon(*before, now)
        to = workers.get(unit_id, [])
        idle.append(Idle(standing, closes_at, to, last_at, too_soon))
    return Nudge(
        [each for each in idle if each.to and not each.too_soon],
        [each for each in idle if each.to and each.too_soon],
        [each for each in idle if not each.to],
    )


def nudge(session: Session, by: By, campaign: Campaign, seen: str, note: str = "") -> Nudge:
    """Urge them, with the coordinator's own words where there are some; who was urged.

    ``seen`` marks the recipients that were counted. A second tap finds that all were told just
    now. Raises Refusal.
    """
    policy.check(session, by, Action.CHASE, campaign)
    session.execute(select(Campaign.id).where(Campaign.id == campaign.id).with_for_update())
    found = prepare(session, campaign, by.now)
    manners = reminders.manners_of(session)
    if refusal := why_not_nudge(found, seen, by.now, manners):
        raise refusal
    if note and (refusal := rules.why_not_note(note)):
        raise refusal
    assert by.person_id is not None  # The policy lets only people urge.
    for idle in found.told:
        escalation = Escalation(
            campaign_id=campaign.id,
            unit_id=idle.standing.unit.id,
            rung=ChaseRung.NUDGE,
            told=len(idle.to),
            taken_by_id=by.person_id,
            taken_at=by.now,
        )
        session.add(escalation)
        session.flush()
        _tell(session, campaign, escalation, idle, note)
    units = [idle.standing.unit.id for idle in found.told]
    audit.append(session, "nudge", by, campaign=campaign.id, units=units, people=found.people)
    return found


def why_not_nudge(found: Nudge, seen: str, now: datetime, manners: Manners) -> Refusal | None:
    """``seen`` is empty as long as nobody has been shown whom it would reach."""
    ways = [Choice("progress"), Choice("menu")]
    if not found.told and found.too_soon:
        last = max(idle.last_at for idle in found.too_soon if idle.last_at)
        count, nobody = len(found.too_soon), len(found.nobody)
        others = Part("nudge_nobody_in_others", count=nobody) if nobody else ""
        return Refusal("nudged_just_now", ways, count=count, at=last, others=others)
    if not found.told and found.nobody:
        units = [idle.standing.unit.short_name for idle in found.nobody]
        offers = [Choice("invite_people"), *ways]
        return Refusal("nudge_reaches_nobody", offers, count=len(units), units=units[:6])
    if not found.told:
        return Refusal("no_unit_idle", ways)
    last_day = all(
        calendar.last_day(idle.closes_at) == calendar.local_day(now) for idle in found.told
    )
    if manners.is_night(now.astimezone(calendar.ZONE).time()) and not last_day:
        since, until = f"{manners.quiet_from:%H:%M}", f"{manners.quiet_until:%H:%M}"
        return Refusal("nudge_at_night", ways, since=since, until=until)
    if seen and seen != found.mark:
        again = [Choice("nudge_idle", n=len(found.told)), *ways]
        return Refusal("nudge_changed", again, count=found.people, units=len(found.told))
    return None


def _tell(
    session: Session, campaign: Campaign, escalation: Escalation, idle: Idle, note: str
) -> None:
    """Until the end of the day: then what is left of the time is another."""
    now = escalation.taken_at
    values = notices.nudge_values(campaign, idle.standing, idle.closes_at, now, note)
    good_until = min(idle.closes_at, calendar.end_of(calendar.local_day(now)))
    for each in idle.to:
        outbox.enqueue(
            session,
            "unit_nudged",
            values,
            to=each.recipient,
            key=f"nudge:{escalation.id}:{each.person_id}",
            at=now,
            choices=[Choice("missing"), Choice("calendar"), Choice("menu")],
            good_until=good_until,
        )


def _workers(session: Session, ids: Sequence[int]) -> dict[int, list[Candidate]]:
    """By unit its focal officers, or its deputies where none of those can be written to."""
    of_units = (Binding.unit_id.in_(ids), Binding.role.in_(WORKING))
    found = [each for each in candidates(session, *of_units) if each.channel]
    workers: dict[int, list[Candidate]] = {}
    for role in (Role.FOCAL_OFFICER, Role.DEPUTY):
        taken = set(workers)
        for each in found:
            if each.role is role and each.unit_id not in taken:
                workers.setdefault(each.unit_id, []).append(each)
    return workers


def _nudged(session: Session, campaign: Campaign, ids: Sequence[int]) -> dict[int, datetime]:
    of_units = (Escalation.campaign_id == campaign.id, Escalation.unit_id.in_(ids))
    query = select(Escalation.unit_id, func.max(Escalation.taken_at)).where(*of_units)
    query = query.where(Escalation.rung == ChaseRung.NUDGE).group_by(Escalation.unit_id)
    return {row[0]: row[1] for row in session.execute(query)}


def last_reminded(session: Session, campaign: Campaign, ids: Sequence[int]) -> dict[int, datetime]:
    """When the ladder last spoke to each unit."""
    theirs = (
        Reminder.campaign_id == campaign.id,
        Reminder.unit_id.in_(ids),
        Reminder.duty == DUTY,
        Reminder.outcome == Outcome.QUEUED,
    )
    query = select(Reminder.unit_id, func.max(Reminder.settled_at)).where(*theirs)
    found = session.execute(query.group_by(Reminder.unit_id))
    return {unit_id: at for unit_id, at in found if unit_id is not None and at is not None}
