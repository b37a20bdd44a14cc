"""Appraisal tasks: what they cover, who may have them, who is told (R5.2a, N2, F41–F46)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import appraisal, audit, units
from models.appraisal import DeclineReason, TaskStatus
from models.appraisal.rules import Proposal, why_not_answer, why_not_give, why_not_reason
from models.appraisal.tables import AppraisalTask
from models.assessment.tables import Assessment, Line
from models.campaigns.tables import Campaign
from models.catalogue.tables import Item, Method
from models.outbox import OutboxMessage
from models.people import Account, Binding, By, Person, Role
from models.refusals import Refusal
from models.reminders.tables import Reminder
from models.units import Unit, UnitKind
from tests.clock import at

NOW = at("2026-11-05 09:00")
STP = Unit(id=3, code="STP", name="Sở Tư pháp", short_name="STP", kind=UnitKind.DEPARTMENT)
HOA = Person(id=7, name="Lê Thị Hòa", created_at=NOW)


def proposal(**facts: Any) -> Proposal:
    given_facts = {
        "agency": STP,
        "area_code": "2",
        "reviewer": HOA,
        "reviews_for_agency": True,
        "has_it_already": False,
        "agency_lines": 255,
        "lines": 255,
    }
    return Proposal(**(given_facts | facts))


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({}, None),
        ({"agency_lines": 0, "lines": 0}, "no_lines_in_area"),
        ({"reviews_for_agency": False}, "not_a_reviewer_there"),
        ({"lines": 0}, "only_own_units"),
        ({"has_it_already": True}, "task_given_already"),
    ],
)
def test_an_area_is_given_to_a_reviewer_of_its_agency_once(
    facts: dict[str, Any], refusal: str | None
) -> None:
    found = why_not_give(proposal(**facts))
    assert (found and found.name) == refusal


@pytest.mark.parametrize(
    ("status", "still_reviews", "refusal"),
    [
        (TaskStatus.ASSIGNED, True, None),
        (TaskStatus.ACKNOWLEDGED, True, None),
        (TaskStatus.DECLINED, True, "task_declined_before"),
        (TaskStatus.ENDED, True, "task_ended"),
        (TaskStatus.ASSIGNED, False, "task_ended"),
    ],
)
def test_a_task_is_answered_while_it_is_the_reviewers(
    status: TaskStatus, still_reviews: bool, refusal: str | None
) -> None:
    campaign = Campaign(owner=Unit(name="Sở Nội vụ"))
    task = AppraisalTask(campaign=campaign, area_code="2", status=status, answered_at=NOW)
    found = why_not_answer(task, still_reviews=still_reviews)
    assert (found and found.name) == refusal


def test_another_reason_than_a_conflict_is_named() -> None:
    """F42: both reasons are recorded; only a conflict speaks for itself."""
    assert why_not_reason(DeclineReason.CONFLICT, "") is None
    assert why_not_reason(DeclineReason.OTHER, "Đi công tác") is None
    assert why_not_reason(DeclineReason.OTHER, " \n") == Refusal("decline_note_missing")
    too_long = Refusal("decline_note_too_long", limit=1000)
    assert why_not_reason(DeclineReason.CONFLICT, "x" * 1001) == too_long


class World:
    """The sample province with one open session, and people made as they are needed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.campaign = session.scalars(select(Campaign)).one()

    def unit(self, code: str) -> Unit:
        unit = units.by_code(self.session, code)
        assert unit is not None, code
        return unit

    def person(self, name: str, *roles: tuple[str, Role]) -> Person:
        person = Person(name=name, created_at=NOW)
        self.session.add(person)
        self.session.flush()
        where = {"channel": "test", "address": name, "bound_at": NOW, "last_used_at": NOW}
        self.session.add(Account(person_id=person.id, **where))
        for code, role in roles:
            binding = Binding(person=person, unit=self.unit(code), role=role, since=NOW)
            self.session.add(binding)
        self.session.flush()
        return person

    def by(self, person: Person, now: datetime = NOW) -> By:
        [binding, *_] = self.session.scalars(select(Binding).where(Binding.person == person))
        return By(now, person, binding, event_id=1)

    def told(self, person: Person) -> list[str]:
        mine = OutboxMessage.person_id == person.id
        query = select(OutboxMessage.name).where(mine).order_by(OutboxMessage.id)
        return list(self.session.scalars(query))


@pytest.fixture
def world(province: sessionmaker[Session]) -> Iterator[World]:
    with province() as session:
        yield World(session)


@pytest.fixture
def lan(world: World) -> Person:
    return world.person("Phạm Thị Lan", ("SNV", Role.COORDINATOR))


@pytest.fixture
def hoa(world: World) -> Person:
    return world.person("Lê Thị Hòa", ("STP", Role.REVIEWER))


def give(world: World, lan: Person, person: Person, area: str = "2") -> AppraisalTask:
    where = (world.campaign, world.unit("STP"), area)
    return appraisal.assign(world.session, world.by(lan), *where, person)


def test_each_agency_appraises_its_lines_in_all_other_units(world: World) -> None:
    """R5.2a, and an agency has lines outside "its" area (domain.md 13c, 14)."""
    found = appraisal.areas(world.session, world.campaign)
    assert [(a.agency.code, a.code, a.units, a.lines) for a in found] == [
        ("VPUBND", "1", 29, 58),
        ("VPUBND", "3", 28, 466),
        ("SNV", "1", 29, 386),
        ("SNV", "4", 29, 251),
        ("SNV", "5", 29, 300),
        ("SNV", "8", 29, 58),
        ("STP", "2", 29, 255),
        ("STC", "6", 29, 245),
        ("STTTT", "7", 29, 330),
        ("SKHCN", "7", 27, 54),
    ]


def test_the_task_of_area_2_leaves_out_the_reviewers_agency(
    world: World, lan: Person, hoa: Person
) -> None:
    """N2: "không tự thẩm định"; conversations.md 8 has these very numbers."""
    scope = appraisal.scope(world.session, give(world, lan, hoa))
    assert (scope.units, scope.lines) == (29, 255)
    assert [unit.code for unit in scope.left_out] == ["STP"]


def test_a_second_role_leaves_out_that_unit_too(world: World, lan: Person) -> None:
    nam = world.person("Nam", ("STP", Role.REVIEWER), ("STC", Role.OBSERVER))
    scope = appraisal.scope(world.session, give(world, lan, nam))
    assert [unit.code for unit in scope.left_out] == ["STP", "STC"]
    assert (scope.units, scope.lines) == (28, 246)


def test_an_assignment_is_told_planned_and_audited(world: World, lan: Person, hoa: Person) -> None:
    """F43; the reminders of the acknowledgement are made ahead (F10)."""
    task = give(world, lan, hoa)
    assert world.told(hoa) == ["task_card"]
    rungs = world.session.scalars(select(Reminder).where(Reminder.task_id == task.id)).all()
    assert rungs
    world.session.commit()
    entries = world.session.scalars(select(audit.AuditEntry.action)).all()
    assert entries[-1] == "assign_task"


def test_several_areas_at_once_are_one_message(world: World, lan: Person) -> None:
    minh = world.person("Minh", ("SNV", Role.COUNCIL_MEMBER))
    where = (world.campaign, world.unit("SNV"), ["1", "4", "5", "8"], minh)
    tasks = appraisal.assign_areas(world.session, world.by(lan), *where)
    assert [task.area_code for task in tasks] == ["1", "4", "5", "8"]
    assert world.told(minh) == ["tasks_given"]
    appraisal.acknowledge_all(world.session, tasks, world.by(minh))
    assert {task.status for task in tasks} == {TaskStatus.ACKNOWLEDGED}
    assert world.told(lan) == ["task_acknowledged"]


def test_the_answers_go_to_every_coordinator(world: World, lan: Person, hoa: Person) -> None:
    """F42: both answers are recorded and told; a task once taken on can still be declined."""
    tuan = world.person("Tuấn", ("SNV", Role.COORDINATOR))
    task, by = give(world, lan, hoa), world.by(hoa)
    appraisal.acknowledge(world.session, task, by)
    appraisal.acknowledge(world.session, task, by)
    assert (task.status, task.answered_at) == (TaskStatus.ACKNOWLEDGED, NOW)
    appraisal.decline(world.session, task, DeclineReason.OTHER, " Đi công tác\u200b ", by)
    assert (task.status, task.decline_note) == (TaskStatus.DECLINED, "Đi công tác")
    assert world.told(lan) == world.told(tuan) == ["task_acknowledged", "task_declined"]
    assert appraisal.tasks_of(world.session, hoa.id) == []


def test_who_declined_can_be_given_the_task_again(world: World, lan: Person, hoa: Person) -> None:
    """C19: that is another row, the "no" stays on record."""
    task = give(world, lan, hoa)
    appraisal.decline(world.session, task, DeclineReason.CONFLICT, "", world.by(hoa))
    again = give(world, lan, hoa)
    assert (task.status, again.status) == (TaskStatus.DECLINED, TaskStatus.ASSIGNED)
    assert appraisal.tasks_of(world.session, hoa.id) == [again]
    where = (world.session, world.campaign, world.unit("STP"))
    assert appraisal.last_decline(*where, "2", hoa) == task


def test_a_replaced_reviewer_is_told_and_has_nothing_more(
    world: World, lan: Person, hoa: Person
) -> None:
    """F46, C19."""
    bac = world.person("Bắc", ("STP", Role.REVIEWER))
    task = give(world, lan, hoa)
    new = appraisal.reassign(world.session, world.by(lan), task, bac)
    assert (task.status, task.ended_at, new.reviewer) == (TaskStatus.ENDED, NOW, bac)
    assert world.told(hoa) == ["task_card", "task_taken_back"]
    assert appraisal.tasks_of(world.session, hoa.id) == []
    with pytest.raises(Refusal, match="task_ended"):
        appraisal.acknowledge(world.session, task, world.by(hoa))
    with pytest.raises(Refusal, match="task_given_already"):
        appraisal.reassign(world.session, world.by(lan), new, bac)


def test_a_reviewer_who_lost_the_role_has_no_task(world: World, lan: Person, hoa: Person) -> None:
    """N24: at once; the area counts as nobody's again."""
    task, by = give(world, lan, hoa), world.by(hoa)
    assert by.binding is not None
    by.binding.ended_at = NOW
    world.session.flush()
    assert appraisal.tasks_of(world.session, hoa.id) == []
    [holding] = appraisal.board(world.session, world.campaign, world.unit("STP"))
    assert holding.tasks == []
    with pytest.raises(Refusal, match="role_ended"):
        appraisal.acknowledge(world.session, task, by)


def test_only_the_leading_units_coordinator_assigns(world: World, hoa: Person) -> None:
    """I8."""
    other = world.person("Huy", ("STC", Role.COORDINATOR))
    for person in (hoa, other):
        with pytest.raises(Refusal):
            give(world, person, hoa)
    assert world.session.scalars(select(AppraisalTask)).all() == []


def test_only_the_reviewer_answers(world: World, lan: Person, hoa: Person) -> None:
    """I8: neither a colleague nor the coordinator."""
    bac = world.person("Bắc", ("STP", Role.REVIEWER))
    task = give(world, lan, hoa)
    for person in (bac, lan):
        with pytest.raises(Refusal):
            appraisal.acknowledge(world.session, task, world.by(person))
    assert task.status is TaskStatus.ASSIGNED


CODES = ["VPUBND", "SNV", "STP", "STC", "SKHCN", "BDT", "HLUCNAM"]
bindings = st.lists(
    st.tuples(st.sampled_from(CODES), st.sampled_from(list(Role))), max_size=5, unique=True
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(held=bindings, agency=st.sampled_from(CODES[:5]))
def test_nobody_is_ever_given_a_line_of_a_unit_they_belong_to(
    world: World, held: list[tuple[str, Role]], agency: str
) -> None:
    """N2, for any roles in any units; and together with what is left out nothing is lost."""
    with world.session.begin_nested() as attempt:
        person = world.person("X", *held)
        own = {world.unit(code).id for code, _ in held} | {world.unit(agency).id}
        for area in appraisal.areas_of_agency(world.session, world.campaign, world.unit(agency)):
            where = (world.session, world.campaign, area.agency, area.code)
            scope = appraisal.scope_for(*where, person)
            assert own.isdisjoint(share.unit.id for share in scope.shares)
            given_lines = {share.unit.id: share.lines for share in scope.shares}
            assert given_lines == count_lines(world, area.agency.id, area.code, own)
        attempt.rollback()


def count_lines(world: World, agency_id: int, area: str, without: set[int]) -> dict[int, int]:
    """The same by hand: every line of the agency in the area, one by one."""
    found: dict[int, int] = {}
    query = select(Line, Item, Assessment.unit_id).join(Line.item).join(Line.assessment)
    for line, item, unit_id in world.session.execute(
        query.where(Item.appraising_agency_id == agency_id)
    ):
        counts = item.method is not Method.SURVEY and not line.exempt
        if counts and item.code.split(".")[0] == area and unit_id not in without:
            found[unit_id] = found.get(unit_id, 0) + 1
    return found
