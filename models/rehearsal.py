"""A plan rehearsed: who would be told what at which hour, to the end of the campaign, if nobody
did anything until then; which deadlines lie on free days, and whom nothing reaches (N8)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

import models.duties  # noqa: F401 - what is rehearsed are all of them.
from models import campaigns
from models.campaigns import Campaign, Step
from models.messages import Part
from models.people import Role
from models.reminders import Duty, Ladder, Reminder
from models.reminders.duties import every_duty
from models.units import Unit


@dataclass(frozen=True)
class Addressee:
    """Somebody in one role; ``unit`` is its short name."""

    person_id: int
    person: str
    role: Role
    unit: str


@dataclass(frozen=True)
class Wave:
    """One rung of one duty at one instant. ``nobody``: units in which nobody holds the role."""

    at: datetime
    duty: str
    step: Step
    rung: str
    addressees: tuple[Addressee, ...]
    nobody: tuple[str, ...]

    @property
    def people(self) -> int:
        return len({each.person_id for each in self.addressees})

    @property
    def units(self) -> int:
        return len({each.unit for each in self.addressees})


@dataclass(frozen=True)
class Rehearsal:
    """``messages``: what falls together for one person is one of them. ``warnings`` are about
    deadlines, ``nobody`` the units that some wave reaches nobody in."""

    waves: Sequence[Wave]
    messages: int
    warnings: Sequence[Part]
    nobody: Sequence[str]

    @property
    def people(self) -> int:
        return len({each.person_id for wave in self.waves for each in wave.addressees})


def rung_part(rung: str) -> Part:
    """What a rung is called: ``-3`` and ``+2`` are working days around the end."""
    days = rung.lstrip("+-")
    if rung != days and days.isdecimal():
        return Part("rung.before" if rung.startswith("-") else "rung.after", n=int(days))
    if rung.startswith("waits_"):
        return Part("rung.waits", n=int(rung.removeprefix("waits_")))
    if rung.startswith("week_"):
        return Part("rung.week", n=int(rung.removeprefix("week_")))
    return Part(f"rung.{rung}")


def rehearse(session: Session, campaign: Campaign, now: datetime) -> Rehearsal:
    """From ``now`` on, by the windows, the ladders and the roles held at this moment.

    It needs no plan to have been issued, and writes nothing.
    """
    waves = list(_waves(session, campaign, now))
    told = {(wave.at, each.person_id) for wave in waves for each in wave.addressees}
    windows = campaigns.calendar_of(session, campaign, None)
    ahead = [window for window in windows if window.closes_at > now]
    nobody = dict.fromkeys(unit for wave in waves for unit in wave.nobody)
    return Rehearsal(waves, len(told), campaigns.warnings(ahead, now), sorted(nobody))


def _waves(session: Session, campaign: Campaign, now: datetime) -> Iterator[Wave]:
    found: dict[tuple[datetime, int, str], list[Ladder]] = defaultdict(list)
    duties = every_duty()
    for place, duty in enumerate(duties):
        for ladder in duty.ladders(session, campaign):
            for rung in ladder.rungs:
                if rung.due_at >= now:
                    found[rung.due_at, place, rung.name].append(ladder)
    reached: dict[str, tuple[Addressee, ...]] = {}
    for at, place, name in sorted(found):
        ladders = found[at, place, name]
        for ladder in ladders:
            if ladder.subject not in reached:
                reached[ladder.subject] = _reached(session, campaign, duties[place], ladder)
        yield Wave(
            at,
            duties[place].name,
            ladders[0].columns["step"],
            name,
            tuple(each for ladder in ladders for each in reached[ladder.subject]),
            tuple(_unit(session, campaign, each) for each in ladders if not reached[each.subject]),
        )


def _reached(
    session: Session, campaign: Campaign, duty: Duty, ladder: Ladder
) -> tuple[Addressee, ...]:
    """Who would be told if it fell due at this moment; the reminder is only thought of."""
    thought = Reminder(**ladder.columns, subject=ladder.subject, campaign=campaign)
    with session.no_autoflush:
        held = {binding.person_id: binding for binding in duty.held_by(session, thought)}
        return tuple(
            Addressee(each.person_id, each.person.name, each.role, each.unit.short_name)
            for each in duty.reached(session, thought, list(held.values()))
        )


def _unit(session: Session, campaign: Campaign, ladder: Ladder) -> str:
    unit_id = ladder.columns["unit_id"] or campaign.owner_id
    return session.get_one(Unit, unit_id).short_name
