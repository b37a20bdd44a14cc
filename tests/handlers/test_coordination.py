"""The coordinator sees where the units stand (conversations.md 9, R5.1c, N1)."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from models.assessment import Assessment, SelfScore
from models.assessment.tables import Line
from models.catalogue.tables import Item
from models.people import Person, Role
from models.units import Unit
from tests.bench import Bench, Officer


@pytest.fixture
def lan(bench: Bench) -> Officer:
    bench.clock.set("2026-11-11 08:00")
    return bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)


def score(bench: Bench, officer: Officer, unit: str, *codes: str) -> None:
    """Enter 0 points for these lines; none: for all of the unit's own."""
    with bench.sessions.begin() as session:
        query = (
            select(Line)
            .join(Line.assessment)
            .join(Assessment.unit)
            .join(Line.item)
            .where(Unit.code == unit, Item.code.in_(codes))
        )
        for line in session.scalars(query):
            by = {"scored_by_id": officer.person_id, "scored_at": bench.clock()}
            given = {"inputs": {}, "points": Decimal(0), "version": 1}
            session.add(SelfScore(line_id=line.id, **given, **by))


def test_the_overview_counts_the_units_by_stage(bench: Bench, lan: Officer) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    score(bench, an, "STP", "1.1.1", "1.1.2")
    lan.types("/tiendo")
    assert lan.text == (
        "Tự đánh giá, đến 08:00 thứ Tư, 11/11/2026 (còn 4 ngày)\n"
        "✓ đã gửi 0 · đã đủ, chưa gửi 0 · ● đang làm 1 · ▲ chưa bắt đầu 29 · "
        "không liên lạc được 29\n"
        "Chưa bắt đầu: VP UBND tỉnh, Sở Nội vụ, Sở Tài chính, Sở KH&ĐT, "
        "Sở Công Thương, Sở NN&PTNT, Sở GTVT, Sở Xây dựng, Sở TN&MT, Sở TT&TT "
        "và 19 đơn vị khác\n"
        "Phân công thẩm định: đã giao 0/10 lĩnh vực, đã nhận 0/0"
    )
    assert lan.labels == [
        "Nhắc 29 đơn vị chưa bắt đầu",
        "Bảng tiến độ (ảnh)",
        "Không liên lạc được",
        "Xuất Excel",
        "Chưa bắt đầu (29)",
        "Đang làm (1)",
        "Ai chưa nhận được",
        "Phân công thẩm định",
        "Về trang đầu",
    ]


@pytest.mark.parametrize(
    ("now", "heading"),
    [
        ("2026-10-14 23:59", "Tự đánh giá chưa mở, mở từ 00:00 thứ Năm, 15/10/2026"),
        ("2026-10-15 00:00", "Tự đánh giá, đến 00:00 thứ Năm, 15/10/2026 (còn 32 ngày)"),
        ("2026-11-15 23:59", "Tự đánh giá, đến 23:59 Chủ nhật, 15/11/2026 (còn 1 phút)"),
        (
            "2026-11-16 00:00",
            "Tự đánh giá đã kết thúc lúc 24:00 Chủ nhật, 15/11/2026; "
            "số liệu đến 00:00 thứ Hai, 16/11/2026",
        ),
    ],
)
def test_the_heading_says_where_the_window_stands(lan: Officer, now: str, heading: str) -> None:
    """I6, C9: the end is exclusive."""
    lan.bench.clock.set(now)
    lan.types("/tiendo")
    assert lan.text.split("\n")[0] == heading


def test_a_unit_leads_to_what_it_misses(bench: Bench, lan: Officer) -> None:
    """N1: from the counts to the unit, its areas, and the codes."""
    an = bench.officer("Nguyễn Văn An", "STP")
    score(bench, an, "STP", "1.1.1", "1.1.2")
    lan.types("/tiendo")
    lan.picks("units_at", "at_work")
    assert lan.labels == ["Sở Tư pháp 2/86", "Tiến độ các đơn vị", "Về trang đầu"]
    lan.picks("unit_standing")
    lan.sees("unit_progress", unit="Sở Tư pháp", scored=2, lines=86, backed=0, not_scored=83)
    assert "1 Chỉ đạo, điều hành cải cách hành chính: đã chấm 2/16, còn 15 việc" in lan.text
    assert lan.text.endswith("Nguyễn Văn An (công chức đầu mối), chưa có số điện thoại")
    lan.picks("unit_missing")
    assert "Thiếu tài liệu kiểm chứng hoặc giải trình 2 tiêu chí: 1.1.1, 1.1.2" in lan.text
    assert "Chưa chấm 83 tiêu chí: 1.1.3, " in lan.text
    assert lan.labels[0] == "Về Sở Tư pháp"
    lan.picks("unit_standing_again")
    lan.picks("back_to_units")
    lan.sees("units_of_stage", n=1)


def test_whom_nobody_reaches_is_listed_with_the_phone(bench: Bench, lan: Officer) -> None:
    """F3: bound but without an account that works, and not bound at all."""
    binh = bench.officer("Trần Bình", "VPUBND")
    with bench.sessions.begin() as session:
        session.get_one(Person, binh.person_id).phone = "0912 345 678"
        account = "UPDATE account SET unreachable_since = bound_at WHERE address = 'Trần Bình'"
        session.connection().exec_driver_sql(account)
    lan.types("/tiendo")
    lan.picks("unreachable_units")
    lan.sees("units_unreachable", n=30)
    lines = lan.text.split("\n")
    assert lines[1:5] == [
        "Văn phòng UBND tỉnh",
        "Trần Bình (công chức đầu mối), điện thoại 0912 345 678",
        "Sở Nội vụ: chưa mời ai",
        "Sở Tư pháp: chưa mời ai",
    ]
    assert [c.action for c in lan.choices] == ["more_unreachable", "invite_people", "progress"]
    lan.picks("more_unreachable")
    assert lan.labels[:2] == ["Trang 3/4", "Trang 1/4"]


def test_only_the_coordinator_of_the_leading_unit_looks(bench: Bench, lan: Officer) -> None:
    """I8."""
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("/tiendo")
    an.sees("refusal.not_your_role")
    huy = bench.officer("Trịnh Huy", "STC", Role.COORDINATOR)
    huy.types("/tiendo")
    huy.sees("refusal.leads_no_campaign")
