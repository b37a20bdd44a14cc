"""How much an officer has to do for what is done a hundred times; the guide says so."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bench import Bench, Officer
from tests.papers import pdf

GUIDE = Path(__file__).parents[2] / "docs" / "guide.vi.md"
YES_NO, RATIO = "1.3.1", "1.3.3"


@dataclass
class Counted:
    """An officer whose acts are counted."""

    officer: Officer
    taps: int = 0
    messages: int = 0
    files: int = 0

    def picks(self, action: str, value: object = None) -> None:
        self.taps += 1
        self.officer.picks(action, value)

    def types(self, text: str) -> None:
        self.messages += 1
        self.officer.types(text)

    def sends(self, caption: str = "") -> None:
        self.files += 1
        self.officer.sends(("KH-12.pdf", pdf("KH-12")), caption=caption)

    @property
    def acts(self) -> tuple[int, int, int]:
        return self.taps, self.messages, self.files


@pytest.fixture
def an(bench: Bench) -> Officer:
    return bench.officer("Nguyễn Văn An", "STP")


def lists_what_is_not_scored(an: Officer, code: str) -> str:
    """On the page on which the line stands; what the line's choice carries."""
    an.types("/tinhtrang")
    an.picks("show_unscored")
    while not (found := [c.value for c in an.choices if c.values.get("code") == code]):
        an.picks("next_page")
    return found[0]


def scores_yes(an: Officer) -> Counted:
    line, counted = lists_what_is_not_scored(an, YES_NO), Counted(an)
    counted.picks("score_line", line)
    counted.picks("answer_yes")
    an.sees("self_score_recorded", code=YES_NO)
    return counted


def scores_a_ratio(an: Officer) -> Counted:
    line, counted = lists_what_is_not_scored(an, RATIO), Counted(an)
    counted.picks("score_line", line)
    counted.types("50")
    counted.types("47")
    an.sees("self_score_recorded", code=RATIO)
    return counted


def sends_a_file_for_it(an: Officer) -> Counted:
    scores_yes(an)
    counted = Counted(an)
    counted.picks("evidence_for")
    counted.sends()
    an.sees("evidence_saved", codes=[YES_NO])
    return counted


def sends_a_file_with_its_code(an: Officer) -> Counted:
    counted = Counted(an)
    counted.sends(f"{YES_NO} KH 12/KH-STP 08/01/2026 mục II")
    an.sees("evidence_saved", codes=[YES_NO])
    return counted


def goes_on_to_the_next(an: Officer) -> Counted:
    scores_yes(an)
    counted = Counted(an)
    counted.picks("next_line")
    an.sees("ask_percent")
    return counted


def goes_on_from_home(an: Officer) -> Counted:
    an.types("/menu")
    counted = Counted(an)
    counted.picks("continue")
    an.sees("ask_option")
    return counted


WAYS: dict[str, Callable[[Officer], Counted]] = {
    "Chấm một tiêu chí có/không, từ danh sách chưa chấm": scores_yes,
    "Chấm một tiêu chí tỷ lệ, từ danh sách chưa chấm": scores_a_ratio,
    "Nộp tệp cho tiêu chí vừa chấm": sends_a_file_for_it,
    "Nộp tệp có ghi mã tiêu chí": sends_a_file_with_its_code,
    "Sang tiêu chí còn thiếu tiếp theo": goes_on_to_the_next,
    "Làm tiếp từ trang đầu": goes_on_from_home,
}


def promised() -> dict[str, tuple[int, ...]]:
    """The guide's table: taps, messages and files of each way."""
    rows = re.findall(r"^\| (.+?) \| (\d) \| (\d) \| (\d) \|$", GUIDE.read_text(), re.MULTILINE)
    return {name: tuple(int(figure) for figure in figures) for name, *figures in rows}


def test_the_guide_promises_what_is_counted_here() -> None:
    assert promised().keys() == WAYS.keys()


@pytest.mark.parametrize("way", WAYS)
def test_it_takes_as_many_acts_as_the_guide_says(an: Officer, way: str) -> None:
    assert WAYS[way](an).acts == promised()[way]


def test_an_old_list_leads_to_the_line_that_was_chosen(an: Officer) -> None:
    """The line was scored since: it is asked again, and no other line in its place."""
    line = lists_what_is_not_scored(an, YES_NO)
    listed = an.last
    an.picks("score_line", line)
    an.picks("answer_yes")
    an.picks("score_line", line, on=listed)
    an.sees("ask_yes_no")
    an.picks("answer_no")
    an.sees("self_score_recorded", code=YES_NO)
