"""Sentences come from catalogues; what a value looks like follows from its type."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.channel import Span
from bot.words import Words
from models.messages import Choice, Part

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
VIETNAMESE = r"""
msgid "instant"
msgstr "{hour} {weekday}, {day}"
msgid "weekday.6"
msgstr "Chủ nhật"
msgid "weekday.0"
msgstr "thứ Hai"
msgid "score"
msgstr "**{code}**: {points}/{most} điểm"
msgid "due"
msgstr "hạn {at:deadline}"
msgid "short"
msgstr "{at:deadline_short} {day:short} {size:bytes}"
msgid "list"
msgstr "{lines}\n{note}\n{names}"
msgid "line"
msgstr "- {what:cut12} {count:dòng|các dòng}"
msgid "group"
msgstr "{kind:capital} ({count})"
msgid "row"
msgstr "{number}{size:bytes} {nothing}"
msgid "number"
msgstr "{number} · "
msgid "choice.open"
msgstr "**Mở** {code}"
msgid "choice.role"
msgstr "{role}"
"""


@pytest.fixture
def words(tmp_path: Path) -> Words:
    for language in ("vi", "en"):
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "test.po").write_text(HEADER + VIETNAMESE, "utf-8")
    return Words(tmp_path)


def test_points_print_with_a_comma_and_at_most_two_decimals(words: Words) -> None:
    values = {"code": "1.3.3", "points": Decimal("0.9400"), "most": Decimal("1.0")}

    assert words.plain("score", "vi", **values) == "1.3.3: 0,94/1 điểm"
    assert words.plain("score", "en", **values) == "1.3.3: 0.94/1 điểm"


def test_a_value_may_begin_with_a_capital(words: Words) -> None:
    assert words.plain("group", "vi", kind="đơn vị Đông Sơn", count=2) == "Đơn vị Đông Sơn (2)"
    assert words.plain("group", "vi", kind="", count=2) == " (2)"


def test_bold_is_the_templates_and_never_a_values(words: Words) -> None:
    values = {"code": "**x**", "points": Decimal(1), "most": Decimal(1)}

    assert words.text("score", values) == (Span("**x**", bold=True), Span(": 1/1 điểm"))


def test_a_deadline_at_midnight_is_the_end_of_the_day_before(words: Words) -> None:
    midnight = datetime(2026, 11, 15, 17, tzinfo=UTC)  # 00:00 on the 16th in Vietnam.

    assert words.plain("due", at=midnight) == "hạn 24:00 Chủ nhật, 15/11/2026"
    assert words.plain("due", at=datetime(2026, 11, 16, 10, tzinfo=UTC)) == (
        "hạn 17:00 thứ Hai, 16/11/2026"
    )


def test_short_forms(words: Words) -> None:
    midnight = datetime(2026, 11, 15, 17, tzinfo=UTC)
    text = words.plain("short", at=midnight, day=date(2026, 1, 8), size=1_887_437)

    assert text == "15/11 08/01 1,8 MB"


def test_lines_without_a_value_are_dropped_and_lists_fill_lines(words: Words) -> None:
    lines = [Part("line", what="một hai ba bốn năm", count=1), Part("line", what="sáu", count=2)]
    text = words.plain("list", lines=lines, note=None, names=["A", "B"])

    assert text == "- một hai ba… dòng\n- sáu các dòng\nA, B"


def test_a_space_that_a_part_ends_with_stays_and_one_at_the_end_of_a_line_goes(
    words: Words,
) -> None:
    number = Part("number", number="12/KH-STP")

    assert words.plain("row", number=number, size=2048, nothing="") == "12/KH-STP · 2 KB"


def test_a_label_is_plain_text(words: Words) -> None:
    assert words.label(Choice("open", 3, code="2.1.1")) == "Mở 2.1.1"


def test_a_label_begins_with_a_capital_whatever_it_names(words: Words) -> None:
    assert words.label(Choice("role", 1, role="đơn vị")) == "Đơn vị"
    assert words.label(Choice("role", 2, role="○ đơn vị")) == "○ đơn vị"
