"""A late unit is urged one rung after the other, and by an official letter (N10, N16, N17)."""

import io
from typing import Any

import docx
import pytest
from sqlalchemy import select, update

from bot.reports import REPORTS
from models.audit import AuditEntry
from models.chasing import ChaseLetter, Escalation
from models.messages import decode
from models.people import Binding, Role
from tests import sheets
from tests.bench import Bench, Officer
from tests.clock import at
from tests.handlers.test_coordination import score


@pytest.fixture
def lan(bench: Bench) -> Officer:
    """Two days after the end of the self-assessment."""
    bench.clock.set("2026-11-17 08:00")
    return bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)


@pytest.fixture
def unit(bench: Bench) -> dict[Role, Officer]:
    names = {Role.FOCAL_OFFICER: "Nguyễn Văn An", Role.DEPUTY: "Phó", Role.HEAD: "Giám đốc"}
    return {role: bench.officer(name, "STP", role) for role, name in names.items()}


def sheet_id(bench: Bench, unit: str) -> int:
    with bench.sessions() as session:
        return sheets.sheet_of(session, unit).id


def open_card(bench: Bench, lan: Officer) -> None:
    lan.types("/tiendo")
    lan.picks("late_units")
    lan.picks("late_unit", sheet_id(bench, "STP"))


def letter_of(lan: Officer) -> Any:
    enclosure = next(m.enclosure for m in reversed(lan.messages) if m.enclosure)
    return docx.Document(io.BytesIO(REPORTS[enclosure["report"]](decode(enclosure["values"]))))


def test_each_rung_is_offered_and_none_is_taken_unasked(
    bench: Bench, lan: Officer, unit: dict[Role, Officer]
) -> None:
    """N16: focal officer, deputy, head, the coordinator's list."""
    open_card(bench, lan)
    assert lan.text.startswith("▲ Sở Tư pháp trễ 2 ngày, hạn 24:00 Chủ nhật, 15/11/2026.")
    assert lan.labels[:5] == [
        "Nhắc đầu mối", "Nhắc dự phòng", "Nhắc thủ trưởng", "Đưa vào danh sách",
        "Công văn đôn đốc",
    ]  # fmt: skip
    assert [officer.messages for officer in unit.values()] == [[], [], []]
    for role, rung in ((Role.DEPUTY, "deputy"), (Role.HEAD, "head")):
        card = lan.last
        lan.picks("take_rung", f"{sheet_id(bench, 'STP')}:{rung}")
        unit[role].sees("unit_urged", unit="Sở Tư pháp", days=2)
        lan.picks("take_rung", f"{sheet_id(bench, 'STP')}:{rung}", on=card)
        lan.sees("refusal.rung_taken", at=bench.clock())
        open_card(bench, lan)
        assert len(unit[role].messages) == 1
    assert unit[Role.FOCAL_OFFICER].messages == []
    lan.picks("take_rung", f"{sheet_id(bench, 'STP')}:list")
    lan.picks("late_units")
    assert "Trong danh sách của anh/chị (1): Sở Tư pháp" in lan.text
    with bench.sessions() as session:
        rungs = [each.rung for each in session.scalars(select(Escalation))]
        acts = session.scalars(select(AuditEntry.action)).all()
    assert rungs == ["deputy", "head", "list"]
    assert list(acts).count("take_rung") == 3


def test_a_rung_can_be_taken_again_the_next_day(
    bench: Bench, lan: Officer, unit: dict[Role, Officer]
) -> None:
    for day in ("2026-11-17 08:00", "2026-11-18 08:00"):
        bench.clock.set(day)
        open_card(bench, lan)
        lan.picks("take_rung", f"{sheet_id(bench, 'STP')}:deputy")
    assert [m.name for m in unit[Role.DEPUTY].messages] == ["unit_urged", "unit_urged"]


@pytest.mark.parametrize(
    ("now", "refusal"),
    [("2026-11-15 23:59:59", "unit_not_late"), ("2026-11-16 00:00", "")],
)
def test_before_the_announced_end_nobody_is_urged_upward_or_named(
    bench: Bench, lan: Officer, unit: dict[Role, Officer], now: str, refusal: str
) -> None:
    """N17, C8, C9: one second before the end and at it."""
    open_card(bench, lan)
    card = lan.last
    bench.clock.set(now)
    lan.picks("take_rung", f"{sheet_id(bench, 'STP')}:head", on=card)
    lan.sees(f"refusal.{refusal}" if refusal else "late_unit")
    assert len(unit[Role.HEAD].messages) == (0 if refusal else 1)


def test_a_rung_on_which_nobody_stands_is_not_offered_and_not_taken_by_an_old_button(
    bench: Bench, lan: Officer, unit: dict[Role, Officer]
) -> None:
    open_card(bench, lan)
    card = lan.last
    with bench.sessions.begin() as session:
        left = update(Binding).where(Binding.person_id == unit[Role.DEPUTY].person_id)
        session.execute(left.values(ended_at=bench.clock()))
    lan.picks("take_rung", f"{sheet_id(bench, 'STP')}:deputy", on=card)
    lan.sees("refusal.nobody_on_rung", unit="Sở Tư pháp")
    open_card(bench, lan)
    assert lan.labels[:3] == ["Nhắc đầu mối", "Nhắc thủ trưởng", "Đưa vào danh sách"]


def test_the_letter_lists_what_a_unit_owes_and_leaves_number_and_date_open(
    bench: Bench, lan: Officer, unit: dict[Role, Officer]
) -> None:
    """N10, domain.md 11."""
    open_card(bench, lan)
    lan.picks("chase_letter")
    lan.sees("letter_as_file", count=1)
    document = letter_of(lan)
    head = [cell.text for row in document.tables[0].rows for cell in row.cells]
    assert head[2].split("\n")[0] == "Số:        /SNV-…"
    assert "V/v đôn đốc" in head[2]
    assert head[3] == "…………, ngày …… tháng …… năm 2026"
    left, right = document.tables[-1].rows[0].cells
    assert right.text.strip() == "GIÁM ĐỐC"
    assert left.text == "Nơi nhận:\n- Như trên;\n- Lưu: VT, …"
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Kính gửi: Sở Tư pháp" in text
    assert "thời hạn đã hết lúc 24:00 Chủ nhật, 15/11/2026 (trễ 2 ngày)" in text
    rows = [[cell.text for cell in row.cells] for row in document.tables[1].rows]
    assert rows[1][:2] == ["1", "1.1.1"]
    assert {row[3] for row in rows[1:]} == {"Chưa chấm điểm"}
    assert len(rows) == 1 + 85


def test_one_letter_to_all_late_units(bench: Bench, lan: Officer) -> None:
    """A row for each, and an annex; all their lines would be tens of pages."""
    score(bench, bench.officer("Nguyễn Văn An", "STP"), "STP", "1.1.1", "1.1.2")
    lan.types("/tiendo")
    lan.picks("late_units")
    lan.picks("chase_letter_all")
    lan.sees("letter_as_file", count=29)
    assert "29 đơn vị (VP UBND tỉnh, Sở Tư pháp, " in lan.text
    assert " và 23 đơn vị khác); số và ngày để trống" in lan.text
    document = letter_of(lan)
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Kính gửi: Các cơ quan, đơn vị có tên tại bảng dưới đây" in text
    assert "Đề nghị các cơ quan, đơn vị khẩn trương" in text
    by_unit, by_code = ([[cell.text for cell in row.cells] for row in document.tables[at].rows]
                        for at in (1, 3))  # fmt: skip
    assert by_unit[2] == ["2", "Sở Tư pháp", "15/11/2026", "2", "83", "2"]
    assert len(by_unit) == len(by_code) == 1 + 29
    assert by_code[2][2].startswith("1.1.3, 1.2.1, ")
    assert by_code[2][3] == "1.1.1, 1.1.2"
    assert by_code[3][2:] == ["Toàn bộ 85 tiêu chí (chưa bắt đầu chấm)", ""]


def test_a_few_units_are_written_to_by_name_on_lines_of_their_own(bench: Bench) -> None:
    """Decree 30, annex I."""
    unit = {"due_at": at("2026-11-16 00:00"), "days": 2, "not_scored": [], "not_backed": []}
    values = {
        "language": "vi", "above": "", "owner": "Sở Nội vụ", "symbol": "SNV", "year": 2026,
        "plan": "", "plan_dated_on": None, "made_at": bench.clock(), "signatory": "Giám đốc",
        "units": [unit | {"name": name} for name in ("Sở Tư pháp", "Sở Y tế")],
    }  # fmt: skip
    document = docx.Document(io.BytesIO(REPORTS["chase_letter"](values)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Kính gửi:\n- Sở Tư pháp;\n- Sở Y tế.\n" in text
    assert "Phụ lục" not in text
    assert len(document.sections) == 1


def test_the_office_that_leads_writes_no_letter_to_itself(bench: Bench, lan: Officer) -> None:
    """It is urged like others, and stands in no letter of its own."""
    lan.types("/tiendo")
    lan.picks("late_units")
    lan.picks("late_unit", sheet_id(bench, "SNV"))
    assert "Công văn đôn đốc" not in lan.labels
    assert "Đưa vào danh sách" in lan.labels


def test_the_signed_letter_is_recorded_once_and_its_unit_is_told(
    bench: Bench, lan: Officer, unit: dict[Role, Officer]
) -> None:
    open_card(bench, lan)
    lan.picks("chase_letter")
    bench.clock.set("2026-11-18 09:00")
    lan.picks("record_letter")
    for wrong in ("215", "số hai trăm"):
        lan.types(wrong)
        lan.sees("refusal.letter_number_unclear")
    lan.types("250/SNV-CCHC")
    assert lan.labels == ["Nhập lại số, ngày", "Về trang đầu"]
    lan.picks("letter_again")
    lan.types("215 / SNV-CCHC")
    lan.types("ngày mai")
    lan.sees("refusal.day_not_understood", text="ngày mai")
    for wrong in ("16/11/2026", "19/11/2026"):
        lan.types(wrong)
        lan.sees("refusal.letter_date_impossible")
    lan.types("18/11")
    lan.sends(("215-SNV.pdf", b"%PDF-1.4 signed"))
    confirm = lan.last
    assert lan.labels == ["Ghi nhận và báo đơn vị", "Nhập lại số, ngày", "Về trang đầu"]
    lan.picks("confirm_letter", on=confirm)
    lan.sees("letter_recorded", number="215/SNV-CCHC", told=3)
    for officer in unit.values():
        message = officer.sees("letter_issued", number="215/SNV-CCHC", unit="Sở Tư pháp")
        assert message.enclosure is not None
    lan.picks("confirm_letter", on=confirm)
    lan.sees("refusal.letter_recorded_before", at=at("2026-11-18 09:00"))
    assert {len(officer.messages) for officer in unit.values()} == {1}
    with bench.sessions() as session:
        letter = session.scalars(select(ChaseLetter)).one()
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "record_letter")
        ).one()
    assert (letter.number, letter.file_name) == ("215/SNV-CCHC", "215-SNV.pdf")
    assert entry.details["number"] == "215/SNV-CCHC"


def proposed(lan: Officer) -> list[str]:
    """What is proposed for STP; nobody else of the units has people."""
    lan.types("/tiendo")
    lan.picks("late_units")
    if "rungs_proposed" not in {choice.action for choice in lan.choices}:
        return []
    lan.picks("rungs_proposed")
    return [line for line in lan.text.splitlines() if line.startswith("▲ Sở Tư pháp")]


def test_the_next_step_is_proposed_a_working_day_after_the_last(
    bench: Bench, lan: Officer, unit: dict[Role, Officer]
) -> None:
    """N16: over a weekend nothing is; who is on the list is not proposed any more."""
    assert proposed(lan) == ["▲ Sở Tư pháp: Nhắc đầu mối"]
    for day, rung, too_soon, then, following in (
        ("2026-11-19 16:00", "focal_officer", "2026-11-19 17:00", "2026-11-20 08:00", "dự phòng"),
        ("2026-11-20 16:00", "deputy", "2026-11-21 16:00", "2026-11-23 07:30", "thủ trưởng"),
        ("2026-11-23 08:00", "head", "2026-11-24 08:00", "2026-11-25 08:00", "danh sách"),
    ):  # 21/11 is a Saturday, 24/11 a holiday.
        bench.clock.set(day)
        assert proposed(lan)
        card = lan.last
        lan.picks("take_proposed", f"{sheet_id(bench, 'STP')}:{rung}", on=card)
        assert lan.messages[-2].name == "rung_is_taken"
        lan.picks("take_proposed", f"{sheet_id(bench, 'STP')}:{rung}", on=card)
        lan.sees("refusal.rung_taken")
        bench.clock.set(too_soon)
        assert proposed(lan) == []
        bench.clock.set(then)
        assert f"{following} (bước trước: " in proposed(lan)[0]
    lan.picks("take_proposed", f"{sheet_id(bench, 'STP')}:list")
    bench.clock.set("2026-11-30 08:00")
    assert proposed(lan) == []
