"""A reminder fires, and what a person answers to it."""

from tests.faults.crash_points.scenarios.registry import scenario
from tests.faults.crash_points.stage import Person, Stage

DUE = "2026-11-11 08:00"


def _reminded(stage: Stage) -> Person:
    an = stage.officer("An", "STP")
    stage.clock.set("2026-11-11 07:30")
    stage.begin()
    stage.clock.set(DUE)
    an.sees("còn 3 ngày làm việc để tự đánh giá")
    return an


@scenario
def a_reminder_is_acknowledged(stage: Stage) -> None:
    an = _reminded(stage)
    an.picks("Đã nắm")
    an.sees("✓ Đã ghi nhận anh/chị đã nắm")


@scenario
def a_reminder_is_put_off(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.clock.set("2026-11-11 07:30")
    stage.begin(counting=False)
    stage.clock.set(DUE)
    an.sees("còn 3 ngày làm việc để tự đánh giá")
    stage.count()
    an.picks("Nhắc lại sau")
    an.sees("Anh/chị muốn được nhắc lại lúc nào?")
    stage.rest()
    an.picks(an.user.messages()[-1].buttons[0].label)
    an.sees("✓ Hệ thống sẽ nhắc lại lúc")
    stage.rest()
    stage.clock.set("2026-11-12 08:00")
    an.sees("để tự đánh giá")


@scenario
def reminders_of_several_people_fire_together(stage: Stage) -> None:
    people = [stage.officer(unit, unit) for unit in ("STP", "STC", "SXD")]
    stage.clock.set("2026-11-11 07:30")
    stage.begin()
    stage.clock.set(DUE)
    for person in people:
        person.sees("còn 3 ngày làm việc để tự đánh giá")
