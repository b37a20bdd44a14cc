"""A line is scored step by step."""

from tests.faults.crash_points.scenarios.registry import scenario
from tests.faults.crash_points.stage import Person, Stage


def _open(an: Person, code: str) -> None:
    an.types("/tinhtrang")
    an.picks("Xem 85 tiêu chí chưa chấm")
    an.types(code)
    an.picks("Chấm điểm")


@scenario
def a_ratio_in_two_steps(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.begin(counting=False)
    _open(an, "1.3.3")
    an.sees("Số vấn đề phát hiện là bao nhiêu?")
    stage.count()
    an.types("50")
    an.types("47")
    an.sees("47/50 = 94%")


@scenario
def a_line_is_scored_by_a_button(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.begin(counting=False)
    _open(an, "1.3.1")
    stage.count()
    an.picks("Có")
    an.sees("Có: 0,5/0,5 điểm.")


@scenario
def a_score_is_corrected(stage: Stage) -> None:
    """Nothing is written over: the correction is a version of its own (I7)."""
    an = stage.officer("An", "STP")
    stage.begin(counting=False)
    _open(an, "1.3.2")
    an.types("85%")
    an.sees("85%")
    stage.count()
    an.picks("Sửa số liệu")
    an.types("20,5")
    an.sees("20,5%")
