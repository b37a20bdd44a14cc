"""What the clock brings: an opening, a reminder, and what a person answers to it."""

from tests.faults.crash_points.scenarios.registry import scenario_since
from tests.faults.crash_points.stage import Person, Stage

EVE, DUE = "2026-11-11 07:30", "2026-11-11 08:00"


@scenario_since("2026-10-14 17:00")
def the_self_assessment_opens(stage: Stage) -> None:
    stage.officer("An", "STP")
    stage.begin()
    stage.falls_due("2026-10-15 08:00")


@scenario_since(EVE)
def reminders_of_several_people_fire_together(stage: Stage) -> None:
    for unit in ("STP", "STC"):
        stage.officer(unit, unit)
    stage.begin()
    stage.falls_due(DUE)


def _reminded(stage: Stage) -> Person:
    an = stage.officer("An", "STP")
    stage.begin(counting=False)
    stage.falls_due(DUE)
    an.sees("còn 3 ngày làm việc để tự đánh giá")
    stage.count()
    return an


@scenario_since(EVE)
def a_reminder_is_acknowledged(stage: Stage) -> None:
    an = _reminded(stage)
    an.picks("Đã nắm")
    an.sees("✓ Đã ghi nhận anh/chị đã nắm")


@scenario_since(EVE)
def a_reminder_is_put_off(stage: Stage) -> None:
    an = _reminded(stage)
    stage.clock.armed = False
    an.picks("Nhắc lại sau")
    an.sees("Anh/chị muốn được nhắc lại lúc nào?")
    stage.count()
    an.picks(an.user.messages()[-1].buttons[0].label)
    an.sees("✓ Hệ thống sẽ nhắc lại lúc")
    stage.falls_due("2026-11-12 08:00")
