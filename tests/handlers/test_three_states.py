"""0 points, not entered and not assessed are three things, on every screen (F23, 13c 3 and 5)."""

from models import workbook
from models.people import Role
from tests.bench import Bench
from tests.handlers.test_claims import opens
from tests.handlers.test_submission import complete
from tests.sheets import sheet_of


def test_zero_not_entered_and_not_assessed_read_differently_everywhere(bench: Bench) -> None:
    bench.clock.set("2026-11-12 16:30")
    an = bench.officer("Nguyễn Văn An", "STP")
    head = bench.officer("Lê Thị Hoa", "STP", Role.HEAD)
    complete(bench, an, without=["1.3.1", "2.1.1", "2.2.1"])
    opens(an, "2.1.1")
    an.types("0")
    an.picks("figures_right")
    an.picks("data_as_of")
    an.picks("today")
    opens(an, "1.3.1")
    an.picks("answer_no")
    said = {}
    for code in ("1.3.1", "2.1.1", "2.2.1"):
        an.types(code)
        said[code] = an.text
    assert "✓ Tự chấm: 0/0,5 điểm" in said["1.3.1"]
    assert "✓ Không đánh giá trong năm nay" in said["2.1.1"]
    assert "○ Chưa chấm." in said["2.2.1"]
    an.types("/tinhtrang")
    assert "2 Cải cách thể chế: 8/9, 1, 7 có giải trình, 1 không đánh giá" in an.text
    left_out = "Không đánh giá do không phát sinh: 2.1.1; điểm tối đa giảm 1 điểm."
    an.types("/guiduyet")
    assert "còn 1 tiêu chí chưa chấm" in an.text
    assert left_out in an.text
    with bench.sessions() as session:
        rows = workbook.form(session, sheet_of(session, "STP"), bench.clock())["rows"]
    shown = {
        row["code"]: (row["points"], [note.name for note in row["notes"]])
        for row in rows
        if row.get("code") in said
    }
    assert shown == {
        "1.3.1": (0, []),
        "2.1.1": (None, ["workbook_not_assessed"]),
        "2.2.1": (None, []),
    }
    complete(bench, an)
    an.types("/guiduyet")
    assert "/79 (chưa gồm 20 điểm điều tra xã hội học)" in an.text
    an.picks("propose")
    head.picks("proposal_details")
    assert left_out in head.text
    head.picks("approve")
    head.types("/bienlai")
    assert left_out in head.text
