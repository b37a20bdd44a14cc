"""Where units stand: stages, who can be reached, whom to ring (R5.1c, F3, N15)."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import coordination
from models.assessment import Assessment, SelfScore, Tally
from models.assessment.tables import Line
from models.campaigns import Campaign
from models.catalogue.tables import Item
from models.coordination import Contact, Stage, UnitStanding, stage_of
from models.people import Account, Binding, Invitation, Person, Role
from models.units import Unit
from tests.clock import at

NOW = at("2026-11-05 09:00")


@pytest.mark.parametrize(
    ("tally", "stage"),
    [
        (Tally(lines=86, not_scored=86), Stage.NOT_STARTED),
        (Tally(lines=86, not_scored=86, ahead=1), Stage.AT_WORK),
        (Tally(lines=86, scored=1, not_scored=85), Stage.AT_WORK),
        (Tally(lines=86, scored=86, not_proven=1), Stage.AT_WORK),
        (Tally(lines=86, scored=86, proven=80, explained=6), Stage.COMPLETE),
        (Tally(), Stage.COMPLETE),
    ],
)
def test_a_unit_has_started_when_anything_is_entered(tally: Tally, stage: Stage) -> None:
    """A score, evidence or an explanation; it is done when nothing is left to do."""
    assert stage_of(tally) is stage


def add_person(session: Session, unit: Unit, role: Role, name: str, **account: object) -> Person:
    person = Person(name=name, phone="0912 345 678", created_at=NOW)
    session.add(person)
    session.flush()
    session.add(Binding(person_id=person.id, unit_id=unit.id, role=role, since=NOW))
    where = {"channel": "test", "address": name, "bound_at": NOW, "last_used_at": NOW}
    session.add(Account(person_id=person.id, **(where | account)))
    session.flush()
    return person


def test_units_are_listed_with_their_stage_and_whether_messages_arrive(
    province: sessionmaker[Session],
) -> None:
    with province() as session:
        campaign = session.scalars(select(Campaign)).one()
        stp, stc, sxd = (
            session.scalars(select(Unit).where(Unit.code == code)).one()
            for code in ("STP", "STC", "SXD")
        )
        an = add_person(session, stp, Role.FOCAL_OFFICER, "An")
        add_person(session, stc, Role.FOCAL_OFFICER, "Bình", unreachable_since=NOW)
        add_person(session, sxd, Role.HEAD, "Chi")
        query = select(Line).join(Line.assessment).join(Item, Item.id == Line.item_id)
        line = session.scalars(
            query.where(Assessment.unit_id == stp.id, Item.code == "1.1.1")
        ).one()
        score = {"inputs": {}, "points": Decimal(0), "scored_by_id": an.id, "scored_at": NOW}
        session.add(SelfScore(line_id=line.id, version=1, **score))
        session.flush()
        found = {s.unit.code: s for s in coordination.standings(session, campaign)}
        assert len(found) == 30
        assert found["STP"] == UnitStanding(
            stp,
            line.assessment_id,
            Stage.AT_WORK,
            Tally(lines=86, scored=1, not_scored=84, not_proven=1, timed=1),
            reachable=True,
        )
        assert [code for code, standing in found.items() if standing.reachable] == ["STP"]


def test_whom_to_ring_is_who_is_bound_then_who_was_invited(
    province: sessionmaker[Session],
) -> None:
    """N16: the focal officer first. An invitation that was used or voided names nobody."""
    with province() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "SYT")).one()
        add_person(session, unit, Role.HEAD, "Hà")
        add_person(session, unit, Role.FOCAL_OFFICER, "Giang")
        add_person(session, unit, Role.REVIEWER, "Khánh")
        common = {"unit_id": unit.id, "created_at": NOW, "expires_at": NOW}
        for n, fate in enumerate(({}, {"used_at": NOW}, {"voided_at": NOW})):
            invited = Invitation(
                code_hash=str(n), name=f"Mời {n}", phone="", role=Role.DEPUTY, **common, **fate
            )
            session.add(invited)
        session.flush()
        assert coordination.contacts(session, [unit.id]) == {
            unit.id: [
                Contact("Giang", "", "0912 345 678", Role.FOCAL_OFFICER, joined=True),
                Contact("Hà", "", "0912 345 678", Role.HEAD, joined=True),
                Contact("Mời 0", "", "", Role.DEPUTY, joined=False),
            ]
        }
