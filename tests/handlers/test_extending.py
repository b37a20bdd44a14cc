"""A coordinator extends a step, before and after its end: for whom, until when, why (F7, C6)."""

import pytest
from sqlalchemy import select

from models import campaigns
from models.campaigns import Campaign, Extension, Step
from models.people import Role
from models.units import Unit
from tests.bench import Bench, Officer
from tests.clock import at
from tests.sheets import sheet_of

COMMON = at("2026-11-16 00:00")


@pytest.fixture
def lan(bench: Bench) -> Officer:
    bench.clock.set("2026-11-12 09:00")
    return bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)


@pytest.fixture
def an(bench: Bench, lan: Officer) -> Officer:
    return bench.officer("Nguyễn Văn An", "STP")


def begins(officer: Officer, step: Step = Step.SELF_ASSESSMENT) -> None:
    officer.types("/lich")
    officer.picks("extend_step")
    officer.picks("extend_of", step.value)


def extends(officer: Officer, whom: str, until: str, reason: str = "CV 12/STP") -> None:
    """Up to the confirmation, which is asked for."""
    begins(officer)
    officer.picks("extend_all") if whom == "all" else officer.types(whom)
    officer.types(until)
    officer.types(reason)


def closes(bench: Bench, unit: str) -> object:
    with bench.sessions() as session:
        sheet = sheet_of(session, unit)
        where = (sheet.campaign, Step.SELF_ASSESSMENT, sheet.unit_id)
        return campaigns.effective_window(session, *where).closes_at


def extensions(bench: Bench) -> list[tuple[str, str]]:
    with bench.sessions() as session:
        query = select(Unit.code, Extension.reason).join(Unit, Unit.id == Extension.unit_id)
        return [(code, reason) for code, reason in session.execute(query.order_by(Unit.code))]


def test_one_unit_is_extended_told_and_nobody_else_is(
    bench: Bench, lan: Officer, an: Officer
) -> None:
    """The whole talk, as it reads."""
    chi = bench.officer("Lê Chi", "STC")
    begins(lan)
    assert lan.text == (
        "Gia hạn Tự đánh giá cho đơn vị nào? Thời hạn chung: 24:00 Chủ nhật, 15/11/2026.\n"
        "Anh/chị gõ mã hoặc tên, cách nhau bằng dấu phẩy (ví dụ STP, STC), hoặc chọn cả bước."
    )
    assert lan.labels == ["Cả bước, mọi đơn vị", "Chọn lại từ đầu", "Về trang đầu"]
    lan.types("so tu phap")
    assert lan.text == (
        "Gia hạn Tự đánh giá cho Sở Tư pháp đến khi nào? "
        "Thời hạn chung: 24:00 Chủ nhật, 15/11/2026.\n"
        "Anh/chị gõ ngày, ví dụ 20/11 hoặc 17:00 20/11."
    )
    lan.types("17:00 18/11")
    lan.types("Công văn số 215/STP-VP")
    assert lan.text == (
        "Gia hạn Tự đánh giá cho Sở Tư pháp đến 17:00 thứ Tư, 18/11/2026.\n"
        "Lý do: Công văn số 215/STP-VP\n"
        "1 người được báo ngay; lời nhắc được xếp lại theo hạn mới."
    )
    assert lan.labels == ["Xác nhận gia hạn", "Chọn lại từ đầu", "Về trang đầu"]
    assert (an.messages, closes(bench, "STP")) == ([], COMMON)
    lan.picks("extend_now")
    assert lan.text == (
        "✓ Đã gia hạn Tự đánh giá cho Sở Tư pháp đến 17:00 thứ Tư, 18/11/2026; đã báo 1 người."
    )
    assert an.text == (
        "● Sở Nội vụ gia hạn Tự đánh giá cho Sở Tư pháp đến 17:00 thứ Tư, 18/11/2026.\n"
        "Lý do: Công văn số 215/STP-VP\n"
        "Anh/chị tiếp tục làm và gửi trước thời điểm này."
    )
    assert (closes(bench, "STP"), closes(bench, "STC")) == (at("2026-11-18 17:00"), COMMON)
    assert chi.messages == []


def test_several_units_are_written_with_commas_each_clear(bench: Bench, lan: Officer) -> None:
    begins(lan)
    lan.types("STP, phúc sơn và gì đó")
    lan.sees("refusal.unit_not_found")
    lan.types("STP, huyện lục")
    lan.sees("refusal.units_not_clear", text="huyện lục")
    lan.types(" , ")
    lan.sees("refusal.unit_not_found")
    lan.types("STC, STP, sở tư pháp")
    lan.types("20/11")
    lan.types("Mưa bão")
    assert lan.text.startswith("Gia hạn Tự đánh giá cho Sở Tư pháp, Sở Tài chính đến")
    lan.picks("extend_now")
    assert extensions(bench) == [("STC", "Mưa bão"), ("STP", "Mưa bão")]


def test_the_whole_step_moves_for_all_who_each_hear_their_own_end(
    bench: Bench, lan: Officer, an: Officer
) -> None:
    """C5: who has a later end keeps it."""
    chi = bench.officer("Lê Chi", "STC")
    extends(lan, "STC", "25/11")
    lan.picks("extend_now")
    extends(lan, "all", "20/11", "Theo chỉ đạo của UBND tỉnh")
    assert lan.text.startswith("Gia hạn Tự đánh giá cho mọi đơn vị đến 24:00 thứ Sáu, 20/11")
    lan.picks("extend_now")
    assert "hạn 24:00 thứ Sáu, 20/11/2026" in an.text
    assert "Theo chỉ đạo của UBND tỉnh" in an.text
    assert "hạn 24:00 thứ Tư, 25/11/2026" in chi.text
    assert closes(bench, "SYT") == at("2026-11-21 00:00")


def test_a_step_that_is_not_the_units_is_extended_as_a_whole(bench: Bench, lan: Officer) -> None:
    begins(lan, Step.ROUND_1)
    assert "Gia hạn Thẩm định lần 1 cho mọi đơn vị đến khi nào?" in lan.text
    lan.types("4/12")
    lan.types("Thêm hồ sơ")
    lan.picks("extend_now")
    with bench.sessions() as session:
        found = session.scalars(select(Campaign)).one()
        window = campaigns.effective_window(session, found, Step.ROUND_1, None)
    assert window.closes_at == at("2026-12-05 00:00")


def test_after_the_end_a_unit_works_again(bench: Bench, lan: Officer, an: Officer) -> None:
    """C6: the lock, the texts and the reminders go by the same end."""
    bench.clock.set("2026-11-17 08:00")
    an.types("/tinhtrang")
    assert [choice.action for choice in an.choices] == ["show_unscored", "menu"]
    extends(lan, "STP", "20/11")
    lan.picks("extend_now")
    assert "Anh/chị tiếp tục làm và gửi trước thời điểm này." in an.text
    an.types("/tinhtrang")
    assert an.choices[0].action == "continue"
    an.types("/lich")
    assert "● Tự đánh giá: đến hết 20/11 (gia hạn riêng theo CV 12/STP)" in an.text


def test_a_date_that_does_not_do_is_asked_for_again(bench: Bench, lan: Officer) -> None:
    begins(lan)
    lan.types("STP")
    for typed, refusal in (
        ("mai", 'Chưa đặt được ngày: không đọc được "mai".'),
        ("31/11", 'Chưa đặt được ngày: không đọc được "31/11".'),
        ("14/11", "Chưa gia hạn: 24:00 thứ Bảy, 14/11/2026 sớm hơn thời hạn chung"),
        ("5/1", "Chưa gia hạn: 24:00 thứ Hai, 05/01/2026 sớm hơn thời hạn chung"),
        ("15/11", "Chưa gia hạn: thời hạn Tự đánh giá đã là 24:00 Chủ nhật, 15/11/2026."),
    ):
        lan.types(typed)
        assert lan.text.startswith(refusal)
    lan.types("5/1/2027")
    lan.sees("ask_extend_reason", closes_at=at("2027-01-06 00:00"))


def test_what_is_odd_about_the_date_is_said_before_it_is_confirmed(
    bench: Bench, lan: Officer
) -> None:
    """F9."""
    for now, typed, warning in (
        ("2026-11-12 09:00", "21/11", "24:00 thứ Bảy, 21/11/2026 không phải ngày làm việc"),
        ("2026-11-12 09:00", "trước 21/11", '"trước 21/11" được hiểu theo đúng chữ là hết 24:00'),
        ("2026-11-25 09:00", "20/11", "24:00 thứ Sáu, 20/11/2026 đã qua"),
    ):
        bench.clock.set(now)
        extends(lan, "STP", typed)
        assert warning in lan.text


def test_an_earlier_end_replaces_a_later_one_and_is_pointed_out(
    bench: Bench, lan: Officer, an: Officer
) -> None:
    extends(lan, "STP", "25/11")
    lan.picks("extend_now")
    begins(lan)
    lan.types("STP")
    stands = "Sở Tư pháp đang được gia hạn đến 24:00 thứ Tư, 25/11/2026"
    assert f"● {stands}." in lan.text
    lan.types("15/11")
    lan.types("Nhầm đơn vị")
    assert f"▲ {stands}; mốc mới sớm hơn, thay cho mốc đó." in lan.text
    lan.picks("extend_now")
    assert closes(bench, "STP") == COMMON


def test_the_same_button_twice_extends_and_tells_once(
    bench: Bench, lan: Officer, an: Officer
) -> None:
    extends(lan, "STP", "20/11")
    confirm = lan.last
    lan.picks("extend_now", on=confirm)
    lan.picks("extend_now", on=confirm)
    lan.sees("refusal.end_set_meanwhile", closes_at=at("2026-11-21 00:00"))
    assert len(extensions(bench)) == len(an.messages) == 1


@pytest.mark.parametrize("whom", ["STP", "all"])
def test_of_two_coordinators_at_once_the_later_sees_what_the_first_has_done(
    bench: Bench, lan: Officer, whom: str
) -> None:
    """Nothing is shortened unawares."""
    mai = bench.officer("Hoàng Mai", "SNV", Role.COORDINATOR)
    extends(lan, whom, "25/11")
    extends(mai, whom, "20/11")
    lan.picks("extend_now")
    mai.picks("extend_now")
    mai.sees("refusal.end_set_meanwhile", closes_at=at("2026-11-26 00:00"))
    assert closes(bench, "STP") == at("2026-11-26 00:00")


def test_back_and_away_in_the_middle_leaves_everything(bench: Bench, lan: Officer) -> None:
    extends(lan, "STP", "20/11")
    lan.picks("extend_again")
    lan.sees("ask_extend_step")
    lan.picks("extend_of", Step.SUPPLEMENT.value)
    lan.types("/menu")
    lan.types("STP")
    assert lan.last.name != "ask_extend_until"
    assert extensions(bench) == []


def test_the_reason_has_words_and_not_too_many(bench: Bench, lan: Officer) -> None:
    extends(lan, "STP", "20/11", "x" * 501)
    lan.sees("refusal.reason_too_long")
    lan.types("Mưa bão")
    lan.sees("confirm_extension", reason="Mưa bão")


def test_who_does_not_lead_the_campaign_is_not_offered_it(bench: Bench, lan: Officer) -> None:
    """I8."""
    for role in (Role.FOCAL_OFFICER, Role.ADMIN, Role.COORDINATOR):
        huy = bench.officer(f"Trịnh Huy {role}", "STC", role)
        huy.types("/lich")
        assert not {"extend_step", "ladders", "record_acts"} & {c.action for c in huy.choices}


def test_who_loses_the_role_in_the_middle_confirms_nothing(bench: Bench, lan: Officer) -> None:
    extends(lan, "STP", "20/11")
    with bench.sessions.begin() as session:
        session.connection().exec_driver_sql("UPDATE binding SET ended_at = since")
    lan.picks("extend_now")
    lan.sees("stranger")
    assert extensions(bench) == []
