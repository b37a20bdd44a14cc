"""Reminders that fall due: sent once, to who still owes, and only before the end (F10, F11)."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from bot import symptoms
from bot.channel import Pulse
from jobs.reminders import Tick, queue_due_reminders
from models import appraisal, claiming, conduct, units
from models.campaigns import Campaign, Step, Window
from models.conversations import Chat
from models.messages import Part
from models.outbox import OutboxMessage, SendStatus
from models.people import Binding, By, Person, Role
from models.reminders import Outcome, Reminder
from tests import sheets
from tests.bench import Bench
from tests.clock import at

Sessions = sessionmaker[Session]


def tick(bench: Bench, local: str) -> int:
    bench.clock.set(local)
    return queue_due_reminders(bench.sessions, bench.clock)


def deliver(bench: Bench) -> None:
    """All that waits leaves and arrives."""
    waits = OutboxMessage.status == SendStatus.QUEUED
    with bench.sessions.begin() as session:
        session.execute(update(OutboxMessage).where(waits).values(status=SendStatus.SENT))


def outcomes(bench: Bench, code: str) -> dict[str, str]:
    with bench.sessions() as session:
        unit = units.by_code(session, code)
        assert unit is not None
        of_unit = (Reminder.unit_id == unit.id, Reminder.duty == "self_assessment")
        query = select(Reminder).where(*of_unit).order_by(Reminder.due_at.desc())
        return {row.rung: row.outcome.value for row in session.scalars(query)}


def finish(bench: Bench, code: str) -> None:
    """The unit owes nothing any more: it has sent its sheet."""
    with bench.sessions.begin() as session:
        sheets.sheet_of(session, code).locked_at = bench.clock()


def test_at_eight_on_the_day_each_focal_officer_is_told_once(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    bench.officer("Trần Thị Bình", "STP", Role.DEPUTY)
    chi = bench.officer("Lê Chi", "STC", Role.DEPUTY)
    assert tick(bench, "2026-11-11 07:59:59") == 2
    assert tick(bench, "2026-11-11 08:00") == 2
    assert tick(bench, "2026-11-11 08:00:20") == 0
    an.sees(
        "reminder_self_assessment",
        unit="Sở Tư pháp",
        left=Part("reminder_left.working_days", n=3),
        missing=Part("owed.not_scored", not_scored=85, not_proven=0),
    )
    chi.sees("reminder_self_assessment", unit="Sở Tài chính")
    assert an.text.splitlines()[0] == (
        "▲ Sở Tư pháp còn 3 ngày làm việc để tự đánh giá, hạn 24:00 Chủ nhật, 15/11/2026."
    )
    assert an.labels[1:] == ["Nhắc lại sau", "Đã nắm"]


@pytest.mark.parametrize("late", ["2026-10-15 08:00", "2026-10-20 19:40"])
def test_the_focal_officers_are_told_that_the_self_assessment_is_open(
    bench: Bench, late: str
) -> None:
    """What was promised on joining; after downtime it is made up for."""
    an = bench.officer("Nguyễn Văn An", "STP")
    binh = bench.officer("Trần Thị Bình", "STP", Role.DEPUTY)
    assert tick(bench, "2026-10-15 07:59:59") == 0
    assert tick(bench, late) == 1
    assert tick(bench, late) == 0
    an.sees("self_assessment_opened", unit="Sở Tư pháp", closes_at=at("2026-11-16 00:00"))
    days = "31" if late < "2026-10-16" else "26"
    assert an.text.splitlines()[:2] == [
        f"● Tự đánh giá của Sở Tư pháp đã mở, hạn 24:00 Chủ nhật, 15/11/2026 (còn {days} ngày).",
        "85 tiêu chí chưa chấm.",
    ]
    assert "Trước hết, anh/chị chấm tiêu chí 1.1.1 Ban hành kế hoạch" in an.text
    assert an.labels == ["Làm tiếp 1.1.1", "Còn thiếu gì", "Lịch"]
    assert binh.messages == []
    an.picks("continue")
    assert an.last.name != "self_assessment_opened"


def test_the_opening_of_several_units_is_one_message(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    bench.officer("Nguyễn Văn An", "STC")
    assert tick(bench, "2026-10-15 08:00") == 1
    an.sees("reminder_together", count=2)
    assert an.labels == ["Còn thiếu gì", "Lịch"]


def test_after_downtime_only_the_newest_rung_is_sent(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    assert tick(bench, "2026-11-13 16:40") == 1
    assert outcomes(bench, "STP") == {
        **dict.fromkeys(("opening", "-10", "-5", "-3"), "overtaken"),
        "-1": "queued",
        **dict.fromkeys(("last_day", "closing", "+2"), "planned"),
        **dict.fromkeys(("week_1", "week_2", "week_3", "week_4"), "planned"),
    }
    assert len(an.messages) == 1
    assert outcomes(bench, "STC")["-1"] == "no_recipient"


def test_reminders_wait_while_the_clock_is_wrong_by_more_than_a_minute(bench: Bench) -> None:
    """They are neither sent nor settled, and go out once it is right (reliability.md 6)."""
    an = bench.officer("Nguyễn Văn An", "STP")
    pulse = Pulse(skew=61.0)
    tick = Tick(bench.sessions, bench.clock, lambda: symptoms.is_clock_wrong([pulse]))
    bench.clock.set("2026-11-11 08:00")
    before = outcomes(bench, "STP")
    for skew in (61.0, -61.0, 3600.0):
        pulse.skew = skew
        assert tick() == 0
    assert (outcomes(bench, "STP"), an.messages) == (before, [])
    pulse.skew = -60.0
    assert tick() > 0
    an.sees("reminder_self_assessment", unit="Sở Tư pháp")


def test_at_the_end_what_led_up_to_it_is_left_out_and_late_units_are_told_in_the_morning(
    bench: Bench,
) -> None:
    """F12: what comes after the end says that it is late, and what can still be done."""
    an = bench.officer("Nguyễn Văn An", "STP")
    assert tick(bench, "2026-11-16 00:00") == 0
    assert an.messages == []
    assert tick(bench, "2026-11-16 08:00") == 1
    kept = outcomes(bench, "STP")
    before = {"opening", "-10", "-5", "-3", "-1", "last_day"}
    assert {rung for rung, outcome in kept.items() if outcome == "overtaken"} == before
    assert kept["closing"] == "queued"  # +1 would say the same at the same hour.
    assert an.text == (
        "▲ Sở Tư pháp đã quá hạn 1 ngày làm việc, chưa gửi kết quả tự đánh giá "
        "(hạn 24:00 Chủ nhật, 15/11/2026).\n"
        "85 tiêu chí chưa chấm.\n"
        "Hệ thống không nhận thêm. Anh/chị báo Sở Nội vụ lý do chậm và đề nghị gia hạn nếu còn "
        "phải gửi. Từ 01/12, anh/chị có thể giải trình, bổ sung đối với những tiêu chí được yêu "
        "cầu."
    )
    assert an.labels == ["Còn thiếu gì", "Đã nắm"]


def test_within_the_grace_a_late_unit_is_told_that_it_is_still_taken(bench: Bench) -> None:
    """F6: the grace is not announced, but who is late and still within it must not give up."""
    an = bench.officer("Nguyễn Văn An", "STP")
    with bench.sessions.begin() as session:
        of_step = Window.step == Step.SELF_ASSESSMENT
        session.scalars(select(Window).where(of_step)).one().grace_minutes = 9 * 60
    tick(bench, "2026-11-16 08:00")
    assert an.text.splitlines()[2] == (
        "Hệ thống hiện vẫn nhận và ghi là gửi sau hạn; anh/chị hoàn thành và gửi ngay."
    )
    tick(bench, "2026-11-17 08:00")
    assert "Hệ thống không nhận thêm." in an.text


def test_the_chase_after_the_end_stops(bench: Bench) -> None:
    """F12: two working days, then four weeks, then silence."""
    an = bench.officer("Nguyễn Văn An", "STP")
    days = [f"2026-11-{day}" for day in range(16, 31)] + [f"2026-12-{d:02}" for d in range(1, 32)]
    for day in days:
        tick(bench, f"{day} 09:00")
        deliver(bench)
    late = {"overdue.self_assessment", "reminder_together"}  # On 01/12 beside the supplements.
    told = [m.created_at for m in an.messages if m.name in late]
    ends = ["11-16", "11-17", "11-25", "12-01", "12-08", "12-15"]
    assert told == [at(f"2026-{day} 09:00") for day in ends]
    assert set(outcomes(bench, "STP").values()) == {"overtaken", "queued"}


def test_who_owes_nothing_gets_nothing(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    finish(bench, "STP")
    assert tick(bench, "2026-11-02 08:00") == 0
    assert outcomes(bench, "STP")["-10"] == "nothing_owed"
    assert an.messages == []


def test_a_complete_sheet_is_owed_until_it_is_sent(bench: Bench) -> None:
    """R6.2: "đã đủ, chưa gửi" is reminded of, what was handed in is not."""
    an = bench.officer("Nguyễn Văn An", "STP")
    with bench.sessions.begin() as session:
        sheets.complete(session, "STP", an.person_id, bench.clock())
    assert tick(bench, "2026-11-02 08:00") == 1
    assert an.text.splitlines()[1] == ("Đã đủ, chưa gửi: cần trình lãnh đạo đơn vị duyệt và gửi.")
    an.picks("missing")
    an.sees("nothing_missing", lines=85)
    assert an.labels[0] == "Gửi duyệt"
    finish(bench, "STP")
    assert tick(bench, "2026-11-09 08:00") == 0


def test_a_reminder_reaches_who_holds_the_role_when_it_is_sent(bench: Bench) -> None:
    """C19: recipients are computed from the roles of that moment."""
    an = bench.officer("Nguyễn Văn An", "STP")
    with bench.sessions.begin() as session:
        session.scalars(select(Binding)).one().ended_at = bench.clock()
    ba = bench.officer("Phạm Ba", "STP")
    assert tick(bench, "2026-11-11 08:00") == 1
    assert [len(an.messages), len(ba.messages)] == [0, 1]


def test_an_extended_unit_is_told_its_own_deadline(bench: Bench) -> None:
    an, chi = bench.officer("Nguyễn Văn An", "STP"), bench.officer("Lê Chi", "STC")
    with bench.sessions.begin() as session:
        found, stp = session.scalars(select(Campaign)).one(), units.by_code(session, "STP")
        assert stp is not None
        until = bench.clock.set("2026-11-19 00:00")
        by = By(bench.clock.set("2026-11-10 08:30"))
        conduct.extend(session, by, found, stp, Step.SELF_ASSESSMENT, until, "CV 215")
    tick(bench, "2026-11-17 08:00")
    an.sees("reminder_self_assessment", left=Part("reminder_left.working_days", n=1))
    chi.sees("overdue.self_assessment", ago=Part("overdue_by.working_days", n=2))


def test_what_falls_together_for_one_person_is_one_message(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    bench.officer("Nguyễn Văn An", "STC")
    assert tick(bench, "2026-11-11 08:00") == 1
    message = an.sees("reminder_together", count=2)
    assert message.binding_id is None
    assert an.text.count("còn 3 ngày làm việc") == 2


def test_a_noted_reminder_is_kept_once_and_comes_again(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    tick(bench, "2026-11-11 08:00")
    for _ in range(2):
        an.picks("acknowledge_reminder")
        an.sees("reminder_noted", closes_at=at("2026-11-16 00:00"))
    assert tick(bench, "2026-11-13 08:00") == 1


def test_a_reminder_put_off_comes_back_to_that_person_alone(bench: Bench) -> None:
    an, hoa = bench.officer("Nguyễn Văn An", "STP"), bench.officer("Vũ Hoa", "STP")
    tick(bench, "2026-11-11 08:00")
    bench.clock.set("2026-11-11 08:05")
    an.picks("snooze")
    an.sees("snooze_when")
    assert an.labels == [
        "10:05 thứ Tư, 11/11/2026",
        "14:00 thứ Tư, 11/11/2026",
        "08:00 thứ Năm, 12/11/2026",
    ]
    an.picks("snooze_until", an.choices[1].value)
    an.sees("snoozed")
    assert tick(bench, "2026-11-11 13:59:59") == 0
    assert tick(bench, "2026-11-11 14:00") == 1
    an.sees("reminder_self_assessment")
    assert len(hoa.messages) == 1


def test_a_repeat_and_a_rung_at_the_same_time_are_one_message(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    tick(bench, "2026-11-11 08:00")
    bench.clock.set("2026-11-12 09:00")
    an.picks("snooze")
    an.picks("snooze_until", an.choices[-1].value)
    assert tick(bench, "2026-11-13 08:00") == 1
    assert outcomes(bench, "STP")["snooze"] == "overtaken"


def test_a_reminder_cannot_be_put_off_over_its_deadline(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    tick(bench, "2026-11-15 08:00")
    bench.clock.set("2026-11-15 10:00")
    an.picks("snooze")
    offer = an.last
    bench.clock.set("2026-11-15 23:00")
    an.picks("snooze")
    an.sees("refusal.snooze_too_late")
    an.picks("snooze_until", on=offer)
    an.sees("refusal.snooze_too_late")


@pytest.mark.parametrize("channel", ["test", "plain"])
def test_a_reminder_leaves_the_conversation_where_it_was(bench: Bench, channel: str) -> None:
    """The state, the memory and the open question are those of before (C12, design 4)."""

    def place() -> tuple[object, ...]:
        with bench.sessions() as session:
            chat = session.scalars(select(Chat)).one()
            return chat.conversation, chat.state, chat.memory, chat.prompt_id

    an = bench.officer("Nguyễn Văn An", "STP", channel=channel)
    an.types("/menu")
    before = place()
    tick(bench, "2026-11-11 08:00")
    an.picks("snooze")
    an.picks("snooze_until")
    an.picks("acknowledge_reminder")
    an.sees("reminder_noted")
    assert place() == before


def test_a_reviewer_is_reminded_until_the_task_is_answered(bench: Bench) -> None:
    dung = bench.officer("Đỗ Dũng", "STP", Role.REVIEWER)
    bench.officer("Nguyễn Văn An", "STP")
    with bench.sessions.begin() as session:
        found, stp = session.scalars(select(Campaign)).one(), units.by_code(session, "STP")
        person = session.get_one(Person, dung.person_id)
        assert stp is not None
        by = By(bench.clock.set("2026-11-03 10:05"))
        [area] = [a for a in appraisal.areas_of_agency(session, found, stp) if a.code == "2"]
        task = appraisal.assign(session, by, found, stp, area.code, person)
    tick(bench, "2026-11-13 08:00")
    dung.sees(
        "reminder_task", area="2", unit="Sở Tư pháp", left=Part("reminder_left.working_days", n=1)
    )
    with bench.sessions.begin() as session:
        by = By(
            bench.clock(),
            session.get_one(Person, dung.person_id),
            session.scalars(select(Binding).where(Binding.role == Role.REVIEWER)).one(),
        )
        appraisal.acknowledge(session, session.merge(task), by)
    told = len(dung.messages)
    tick(bench, "2026-11-15 08:00")
    assert len(dung.messages) == told
    with bench.sessions() as session:
        duty = Reminder.duty == "task_acknowledgement"
        of_task = select(Reminder).where(Reminder.task_id == task.id, duty)
        rows = session.scalars(of_task.order_by(Reminder.due_at))
        ended = [row.outcome for row in rows if row.due_at <= bench.clock()]
        assert ended[-1] is Outcome.NOTHING_OWED


def test_reminders_are_notices_with_one_key_each(bench: Bench) -> None:
    bench.officer("Nguyễn Văn An", "STP")
    tick(bench, "2026-11-11 08:00")
    with bench.sessions() as session:
        [message] = session.scalars(select(OutboxMessage))
        [reminder] = session.scalars(select(Reminder).where(Reminder.outcome == Outcome.QUEUED))
        key = f"reminder:{reminder.id}:{message.person_id}"
        assert (message.kind.value, message.key) == ("notice", key)


def may_leave(bench: Bench) -> list[int]:
    """The messages that the sender would take now."""
    with bench.sessions() as session:
        return [each.id for each in claiming.due(session, ["test"], bench.clock(), 100)]


def test_a_reminder_that_did_not_leave_is_taken_back_when_nothing_is_owed_any_more(
    bench: Bench,
) -> None:
    """C1: the process was down from 08:00 on, and the unit has sent its sheet meanwhile."""
    an = bench.officer("Nguyễn Văn An", "STP")
    assert tick(bench, "2026-11-11 08:00") == 1
    assert may_leave(bench) == [an.last.id]
    finish(bench, "STP")
    bench.clock.set("2026-11-11 08:10")
    assert may_leave(bench) == []
    assert tick(bench, "2026-11-11 09:30") == 0
    assert (an.last.status, may_leave(bench)) == (SendStatus.SUPERSEDED, [])


def test_a_reminder_that_did_not_leave_says_what_is_left_now(bench: Bench) -> None:
    """C1, X8: still owed the next day, with a day less to go."""
    an = bench.officer("Nguyễn Văn An", "STP")
    tick(bench, "2026-11-11 08:00")
    assert "còn 3 ngày làm việc" in an.text
    tick(bench, "2026-11-12 10:00")
    assert "còn 2 ngày làm việc" in an.text
    assert may_leave(bench) == [an.last.id]
    assert len(an.messages) == 1


def test_of_two_reminders_that_did_not_leave_only_the_newer_one_goes(bench: Bench) -> None:
    """F16: the one of 11/11 still waits when that of 13/11 is queued."""
    an = bench.officer("Nguyễn Văn An", "STP")
    tick(bench, "2026-11-11 08:00")
    tick(bench, "2026-11-13 08:00")
    older, newer = an.messages
    tick(bench, "2026-11-13 08:20")
    assert may_leave(bench) == [newer.id]
    assert an.messages[0].status is SendStatus.SUPERSEDED
    assert older.id != newer.id
