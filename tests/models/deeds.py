"""Each deed that changes or shows something, and the policy's action that it asks for."""

from collections.abc import Callable
from decimal import Decimal as D

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.demo.province import likely_inputs
from models import (
    allotments,
    appraisal,
    assessment,
    conduct,
    evidence,
    people,
    stand_ins,
    submission,
    unit_report,
    units,
)
from models.appraisal import AppraisalTask, DeclineReason
from models.assessment import Assessment, Claim, Line
from models.audit import AuditEntry
from models.campaigns import Campaign, Step
from models.evidence import Evidence, EvidenceLink
from models.files import Received
from models.people import Binding, By, Person, Role, invitations
from models.policy import Action
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
