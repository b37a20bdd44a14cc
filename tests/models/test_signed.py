"""Sending with the report that the head has signed, where the campaign allows it (F39)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import assessment, conduct, evidence, submission
from models.audit import AuditEntry
from models.campaigns import Campaign
from models.campaigns.tables import SignOff
from models.files import Received
from models.people import By, Role
from models.refusals import Refusal
from models.submission import ProposalOutcome, Report, Submission
from tests import sheets
from tests.models.office import DAY, END, Office, refused
from tests.models.test_evidence import handed

SIGNED = date(2026, 11, 12)


class Signing(Office):
    """The office in a campaign that takes a signed report."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.sheet.campaign.sign_off = SignOff.SCAN

    def report(self, **change: object) -> Report:
        file = change.pop("file", handed("bc-45.pdf"))
        document = evidence.add(self.session, self.an, self.sheet, file)  # type: ignore[arg-type]
        return replace(Report(document, "45/BC-STP", SIGNED), **change)  # type: ignore[arg-type]

    def sign(self, by: By | None = None, report: Report | None = None) -> Submission:
        who = by or self.an
        seen = submission.preview(self.session, self.sheet, who.at).digest
        return submission.send_signed(self.session, who, self.sheet, report or self.report(), seen)


@pytest.fixture
def office(province: sessionmaker[Session]) -> Iterator[Signing]:
    with province() as session:
        yield Signing(session)
        session.rollback()


def test_the_lock_happens_with_the_signed_report_and_keeps_it(office: Signing) -> None:
    """F37, F38: the sheet is locked, timeliness scored, the report named by its content."""
    sent = office.sign()
    assert office.sheet.locked_at == sent.sent_at == DAY
    assert sent.report is not None
    kept = sent.report
    about = (kept.number, kept.dated_on, kept.evidence.name)
    assert about == ("45/BC-STP", SIGNED, "bc-45.pdf")
    assert evidence.unfiled(office.session, office.sheet.id) == []
    assert kept.file.sha256 == handed("bc-45.pdf").sha256
    assert (sent.approved_by_id, sent.proposal.outcome) == (
        office.an.person_id,
        ProposalOutcome.SIGNED,
    )
    timed = assessment.score_of(office.session, office.line("1.2.2").id)
    assert timed is not None
    assert refused(lambda: evidence.explain(office.session, office.an, office.line("1.1.1"), "x")
    ).name == "sheet_locked"  # fmt: skip
    office.session.commit()
    newest = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)
    entry = office.session.scalars(newest).one()
    assert (entry.action, entry.details["sha256"]) == (
        "lock_sheet_with_report",
        kept.file.sha256,
    )


def test_where_the_campaign_does_not_say_so_only_the_head_sends(office: Signing) -> None:
    """Off unless asked for."""
    assert Campaign.__table__.c.sign_off.default.arg is SignOff.HEAD  # type: ignore[union-attr]
    office.sheet.campaign.sign_off = SignOff.HEAD
    assert refused(office.sign).name == "head_confirms_here"
    assert office.sheet.locked_at is None


def test_focal_officer_and_deputy_send_it_and_nobody_else(office: Signing) -> None:
    """I8."""
    for by in (office.head, office.by("STP", Role.MEMBER), office.lan):
        assert refused(lambda by=by: office.sign(by)).name == "not_your_role"
    foreign = office.by("STC", Role.FOCAL_OFFICER)
    assert refused(lambda: office.sign(foreign)).name == "not_your_unit"
    assert office.sign(office.by("STP", Role.DEPUTY)).report is not None


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"number": "  "}, "report_number_missing"),
        ({"number": "không có số"}, "report_number_missing"),
        ({"number": "1" * 61}, "report_number_too_long"),
        ({"dated_on": SIGNED + timedelta(days=1)}, "report_dated_ahead"),
        ({"dated_on": date(2026, 10, 11)}, "report_dated_early"),
        ({"file": Received("a.xlsx", 1, "a" * 64, "application/zip")}, "report_not_a_scan"),
        ({"file": "https://stp.example.vn/bc-45.pdf"}, "report_not_a_scan"),
    ],
)
def test_a_report_without_number_date_or_scan_sends_nothing(
    office: Signing, change: dict[str, object], name: str
) -> None:
    assert refused(lambda: office.sign(report=office.report(**change))).name == name
    assert office.sheet.locked_at is None


def test_window_and_completeness_hold_for_the_paper_way_too(office: Signing) -> None:
    """F35, R6.2."""
    late = replace(office.an, at=END)
    assert refused(lambda: office.sign(late)).name == "window_closed"
    explanation = assessment.explanation_of(office.session, office.line("1.1.1").id)
    assert explanation is not None
    explanation.closed_at = DAY
    assert refused(office.sign).name == "sheet_incomplete"


def test_what_changed_since_it_was_shown_is_not_sent(office: Signing) -> None:
    seen = submission.preview(office.session, office.sheet, DAY).digest
    evidence.explain(office.session, office.an, office.line("1.1.1"), "Khác")
    sign = refused(
        lambda: submission.send_signed(
            office.session, office.an, office.sheet, office.report(), seen
        )
    )
    assert sign.name == "sheet_changed_meanwhile"


def test_a_proposal_that_waits_gives_way(office: Signing) -> None:
    proposal = office.propose()
    office.sign()
    assert proposal.outcome is ProposalOutcome.REPLACED
    heard = refused(lambda: submission.approve(office.session, office.head, proposal))
    assert heard.name == "sheet_locked"


def test_the_coordinator_chooses_the_way_and_it_is_in_the_log(office: Signing) -> None:
    """I8, I9."""
    campaign = office.sheet.campaign
    for by in (office.an, office.head, office.by("SNV", Role.ADMIN)):
        choose = refused(
            lambda by=by: conduct.choose_sign_off(office.session, by, campaign, SignOff.HEAD)
        )
        assert choose.name == "not_your_role"
    conduct.choose_sign_off(office.session, office.lan, campaign, SignOff.HEAD)
    assert refused(office.sign).name == "head_confirms_here"
    office.session.commit()
    chosen = select(AuditEntry).where(AuditEntry.action == "choose_sign_off")
    entry = office.session.scalars(chosen).one()
    assert (entry.details["before"], entry.details["after"]) == ("scan", "head")


def test_a_scan_of_another_unit_or_one_set_aside_is_none(office: Signing) -> None:
    report = office.report()
    evidence.set_aside(office.session, office.an, report.document)
    assert refused(lambda: office.sign(report=report)).name == "press_unknown"
    foreign = office.by("STC", Role.FOCAL_OFFICER)
    other = evidence.add(
        office.session, foreign, sheets.sheet_of(office.session, "STC"), handed("c.pdf")
    )
    theirs = office.report(document=other)
    assert refused(lambda: office.sign(report=theirs)).name == "press_unknown"


def test_a_file_that_was_refused_is_no_scan() -> None:
    refusal = Refusal("file_empty")
    assert submission.why_not_scan(Received("a.pdf", 0, refusal=refusal)) == refusal
