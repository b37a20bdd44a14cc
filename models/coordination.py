"""Where the units of a campaign stand in their self-assessment, and who can be reached.

Only counts of work done: no points, those are nobody's but the unit's before it hands in (I7).
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import assessment, campaigns
from models.assessment import Assessment, Tally
from models.campaigns.tables import Campaign, Step
from models.catalogue.tables import Item
from models.people import Account, Binding, Invitation, Person, Role
from models.units import Unit

# Who speaks for a unit, in the order in which they are turned to (N16).
CONTACTS = (Role.FOCAL_OFFICER, Role.DEPUTY, Role.HEAD)
WORKING = frozenset({Role.FOCAL_OFFICER, Role.DEPUTY})


class Stage(enum.StrEnum):
    """How far a unit is. Complete: nothing is left but to send it."""

    SENT = "sent"
    COMPLETE = "complete"
    AT_WORK = "at_work"
    NOT_STARTED = "not_started"


@dataclass(frozen=True)
class UnitStanding:
    """``reachable``: one of those who do the unit's work has an account that takes messages."""

    unit: Unit
    assessment_id: int
    stage: Stage
    tally: Tally
    reachable: bool
    sent_at: datetime | None = None


@dataclass(frozen=True)
class BoardRow:
    """One unit with the end that is its own, and its counts by the code of the area (N1)."""

    standing: UnitStanding
    closes_at: datetime
    areas: Mapping[str, Tally]


@dataclass(frozen=True)
class Board:
    """``areas``: code and title of each, in the order of the codes."""

    rows: Sequence[BoardRow]
    areas: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Contact:
    """Somebody of a unit: bound, or only invited so far (``joined`` is then False)."""

    name: str
    title: str
    phone: str
    role: Role
    joined: bool


def stage_of(tally: Tally, *, sent: bool = False) -> Stage:
    """Not started: no score, no evidence, no explanation. Complete: nothing is left to do."""
    if sent:
        return Stage.SENT
    if not tally.scored and not tally.ahead and tally.lines:
        return Stage.NOT_STARTED
    return Stage.AT_WORK if tally.open else Stage.COMPLETE


def standings(session: Session, campaign: Campaign) -> list[UnitStanding]:
    """All units that take part, in the order of the list of units; three statements."""
    tallies = assessment.tallies(session, campaign.id)
    reachable = _reachable_units(session)
    query = select(Assessment).options(joinedload(Assessment.unit))
    sheets = session.scalars(
        query.where(Assessment.campaign_id == campaign.id).order_by(Assessment.unit_id)
    )
    found = []
    for sheet in sheets:
        tally = tallies.get(sheet.id, Tally())
        can = sheet.unit_id in reachable
        stage = stage_of(tally, sent=sheet.locked_at is not None)
        found.append(UnitStanding(sheet.unit, sheet.id, stage, tally, can, sheet.locked_at))
    return found


def late(
    session: Session, campaign: Campaign, found: Sequence[UnitStanding], now: datetime
) -> list[UnitStanding]:
    """Whose announced end, extension included, has passed with nothing sent."""
    windows = campaigns.effective_windows(session, campaign, Step.SELF_ASSESSMENT)
    unsent = [each for each in found if each.stage is not Stage.SENT]
    return [each for each in unsent if now >= windows[each.unit.id].closes_at]


def board(session: Session, campaign: Campaign) -> Board:
    """Every unit by every area; a few statements."""
    of_area = assessment.area_tallies(session, campaign.id)
    query = select(Item).where(Item.id.in_({area_id for _, area_id in of_area}))
    items = {item.id: item for item in session.scalars(query)}
    by_sheet: dict[int, dict[str, Tally]] = {}
    for (sheet_id, area_id), tally in of_area.items():
        by_sheet.setdefault(sheet_id, {})[items[area_id].code] = tally
    windows = campaigns.effective_windows(session, campaign, Step.SELF_ASSESSMENT)
    rows = [
        BoardRow(each, windows[each.unit.id].closes_at, by_sheet.get(each.assessment_id, {}))
        for each in standings(session, campaign)
    ]
    titles = {item.code: item.title for item in items.values()}
    return Board(rows, sorted(titles.items(), key=lambda area: (len(area[0]), area[0])))


def contacts(session: Session, unit_ids: Sequence[int]) -> Mapping[int, list[Contact]]:
    """Whom to ring, by unit: who is bound, in the order of ``CONTACTS``, then who was invited."""
    found: dict[int, list[Contact]] = {unit_id: [] for unit_id in unit_ids}
    bound = (
        select(Binding)
        .options(joinedload(Binding.person))
        .where(
            Binding.unit_id.in_(unit_ids), Binding.role.in_(CONTACTS), Binding.ended_at.is_(None)
        )
        .order_by(Binding.id)
    )
    by_role = sorted(session.scalars(bound), key=lambda binding: CONTACTS.index(binding.role))
    for binding in by_role:
        person = binding.person
        found[binding.unit_id].append(
            Contact(person.name, person.title, person.phone, binding.role, joined=True)
        )
    for invitation in _waiting_invitations(session, unit_ids):
        assert invitation.unit_id is not None
        assert invitation.role is not None
        about = (invitation.name, invitation.title, invitation.phone, invitation.role)
        found[invitation.unit_id].append(Contact(*about, joined=False))
    return found


def _reachable_units(session: Session) -> set[int]:
    takes_messages = (Account.ended_at.is_(None), Account.unreachable_since.is_(None))
    query = (
        select(Binding.unit_id)
        .join(Person, Person.id == Binding.person_id)
        .join(Account, Account.person_id == Person.id)
        .where(Binding.ended_at.is_(None), Binding.role.in_(WORKING), *takes_messages)
        .distinct()
    )
    return set(session.scalars(query))


def _waiting_invitations(session: Session, unit_ids: Sequence[int]) -> list[Invitation]:
    query = select(Invitation).where(
        Invitation.unit_id.in_(unit_ids),
        Invitation.role.in_(CONTACTS),
        Invitation.person_id.is_(None),
        Invitation.used_at.is_(None),
        Invitation.voided_at.is_(None),
    )
    return list(session.scalars(query.order_by(Invitation.id)))
