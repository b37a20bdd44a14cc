"""A coordinator sets when a duty is reminded of, and sees beforehand what that gives (C4, N8)."""

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.people import Role
from models.reminders import Outcome, Reminder
from tests.bench import Bench, Officer
from tests.clock import ZONE

DUTY = "self_assessment"


@pytest.fixture
def lan(bench: Bench) -> Officer:
    bench.clock.set("2026-11-03 09:00")
    return bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)


def opens(officer: Officer) -> None:
    officer.types("/lich")
    officer.picks("ladders")
    officer.picks("ladder_of", next(c.value for c in officer.choices if c.value.endswith(DUTY)))


def changes(officer: Officer, part: str, typed: str) -> None:
    """Up to the confirmation."""
    opens(officer)
    officer.picks("edit_ladder", part)
    officer.types(typed)


def instants(bench: Bench) -> list[str]:
    """When the duty is planned from now on, by the hours of Vietnam."""
    with bench.sessions() as session:
        planned = (Reminder.duty == DUTY, Reminder.outcome == Outcome.PLANNED)
        query = select(Reminder.due_at).where(*planned).distinct().order_by(Reminder.due_at)
        found = [each for each in session.scalars(query) if each >= bench.clock()]
    return [f"{each.astimezone(ZONE):%d/%m %H:%M}" for each in found]


def test_a_ladder_is_shown_with_what_it_gives(bench: Bench, lan: Officer) -> None:
    opens(lan)
    assert lan.text.startswith(
        "Tự đánh giá (đơn vị)\n"
        "Trước hạn (ngày làm việc): 10, 5, 3, 1\n"
        "Giờ nhắc: 08:00\n"
        "Ngày cuối: 08:00, 14:00\n"
        "Sau hạn (ngày làm việc): 1, 2\n"
        "Sau đó hằng tuần, số lần: 4\n"
        "Sắp nhắc:\n"
        "08:00 thứ Hai, 09/11/2026 (30 đầu việc)\n"
    )


def test_a_change_is_shown_beforehand_and_holds_when_it_is_confirmed(
    bench: Bench, lan: Officer
) -> None:
    before = instants(bench)
    changes(lan, "before", "4 2")
    lan.sees("confirm_ladder")
    assert "Trước hạn (ngày làm việc): 4, 2" in lan.text
    assert "08:00 thứ Ba, 10/11/2026 (30 đầu việc)" in lan.text
    assert instants(bench) == before
    lan.picks("keep_ladder")
    lan.sees("ladder_is_set")
    assert instants(bench) == [
        "10/11 08:00", "12/11 08:00", "15/11 08:00", "15/11 14:00", "16/11 08:00",
        "17/11 08:00", "25/11 08:00", "01/12 08:00", "08/12 08:00", "15/12 08:00",
    ]  # fmt: skip


def test_the_default_comes_back(bench: Bench, lan: Officer) -> None:
    before = instants(bench)
    changes(lan, "weeks", "0")
    lan.picks("keep_ladder")
    assert instants(bench) != before
    opens(lan)
    lan.picks("default_ladder")
    lan.picks("keep_ladder")
    assert instants(bench) == before
    opens(lan)
    assert "default_ladder" not in {choice.action for choice in lan.choices}


def test_what_is_no_ladder_is_refused_and_asked_for_again(bench: Bench, lan: Officer) -> None:
    before = instants(bench)
    for part, typed, refusal in (
        ("before", "mười", "ladder_days_not_understood"),
        ("before", "61", "ladder_days_out_of_range"),
        ("before", "1 2 3 4 5 6 7 8 9 10 11", "ladder_too_long"),
        ("after", "-1", "ladder_days_not_understood"),
        ("last_day", "sáng", "ladder_hours_not_understood"),
        ("weeks", "27", "ladder_weeks_out_of_range"),
        ("weeks", "1 2", "ladder_days_not_understood"),
        ("hour", "22:00", "ladder_hour_is_quiet"),
        ("hour", "25:00", "ladder_hours_not_understood"),
        ("hour", "08:00 09:00", "ladder_hours_not_understood"),
    ):
        changes(lan, part, typed)
        lan.sees(f"refusal.{refusal}")
    lan.types("9h")
    lan.sees("confirm_ladder")
    assert instants(bench) == before


def test_of_two_coordinators_at_once_neither_writes_over_the_other(
    bench: Bench, lan: Officer
) -> None:
    mai = bench.officer("Hoàng Mai", "SNV", Role.COORDINATOR)
    changes(lan, "before", "4 2")
    changes(mai, "weeks", "0")
    lan.picks("keep_ladder")
    mai.picks("keep_ladder")
    mai.sees("refusal.ladder_set_meanwhile")
    mai.picks("ladder_of")
    assert "Trước hạn (ngày làm việc): 4, 2" in mai.text
    assert "Sau đó hằng tuần, số lần: 4" in mai.text


def test_the_same_button_twice_sets_once(bench: Bench, lan: Officer) -> None:
    changes(lan, "before", "4 2")
    confirm = lan.last
    for _ in range(2):
        lan.picks("keep_ladder", on=confirm)
        lan.sees("ladder_is_set")
    with bench.sessions() as session:
        acts = session.scalars(select(AuditEntry.action)).all()
    assert list(acts).count("set_ladder") == 1


def test_back_and_away_in_the_middle_leaves_everything(bench: Bench, lan: Officer) -> None:
    before = instants(bench)
    changes(lan, "before", "4 2")
    lan.picks("ladder_of")
    lan.sees("ladder_shown")
    lan.picks("edit_ladder", "hour")
    lan.types("/menu")
    lan.types("9h")
    assert lan.last.name != "confirm_ladder"
    assert instants(bench) == before


def test_who_lost_the_role_sets_nothing(bench: Bench, lan: Officer) -> None:
    before = instants(bench)
    changes(lan, "before", "4 2")
    with bench.sessions.begin() as session:
        session.connection().exec_driver_sql("UPDATE binding SET role = 'observer'")
    lan.picks("keep_ladder")
    lan.sees("refusal.not_your_role")
    assert instants(bench) == before
