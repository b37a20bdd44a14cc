"""Days, deadlines, and dates as people write them (I6, F9; domain.md 13c 8)."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import calendar
from models.calendar import ZONE, Deadline
from models.messages import Part
from models.refusals import Refusal
from tests.clock import at

DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def test_before_a_day_ends_with_the_day_before_it_and_through_it_with_the_day() -> None:
    before = Deadline(at("2026-11-15 00:00"), "trước 15/11", at("2026-11-16 00:00"))
    through = Deadline(at("2026-11-16 00:00"), "đến hết 15/11")
    assert calendar.parse_deadline("trước 15/11", 2026) == before
    assert calendar.parse_deadline("đến hết 15/11", 2026) == through


@pytest.mark.parametrize(
    ("text", "closes"),
    [
        ("15/11/2026", "2026-11-16 00:00"),
        ("2026-11-15", "2026-11-16 00:00"),
        ("hết ngày 15/11", "2026-11-16 00:00"),
        ("TRUOC NGAY 15/11/2026", "2026-11-15 00:00"),
        ("before 15/11", "2026-11-15 00:00"),
        ("17:00 13/11/2026", "2026-11-13 17:00"),
        ("17h ngày 13/11", "2026-11-13 17:00"),
        ("17 giờ 30 phút ngày 13/11", "2026-11-13 17:30"),
        ("2026-11-13T17:00", "2026-11-13 17:00"),
        ("24:00 Chủ nhật, 15/11/2026", "2026-11-16 00:00"),
        ("trước 17:00 13/11/2026", "2026-11-13 17:00"),
    ],
)
def test_a_deadline_is_read_in_the_forms_that_offices_use(text: str, closes: str) -> None:
    assert calendar.parse_deadline(text, 2026).closes_at == at(closes)


@pytest.mark.parametrize("text", ["", "mai", "31/02", "25:00 15/11", "24:30 15/11", "15/11/26"])
def test_a_date_that_cannot_be_read_is_refused_and_repeated(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        calendar.parse_deadline(text, 2026)
    assert refused.value == Refusal("date_not_understood", text=text)


def test_an_opening_begins_with_its_day_and_is_never_an_end() -> None:
    assert calendar.parse_opening("16/11", 2026) == at("2026-11-16 00:00")
    with pytest.raises(Refusal) as refused:
        calendar.parse_opening("trước 16/11", 2026)
    assert refused.value == Refusal("opening_not_understood", text="trước 16/11")


@given(DAYS, st.integers(0, 24 * 60))
def test_what_the_bot_writes_about_an_instant_it_can_read_again(day: date, minute: int) -> None:
    hour = f"{minute // 60:02}:{minute % 60:02}"
    written = f"{hour} {WEEKDAYS[day.weekday()]}, {day:%d/%m/%Y}"
    expected = calendar.start_of(day) + timedelta(minutes=minute)
    assert calendar.parse_deadline(written, 2000).closes_at == expected


@given(DAYS)
def test_a_day_contains_every_instant_up_to_and_without_its_end(day: date) -> None:
    instants = [calendar.start_of(day), calendar.end_of(day) - timedelta.resolution]
    assert [calendar.local_day(i) for i in instants] == [day, day]
    assert calendar.last_day(calendar.end_of(day)) == day
    assert calendar.local_day(calendar.end_of(day)) == day + timedelta(days=1)


@settings(deadline=None)
@given(DAYS, st.integers(-30, 30).filter(bool))
def test_working_days_are_counted_to_the_same_number_both_ways(day: date, count: int) -> None:
    other = calendar.add_working_days(day, count)
    assert calendar.is_working_day(other)
    first, last = sorted((day, other))
    between = calendar.working_days_between(first, last)
    if count < 0:
        assert between == -count
    else:
        assert between == count - 1 + calendar.is_working_day(day)


def test_tet_and_weekends_are_no_working_days_and_saturdays_in_exchange_are() -> None:
    days = [date(2026, 2, 13), date(2026, 2, 17), date(2026, 8, 22), date(2026, 11, 15)]
    assert [calendar.is_working_day(day) for day in days] == [True, False, True, False]
    tet = date(2026, 2, 17)
    names = [calendar.holiday_name(tet), calendar.holiday_name(tet, "en")]
    assert names == ["Tết Nguyên Đán", "Lunar New Year"]
    assert calendar.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 23)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2026-11-03 10:05", Part("left.days", n=12)),
        ("2026-11-15 00:00", Part("left.days", n=1)),
        ("2026-11-15 00:01", Part("left.hours", n=23)),
        ("2026-11-15 23:30", Part("left.minutes", n=30)),
        ("2026-11-15 23:59:59", Part("left.minutes", n=1)),
        ("2026-11-16 00:00", Part("left.over")),
    ],
)
def test_what_is_left_is_never_more_than_there_is(now: str, left: Part) -> None:
    assert calendar.time_left(at(now), at("2026-11-16 00:00")) == left


def test_instants_are_those_of_vietnam() -> None:
    assert calendar.start_of(date(2026, 11, 16)) == datetime(2026, 11, 16, tzinfo=ZONE)
