"""Numbers as officers type them: read exactly, or refused with the reason (domain.md 13c, 4)."""

from decimal import Decimal as D

import pytest

from models import points
from models.refusals import Refusal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,25", D("1.25")),
        ("1.25", D("1.25")),
        (" 47 ", D(47)),
        ("0", D(0)),
        ("12 500", D(12500)),
        ("12\u00a0500,5", D("12500.5")),
        ("0,125", D("0.125")),
        ("1234,5", D("1234.5")),
        ("1,2340", D("1.234")),
    ],
)
def test_a_comma_and_a_point_are_the_same(text: str, value: D) -> None:
    assert points.parse_number(text) == value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1.234,5", "number_with_two_marks"),
        ("1,234.5", "number_with_two_marks"),
        ("1.234.567", "number_with_two_marks"),
        ("1.234", "number_ambiguous"),
        ("12,500", "number_ambiguous"),
        ("bốn mươi bảy", "number_unreadable"),
        ("NaN", "number_unreadable"),
        ("Infinity", "number_unreadable"),
        ("1e3", "number_unreadable"),
        ("👍", "number_unreadable"),
        ("４７", "number_unreadable"),
        ("", "number_unreadable"),
        ("47/50", "number_unreadable"),
        ("-1", "number_negative"),
        ("1" * 16, "number_too_long"),
        ("0,00001", "number_too_fine"),
    ],
)
def test_what_is_no_number_or_could_be_two_is_refused(text: str, name: str) -> None:
    with pytest.raises(Refusal) as caught:
        points.parse_number(text)
    assert caught.value.name == name


def test_points_have_two_decimals_and_cases_none() -> None:
    assert (points.parse_points("0,25"), points.parse_count("3")) == (D("0.25"), 3)
    for parse, text in ((points.parse_points, "0,1255"), (points.parse_count, "2,5")):
        with pytest.raises(Refusal):
            parse(text)


def test_a_percent_below_one_without_a_sign_is_doubtful() -> None:
    typed = ("95", "95,5", "95%", "0.95", "0,95 %", "0", "1")
    found = [points.parse_percent(text) for text in typed]
    assert [(percent.value, percent.doubtful) for percent in found] == [
        (D(95), False),
        (D("95.5"), False),
        (D(95), False),
        (D("0.95"), True),
        (D("0.95"), False),
        (D(0), False),
        (D(1), True),
    ]
    assert points.as_figure(found[3].times_hundred) == "95"
