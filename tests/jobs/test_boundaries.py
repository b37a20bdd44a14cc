"""The clock put to every boundary of a campaign, for every way in which something reaches the bot:
taken up to the last instant, refused from the next on, by the right name (I6, R6.1–R6.9, C8)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property

import pytest
from sqlalchemy import func, select, update

from models import uploads
from models.assessment import SelfScore
from models.campaigns import Campaign, Step
from models.campaigns.tables import SignOff
from models.catalogue.tables import RuleKind
from models.evidence import EvidenceLink, Explanation
from models.files import Received
from models.messages import decode
from models.outbox import OutboxMessage
from models.people import By, Person, Role
from models.submission import Proposal, ProposalOutcome, Submission
from models.workbook import WorkbookReturn
from tests import sheets
from tests.bench import Bench, Officer
from tests.clock import ZONE, at
from tests.handlers.test_self_assessment import opens
from tests.handlers.test_stand_in import stand_in
from tests.handlers.test_workbook import code_of
from tests.workbooks import filled, received, taken

SECOND = timedelta(seconds=1)
GRACE = 30  # Minutes, not announced (F6).
BEGINS, ENDS = at("2026-10-15 00:00"), at("2026-11-16 00:00")
CUT_OFF = ENDS + timedelta(minutes=GRACE)
# What follows the self-assessment, as its refusal names it (R6.5).
FOLLOWING = (
    (at("2026-12-01 00:00") - SECOND, "supplement_follows"),
    (at("2026-12-01 00:00"), "supplement_is_open"),
    (at("2026-12-11 00:00") - SECOND, "supplement_is_open"),
    (at("2026-12-11 00:00"), ""),
)
RECORDS = (SelfScore, Explanation, EvidenceLink, WorkbookReturn, Proposal, Submission)

Deed = tuple[Officer, Callable[[], None]]


class Desk:
    """People who have everything ready: an officer and a head of STP, and who leads."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.back()
        self.an = bench.officer("Nguyễn Văn An", "STP")
        self.head = bench.officer("Lê Thị Hoa", "STP", Role.HEAD)
        self.lan = bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)
        self.ready: Deed | None = None
        self._count = 0
        self._workbooks: dict[int, Received] = {}

    def back(self) -> None:
        """To the first instant of the self-assessment, at which all gets ready."""
        self.bench.clock.set("2026-10-15 00:00")

    def number(self) -> int:
        """One that no deed has had yet."""
        self._count += 1
        return self._count

    def new_file(self) -> tuple[str, bytes]:
        number = self.number()
        return f"KH-{number}.pdf", f"%PDF-1.4 {number}".encode()

    def complete(self) -> None:
        with self.bench.sessions.begin() as session:
            sheets.complete(session, "STP", self.an.person_id, self.bench.clock())

    def workbook(self) -> Received:
        """One that answers a line which has no answer yet."""
        with self.bench.sessions() as session:
            scored = session.scalar(select(func.count()).select_from(SelfScore)) or 0
        if scored not in self._workbooks:
            code = code_of(self.bench, RuleKind.YES_NO, nth=scored)
            self._workbooks[scored] = received(filled(self._sheet, {code: "Có"}))
        return self._workbooks[scored]

    @cached_property
    def _sheet(self) -> bytes:
        return taken(self.an)

    def recorded(self) -> int:
        with self.bench.sessions() as session:
            counts = [session.scalar(select(func.count()).select_from(t)) or 0 for t in RECORDS]
            ended = select(func.count()).where(EvidenceLink.closed_at.is_not(None))
            return sum(counts) + (session.scalar(ended) or 0)

    def take_back(self) -> None:
        """As if the sheet had not been sent: the next instant is tried on the same."""
        waits = update(Proposal).where(Proposal.outcome == ProposalOutcome.WAITING)
        with self.bench.sessions.begin() as session:
            sheets.sheet_of(session, "STP").locked_at = None
            session.execute(waits.values(outcome=ProposalOutcome.WITHDRAWN))

    def change(self, change: Callable[[Campaign], None]) -> None:
        with self.bench.sessions.begin() as session:
            change(session.scalars(select(Campaign)).one())

    def link(self, caption: str) -> str:
        """A one-time link that is good at this moment."""
        with self.bench.sessions.begin() as session:
            by = By(self.bench.clock(), session.get_one(Person, self.an.person_id))
            return uploads.make_link(session, by, "test", self.an.address, caption)[0]


# Each gets ready, and gives what is then done at the boundary and by whom.
def a_figure_typed(desk: Desk) -> Deed:
    opens(desk.an, "1.3.2")
    return desk.an, lambda: desk.an.types(f"{50 + desk.number()}%")


def a_score_pressed(desk: Desk) -> Deed:
    opens(desk.an, "1.1.1")
    question, option = desk.an.last, desk.number() % 2
    return desk.an, lambda: desk.an.picks("pick_option", option, on=question)


def an_explanation_typed(desk: Desk) -> Deed:
    desk.an.types("/minhchung 1.1.2")
    desk.an.picks("explain")
    return desk.an, lambda: desk.an.types(f"Không phát sinh trong năm, {desk.new_file()[0]}.")


def a_link_typed(desk: Desk) -> Deed:
    desk.an.types("/minhchung 1.1.1")
    desk.an.picks("evidence_link")
    address = f"https://congbao.bacgiang.gov.vn/{desk.new_file()[0]}"
    return desk.an, lambda: desk.an.types(f"{address} KH 12/KH-STP")


def a_file_with_its_line(desk: Desk) -> Deed:
    return desk.an, lambda: desk.an.sends(desk.new_file(), caption="1.1.1")


def a_line_pressed_for_a_file(desk: Desk) -> Deed:
    desk.an.sends(desk.new_file())
    question = desk.an.last
    return desk.an, lambda: desk.an.picks("evidence_line", on=question)


def a_file_taken_off(desk: Desk) -> Deed:
    desk.an.sends(desk.new_file(), caption="1.1.1")
    receipt = desk.an.last
    return desk.an, lambda: desk.an.picks("evidence_remove", on=receipt)


def an_upload_by_link(desk: Desk) -> Deed:
    def upload() -> None:
        desk.an.uploads(desk.link("1.1.1"), desk.new_file())

    return desk.an, upload


def a_workbook(desk: Desk) -> Deed:
    back = desk.workbook()
    return desk.an, lambda: desk.an.sends(back)


def a_workbook_applied(desk: Desk) -> Deed:
    [_, sends] = a_workbook(desk)
    sends()
    summary = desk.an.last
    return desk.an, lambda: desk.an.picks("workbook_apply", on=summary)


def a_score_in_the_unit_s_place(desk: Desk) -> Deed:
    if not desk.lan.messages:
        stand_in(desk.bench, desk.lan)
    opens(desk.lan, "1.1.1")
    question, option = desk.lan.last, desk.number() % 2
    return desk.lan, lambda: desk.lan.picks("pick_option", option, on=question)


def a_proposal(desk: Desk) -> Deed:
    desk.complete()
    desk.an.types("/guiduyet")
    screen = desk.an.last
    return desk.an, lambda: desk.an.picks("propose", on=screen)


def an_approval(desk: Desk) -> Deed:
    _, proposes = a_proposal(desk)
    proposes()
    question = desk.head.last
    return desk.head, lambda: desk.head.picks("approve", on=question)


def sign_on_paper(campaign: Campaign) -> None:
    campaign.sign_off = SignOff.SCAN


def a_signed_report(desk: Desk) -> Deed:
    desk.complete()
    desk.change(sign_on_paper)
    desk.an.types("/guiduyet")
    desk.an.picks("sign_with_report")
    desk.an.sends(("bao cao.pdf", b"%PDF signed"))
    desk.an.types("45/BC-STP")
    desk.an.types("15/10/2026")
    question = desk.an.last
    return desk.an, lambda: desk.an.picks("send_signed", on=question)


WAYS = (
    a_figure_typed,
    a_score_pressed,
    an_explanation_typed,
    a_link_typed,
    a_file_with_its_line,
    a_line_pressed_for_a_file,
    a_file_taken_off,
    an_upload_by_link,
    a_workbook,
    a_workbook_applied,
    a_score_in_the_unit_s_place,
    a_proposal,
    an_approval,
    a_signed_report,
)


def withdraw_plan(campaign: Campaign) -> None:
    campaign.opened_at = None


def issue_plan(campaign: Campaign) -> None:
    campaign.opened_at = BEGINS - timedelta(days=3)


def give_grace(campaign: Campaign) -> None:
    [window] = [each for each in campaign.windows if each.step is Step.SELF_ASSESSMENT]
    window.grace_minutes = GRACE


def put(bench: Bench, instant: datetime) -> None:
    bench.clock.set(f"{instant.astimezone(ZONE):%Y-%m-%d %H:%M:%S}")


def around(instant: datetime) -> list[datetime]:
    return [instant - SECOND, instant, instant + SECOND]


def tried(desk: Desk, way: Callable[[Desk], Deed], instant: datetime) -> OutboxMessage | None:
    """The refusal with which what was ready meets this instant; None where it is taken. What was
    refused is tried again at the next."""
    if desk.ready is None:
        desk.back()
        desk.ready = way(desk)
    (who, deed), before = desk.ready, desk.recorded()
    put(desk.bench, instant)
    deed()
    refused = who.last.name.startswith("refusal.")
    assert (desk.recorded() > before) is not refused, f"{instant}: {who.text}"
    if refused:
        return who.last
    desk.take_back()
    desk.ready = None
    return None


def names(desk: Desk, way: Callable[[Desk], Deed], instants: Sequence[datetime]) -> list[str]:
    found = [tried(desk, way, instant) for instant in instants]
    return [message.name.removeprefix("refusal.") if message else "" for message in found]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_self_assessment_is_taken_up_to_its_last_instant_by_every_way(
    bench: Bench, way: Callable[[Desk], Deed]
) -> None:
    """R6.1, R6.2, F6: not before the plan; without a grace the announced end cuts off, with one
    the end of that."""
    desk = Desk(bench)
    desk.back()
    desk.ready = way(desk)
    desk.change(withdraw_plan)
    assert names(desk, way, [BEGINS, BEGINS + SECOND]) == ["plan_not_issued"] * 2
    desk.change(issue_plan)
    assert names(desk, way, [BEGINS - SECOND]) == ["window_not_open"]
    assert names(desk, way, [ENDS, ENDS + SECOND]) == ["window_closed"] * 2
    assert names(desk, way, [BEGINS, BEGINS + SECOND, ENDS - SECOND]) == [""] * 3
    desk.change(give_grace)
    assert names(desk, way, [CUT_OFF, CUT_OFF + SECOND]) == ["window_closed"] * 2
    assert names(desk, way, [ENDS, ENDS + SECOND, CUT_OFF - SECOND]) == [""] * 3


def test_whoever_comes_late_learns_what_is_still_to_come(bench: Bench) -> None:
    """R6.5: up to the last instant of the supplements, and nothing behind it."""
    desk = Desk(bench)
    for instant, following in FOLLOWING:
        refusal = tried(desk, a_file_with_its_line, instant)
        assert refusal is not None
        assert refusal.name == "refusal.window_closed"
        told = decode(refusal.values)["following"]
        assert (told.name if told else "") == following
