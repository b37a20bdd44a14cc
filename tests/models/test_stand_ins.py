"""The coordinator enters on behalf of a unit, marked as such everywhere (F40, T7)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import assessment, evidence, people, policy, stand_ins, submission
from models.appraisal.tables import AppraisalTask
from models.audit import AuditEntry
from models.campaigns import Step
from models.outbox import OutboxMessage
from models.people import Account, Binding, By, Role
from models.policy import Action
from models.refusals import Refusal
from models.stand_ins import StandIn
from tests import sheets
from tests.models.office import DAY, END, Office, refused
from tests.models.test_evidence import handed


@pytest.fixture
def office(province: sessionmaker[Session]) -> Iterator[Office]:
    with province() as session:
        yield Office(session)
        session.rollback()


def stand_in(office: Office, by: By | None = None, reason: str = " Công văn 12 ") -> By:
    """The coordinator in the role in which they enter for STP."""
    who = by or office.lan
    return replace(who, binding=stand_ins.begin(office.session, who, office.sheet, reason))


def test_every_act_is_marked_with_who_and_why(office: Office) -> None:
    """In the log by role and unit, on the line by time, in the snapshot by the reason."""
    by = stand_in(office)
    line = office.line("1.1.1")
    assessment.score(office.session, by, line, {"option": 0})
    evidence.attach(office.session, by, line, handed("a.pdf"), "tr.3")
    evidence.explain(office.session, by, office.line("1.1.2"), "Theo công văn")
    found = stand_ins.covering(office.session, office.sheet.id, by.person_id, DAY)
    assert found is not None
    assert found.reason == "Công văn 12"
    sent = office.send()
    marked = {
        each["code"]: [(act["what"], act["person"], act["reason"]) for act in each["on_behalf"]]
        for each in sent.content["lines"]
        if "on_behalf" in each
    }
    who = (by.person_id, "Công văn 12")
    assert marked == {
        "1.1.1": [("score", *who), ("evidence", *who)],
        "1.1.2": [("explanation", *who)],
    }
    office.session.commit()
    entries = select(AuditEntry).where(AuditEntry.action == "score_line")
    entry = office.session.scalars(entries.order_by(AuditEntry.id).limit(1)).one()
    assert (entry.person_id, entry.unit_id, entry.role) == (
        by.person_id,
        office.sheet.unit_id,
        Role.STAND_IN,
    )
    verified = submission.verify(office.session, office.an, sent.code)
    assert (verified.unchanged, verified.whole) == (True, True)


def test_the_unit_s_focal_officer_is_told_once(office: Office) -> None:
    """I4."""
    for who in (office.an, office.head):
        account = Account(channel="test", address=str(who.person_id), person_id=who.person_id)
        account.bound_at = account.last_used_at = DAY
        office.session.add(account)
    by = stand_in(office)
    assessment.score(office.session, by, office.line("1.1.1"), {"option": 0})
    query = select(OutboxMessage.person_id).where(OutboxMessage.name == "unit_has_stand_in")
    assert list(office.session.scalars(query)) == [office.an.person_id]


def test_only_the_campaign_s_coordinator_and_never_for_the_own_unit(office: Office) -> None:
    """T7, I8."""
    for role in set(Role) - {Role.COORDINATOR}:
        other = office.by("SNV", role)
        assert refused(lambda other=other: stand_in(office, other)).name == "not_your_role"
    foreign = office.by("STC", Role.COORDINATOR)
    assert refused(lambda: stand_in(office, foreign)).name == "not_your_unit"
    own = sheets.sheet_of(office.session, "SNV")
    heard = refused(lambda: stand_ins.begin(office.session, office.lan, own, "x"))
    assert heard.name == "stand_in_for_own_unit"
    unit = office.sheet.unit
    office.session.add(Binding(person=office.lan.person, unit=unit, role=Role.OBSERVER, since=DAY))
    office.session.flush()
    assert refused(lambda: stand_in(office)).name == "stand_in_for_own_unit"


def test_a_reason_is_needed_and_neither_lock_nor_window_is_passed(office: Office) -> None:
    assert refused(lambda: stand_in(office, reason=" ")).name == "stand_in_needs_reason"
    assert refused(lambda: stand_in(office, reason="x" * 501)).name == "reason_too_long"
    late = replace(office.lan, at=END)
    assert refused(lambda: stand_in(office, late)).name == "window_closed"
    by = stand_in(office)
    office.send()
    assert by.binding is not None
    assert by.binding.ended_at == DAY  # The lock ends it.
    assert refused(lambda: stand_in(office)).name == "sheet_locked"


def test_proposing_and_approving_remain_the_unit_s(office: Office) -> None:
    by = stand_in(office)
    proposal = office.propose()
    for deed in (
        lambda: submission.propose(office.session, by, office.sheet),
        lambda: submission.approve(office.session, by, proposal),
        lambda: submission.withdraw(office.session, by, proposal, "x"),
    ):
        assert refused(deed).name == "not_your_role"


def test_one_unit_at_a_time_and_no_longer_than_the_coordinator_s_role(office: Office) -> None:
    first = stand_in(office)
    assert refused(lambda: stand_in(office)).name == "stand_in_stands_already"
    other = sheets.sheet_of(office.session, "STC")
    second = stand_ins.begin(office.session, office.lan, other, "Công văn 13")
    assert first.binding is not None
    assert (first.binding.ended_at, second.ended_at) == (DAY, None)
    heard = refused(
        lambda: assessment.score(office.session, first, office.line("1.1.1"), {"option": 0})
    )
    assert heard == Refusal("role_ended")
    assert office.lan.binding is not None
    people.end_binding(office.session, office.lan.binding, "chuyển công tác", By(DAY))
    office.session.refresh(second)
    assert second.ended_at == DAY


def test_what_was_done_before_and_after_is_not_marked(office: Office) -> None:
    by = stand_in(office)
    stand_ins.end(office.session, replace(by, at=DAY + timedelta(hours=1)))
    query = select(StandIn).where(StandIn.assessment_id == office.sheet.id)
    found = list(office.session.scalars(query))
    marks = {
        hours: stand_ins.of_act(found, by.person_id, DAY + timedelta(hours=hours)) is not None
        for hours in (-1, 0, 1, 2)
    }
    assert marks == {-1: False, 0: True, 1: True, 2: False}
    assert stand_ins.of_act(found, office.an.person_id, DAY) is None


def test_nobody_is_invited_to_stand_in_and_an_admin_may_end_it(office: Office) -> None:
    by = stand_in(office)
    unit = office.sheet.unit
    admin = office.by("SNV", Role.ADMIN)
    grant = policy.Grant(unit, Role.STAND_IN)
    for who in (admin, office.lan, By(DAY)):
        heard = policy.why_not(office.session, who, Action.INVITE, grant)
        assert heard is not None
        assert heard.name == "role_not_yours_to_give"
    assert by.binding is not None
    people.end_binding(office.session, by.binding, "nhầm đơn vị", admin)
    assert by.binding.ended_at == DAY


def test_who_once_stood_in_for_a_unit_does_not_appraise_it(office: Office) -> None:
    """T7: not what they entered themselves."""
    line, person = office.line("1.1.1"), office.lan.person
    assert person is not None
    unit = sheets.sheet_of(office.session, "SNV").unit
    role = Binding(person_id=person.id, unit=unit, role=Role.REVIEWER, since=DAY)
    task = AppraisalTask(
        campaign=office.sheet.campaign,
        step=Step.ROUND_1,
        area_code="1",
        agency=unit,
        reviewer=person,
        assigned_at=DAY,
    )
    office.session.add_all([role, task])
    office.session.flush()
    reviewer = replace(office.lan, binding=role)
    download = Action.DOWNLOAD_EVIDENCE
    assert policy.why_not(office.session, reviewer, download, line) is None
    stand_ins.end(office.session, stand_in(office))
    assert policy.why_not(office.session, reviewer, download, line) == Refusal("not_your_unit")
