"""A coordinator records what is done, so that reminders of it stop (C20, R6.3 to R6.9)."""

from datetime import date

import pytest
from sqlalchemy import select

from models import milestones
from models.campaigns import Campaign
from models.milestones import Act
from models.people import Role
from models.reminders import Reminder
from tests.bench import Bench, Officer
from tests.clock import at


@pytest.fixture
def lan(bench: Bench) -> Officer:
    bench.clock.set("2026-11-13 09:00")
    return bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)


def lists(officer: Officer) -> None:
    officer.types("/lich")
    officer.picks("record_acts")


def chooses(officer: Officer, act: Act, action: str = "record_act") -> None:
    lists(officer)
    officer.picks(action, next(c.value for c in officer.choices if c.value.endswith(f":{act}")))


def paper(bench: Bench, act: Act) -> tuple[str, date | None] | None:
    """Number and date of what proves the act; None where it is not recorded as done."""
    with bench.sessions() as session:
        campaign = session.scalars(select(Campaign)).one()
        done = milestones.done(session, campaign).get(act)
        return (done.number, done.dated_on) if done else None


def test_the_list_says_what_is_done_open_and_late(bench: Bench, lan: Officer) -> None:
    chooses(lan, Act.COUNCIL)
    assert lan.text == (
        "Ghi nhận đã thành lập Hội đồng thẩm định.\n"
        "Anh/chị gõ số và ngày văn bản, ví dụ 1136/QĐ-UBND 12/11/2026, "
        "hoặc ghi không kèm văn bản."
    )
    lan.types("1136/QĐ-UBND 12/11/2026")
    assert lan.text == (
        "✓ Đã ghi nhận lúc 09:00 thứ Sáu, 13/11/2026: thành lập Hội đồng thẩm định, "
        "văn bản số 1136/QĐ-UBND ngày 12/11/2026. Hệ thống ngừng nhắc việc này."
    )
    bench.clock.set("2026-12-01 09:00")
    lists(lan)
    lines = lan.text.splitlines()
    assert lines[0] == "Việc của Sở Nội vụ, đợt đánh giá năm 2026"
    assert lines[1] == (
        "✓ Thành lập Hội đồng thẩm định: số 1136/QĐ-UBND ngày 12/11/2026, "
        "ghi lúc 09:00 thứ Sáu, 13/11/2026"
    )
    assert lines[2] == (
        "▲ Kết thúc thẩm định lần 1: hạn 24:00 thứ Hai, 30/11/2026, đã quá hạn 1 ngày làm việc"
    )
    assert lines[5] == "○ Kết thúc thẩm định lần 2: hạn 24:00 Chủ nhật, 20/12/2026"


def test_a_document_is_read_as_it_is_written(bench: Bench, lan: Officer) -> None:
    written = {
        "1136/QĐ-UBND 12/11/2026": ("1136/QĐ-UBND", date(2026, 11, 12)),
        "số 1136/QĐ-UBND, ngày 12/11": ("1136/QĐ-UBND", date(2026, 11, 12)),
        "1136/QĐ-UBND": ("1136/QĐ-UBND", None),
        "12/11/2026": ("", date(2026, 11, 12)),
    }
    for act, (typed, kept) in zip(Act, written.items(), strict=False):
        chooses(lan, act)
        lan.types(typed)
        assert paper(bench, act) == kept


def test_without_a_document_it_is_recorded_too(bench: Bench, lan: Officer) -> None:
    chooses(lan, Act.ROUND_1)
    lan.picks("record_without_paper")
    lan.sees("act_recorded")
    assert paper(bench, Act.ROUND_1) == ("", None)


def test_a_document_that_cannot_be_is_refused_and_asked_for_again(
    bench: Bench, lan: Officer
) -> None:
    chooses(lan, Act.COUNCIL)
    for typed, refusal in (
        ("1136/QĐ-UBND 14/11/2026", "paper_in_the_future"),
        ("1136/QĐ-UBND 31/11/2026", "day_not_understood"),
        ("x" * 61, "paper_number_too_long"),
    ):
        lan.types(typed)
        lan.sees(f"refusal.{refusal}")
        assert paper(bench, Act.COUNCIL) is None
    lan.types("1136/QĐ-UBND 12/11/2026")
    lan.sees("act_recorded")


def test_what_is_recorded_is_taken_back_and_owed_again(bench: Bench, lan: Officer) -> None:
    """I9: the old row stays."""
    chooses(lan, Act.COUNCIL)
    lan.picks("record_without_paper")
    chooses(lan, Act.COUNCIL, "take_back_act")
    lan.sees("confirm_take_back", at=at("2026-11-13 09:00"))
    confirm = lan.last
    lan.picks("take_back_now", on=confirm)
    lan.sees("act_taken_back")
    assert paper(bench, Act.COUNCIL) is None
    lan.picks("take_back_now", on=confirm)
    lan.sees("refusal.act_not_recorded")


def test_of_two_coordinators_at_once_the_second_learns_that_it_is_done(
    bench: Bench, lan: Officer
) -> None:
    mai = bench.officer("Hoàng Mai", "SNV", Role.COORDINATOR)
    chooses(lan, Act.COUNCIL)
    chooses(mai, Act.COUNCIL)
    lan.types("1136/QĐ-UBND 12/11/2026")
    mai.types("1137/QĐ-UBND 13/11/2026")
    mai.sees("refusal.act_recorded_already", at=at("2026-11-13 09:00"))
    assert paper(bench, Act.COUNCIL) == ("1136/QĐ-UBND", date(2026, 11, 12))


def test_a_reminder_leads_straight_to_its_act(bench: Bench, lan: Officer) -> None:
    """C20: and after it was recorded nobody is reminded."""
    from jobs.reminders import queue_due_reminders

    bench.clock.set("2026-11-13 08:00")
    queue_due_reminders(bench.sessions, bench.clock)
    lan.picks("record_act")
    lan.sees("ask_paper", act=Act.COUNCIL)
    lan.picks("record_without_paper")
    before = len(lan.messages)
    for when in ("2026-11-14 08:00", "2026-11-16 08:00"):
        bench.clock.set(when)
        queue_due_reminders(bench.sessions, bench.clock)
    assert not [m for m in lan.messages[before:] if "Hội đồng" in bench.words.letter(m).plain]
    with bench.sessions() as session:
        council = select(Reminder.outcome).where(Reminder.duty == "council")
        assert session.scalars(council).all()


def test_back_and_away_in_the_middle_records_nothing(bench: Bench, lan: Officer) -> None:
    chooses(lan, Act.COUNCIL)
    lan.picks("record_acts")
    lan.sees("acts_of_campaign")
    chooses(lan, Act.COUNCIL)
    lan.types("/menu")
    lan.types("1136/QĐ-UBND 12/11/2026")
    assert paper(bench, Act.COUNCIL) is None


def test_before_the_plan_there_is_nothing_to_record(bench: Bench, lan: Officer) -> None:
    """R6.1."""
    with bench.sessions.begin() as session:
        session.scalars(select(Campaign)).one().opened_at = None
    chooses(lan, Act.COUNCIL)
    lan.sees("refusal.plan_not_issued")


def test_only_who_leads_the_campaign_records(bench: Bench, lan: Officer) -> None:
    """I8: by an old button, too."""
    lists(lan)
    card = lan.last
    with bench.sessions.begin() as session:
        session.connection().exec_driver_sql("UPDATE binding SET role = 'observer'")
    lan.picks("record_act", on=card)
    lan.sees("refusal.not_your_role")
