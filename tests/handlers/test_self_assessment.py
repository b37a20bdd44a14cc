"""Scoring a line from a chat by its rule's own labels (conversations 6, R6.2, domain.md 13c)."""

from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import select

from models.assessment import Line, SelfScore
from models.audit import AuditEntry
from models.catalogue import Item
from models.people import Role
from tests.bench import Bench, Officer


@pytest.fixture
def an(bench: Bench) -> Officer:
    return bench.officer("Nguyễn Văn An", "STP")


def opens(officer: Officer, code: str) -> None:
    """Go to a line as anybody would: what is missing, its code, its card."""
    officer.types("/tinhtrang")
    officer.picks("show_unscored")
    officer.types(code)
    scored = any(choice.action == "change_figures" for choice in officer.choices)
    officer.picks("change_figures" if scored else "score")


def scores(bench: Bench, code: str) -> list[tuple[int, dict[str, Any], D | None]]:
    """(version, inputs, points) of a line of whichever unit has some."""
    with bench.sessions() as session:
        query = select(SelfScore).join(Line).join(Item).where(Item.code == code)
        found = session.scalars(query.order_by(SelfScore.version))
        return [(score.version, dict(score.inputs), score.points) for score in found]


def test_a_ratio_is_asked_in_two_steps_and_explained(bench: Bench, an: Officer) -> None:
    opens(an, "1.3.3")
    assert an.text == (
        "1.3.3 Xử lý vấn đề phát hiện qua kiểm tra (tối đa 1 điểm)\n"
        "Số vấn đề phát hiện là bao nhiêu?"
    )
    assert an.labels == ["Cách chấm", "Để sau"]
    an.types("50")
    assert an.text.endswith("Trong đó, số vấn đề đã xử lý hoặc kiến nghị xử lý là bao nhiêu?")
    an.types("bốn mươi bảy")
    assert an.text == (
        "Anh/chị vui lòng nhập bằng chữ số, ví dụ 47. Số vấn đề phát hiện (50) vẫn được giữ."
    )
    an.types("47")
    assert an.text == (
        "47/50 = 94%. Từ 80% trở lên được tính theo tỷ lệ: 0,94/1 điểm.\n"
        "Tài liệu kiểm chứng: chưa có."
    )
    assert [(choice.action, choice.values.get("code")) for choice in an.choices] == [
        ("evidence_for", None),
        ("explain", None),
        ("next_line", "1.4.1"),
        ("change_figures", None),
        ("claim_other", None),
        ("data_as_of", None),
        ("menu", None),
    ]
    assert scores(bench, "1.3.3") == [(1, {"numerator": "47", "denominator": "50"}, D("0.94"))]


def test_a_correction_is_a_new_version_and_both_are_in_the_log(bench: Bench, an: Officer) -> None:
    """I7, I9."""
    for figure in ("85%", "20,5"):
        opens(an, "1.3.2")
        an.types(figure)
    assert scores(bench, "1.3.2") == [
        (1, {"value": "85"}, D("0.5")),
        (2, {"value": "20.5"}, D("0.25")),
    ]
    with bench.sessions() as session:
        query = select(AuditEntry).where(AuditEntry.action == "score_line")
        logged = [entry.details for entry in session.scalars(query.order_by(AuditEntry.id))]
    assert [details["version"] for details in logged] == [1, 2]


@pytest.mark.parametrize(("meant", "points"), [("95", D("0.5")), ("0.95", D(0))])
def test_a_percent_of_0_95_is_questioned(bench: Bench, an: Officer, meant: str, points: D) -> None:
    opens(an, "1.3.2")
    an.types("0.95")
    an.sees("percent_in_doubt", value=D("0.95"))
    assert scores(bench, "1.3.2") == []
    an.picks("percent_meant", meant)
    assert scores(bench, "1.3.2") == [(1, {"value": meant}, points)]


def test_more_than_all_is_questioned_and_counts_when_it_is_right(
    bench: Bench, an: Officer
) -> None:
    opens(an, "1.3.3")
    an.types("50")
    an.types("75")
    an.sees("ratio_in_doubt")
    an.picks("figures_right")
    assert scores(bench, "1.3.3") == [(1, {"numerator": "75", "denominator": "50"}, D(1))]


@pytest.mark.parametrize(
    ("code", "points", "words"),
    [
        ("1.3.3", D(1), "được điểm tối đa: 1/1 điểm"),
        ("1.1.3", D(0), "không được điểm: 0/1,5 điểm"),
        ("2.1.1", None, "không đánh giá tiêu chí này trong năm nay"),
    ],
)
def test_a_denominator_of_zero_is_settled_by_the_line_s_own_rule(
    bench: Bench, an: Officer, code: str, points: D | None, words: str
) -> None:
    opens(an, code)
    an.types("0")
    assert scores(bench, code) == []
    an.picks("figures_right")
    assert words in an.text
    assert scores(bench, code) == [(1, {"numerator": "0", "denominator": "0"}, points)]


def test_the_other_kinds_ask_by_their_own_labels(bench: Bench, an: Officer) -> None:
    opens(an, "1.1.1")
    an.picks("pick_option", 0)
    opens(an, "1.3.1")
    an.picks("answer_no")
    opens(an, "1.4.2")
    for place in (0, 2, 3, 2):
        an.picks("tick" if place != 2 or "untick" not in actions(an, "2") else "untick", place)
    an.sees("ask_ticks")
    an.picks("ticks_done")
    opens(an, "1.2.1")
    an.types("1")
    an.types("một")
    an.sees("refusal.number_unreadable")
    an.types("2")
    an.picks("no_cases")
    assert an.text.startswith("Trừ điểm 3 trường hợp: 0/1 điểm.")
    opens(an, "7.1.3")
    an.types("0,75")
    an.sees("refusal.points_out_of_range")
    an.types("0,25")
    an.types("Trang có đủ chuyên mục")
    opens(an, "1.5")
    an.types("1")
    found = {code: scores(bench, code)[-1][1:] for code in
             ("1.1.1", "1.3.1", "1.4.2", "1.2.1", "7.1.3", "1.5")}  # fmt: skip
    assert found == {
        "1.1.1": ({"option": 0}, D("0.5")),
        "1.3.1": ({"answer": False}, D(0)),
        "1.4.2": ({"ticked": [0, 3]}, D("0.5")),
        "1.2.1": ({"cases": [1, 2, 0]}, D(0)),
        "7.1.3": ({"points": "0.25", "reason": "Trang có đủ chuyên mục"}, D("0.25")),
        "1.5": ({"value": "1"}, D(1)),
    }


def actions(officer: Officer, value: str) -> list[str]:
    return [choice.action for choice in officer.choices if choice.value == value]


def test_how_it_is_scored_is_one_tap_away_and_the_question_waits(
    bench: Bench, an: Officer
) -> None:
    opens(an, "1.3.3")
    an.types("50")
    an.picks("how_scored")
    an.sees("how_line_is_scored", code="1.3.3")
    an.types("40")
    assert scores(bench, "1.3.3")[0][2] == D("0.8")


def test_a_line_may_be_left_for_later_without_a_score(bench: Bench, an: Officer) -> None:
    """F22, F23."""
    opens(an, "1.3.3")
    an.types("50")
    an.picks("score_later")
    an.sees("scoring_left", code="1.3.3")
    assert scores(bench, "1.3.3") == []
    an.picks("next_line")
    assert an.text.startswith("1.4.1 ")


@pytest.mark.parametrize(
    ("at", "refusal"),
    [
        ("2026-10-14 23:59:59", "window_not_open"),
        ("2026-11-16 00:00", "window_closed"),
    ],
)
def test_outside_the_window_nothing_is_scored_even_by_an_old_button(
    bench: Bench, an: Officer, at: str, refusal: str
) -> None:
    """R6.2, C8: up to and without the closing instant; an old press is judged anew."""
    bench.clock.set("2026-11-15 23:59:59")
    opens(an, "1.1.1")
    question = an.last
    bench.clock.set(at)
    an.picks("pick_option", 0, on=question)
    an.sees(f"refusal.{refusal}")
    assert scores(bench, "1.1.1") == []
    bench.clock.set("2026-11-15 23:59:59")
    an.picks("pick_option", 0, on=question)
    assert scores(bench, "1.1.1") == [(1, {"option": 0}, D("0.5"))]


def test_nobody_scores_another_unit_s_line(bench: Bench, an: Officer) -> None:
    """I8: not even with a button that says so."""
    opens(an, "1.1.1")
    question = an.last
    with bench.sessions.begin() as session:
        chat_of_binh = bench.officer("Trần Thị Bình", "STC")
        message = session.merge(question)
        message.address, message.binding_id = chat_of_binh.address, None
    chat_of_binh.types("/menu")
    chat_of_binh.picks("pick_option", 0, on=question)
    chat_of_binh.sees("refusal.not_your_unit")
    assert scores(bench, "1.1.1") == []


def test_without_buttons_choices_are_lettered_and_numbers_are_figures(bench: Bench) -> None:
    """I10."""
    binh = bench.officer("Trần Thị Bình", "STP", Role.DEPUTY, channel="plain")
    binh.types("/menu")
    binh.types("1")
    binh.types("2")
    assert scores(bench, "1.1.1") == [(1, {"option": 1}, D("0.25"))]
    binh.types("/tinhtrang")
    binh.types("3")
    binh.types("1.3.3")
    binh.types("1")
    binh.types("50")
    binh.types("50")
    assert scores(bench, "1.3.3")[0][2] == D(1)
