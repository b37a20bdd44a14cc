"""Every button of every role, before the window, within it and after it (N9)."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from bot.demo import province as sample
from bot.store import Store
from jobs.reminders import queue_due_reminders
from models import appraisal, database, inbox, outbox, units, unsettled
from models.campaigns import Campaign
from models.campaigns.tables import SignOff
from models.files import StoredFile
from models.inbox import Arrival, EventStatus, InboxEvent
from models.outbox import OutboxMessage, Recipient
from models.people import Binding, By, Person, Role
from tests import sheets, workbooks
from tests.bench import Bench, Officer, received
from tests.clock import TestClock
from tests.clock import at as local
from tests.conftest import Templates
from tests.journeys.crawler import BY_ITSELF, Crawler, one_transaction

WORKERS = (Role.FOCAL_OFFICER, Role.DEPUTY, Role.HEAD)
World = tuple[Bench, Connection]

NOT_TAKEN = {
    "refusal.window_not_open",
    "refusal.window_closed",
    "refusal.not_your_role",
    "refusal.sheet_locked",
}
QUICK = {
    ("focal officer", "within"),
    ("focal officer", "after"),
    ("member", "within"),
    ("reviewer", "after"),
    ("coordinator", "within"),
    ("admin", "within"),
    ("observer", "before"),
}
# Answers to commands that nobody needs a button for.
NO_SCREENS = {"already_joined", "which_role", "ask_receipt_code", *NOT_TAKEN}
COMMANDS = [
    "/menu", "/trogiup", "/lich", "/tinhtrang", "/minhchung", "/bieumau", "/nhiemvu", "/tiendo",
    "/moi", "/danhba", "/loi", "/caidat", "/dangnhap", "/start", "/guiduyet", "/bienlai",
    "/dientap", "/chuaro", "/giaoviec", "/baocao", "/thongbao", "/nguoinhan",
]  # fmt: skip
TIMES = {
    "before": "2026-10-13 09:00",
    "within": "2026-11-11 08:05",
    "after": "2026-11-20 09:00",
}
ANSWERS = {
    "self_assessment.figure": ("5",),
    "self_assessment.percent": ("0,9", "95"),
    "self_assessment.denominator": ("50", "0"),
    "self_assessment.numerator": ("47", "60"),
    "self_assessment.cases": ("1",),
    "self_assessment.points": ("0,25",),
    "self_assessment.reason": ("Theo biên bản tự chấm",),
    "self_assessment.claim": ("0,25", "9"),
    "self_assessment.claim_reason": ("Theo biên bản kiểm tra",),
    "self_assessment.day": ("31/10", "31/02"),
    "evidence.home": ("https://stp.example.vn/ke-hoach", "ke hoach", "3.1.2"),
    "evidence.link": ("https://stp.example.vn/bao-cao",),
    "evidence.explain": ("Chưa phát sinh trong năm", "Vì vậy " * 700),
    "evidence.details": ("12/KH-STP 08/01/2026 mục II tr.3",),
    "evidence.replace": ("https://stp.example.vn/moi",),
    "progress.missing": ("ke hoach", "1.1.1"),
    "administration.unit": ("son dong", "Sở"),
    "administration.name": ("Trần Văn Bé",),
    "directory.unit": ("son dong", "Sở"),
    "directory.reason": ("Chuyển công tác",),
    "directory.successor": ("Lê Văn Cường",),
    "allotment.lines": ("2, 1.1.1",),
    "allotment.take_back": ("1.1.1",),
    "approval.reason": ("Xem lại điểm 1.3.3",),
    "signing.number": ("45/BC-STP", "45/BC-STP 11/11/2026"),
    "stand_in.reason": ("Công văn số 12/STP-VP",),
    "submission.withdrawal": ("Cần sửa 1.3.3",),
    "receipts.code": ("STP-26-0000",),
    "unit_report.remark": ("Thiếu biên chế", "x" * 4_001),
    "reopening.until": ("16/10", "20/11"),
    "reopening.reason": ("Công văn số 12/STP-VP",),
    "appraisal.note": ("Người thân làm ở đơn vị đó",),
    "broadcasts.units": ("so tu phap, luc, khong co",),
    "broadcasts.text": ("Đề nghị các đơn vị dự họp lúc 08:00.", "x" * 1300),
    "chasing.number": ("215", "215/SNV-CCHC"),
    "chasing.date": ("01/01/2020", "20/11"),
    "dead_letters.reason": ("Đã gửi lại bằng cách khác",),
    "unsettled.reason": ("Đã hỏi qua điện thoại",),
}
HOMES: dict[str, Sequence[tuple[Role, str]]] = {
    "focal officer": [(Role.FOCAL_OFFICER, "STP")],
    "deputy": [(Role.DEPUTY, "STP")],
    "head": [(Role.HEAD, "HSONDONG")],
    "reviewer": [(Role.REVIEWER, "SNV")],
    "council member": [(Role.COUNCIL_MEMBER, "SNV")],
    "coordinator": [(Role.COORDINATOR, "SNV")],
    "admin": [(Role.ADMIN, "SNV")],
    "observer": [(Role.OBSERVER, "VPUBND")],
    "member": [(Role.MEMBER, "STP")],
    "several": [
        (Role.FOCAL_OFFICER, "HYENTHE"),
        (Role.DEPUTY, "STP"),
        (Role.REVIEWER, "STP"),
        (Role.COORDINATOR, "SNV"),
    ],
}


# Screens of bonus and penalty points, whoever may enter them and whoever only sees them.
BESIDE_THE_100 = {
    ("focal officer", "within"): {"adjustments", "ask_adjustment.bonus", "ask_adjustment.penalty"},
    ("member", "within"): {"adjustments"},
}


# States that somebody was disturbed in already, in this run of the tests.
DISTURBED: set[tuple[str, ...]] = set()
NOISE = ("abc", "99", "🙂", "xin chào " * 556, "2.1.1", "/lich", "-1", "")


def disturb(crawler: Crawler, path: str) -> None:
    """What nobody asked for, in this state: it is answered, and nothing typed before is lost."""
    for text in NOISE:
        with crawler.undone():
            before = crawler.chat()
            type_it = partial(crawler.officer.types, text)
            said = crawler.do(type_it, f"{path} «{text[:12]}»")
            after = crawler.chat()
            stays = said and (
                said[0].name.startswith("refusal.") or said[0].name == "unknown_here"
            )
            here = (before.conversation, before.state, before.memory)
            if stays and here != (after.conversation, after.state, after.memory):
                crawler.blame(f"{path} «{text[:12]}»", "a refusal changes the state")
    send_file(crawler, path)


def person(bench: Bench, who: str) -> Officer:
    """Somebody with these roles, and with tasks where they may have some."""
    for role, unit in HOMES[who]:
        officer = bench.officer("Người Bấm Nút", unit, role)
        if role in appraisal.REVIEWERS:
            give_tasks(bench, officer, unit)
        if role is Role.MEMBER:
            give_lines(bench, unit)
    if HOMES[who][0][0] in WORKERS:
        leave_work(officer)
    return officer


def leave_work(officer: Officer) -> None:
    """A file without a line, where files are taken, and a document that was taken off."""
    officer.sends(("chưa rõ tiêu chí.pdf", b"%PDF-1.4 3"))
    officer.sends(("gỡ.pdf", b"%PDF-1.4 4"), caption="1.2.1")
    if officer.last.name == "evidence_saved":
        officer.picks("evidence_remove")


def give_tasks(bench: Bench, officer: Officer, unit: str) -> None:
    with bench.sessions.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        reviewer, agency = session.get_one(Person, officer.person_id), units.by_code(session, unit)
        assert agency is not None
        for area in appraisal.areas_of_agency(session, campaign, agency):
            by = By(bench.clock())
            appraisal.assign(session, by, campaign, agency, area.code, reviewer)


def give_lines(bench: Bench, unit: str) -> None:
    """The newest colleague gets area 1 and a line of another."""
    author = bench.officer("Tác Giả", unit)
    with bench.sessions() as session:
        members = select(func.max(Binding.id)).where(Binding.role == Role.MEMBER)
        holder = session.scalars(members).one()
    author.types("/giaoviec")
    author.picks("colleague", holder)
    author.picks("give_more")
    author.types("1, 2.1.1")
    author.picks("give_now")


def send_workbook(officer: Officer) -> None:
    """The unit's sheet, in which two pages of lines are changed and one cell is bad."""
    content = workbooks.taken(officer)
    keys = workbooks.keyed(workbooks.opened(content))
    lines = [key for key in keys if key.count(".") == 2]
    wrong = {key: "chín" for key in lines if f"{key}/1" not in keys}
    words = {key: f"Giải trình cho {key}" for key in lines}
    officer.sends(workbooks.received(workbooks.filled(content, wrong, words)))
    if officer.last.name == "which_role":
        officer.picks("act_as")


def starts(bench: Bench, officer: Officer, who: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """Whatever a conversation begins with: what is typed, what is sent, what comes by itself."""
    for command in COMMANDS:
        yield command, partial(officer.types, command)
    files = [("1.1.1 kế hoạch.pdf", b"%PDF-1.4 1"), ("báo cáo.pdf", b"%PDF-1.4 2")]
    yield "(album)", lambda: officer.sends(*files)
    yield "(album 1.1.2)", lambda: officer.sends(*files, caption="1.1.2 KH 12/KH-STP 08/01/2026")
    if HOMES[who][0][0] in WORKERS:
        yield "(workbook)", lambda: send_workbook(officer)
    yield BY_ITSELF, lambda: queue_due_reminders(bench.sessions, bench.clock)


def send_file(crawler: Crawler, path: str) -> None:
    with crawler.undone():
        sent = received("báo cáo.pdf", b"%PDF-1.4 x")
        said = crawler.do(lambda: crawler.officer.sends(sent), f"{path} (a file)")
        if said and said[0].name == "which_role":
            crawler.officer.picks("act_as")
            said = [crawler.officer.last]
        with crawler.bench.sessions() as session:
            here = select(StoredFile.id).where(StoredFile.sha256 == sent.sha256)
            kept = session.scalar(here) or sent.sha256 in str(crawler.chat().memory)
        if not kept and not (said and said[0].name in NOT_TAKEN):
            crawler.blame(path, f"a file is lost: {[m.name for m in said]}")


def fill(session: Session, folder: Path) -> None:
    """The demo's province, in which work has been done, a letter that died, and two messages of
    which nobody knows whether they arrived, or that were not taken."""
    sample.build(session, Store(folder))
    arrival = Arrival("test", "dead", "ai đó", {"text": "?"})
    [event] = inbox.store(session, [arrival], local("2026-10-13 08:00"))
    session.get_one(InboxEvent, event.id).status = EventStatus.DEAD
    for status in unsettled.OPEN:
        to = Recipient("test", "ai đó", binding_id=1)
        at = local("2026-10-13 08:00")
        id = outbox.enqueue(session, "menu", to=to, key=f"lost {status}", at=at)
        message = session.get_one(OutboxMessage, id or 0)
        message.status, message.claimed_at, message.attempts = status, at, 1


@pytest.fixture
def worked(templates: Templates, clock: TestClock, tmp_path: Path) -> Iterator[World]:
    def build(engine: Engine) -> None:
        with Session(engine) as session, session.begin():
            fill(session, tmp_path)

    url = templates.copy("worked", build)
    engine = database.create(url)
    with engine.connect() as connection, one_transaction(connection, clock) as bench:
        yield bench, connection
    engine.dispose()
    templates.drop(url)


def crawls() -> Iterator[object]:
    """Everybody at every time; those that show little more than others are of the long suites."""
    for who in HOMES:
        for when in TIMES:
            marks = [] if (who, when) in QUICK else [pytest.mark.heavy]
            yield pytest.param(who, when, marks=marks, id=f"{who}, {when}")


@pytest.mark.timeout(300)  # The officer's screens take a minute of a processor that is shared.
@pytest.mark.parametrize(("who", "when"), list(crawls()))
def test_every_button(worked: World, clock: TestClock, who: str, when: str) -> None:
    bench, connection = worked
    clock.set(TIMES[when])
    officer = person(bench, who)
    crawler = Crawler(bench, connection, officer, ANSWERS, disturb, states=DISTURBED)
    crawler.explore(lambda: officer.types("/menu"), "/menu")
    by_buttons = {name for name, path in crawler.screens.items() if "«" not in path}
    for path, act in starts(bench, officer, who):
        crawler.explore(act, path)
    by_commands = {name for name, path in crawler.screens.items() if path in COMMANDS}
    assert crawler.problems == [], "\n".join(crawler.problems)
    assert by_commands - by_buttons - NO_SCREENS == set()
    assert BESIDE_THE_100.get((who, when), set()) <= crawler.screens.keys()


@pytest.mark.parametrize(
    ("who", "state"),
    [
        ("focal officer", "complete"),
        ("head", "proposed"),
        ("focal officer", "proposed"),
        ("focal officer", "signed"),
        ("focal officer", "sent"),
        ("coordinator", "sent"),
    ],
)
def test_every_button_about_sending_off(
    worked: World, clock: TestClock, who: str, state: str
) -> None:
    """A complete sheet, one that waits for the head, one that is handed in (F35–F39)."""
    bench, connection = worked
    clock.set(TIMES["within"])
    officer = person(bench, who)
    hand_in(bench, "HSONDONG" if who == "head" else "STP", state)
    crawler = Crawler(bench, connection, officer, ANSWERS, disturb, states=DISTURBED)
    if who == "coordinator":  # The unit's own card, before the cards of units of other stages.
        officer.types("/tiendo")
        crawler.explore(lambda: officer.picks("units_at", "sent"), "/tiendo (sent)")
    crawler.explore(lambda: officer.types("/menu"), "/menu")
    assert crawler.problems == [], "\n".join(crawler.problems)
    assert REACHED[who, state] <= crawler.screens.keys()


REACHED = {
    ("focal officer", "complete"): {"checks_before_sending", "findings", "sheet_is_proposed"},
    ("focal officer", "proposed"): {"ask_withdrawal_reason", "proposal_is_withdrawn"},
    ("focal officer", "signed"): {"ask_signed_report"},
    ("head", "proposed"): {"sheet_sent", "ask_return_reason", "proposal_in_detail"},
    ("focal officer", "sent"): {"receipt_verified", "receipt_as_file", "report_as_file.final"},
    ("coordinator", "sent"): {"receipt_verified", "confirm_reopening", "sheet_is_reopened"},
}


def hand_in(bench: Bench, unit: str, state: str) -> None:
    """The unit's own people bring its sheet as far as ``state``."""
    author, head = bench.officer("Tác Giả", unit), bench.officer("Thủ Trưởng", unit, Role.HEAD)
    with bench.sessions.begin() as session:
        sheets.complete(session, unit, author.person_id, bench.clock())
        if state == "signed":
            session.scalars(select(Campaign)).one().sign_off = SignOff.SCAN
    if state in ("proposed", "sent"):
        author.types("/guiduyet")
        author.picks("propose")
    if state == "sent":
        head.picks("approve")
