"""Each action that changes or shows something refuses by itself whoever may not do it: roles ×
actions × own, other, led (T6), and no reviewer has to do with their own unit (T7, I8)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal as D

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from bot.demo.province import likely_inputs
from models import (
    allotments,
    appraisal,
    assessment,
    conduct,
    evidence,
    people,
    policy,
    stand_ins,
    submission,
    unit_report,
    units,
)
from models.appraisal import AppraisalTask, DeclineReason
from models.assessment import Assessment, Claim, Line
from models.audit import AuditEntry
from models.campaigns import Campaign, Step
from models.catalogue.tables import Item
from models.evidence import Evidence, EvidenceLink
from models.files import Received
from models.people import Binding, By, Person, Role, invitations
from models.policy import Action, Grant
from models.refusals import Refusal
from models.submission import Proposal, Submission
from models.units import Unit
from tests import sheets
from tests.clock import at

NOW = at("2026-11-03 10:05")
LATE = at("2026-11-16 00:00")
UNITS = ("STP", "SNV", "STC")


class World:
    """A document on a line of STP, a task of SNV's reviewer, a role and an invitation in STP."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.campaign = session.scalars(select(Campaign)).one()
        self.an = self.by("STP", Role.FOCAL_OFFICER, "An")
        self.sheet = self.sheet_of("STP")
        self.line = self.line_of("STP", "1.1.1")
        self.free = self.line_of("STP", "1.1.2")
        self.link = evidence.attach(session, self.an, self.line, received("a.pdf"))
        self.document = evidence.add(session, self.an, self.sheet, received("b.pdf"))
        self.reviewer = self.by("SNV", Role.REVIEWER, "Người thẩm định")
        operator = By(NOW)
        assert self.reviewer.person is not None
        self.task = appraisal.assign(
            session, operator, self.campaign, self.unit("SNV"), "1", self.reviewer.person
        )
        areas = appraisal.areas_of_agency(session, self.campaign, self.unit("SNV"))
        self.area = next(area.code for area in areas if area.code != "1")
        self.deputy = self.by("STP", Role.DEPUTY, "Phó").binding
        invitations.invite(session, operator, unit=self.unit("STP"), role=Role.DEPUTY)
        self.invitation = people.pending_invitations(session, self.unit("STP").id)[0]
        session.flush()

    def unit(self, code: str) -> Unit:
        unit = units.by_code(self.session, code)
        assert unit is not None
        return unit

    def by(self, unit: str, role: Role, name: str) -> By:
        person = Person(name=name, created_at=NOW)
        binding = Binding(person=person, unit=self.unit(unit), role=role, since=NOW)
        self.session.add_all([person, binding])
        self.session.flush()
        return By(NOW, person, binding, event_id=1)

    def sheet_of(self, code: str) -> Assessment:
        sheet = assessment.sheet_of(self.session, self.unit(code).id)
        assert sheet is not None
        return sheet

    def complete(self) -> Assessment:
        """STP's sheet, ready to be proposed."""
        assert self.an.person is not None
        return sheets.complete(self.session, "STP", self.an.person.id, NOW)

    def proposal(self) -> Proposal:
        return submission.propose(self.session, self.an, self.complete())

    def sent(self) -> Submission:
        head = self.by("STP", Role.HEAD, "Thủ trưởng")
        return submission.approve(self.session, head, self.proposal())

    def line_of(self, unit: str, code: str) -> Line:
        line = assessment.find_line(self.session, self.sheet_of(unit).id, code)
        assert line is not None
        return line


def received(name: str) -> Received:
    return Received(name, 10, name[0] * 64, "application/pdf")


def scored(world: World, code: str) -> Line:
    """A line of STP with a score of the system's."""
    line = world.line_of("STP", code)
    assessment.keep(world.session, By(NOW), line, likely_inputs(line, 0))
    return line


Deed = Callable[[World, By], object]
# What can be done to things of STP, and by which right of the matrix it is done.
DEEDS: dict[str, tuple[Action, Deed]] = {
    "add": (
        Action.FILE_EVIDENCE,
        lambda w, by: evidence.add(w.session, by, w.sheet, received("c.pdf")),
    ),
    "attach": (
        Action.FILE_EVIDENCE,
        lambda w, by: evidence.attach(w.session, by, w.free, received("c.pdf")),
    ),
    "file": (
        Action.FILE_EVIDENCE,
        lambda w, by: evidence.file_under(w.session, by, w.document, w.free),
    ),
    "replace": (
        Action.FILE_EVIDENCE,
        lambda w, by: evidence.replace(w.session, by, w.link, received("c.pdf")),
    ),
    "remove": (Action.FILE_EVIDENCE, lambda w, by: evidence.remove(w.session, by, w.link)),
    "set aside": (
        Action.FILE_EVIDENCE,
        lambda w, by: evidence.set_aside(w.session, by, w.document),
    ),
    "locate": (
        Action.FILE_EVIDENCE,
        lambda w, by: evidence.set_locator(w.session, by, w.link, "tr. 3"),
    ),
    "describe": (
        Action.FILE_EVIDENCE,
        lambda w, by: evidence.describe(w.session, by, w.link, "KH 12/KH-STP"),
    ),
    "explain": (Action.EXPLAIN, lambda w, by: evidence.explain(w.session, by, w.free, "x")),
    "remark": (Action.EXPLAIN, lambda w, by: unit_report.remark(w.session, by, w.sheet, "x")),
    "score": (Action.SCORE, lambda w, by: assessment.score(w.session, by, w.line, {"option": 0})),
    "claim": (
        Action.SCORE,
        lambda w, by: assessment.claim_points(
            w.session, by, scored(w, "1.1.1"), Claim(D(0), "Chưa ban hành"), on=1
        ),
    ),
    "date": (
        Action.SCORE,
        lambda w, by: assessment.date_figures(w.session, by, scored(w, "1.3.3"), NOW.date(), on=1),
    ),
    "date the rest": (
        Action.SCORE,
        lambda w, by: assessment.date_the_rest(w.session, by, w.sheet, NOW.date()),
    ),
    "assign": (
        Action.ASSIGN_TASKS,
        lambda w, by: appraisal.assign(
            w.session, by, w.campaign, w.unit("SNV"), w.area, w.reviewer.person or Person()
        ),
    ),
    "end task": (Action.ASSIGN_TASKS, lambda w, by: appraisal.end(w.session, by, w.task)),
    "acknowledge": (
        Action.ANSWER_TASK,
        lambda w, by: appraisal.acknowledge(w.session, w.task, by),
    ),
    "decline": (
        Action.ANSWER_TASK,
        lambda w, by: appraisal.decline(w.session, w.task, DeclineReason.CONFLICT, "", by),
    ),
    "move": (
        Action.RUN_CAMPAIGN,
        lambda w, by: conduct.move(
            w.session,
            by,
            w.campaign,
            Step.SELF_ASSESSMENT,
            at("2026-10-15 00:00"),
            at("2026-11-21 00:00"),
            "đến hết 20/11",
        ),
    ),
    "extend": (
        Action.RUN_CAMPAIGN,
        lambda w, by: conduct.extend(
            w.session,
            by,
            w.campaign,
            w.unit("STP"),
            Step.SELF_ASSESSMENT,
            at("2026-11-21 00:00"),
            "bão",
        ),
    ),
    "invite": (
        Action.INVITE,
        lambda w, by: invitations.invite(w.session, by, unit=w.unit("STP"), role=Role.DEPUTY),
    ),
    "withdraw": (Action.INVITE, lambda w, by: invitations.withdraw(w.session, w.invitation, by)),
    "revoke": (
        Action.REVOKE,
        lambda w, by: people.end_binding(w.session, w.deputy or Binding(), "x", by),
    ),
    "hand over": (
        Action.HAND_OVER,
        lambda w, by: people.hand_over_by_invitation(w.session, w.deputy or Binding(), "x", by),
    ),
}


# What needs a sheet that is complete, laid before the head, or handed in.
Signed = Callable[[World, By, "Proposal | Submission | Assessment"], object]
Prepare = Callable[[World], "Proposal | Submission | Assessment"]
SIGNING: dict[str, tuple[Action, Prepare, Signed]] = {
    "propose": (
        Action.PROPOSE,
        World.complete,
        lambda w, by, sheet: submission.propose(w.session, by, sheet),  # type: ignore[arg-type]
    ),
    "stand in": (
        Action.STAND_IN,
        World.complete,
        lambda w, by, sheet: stand_ins.begin(w.session, by, sheet, "x"),  # type: ignore[arg-type]
    ),
    "give lines": (
        Action.GIVE_LINES,
        World.complete,
        lambda w, by, sheet: allotments.give(
            w.session,
            by,
            sheet,  # type: ignore[arg-type]
            [w.line],
            w.deputy or Binding(),
        ),
    ),
    "approve": (
        Action.APPROVE,
        World.proposal,
        lambda w, by, waits: submission.approve(w.session, by, waits),  # type: ignore[arg-type]
    ),
    "return": (
        Action.APPROVE,
        World.proposal,
        lambda w, by, waits: submission.return_proposal(w.session, by, waits, "x"),  # type: ignore[arg-type]
    ),
    "reopen": (
        Action.REOPEN,
        World.sent,
        lambda w, by, sent: conduct.reopen(
            w.session,
            by,
            sent.assessment,
            at("2026-11-21 00:00"),
            "bão",  # type: ignore[union-attr]
        ),
    ),
}


@pytest.fixture
def world(province: sessionmaker[Session]) -> Iterator[World]:
    with province() as session:
        yield World(session)
        session.rollback()


def rows(session: Session) -> tuple[int, ...]:
    tables = (Evidence, EvidenceLink, AppraisalTask, Binding, people.Invitation, AuditEntry)
    counts = [select(func.count()).select_from(table).scalar_subquery() for table in tables]
    return tuple(session.execute(select(*counts)).one())


def hears(
    world: World, deed: Deed, by: By, count: Callable[[Session], tuple[int, ...]] = rows
) -> str | None:
    """What is refused, and then leaves nothing; None for what is done (and undone here)."""
    before = count(world.session)
    savepoint = world.session.begin_nested()
    try:
        deed(world, by)
        heard = None
    except Refusal as refusal:
        heard = refusal.name
        assert count(world.session) == before
    savepoint.rollback()
    world.session.expire_all()
    return heard


def right(world: World, by: By, action: Action) -> bool:
    """What the policy, which has a matrix of its own, says of the thing."""
    thing: policy.Thing = {
        Action.FILE_EVIDENCE: world.line,
        Action.EXPLAIN: world.line,
        Action.SCORE: world.line,
        Action.ASSIGN_TASKS: world.campaign,
        Action.RUN_CAMPAIGN: world.campaign,
        Action.ANSWER_TASK: world.task,
    }.get(action, Grant(world.unit("STP"), Role.DEPUTY))
    return policy.why_not(world.session, by, action, thing) is None


WHEN = {
    "planned": at("2026-10-01 10:00"),
    "open": NOW,
    "closed": LATE,
    "a year later": at("2027-11-03 10:05"),
}
WORK = {Action.FILE_EVIDENCE, Action.EXPLAIN, Action.SCORE}


def test_every_action_asks_the_policy_by_itself(world: World) -> None:
    """Roles × units × deeds × times: allowed by the policy, and in its window where it is work
    on the sheet, and done; or refused and nothing left."""
    actors = {(r, u): world.by(u, r, f"{r} {u}") for r in Role for u in UNITS}
    actors |= {("the task's reviewer", "SNV"): world.reviewer}  # type: ignore[dict-item]
    cells, surprises, done = 0, [], set()
    for name, (action, deed) in DEEDS.items():
        for who, somebody in actors.items():
            for when, now in WHEN.items():
                if when != "open" and action not in WORK:
                    continue  # Nothing but work on the sheet has a window.
                by = replace(somebody, now=now)
                heard, allowed = hears(world, deed, by), right(world, by, action)
                allowed &= when == "open" or action not in WORK
                cells += 1
                done |= {name} if heard is None else set()
                if (heard is None) != allowed:
                    surprises.append((name, who, when, heard, allowed))
    assert surprises == []
    assert done == set(DEEDS)  # Each is possible, for somebody.
    work = sum(action in WORK for action, _ in DEEDS.values())
    assert cells == (3 * len(Role) + 1) * (len(DEEDS) + work * (len(WHEN) - 1))


@pytest.mark.parametrize("name", SIGNING)
def test_signing_off_and_reopening_ask_the_policy_by_themselves(world: World, name: str) -> None:
    """F37, F39: roles × units; done where the policy allows it, or refused and nothing left."""
    action, prepare, deed = SIGNING[name]
    thing = prepare(world)
    actors = [world.by(u, r, f"{r} {u}") for r in Role for u in UNITS]
    done, surprises = 0, []
    for by in actors:
        heard = hears(world, lambda w, by: deed(w, by, thing), by)
        allowed = policy.why_not(world.session, by, action, world.sheet) is None
        done += heard is None
        if (heard is None) != allowed:
            surprises.append((by.role, by.unit, heard))
    assert surprises == []
    assert done


def test_a_receipt_is_shown_by_the_policy_and_every_other_code_is_unknown(world: World) -> None:
    """N18, I8."""
    code = world.sent().code
    for role in Role:
        for unit in UNITS:
            by = world.by(unit, role, f"{role} {unit}")
            allowed = policy.why_not(world.session, by, Action.VIEW_RECEIPT, world.sheet) is None
            heard = hears(world, lambda w, by: submission.verify(w.session, by, code), by)
            assert heard == (None if allowed else "receipt_unknown")


def test_nobody_without_a_role_or_with_one_that_ended_does_anything(world: World) -> None:
    ended = world.by("STP", Role.FOCAL_OFFICER, "Cũ")
    assert ended.binding is not None
    ended.binding.ended_at = NOW
    world.session.flush()
    for by in (ended, By(NOW, None, None, event_id=5), By(NOW, ended.person, None, event_id=6)):
        heard = {hears(world, deed, by) for _, deed in DEEDS.values()}
        assert heard <= {"role_ended", "not_your_role"}


def test_a_closed_window_is_closed_for_whoever_worked_in_it(world: World) -> None:
    late = replace(world.an, now=LATE)
    heard = {
        name: hears(world, deed, late)
        for name, (action, deed) in DEEDS.items()
        if action in {Action.FILE_EVIDENCE, Action.EXPLAIN, Action.SCORE}
    }
    assert set(heard.values()) == {"window_closed"}


def test_a_document_is_not_filed_across_units(world: World) -> None:
    both = world.by("STC", Role.FOCAL_OFFICER, "Hai nơi")
    other = world.line_of("STC", "1.1.1")
    with pytest.raises(Refusal, match="not_your_unit"):
        evidence.file_under(world.session, both, world.document, other)


# T7


def own_lines(world: World, person: Person, task: AppraisalTask) -> set[str]:
    """The reviewer's own units among those whose lines the task gives them."""
    own = {b.unit.code for b in people.active_bindings(world.session, person.id)}
    return own & {s.unit.code for s in appraisal.scope(world.session, task).shares}


def test_a_reviewer_has_nothing_to_do_with_the_own_unit_also_after_a_transfer(
    world: World,
) -> None:
    by, session = world.reviewer, world.session
    assert by.person is not None
    session.expire_all()
    assert own_lines(world, by.person, world.task) == set()
    assert evidence.why_not_see(session, by, world.line) is None
    for role in Role:  # Whatever they become at STP, its lines are closed from then on.
        savepoint = session.begin_nested()
        unit = world.unit("STP")
        session.add(Binding(person_id=by.person_id, unit_id=unit.id, role=role, since=NOW))
        session.flush()
        assert own_lines(world, by.person, world.task) == set()
        assert evidence.why_not_see(session, by, world.line) == Refusal("not_your_unit")
        savepoint.rollback()
        session.expire_all()
    lines = select(Line).join(Line.assessment).join(Line.item)
    own = session.scalars(
        lines.where(Assessment.unit_id == world.unit("SNV").id, Item.code.like("1.%"))
    ).all()
    assert own
    assert {str(evidence.why_not_see(session, by, line)) for line in own} == {"not_your_unit"}
