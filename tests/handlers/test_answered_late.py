"""Written in an outage and answered behind the deadline: what was done in time counts, and what is
said of the present is true when it is said (I6, X25)."""

import re
from collections.abc import Iterator

import pytest

from models.people import Role
from tests import sheets
from tests.bench import Bench, Officer
from tests.handlers.test_councils import gives, opens


@pytest.fixture
def an(bench: Bench) -> Officer:
    return bench.officer("Nguyễn Văn An", "STP")


@pytest.fixture
def outage(bench: Bench, an: Officer) -> Iterator[None]:
    """Eleven hours before the self-assessment ends; over ten minutes after its end."""
    bench.clock.set("2026-11-15 12:50")
    with bench.away_until("2026-11-16 00:10"):
        yield


def test_the_calendar_shows_what_is_open_when_it_is_answered(an: Officer, outage: None) -> None:
    an.types("/lich")
    assert an.text.splitlines()[2:4] == [
        "✓ Tự đánh giá: 15/10 đến hết 15/11",
        "● Thẩm định lần 1: 16/11 đến hết 30/11 (còn 14 ngày)",
    ]


def test_the_home_page_does_not_count_hours_that_are_gone(an: Officer, outage: None) -> None:
    an.types("/menu")
    assert an.text.splitlines()[:2] == [
        "Sở Tư pháp · CCHC 2026 · ● Thẩm định lần 1",
        "Hạn 24:00 thứ Hai, 30/11/2026 (còn 14 ngày)",
    ]


def test_what_is_offered_can_be_done_when_it_is_answered(an: Officer, outage: None) -> None:
    offered = []
    for text in ("/menu", "/tinhtrang", "1.3.1", "/minhchung 1.3.1"):
        an.types(text)
        offered.append([choice.action for choice in an.choices])
    assert offered == [
        ["missing", "documents", "workbook", "calendar", "more"],
        ["show_unscored", "menu"],
        ["missing", "menu"],
        ["calendar", "evidence_next", "menu"],
    ]
    assert "thời hạn tự đánh giá của Sở Tư pháp đã hết" in an.text


def test_the_overview_says_as_of_when_its_figures_are(
    bench: Bench, an: Officer, outage: None
) -> None:
    lan = bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)
    lan.types("/tiendo")
    assert lan.text.splitlines()[0] == (
        "Tự đánh giá đã kết thúc lúc 24:00 Chủ nhật, 15/11/2026; "
        "số liệu đến 00:10 thứ Hai, 16/11/2026"
    )


def test_what_was_handed_in_before_the_end_is_in_time(
    bench: Bench, an: Officer, outage: None
) -> None:
    an.sends(("KH-12.pdf", b"12"), caption="1.1.1")
    assert an.text.startswith("✓ Đã lưu 1/1 tệp")
    bench.clock.set("2026-11-16 00:00")
    an.sends(("KH-13.pdf", b"13"), caption="1.1.1")
    an.sees("refusal.window_closed")


def test_what_was_scored_and_approved_before_the_end_is_in_time(bench: Bench, an: Officer) -> None:
    """The question and the proposal were there before the outage."""
    bench.clock.set("2026-11-15 12:40")
    chi = bench.officer("Lê Chi", "STC")
    head = bench.officer("Lê Thị Hoa", "STP", Role.HEAD)
    with bench.sessions.begin() as session:
        sheets.complete(session, "STP", an.person_id, bench.clock())
    chi.types("1.3.2")
    chi.picks("score")
    an.types("/guiduyet")
    an.picks("propose")
    with bench.away_until("2026-11-16 00:10"):
        chi.types("85%")
        head.picks("approve")
    assert chi.text.startswith("85%, đạt mức từ 30% trở lên: 0,5/0,5 điểm.")
    head.sees("sheet_sent")
    assert "(trong hạn)" in head.text


def test_who_is_given_a_task_hears_what_is_left_by_then(bench: Bench, outage: None) -> None:
    lan = bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)
    hoa = bench.officer("Lê Thị Hòa", "STP", Role.REVIEWER)
    opens(lan, "STP")
    lan.picks("pick_areas", "2")
    gives(lan, hoa)
    hoa.sees("task_card")
    assert "còn 14 ngày" in hoa.text


def test_a_one_time_link_is_good_from_when_it_comes(bench: Bench, an: Officer) -> None:
    with bench.away_until("2026-11-03 12:05"):
        an.types("/dangnhap")
    link = re.search(r"https://\S+/\w{26}", an.text)
    assert link is not None
    bench.clock.set("2026-11-03 12:10")
    other = bench.stranger("Máy khác")
    other.types(link[0])
    other.sees("logged_in", person="Nguyễn Văn An")
