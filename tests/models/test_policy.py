"""Every role, every action, the own unit, the owner's view and another unit's (I8, T6)."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import policy, units
from models.appraisal.tables import AppraisalTask, TaskStatus
from models.assessment import AdjustmentKind, open_adjustments
from models.assessment.tables import Assessment, Line
from models.broadcasts import BroadcastRecipient
from models.campaigns.tables import Campaign, Step
from models.catalogue.tables import Item
from models.people import Binding, By, Person, Role
from models.policy import Action, Grant
from models.refusals import Refusal
from models.units import Unit
from tests.clock import at

NOW = at("2026-11-03 10:05")
ROLES = [
    Role.FOCAL_OFFICER,
    Role.DEPUTY,
    Role.HEAD,
    Role.REVIEWER,
    Role.COUNCIL_MEMBER,
    Role.COORDINATOR,
    Role.ADMIN,
    Role.OBSERVER,
    Role.MEMBER,
    Role.STAND_IN,
]
INVITED = set(Role) - {Role.STAND_IN}  # Nobody is invited to stand in for a unit.
ANSWERS = {
    "y": None,
    "r": "not_your_role",
    "u": "not_your_unit",
    "t": "not_your_task",
    "n": "not_your_notice",
    "g": "role_not_yours_to_give",
    "l": "line_not_given",
}
# For each role, in the order above, what somebody of the unit STP, of the owner SNV and of the
# other unit STC hears who wants to do this to a thing of STP, in the campaign of SNV.
MATRIX = {
    #                            focal dep.  head  rev.  coun. coor. admin obs.  memb. stand
    Action.FILE_EVIDENCE:       "yuu   yuu   yuu   rrr   rrr   rrr   rrr   rrr   luu   yuu",
    Action.EXPLAIN:             "yuu   yuu   yuu   rrr   rrr   rrr   rrr   rrr   luu   yuu",
    Action.SCORE:               "yuu   yuu   yuu   rrr   rrr   rrr   rrr   rrr   luu   yuu",
    Action.VIEW_SHEET:          "yuu   yuu   yuu   rrr   rrr   uyu   rrr   yyu   yuu   yuu",
    Action.DOWNLOAD_EVIDENCE:   "yuu   yuu   yuu   uuu   uuu   uyu   rrr   yyu   yuu   yuu",
    Action.GIVE_LINES:          "yuu   yuu   yuu   rrr   rrr   rrr   rrr   rrr   rrr   rrr",
    Action.PROPOSE:             "yuu   yuu   yuu   rrr   rrr   rrr   rrr   rrr   rrr   rrr",
    Action.SEND_SIGNED:         "yuu   yuu   rrr   rrr   rrr   rrr   rrr   rrr   rrr   rrr",
    Action.APPROVE:             "rrr   rrr   yuu   rrr   rrr   rrr   rrr   rrr   rrr   rrr",
    Action.VIEW_RECEIPT:        "yuu   yuu   yuu   yuu   yuu   yyu   yyu   yuu   yuu   yuu",
    Action.REOPEN:              "rrr   rrr   rrr   rrr   rrr   uyu   rrr   rrr   rrr   rrr",
    Action.STAND_IN:            "rrr   rrr   rrr   rrr   rrr   uyu   rrr   rrr   rrr   rrr",
    Action.ASSIGN_TASKS:        "rrr   rrr   rrr   rrr   rrr   uyu   rrr   rrr   rrr   rrr",
    Action.ANSWER_TASK:         "rrr   rrr   rrr   ttt   ttt   rrr   rrr   rrr   rrr   rrr",
    Action.VIEW_PROGRESS:       "rrr   rrr   rrr   rrr   rrr   uyu   rrr   uyu   rrr   rrr",
    Action.BROADCAST:           "rrr   rrr   rrr   rrr   rrr   uyu   rrr   rrr   rrr   rrr",
    Action.ANSWER_BROADCAST:    "nnn   nnn   nnn   nnn   nnn   nnn   nnn   nnn   nnn   nnn",
    Action.VIEW_REACH:          "rrr   rrr   rrr   rrr   rrr   uyu   rrr   rrr   rrr   rrr",
    Action.CHASE:               "rrr   rrr   rrr   rrr   rrr   uyu   rrr   rrr   rrr   rrr",
    Action.RUN_CAMPAIGN:        "rrr   rrr   rrr   rrr   rrr   uyu   rrr   rrr   rrr   rrr",
    Action.INVITE:              "yuu   rrr   yuu   rrr   rrr   yyu   yyu   rrr   rrr   rrr",
    Action.REVOKE:              "yuu   rrr   yuu   rrr   rrr   yyu   yyu   rrr   rrr   rrr",
    Action.HAND_OVER:           "rrr   rrr   yuu   rrr   rrr   yyu   yyu   rrr   rrr   rrr",
    Action.VIEW_PEOPLE:         "yuu   rrr   yuu   rrr   rrr   yyu   yyu   rrr   rrr   rrr",
    Action.MANAGE_DEAD_LETTERS: "rrr   rrr   rrr   rrr   rrr   rrr   yyy   rrr   rrr   rrr",
    Action.MANAGE_SENDING:      "rrr   rrr   rrr   rrr   rrr   rrr   yyy   rrr   rrr   rrr",
    Action.SETTLE_MESSAGES:     "rrr   rrr   rrr   rrr   rrr   yyu   yyy   rrr   rrr   rrr",
    Action.IMPORT:              "rrr   rrr   rrr   rrr   rrr   rrr   rrr   rrr   rrr   rrr",
}  # fmt: skip
OPERATORS_OWN = {
    Action.FILE_EVIDENCE,
    Action.EXPLAIN,
    Action.SCORE,
    Action.ANSWER_TASK,
    Action.GIVE_LINES,
    Action.PROPOSE,
    Action.SEND_SIGNED,
    Action.STAND_IN,
    Action.APPROVE,
    Action.BROADCAST,
    Action.ANSWER_BROADCAST,
    Action.VIEW_REACH,
    Action.CHASE,
}


class World:
    """A line of STP that STP's own agency does not appraise, a task, and who may act."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.campaign = session.scalars(select(Campaign)).one()
        self.line = self.line_of("STP", "1.1.1")
        self.task = self.give_task("1")
        self.session.flush()

    def unit(self, code: str) -> Unit:
        unit = units.by_code(self.session, code)
        assert unit is not None
        return unit

    def line_of(self, unit: str, code: str) -> Line:
        of_unit = (Assessment.unit_id == self.unit(unit).id, Item.code == code)
        query = select(Line).join(Line.assessment).join(Line.item)
        return self.session.scalars(query.where(*of_unit)).one()

    def by(self, unit: str, role: Role, since: datetime = NOW) -> By:
        person = Person(name=f"{unit} {role}", created_at=NOW)
        self.session.add(person)
        self.session.flush()
        return self.also(person, unit, role, since)

    def also(self, person: Person, unit: str, role: Role, since: datetime = NOW) -> By:
        binding = Binding(person=person, unit=self.unit(unit), role=role, since=since)
        self.session.add(binding)
        self.session.flush()
        return By(NOW, person, binding, event_id=1)

    def give_task(
        self, area: str, reviewer: Person | None = None, agency: str = "SNV"
    ) -> AppraisalTask:
        task = AppraisalTask(
            campaign=self.campaign,
            step=Step.ROUND_1,
            area_code=area,
            agency=self.unit(agency),
            reviewer=reviewer or Person(name="Người khác", created_at=NOW),
            assigned_at=NOW,
        )
        self.session.add(task)
        self.session.flush()
        return task

    def thing(self, action: Action) -> "policy.Thing":
        stp = self.unit("STP")
        return {
            Action.ASSIGN_TASKS: self.campaign,
            Action.VIEW_PROGRESS: self.campaign,
            Action.BROADCAST: self.campaign,
            Action.ANSWER_BROADCAST: BroadcastRecipient(person_id=0),
            Action.VIEW_REACH: self.campaign,
            Action.CHASE: self.campaign,
            Action.RUN_CAMPAIGN: self.campaign,
            Action.ANSWER_TASK: self.task,
            Action.INVITE: Grant(stp, Role.DEPUTY),
            Action.REVOKE: Grant(stp, Role.DEPUTY),
            Action.HAND_OVER: Grant(stp, Role.FOCAL_OFFICER),
            Action.VIEW_PEOPLE: stp,
            Action.SETTLE_MESSAGES: stp,
            Action.MANAGE_DEAD_LETTERS: None,
            Action.MANAGE_SENDING: None,
            Action.IMPORT: None,
        }.get(action, self.line)

    def hears(self, by: By, action: Action, thing: "policy.Thing" = None) -> str | None:
        thing = self.thing(action) if thing is None else thing
        refusal = policy.why_not(self.session, by, action, thing)
        return refusal.name if refusal else None


@pytest.fixture
def world(province: sessionmaker[Session]) -> Iterator[World]:
    with province() as session:
        yield World(session)
        session.rollback()


def test_every_action_stands_in_the_matrix() -> None:
    assert set(MATRIX) == set(Action) == set(policy.TABLE)


def test_each_role_may_do_what_the_matrix_says_and_nothing_else(world: World) -> None:
    people = {
        (role, unit): world.by(unit, role) for role in ROLES for unit in ("STP", "SNV", "STC")
    }
    found = {
        (action, role, unit): world.hears(by, action)
        for (role, unit), by in people.items()
        for action in Action
    }
    expected = {
        (action, role, unit): ANSWERS[letter]
        for action, row in MATRIX.items()
        for role, letters in zip(ROLES, row.split(), strict=True)
        for unit, letter in zip(("STP", "SNV", "STC"), letters, strict=True)
    }
    assert found == expected


def test_the_command_line_may_all_but_what_a_person_answers_for(world: World) -> None:
    found = {action: world.hears(By(NOW), action) for action in Action}
    assert found == {a: "not_your_role" if a in OPERATORS_OWN else None for a in Action}


def test_a_stranger_is_not_taken_for_the_command_line(world: World) -> None:
    stranger = By(NOW, None, None, event_id=5)
    undecided = By(NOW, world.task.reviewer, None, event_id=6)
    for by in (stranger, undecided):
        assert {world.hears(by, action) for action in Action} == {"not_your_role"}


def test_a_role_that_has_ended_does_nothing_more(world: World) -> None:
    by = world.by("STP", Role.FOCAL_OFFICER)
    assert by.binding is not None
    by.binding.ended_at = NOW
    assert {world.hears(by, action) for action in Action} == {"role_ended"}


@pytest.mark.parametrize(
    ("unit", "role", "own", "led"),
    [
        ("STP", Role.FOCAL_OFFICER, {Role.DEPUTY, Role.MEMBER}, set()),
        ("STP", Role.HEAD, {Role.DEPUTY, Role.MEMBER}, set()),
        ("STP", Role.DEPUTY, set(), set()),
        ("SNV", Role.COORDINATOR, INVITED - {Role.ADMIN}, "all but admin, coordinator"),
        ("SNV", Role.ADMIN, INVITED, "all but admin"),
        ("SNV", Role.OBSERVER, set(), set()),
    ],
)
def test_nobody_gives_a_role_they_are_not_trusted_with(
    world: World, unit: str, role: Role, own: set[Role], led: object
) -> None:
    spared = {
        "all but admin": INVITED - {Role.ADMIN},
        "all but admin, coordinator": INVITED - {Role.ADMIN, Role.COORDINATOR},
    }
    by = world.by(unit, role)
    assert set(policy.grantable_roles(world.session, by, world.unit(unit))) == own
    elsewhere = set(policy.grantable_roles(world.session, by, world.unit("STC")))
    assert elsewhere == (spared[led] if isinstance(led, str) else led)


def test_a_district_leads_its_communes_and_no_other_unit(world: World) -> None:
    by = world.by("HLUCNAM", Role.COORDINATOR)
    district = world.unit("HLUCNAM")
    communes = select(Unit.id).where(Unit.parent_id == district.id)
    expected = {district.id, *world.session.scalars(communes)}
    assert by.unit is not None
    assert policy.led_unit_ids(world.session, by.unit) == expected
    assert len(expected) > 10


def test_the_assigned_reviewer_reads_the_evidence_of_that_area_only(world: World) -> None:
    by = world.by("SNV", Role.REVIEWER)
    assert by.person is not None
    task = world.give_task("1", by.person)
    download = Action.DOWNLOAD_EVIDENCE
    lines = {
        "assigned": world.line,
        "another area": world.line_of("STP", "2.1.1"),
        "own unit": world.line_of("SNV", "1.1.1"),
    }
    heard = {name: world.hears(by, download, line) for name, line in lines.items()}
    assert heard == {
        "assigned": None,
        "another area": "not_your_unit",
        "own unit": "not_your_unit",
    }
    assert world.hears(by, Action.ANSWER_TASK, task) is None
    world.also(by.person, "STP", Role.OBSERVER)  # A conflict that arose later.
    assert world.hears(by, download) == "not_your_unit"


def test_whoever_appraises_for_the_leader_reads_what_proves_points_beside_the_100(
    world: World,
) -> None:
    """R5.1b, R5.2a, domain.md 2 7: they belong to no area, and so to no agency but the leading
    one; otherwise the same rights as on an area's lines."""
    caps = {kind: Decimal(1) for kind in AdjustmentKind}
    open_adjustments(world.session, world.campaign, caps, NOW, proven=True)
    download = Action.DOWNLOAD_EVIDENCE
    bonus = [world.line_of("STP", code) for code in ("Điểm thưởng", "Điểm trừ")]
    own = world.line_of("SNV", "Điểm thưởng")
    for role in (Role.REVIEWER, Role.COUNCIL_MEMBER):
        by = world.by("SNV", role)
        assert {world.hears(by, download, line) for line in bonus} == {"not_your_unit"}
        task = world.give_task("2" if role is Role.REVIEWER else "1", by.person)
        assert [world.hears(by, download, line) for line in [*bonus, own]] == [
            None,
            None,
            "not_your_unit",
        ]
        for action in (Action.SCORE, Action.FILE_EVIDENCE, Action.EXPLAIN, Action.VIEW_SHEET):
            assert world.hears(by, action, bonus[0]) == "not_your_role"
        assert by.person is not None
        elsewhere = world.also(by.person, "STC", role)  # A task of one agency is of no other.
        assert world.hears(elsewhere, download, bonus[0]) == "not_your_unit"
        task.status = TaskStatus.ENDED
        assert world.hears(by, download, bonus[0]) == "not_your_unit"
        task.status = TaskStatus.ACKNOWLEDGED
        world.also(by.person, "STP", Role.OBSERVER)  # A conflict that arose later.
        assert world.hears(by, download, bonus[0]) == "not_your_unit"


def test_who_appraises_for_another_agency_has_no_part_in_points_beside_the_100(
    world: World,
) -> None:
    """R5.2a, I8: they have the lines of their own area, in the role in which they have them."""
    caps = {kind: Decimal(1) for kind in AdjustmentKind}
    open_adjustments(world.session, world.campaign, caps, NOW, proven=True)
    bonus, download = world.line_of("STC", "Điểm thưởng"), Action.DOWNLOAD_EVIDENCE
    for role in (Role.REVIEWER, Role.COUNCIL_MEMBER):
        by = world.by("STP", role)
        assert by.person is not None
        world.give_task("2", by.person, agency="STP")
        assert world.hears(by, download, world.line_of("STC", "2.1.1")) is None
        assert world.hears(by, download, bonus) == "not_your_unit"
        leading = world.also(by.person, "SNV", role)
        assert world.hears(leading, download, bonus) == "not_your_unit"
        world.give_task("1", by.person)
        assert world.hears(leading, download, bonus) is None
        assert world.hears(by, download, bonus) == "not_your_unit"


def test_a_task_declined_gives_no_access(world: World) -> None:
    by = world.by("SNV", Role.REVIEWER)
    task = world.give_task("1", by.person)
    task.status = TaskStatus.DECLINED
    assert world.hears(by, Action.DOWNLOAD_EVIDENCE) == "not_your_unit"


def test_check_raises_what_why_not_returns(world: World) -> None:
    by = world.by("STC", Role.HEAD)
    with pytest.raises(Refusal) as refused:
        policy.check(world.session, by, Action.SCORE, world.line)
    assert refused.value == Refusal("not_your_unit")
