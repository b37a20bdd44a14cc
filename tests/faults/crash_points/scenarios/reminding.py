"""What the clock brings: an opening, a reminder, and what a person answers to it."""

from tests.faults.crash_points.scenarios.registry import scenario_since
from tests.faults.crash_points.stage import Person, Stage

EVE, DUE = "2026-11-11 07:30", "2026-11-11 08:00"
REMINDED = "còn 3 ngày làm việc để tự đánh giá"


def _is_reminded(stage: Stage, an: Person) -> None:
    stage.begin(counting=False)
    stage.clock.set(DUE)
    an.sees(REMINDED)
    stage.count()


@scenario_since("2026-10-14 17:00")
def the_self_assessment_opens(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.begin()
    stage.clock.set("2026-10-15 08:00")
    an.sees("Tự đánh giá của Sở Tư pháp đã mở, hạn 24:00 Chủ nhật, 15/11/2026")


@scenario_since(EVE)
def reminders_of_several_people_fire_together(stage: Stage) -> None:
    people = [stage.officer(unit, unit) for unit in ("STP", "STC", "SXD")]
    stage.begin()
    stage.clock.set(DUE)
    for person in people:
        person.sees(REMINDED)


@scenario_since(EVE)
def a_reminder_is_acknowledged(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.begin()
    stage.clock.set(DUE)
    an.sees(REMINDED)
    an.picks("Đã nắm")
    an.sees("✓ Đã ghi nhận anh/chị đã nắm")


@scenario_since(EVE)
def a_reminder_is_put_off(stage: Stage) -> None:
    """And comes once more, at the time that was chosen."""
    an = stage.officer("An", "STP")
    _is_reminded(stage, an)
    an.picks("Nhắc lại sau")
    an.sees("Anh/chị muốn được nhắc lại lúc nào?")
    stage.rest()
    an.picks(an.user.messages()[-1].buttons[0].label)
    an.sees("✓ Hệ thống sẽ nhắc lại lúc")
    an.listens()
    stage.clock.set("2026-11-12 08:00")
    an.sees("để tự đánh giá")
