"""What is checked before sending, and who signs it off (F34–F36, F39)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, sessionmaker

from models import assessment, audit, calendar, conduct, evidence, reminders, submission
from models.people import By, Role
from models.refusals import Refusal
from models.reminders import Outcome, Reminder
from models.submission import Doubt, ProposalOutcome
from models.submission.rules import decision_rungs
from tests.clock import at
from tests.models.office import DAY, END, Office, refused
from tests.models.test_evidence import handed


@pytest.fixture
def office(province: sessionmaker[Session]) -> Iterator[Office]:
    with province() as session:
        yield Office(session)
        session.rollback()


def test_a_line_without_score_or_proof_blocks_whoever_asks(office: Office) -> None:
    """F35: enforced where it is sent, not on the screen."""
    proposal = office.propose()
    line = office.line("1.1.1")
    explanation = assessment.explanation_of(office.session, line.id)
    assert explanation is not None
    explanation.closed_at = DAY
    office.session.flush()
    found = submission.check(office.session, office.sheet)
    assert [(f.doubt, f.code) for f in found.hard] == [(Doubt.NOT_BACKED, "1.1.1")]
    for deed in (
        office.propose,
        lambda: submission.approve(office.session, office.head, proposal),
    ):
        refusal = refused(deed)
        assert (refusal.name, refusal.values) == (
            "sheet_incomplete",
            {"not_scored": 0, "not_backed": 1},
        )
    assert office.sheet.locked_at is None


def test_documents_are_looked_at_again(office: Office) -> None:
    """F36, domain.md 13c 23: one for many lines, of another year, without its place; 0 points."""
    codes = ["1.1.1", "1.1.2", "1.1.3", "1.2.1", "1.3.1"]
    first = evidence.attach(
        office.session, office.an, office.line(codes[0]), handed("a.pdf"), "08/01/2025 tr.3"
    )
    for code in codes[1:]:
        evidence.file_under(office.session, office.an, first.evidence, office.line(code), "tr.1")
    evidence.attach(office.session, office.an, office.line("2.1.1"), "https://stp.example.vn/a")
    evidence.attach(office.session, office.an, office.line("2.1.1"), handed("b.pdf"))
    zero = office.line("2.2.1")
    newest = assessment.score_of(office.session, zero.id)
    assert newest is not None
    newest.points = D(0)
    evidence.attach(office.session, office.an, zero, handed("c.pdf"), "mục II")
    found = [
        (f.doubt, f.code, f.count) for f in submission.check(office.session, office.sheet).soft
    ]
    assert found == [
        (Doubt.ONE_DOCUMENT, "1.1.1", 5),
        *[(Doubt.OTHER_YEAR, code, 0) for code in codes],
        (Doubt.NO_LOCATOR, "2.1.1", 1),
        (Doubt.ZERO_WITH_DOCUMENTS, "2.2.1", 1),
    ]


# Sign-off


def test_only_the_unit_s_head_sends_what_an_officer_proposed(office: Office) -> None:
    """F39, I8."""
    proposal = office.propose()
    deputy = office.by("STP", Role.DEPUTY)
    for by in (office.an, deputy, office.lan):
        refusal = refused(lambda by=by: submission.approve(office.session, by, proposal))
        assert refusal.name == "not_your_role"
    foreign = office.by("STC", Role.HEAD)
    refusal = refused(lambda: submission.approve(office.session, foreign, proposal))
    assert refusal.name == "not_your_unit"


def test_what_changed_since_is_refused_with_the_totals_of_now(office: Office) -> None:
    proposal = office.propose()
    evidence.attach(office.session, office.an, office.line("1.1.1"), handed("a.pdf"), "tr.3")
    refusal = refused(lambda: submission.approve(office.session, office.head, proposal))
    assert (refusal.name, refusal.values["documents"]) == ("proposal_changed", 1)
    seen = refusal.offers[0].value.partition(":")[2]
    evidence.attach(office.session, office.an, office.line("1.1.2"), handed("b.pdf"), "tr.4")
    refusal = refused(lambda: submission.approve(office.session, office.head, proposal, seen))
    assert (refusal.name, refusal.values["documents"]) == ("proposal_changed", 2)
    seen = refusal.offers[0].value.partition(":")[2]
    assert submission.approve(office.session, office.head, proposal, seen).documents == 2


def test_a_newer_proposal_takes_the_place_of_the_one_that_waits(office: Office) -> None:
    first = office.propose()
    assert refused(office.propose).name == "proposal_waits"
    evidence.explain(office.session, office.an, office.line("1.1.1"), "Khác")
    second = office.propose()
    assert (first.outcome, second.outcome) == (
        ProposalOutcome.REPLACED,
        ProposalOutcome.WAITING,
    )
    refusal = refused(lambda: submission.approve(office.session, office.head, first))
    assert refusal.name == "proposal_settled"


# Withdrawing


def test_what_waits_is_withdrawn_by_who_proposed_or_the_focal_officer(office: Office) -> None:
    deputy, other = office.by("STP", Role.DEPUTY), office.by("STP", Role.DEPUTY)
    proposal = submission.propose(office.session, deputy, office.sheet)

    def withdraw(by: By, reason: str = "Cần sửa 2.1.1") -> None:
        submission.withdraw(office.session, by, proposal, reason)

    assert refused(lambda: withdraw(other)).name == "proposal_of_another"
    assert refused(lambda: withdraw(office.head)).name == "proposal_of_another"
    assert refused(lambda: withdraw(office.lan)).name == "not_your_role"
    assert refused(lambda: withdraw(deputy, "  ")).name == "withdrawal_needs_reason"
    assert refused(lambda: withdraw(deputy, "x" * 501)).name == "reason_too_long"
    assert proposal.outcome is ProposalOutcome.WAITING
    withdraw(office.an)
    assert refused(lambda: withdraw(deputy)).name == "proposal_withdrawn"


def test_a_head_who_presses_after_the_withdrawal_hears_who_and_why(office: Office) -> None:
    proposal = office.propose()
    submission.withdraw(office.session, office.an, proposal, "Cần sửa 2.1.1")
    for deed in (
        lambda: submission.approve(office.session, office.head, proposal),
        lambda: submission.return_proposal(office.session, office.head, proposal, "x"),
    ):
        heard = refused(deed)
        assert heard == Refusal(
            "proposal_withdrawn",
            person="STP focal_officer",
            reason="Cần sửa 2.1.1",
            settled_at=DAY,
        )
    assert office.propose().outcome is ProposalOutcome.WAITING  # The same content, again.


# The heads are reminded


def rungs_of(office: Office) -> list[tuple[str, datetime, Outcome]]:
    query = select(Reminder).where(Reminder.duty == "proposal_decision")
    rows = office.session.scalars(query.order_by(Reminder.due_at, Reminder.id))
    return [(row.rung, row.due_at, row.outcome) for row in rows]


def settle(office: Office, now: datetime) -> list[tuple[str, str]]:
    """Who is told what, of all that is due then."""
    due = reminders.due(office.session, now, 100)
    due = [row for row in due if row.duty == "proposal_decision"]
    notices = reminders.settle(office.session, due, now)
    return [(notice.person.name, notice.items[0].debt.name) for notice in notices]


def test_the_heads_are_reminded_of_what_waits_until_it_does_not(office: Office) -> None:
    """F10, F39: Thursday's proposal on Friday, and on the last day, a Sunday, twice."""
    proposal = office.propose()
    friday, sunday = at("2026-11-13 08:00"), at("2026-11-15 08:00")
    afternoon = at("2026-11-15 14:00")
    assert rungs_of(office) == [
        ("waits_1", friday, Outcome.PLANNED),
        ("last_day", sunday, Outcome.PLANNED),
        ("last_afternoon", afternoon, Outcome.PLANNED),
    ]
    heads = [("STP head", "reminder_proposal")] * 2
    assert settle(office, friday) == heads
    submission.withdraw(office.session, office.an, proposal, "sửa")
    assert settle(office, sunday) == []
    later = office.propose(sunday)
    assert [row[2] for row in rungs_of(office)] == [
        Outcome.QUEUED,
        Outcome.NOTHING_OWED,
        Outcome.PLANNED,
        Outcome.PLANNED,
    ]
    assert settle(office, afternoon) == heads  # Of the newer one, once.
    assert submission.waiting(office.session, office.sheet.id) is later


@given(
    days=st.integers(0, 40),
    minutes=st.integers(0, 24 * 60 - 1),
    after=st.integers(1, 40 * 24 * 60),
)
def test_reminders_of_a_decision_lie_within_its_window(
    days: int, minutes: int, after: int
) -> None:
    """I6: after the proposal, before the end, none twice, the last ones on the last day."""
    proposed = at("2026-10-15 00:00") + timedelta(days=days, minutes=minutes)
    closes = proposed + timedelta(minutes=after)
    rungs = decision_rungs(proposed, closes)
    instants = [rung.due_at for rung in rungs]
    assert instants == sorted(set(instants))
    assert all(proposed < instant < closes for instant in instants)
    noon = calendar.at_hour(calendar.last_day(closes), 14)
    assert (noon in instants) == (proposed < noon < closes)


def test_a_check_takes_as_many_statements_however_much_is_on_the_sheet(office: Office) -> None:
    statements: list[str] = []

    def count() -> int:
        office.session.expire_all()
        statements.clear()
        submission.preview(office.session, office.sheet, DAY)
        return len(statements)

    engine = office.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    before = count()
    for number, code in enumerate(("1.1.1", "1.1.2", "2.1.1", "2.2.1")):
        evidence.attach(office.session, office.an, office.line(code), handed(f"{number}.pdf"))
    assert count() == before


def test_every_act_is_in_the_log(office: Office) -> None:
    """I9."""
    office.session.commit()
    newest = select(func.max(audit.AuditEntry.id))
    before = office.session.scalar(newest) or 0
    office.send()
    conduct.reopen(office.session, office.lan, office.sheet, END, "sai")
    evidence.explain(office.session, office.an, office.line("1.1.1"), "Khác")
    submission.return_proposal(office.session, office.head, office.propose(), "Xem lại")
    office.session.commit()
    entries = select(audit.AuditEntry.action).where(audit.AuditEntry.id > before)
    assert list(office.session.scalars(entries.order_by(audit.AuditEntry.id))) == [
        "propose_sheet",
        "score_line",
        "lock_sheet",
        "reopen_sheet",
        "explained",
        "propose_sheet",
        "return_proposal",
    ]
