"""The coordinator sees whom the messages reach, and prints what a unit was told (F3, N15)."""

import io
from datetime import timedelta
from typing import Any

import docx
import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from bot.reports import REPORTS
from models.audit import AuditEntry
from models.messages import Secret, decode
from models.outbox import OutboxMessage as Row
from models.outbox import Recipient, SendStatus, enqueue
from models.people import Account, Binding, Person, Role
from tests import sheets
from tests.bench import Bench, Officer
from tests.clock import at


@pytest.fixture
def lan(bench: Bench) -> Officer:
    bench.clock.set("2026-11-11 08:00")
    return bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)


def notify(bench: Bench, officer: Officer, key: str, **changes: Any) -> int:
    """A notice to the officer in their role, with what became of it."""
    with bench.sessions.begin() as session:
        binding = session.scalars(
            select(Binding).where(Binding.person_id == officer.person_id)
        ).one()
        to = Recipient("test", officer.address, officer.person_id, binding.id)
        link = {"link": Secret("https://cchc.test/start/K7Q2MZ9T4WXB8H3D5RVC6JN0PA")}
        id = enqueue(session, "log_in_link", link, to=to, key=key, at=bench.clock())
        assert id is not None
        session.execute(update(Row).where(Row.id == id).values(changes))
        return id


def made(officer: Officer) -> Any:
    """The file that came with the newest message."""
    enclosure = officer.last.enclosure
    assert enclosure is not None
    return io.BytesIO(REPORTS[enclosure["report"]](decode(enclosure["values"])))


@pytest.fixture
def five(bench: Bench, lan: Officer) -> dict[str, Officer]:
    """Five officers, whose newest messages got as far as their names say."""
    sent = {"status": SendStatus.SENT, "settled_at": bench.clock()}
    later = bench.clock() + timedelta(minutes=5)
    fates: dict[str, dict[str, Any]] = {
        "Đã mở": sent | {"opened_at": later},
        "Im lặng": sent,
        "Không rõ": {"status": SendStatus.UNKNOWN, "settled_at": bench.clock()},
        "Chờ": {"error": ""},
    }
    found = {}
    for (name, changes), unit in zip(fates.items(), ("STP", "STC", "SXD", "SCT"), strict=True):
        found[name] = bench.officer(name, unit)
        notify(bench, found[name], f"test:{name}", **changes)
    found["Chặn"] = bench.officer("Chặn", "SYT")
    with bench.sessions.begin() as session:
        blocked = update(Account).where(Account.address == "Chặn")
        session.execute(blocked.values(unreachable_since=at("2026-11-09 10:00")))
        session.get_one(Person, found["Chặn"].person_id).phone = "0912345678"
    return found


def test_the_board_tells_apart_how_far_messages_got(
    lan: Officer, five: dict[str, Officer]
) -> None:
    lan.types("/tiendo")
    lan.picks("reach_board")
    assert lan.text.split("\n")[:7] == [
        "Ai chưa nhận được, đến 08:00 thứ Tư, 11/11/2026: 5 người trong đợt đánh giá",
        "✓ đã mở tin gần nhất: 1",
        "▲ không liên lạc được: 1",
        "▲ chưa rõ đã đến hay chưa: 1",
        "● đã gửi: 1",
        "● chờ gửi: 1",
        "▲ đơn vị không có đầu mối hay dự phòng nào nhận được tin: 26",
    ]
    lan.picks("reach_people", "unreachable")
    assert lan.text.split("\n")[1] == (
        "Chặn (công chức đầu mối), Sở Y tế, điện thoại 0912345678, từ 10:00 09/11"
    )


def test_the_workbook_has_every_person_and_message_and_no_formula(
    bench: Bench, lan: Officer, five: dict[str, Officer]
) -> None:
    """reliability.md 4: a name is text, whatever it begins with."""
    with bench.sessions.begin() as session:
        session.get_one(Person, five["Chờ"].person_id).name = "=HYPERLINK(1)"
    lan.types("/nguoinhan")
    lan.picks("reach_file")
    book = load_workbook(made(lan))
    people, messages = book.worksheets
    names = [row[1].value for row in people.iter_rows(min_row=2)]
    assert set(names) == {"Đã mở", "Im lặng", "Không rõ", "=HYPERLINK(1)", "Chặn"}
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert messages.max_row == 5


def test_the_proof_of_notice_lists_what_a_unit_was_told_and_no_secret(
    bench: Bench, lan: Officer, five: dict[str, Officer]
) -> None:
    """N15, domain.md 11; also what went to somebody who has left since."""
    gone = bench.officer("Đã chuyển", "STP")
    notify(bench, gone, "test:gone", status=SendStatus.SENT, settled_at=bench.clock())
    with bench.sessions.begin() as session:
        left = update(Binding).where(Binding.person_id == gone.person_id)
        session.execute(left.values(ended_at=bench.clock()))
    lan.types("/tiendo")
    lan.picks("units_at", "not_started")
    lan.picks("unit_standing", sheet_id(bench, "STP"))
    lan.picks("reach_proof")
    lan.sees("proof_as_file", unit="Sở Tư pháp", count=2)
    document = docx.Document(made(lan))
    table = [[cell.text for cell in row.cells] for row in document.tables[1].rows]
    assert [row[0] for row in table] == ["TT", "1", "2"]
    assert table[1][2:] == [
        "Đã mở\ncông chức đầu mối", "08:00 11/11/2026", "đã mở\n08:05 11/11/2026"
    ]  # fmt: skip
    assert table[2][2].startswith("Đã chuyển")
    whole = "\n".join([*(p.text for p in document.paragraphs), *(c for row in table for c in row)])
    assert "K7Q2MZ9T4WXB8H3D5RVC6JN0PA" not in whole
    with bench.sessions() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "prove_notice")
        ).one()
        before = session.get_one(AuditEntry, entry.id - 1)
    assert entry.details["digest"] in whole
    assert before.hash in whole


def sheet_id(bench: Bench, unit: str) -> int:
    with bench.sessions() as session:
        return sheets.sheet_of(session, unit).id


def test_only_the_coordinator_of_the_owner_sees_who_was_reached(bench: Bench) -> None:
    """I8."""
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/nguoinhan")
    an.sees("refusal.not_your_role")
    huy = bench.officer("Trịnh Huy", "STC", Role.COORDINATOR)
    huy.types("/nguoinhan")
    huy.sees("refusal.leads_no_campaign")
