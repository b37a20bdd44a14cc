"""[Nhập thay đơn vị]: the coordinator works on a unit's sheet, as it is talked (F40)."""

import pytest

from models.people import Role
from tests import sheets
from tests.bench import Bench, Officer

UNIT = "Sở Tư pháp"


@pytest.fixture
def lan(bench: Bench) -> Officer:
    return bench.officer("Lê Thị Lan", "SNV", Role.COORDINATOR)


def to_card(bench: Bench, lan: Officer) -> None:
    """The card of STP, which has not started."""
    lan.types("/tiendo")
    lan.picks("units_at", "not_started")
    with bench.sessions() as session:
        sheet = sheets.sheet_of(session, "STP").id
    lan.picks("unit_standing", sheet)
    lan.sees("unit_progress", unit=UNIT)


def stand_in(bench: Bench, lan: Officer) -> None:
    to_card(bench, lan)
    lan.picks("stand_in")
    lan.types("Công văn 12/STP-VP")
    lan.sees("stand_in_begun", unit=UNIT)


def test_the_same_conversations_are_the_unit_s_until_it_is_ended(
    bench: Bench, an: Officer, lan: Officer
) -> None:
    stand_in(bench, lan)
    assert an.text.startswith(
        f"● Lê Thị Lan (Sở Nội vụ) nhập thay trên phiếu tự đánh giá của {UNIT}.\n"
        "Lý do: Công văn 12/STP-VP\n"
    )
    lan.picks("menu")
    assert "● Anh/chị đang nhập thay đơn vị này. Lý do: Công văn 12/STP-VP" in lan.text
    assert "Gửi duyệt" not in lan.labels
    lan.picks("continue")
    lan.picks("pick_option", 0)
    lan.sees("self_score_recorded")
    lan.sends(("KH-12.pdf", b"%PDF"), caption="1.1.1 KH 12/KH-STP 08/01/2026 tr.3")
    lan.sees("evidence_saved")
    lan.types("/bieumau")
    lan.sees("workbook_to_fill", unit=UNIT)
    mark = "Lê Thị Lan chấm lúc 16:30 thứ Năm, 12/11/2026 (nhập thay: Công văn 12/STP-VP)."
    an.types("1.1.1")
    assert mark in an.text
    lan.types("/menu")
    lan.picks("end_stand_in")
    lan.sees("stand_in_ended", unit=UNIT)
    lan.types("/menu")
    lan.sees("home", unit="Sở Nội vụ")
    lan.types("1.1.1")
    lan.sees("unknown_here")
    assert [m.name for m in an.messages].count("unit_has_stand_in") == 1


def test_nobody_stands_in_unawares(bench: Bench, an: Officer, lan: Officer) -> None:
    """What is sent in the coordinator's own role does not go to the unit's sheet."""
    stand_in(bench, lan)
    lan.types("/caidat")
    lan.picks("switch_role")
    lan.sees("role_switched", role=Role.COORDINATOR)
    lan.types("/minhchung")
    lan.sees("refusal.not_your_role")
    to_card(bench, lan)
    assert "Nhập thay đơn vị" not in lan.labels


def picks_by_number(officer: Officer, action: str) -> None:
    place = [choice.action for choice in officer.choices].index(action)
    officer.types(str(place + 1))


def test_with_text_alone_and_not_for_the_own_agency(bench: Bench) -> None:
    """I10, T7."""
    bench.clock.set("2026-11-12 16:30")
    lan = bench.officer("Lê Thị Lan", "SNV", Role.COORDINATOR, channel="plain")
    lan.types("/tiendo")
    picks_by_number(lan, "units_at")
    with bench.sessions() as session:
        own = sheets.sheet_of(session, "SNV").id
    while not any(choice.value == str(own) for choice in lan.choices):
        lan.picks("next_page")
    lan.picks("unit_standing", own)
    assert "stand_in" not in [choice.action for choice in lan.choices]
    lan.types("/tiendo")
    picks_by_number(lan, "units_at")
    lan.types("1")
    picks_by_number(lan, "stand_in")
    lan.sees("ask_stand_in_reason")
    lan.types("   ")
    lan.sees("refusal.stand_in_needs_reason")
    lan.types("Đơn vị đề nghị qua điện thoại")
    lan.sees("stand_in_begun")
