"""A unit is urged from its first day to the letter, step by step, each by a tap (N10, N16, N17).

One story; with buttons, and on a platform that has none.
"""

import pytest

from jobs.briefs import queue_briefs
from jobs.reminders import queue_due_reminders
from models.people import Role
from tests.bench import Bench
from tests.journeys.people import InProcess, TextOnly

WAYS = [(InProcess, "test"), (TextOnly, "plain")]


@pytest.mark.parametrize(("kind", "channel"), WAYS)
def test_from_the_first_urging_to_the_list(
    bench: Bench, kind: type[InProcess], channel: str
) -> None:
    bench.clock.set("2026-11-11 14:00")
    lan, an, binh, hoa = (
        kind(bench.officer(name, unit, role, channel=channel))
        for name, unit, role in (
            ("Phạm Thị Lan", "SNV", Role.COORDINATOR),
            ("Nguyễn Văn An", "STP", Role.FOCAL_OFFICER),
            ("Trần Bình", "STP", Role.DEPUTY),
            ("Lê Thị Hoa", "STP", Role.HEAD),
        )
    )
    # Before the end: who does the work, alone.
    lan.types("/tiendo")
    lan.sees("▲ chưa bắt đầu 30")
    lan.picks("Nhắc 30 đơn vị chưa bắt đầu")
    lan.sees("Gửi cho 1 người của 1 đơn vị: Sở Tư pháp.", "Xem trước:")
    lan.picks("Gửi cho 1 người")
    lan.sees("✓ Đã gửi lời nhắc cho 1 người của 1 đơn vị lúc 14:00 thứ Tư, 11/11/2026")
    an.sees("▲ Sở Tư pháp còn 3 ngày làm việc để tự đánh giá", "Sở Nội vụ đề nghị anh/chị")
    # After the end the reminders tell the focal officer by themselves; the next step is proposed.
    bench.clock.set("2026-11-16 08:00")
    queue_due_reminders(bench.sessions, bench.clock)
    an.sees("▲ Sở Tư pháp", "quá hạn")
    queue_briefs(bench.sessions, bench.clock, lambda: False)
    lan.sees("Tình hình sáng 16/11/2026", "▲ Quá hạn, chưa gửi (30)")
    lan.types("/tiendo")
    lan.picks("Đơn vị trễ hạn")
    lan.picks("Bước nhắc tiếp theo (30)")
    lan.sees("▲ Sở Tư pháp: Nhắc dự phòng")
    lan.picks("Nhắc dự phòng: Sở Tư pháp")
    lan.sees("Đề xuất bước nhắc tiếp theo đối với 29 đơn vị")
    binh.sees("▲ Sở Tư pháp trễ 1 ngày gửi kết quả tự đánh giá")
    # A working day later the head, then the coordinator's list.
    bench.clock.set("2026-11-17 08:30")
    lan.types("/tiendo")
    lan.picks("Đơn vị trễ hạn")
    lan.picks("Bước nhắc tiếp theo")
    lan.sees("▲ Sở Tư pháp: Nhắc thủ trưởng (bước trước: Nhắc dự phòng, 08:00 thứ Hai, 16/11/2026")
    lan.picks("Nhắc thủ trưởng: Sở Tư pháp")
    hoa.sees("▲ Sở Tư pháp trễ 2 ngày gửi kết quả tự đánh giá")
    bench.clock.set("2026-11-18 08:30")
    lan.types("/tiendo")
    lan.picks("Đơn vị trễ hạn")
    lan.picks("Bước nhắc tiếp theo")
    lan.picks("Đưa vào danh sách: Sở Tư pháp")
    lan.types("/tiendo")
    lan.picks("Đơn vị trễ hạn")
    lan.sees("Trong danh sách của anh/chị (1): Sở Tư pháp")


@pytest.mark.parametrize(("kind", "channel"), WAYS)
def test_an_end_that_has_passed_is_moved_and_work_goes_on(
    bench: Bench, kind: type[InProcess], channel: str
) -> None:
    """C6, F7: with back and away in the middle."""
    bench.clock.set("2026-11-17 09:00")
    lan = kind(bench.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR, channel=channel))
    an = kind(bench.officer("Nguyễn Văn An", "STP", channel=channel))
    an.types("/tinhtrang")
    an.sees("85 tiêu chí chưa chấm")
    lan.types("/lich")
    lan.picks("Gia hạn")
    lan.picks("Tự đánh giá")
    lan.types("stp")
    lan.types("hôm qua")
    lan.sees("Chưa đặt được ngày")
    lan.types("/menu")
    lan.types("/lich")
    lan.picks("Gia hạn")
    lan.picks("Tự đánh giá")
    lan.types("stp")
    lan.types("20/11")
    lan.types("CV 12/STP")
    lan.sees("Gia hạn Tự đánh giá cho Sở Tư pháp đến 24:00 thứ Sáu, 20/11/2026.", "1 người")
    lan.picks("Xác nhận gia hạn")
    an.sees("Sở Nội vụ gia hạn Tự đánh giá cho Sở Tư pháp", "tiếp tục làm")
    an.types("/tinhtrang")
    an.picks("Làm tiếp 1.1.1")
    an.sees("1.1.1", "kế hoạch")
    # What the owner owes is recorded there, too, and taken back.
    lan.types("/lich")
    lan.picks("Việc của cơ quan chủ trì")
    lan.picks("Ghi đã thành lập Hội đồng")
    lan.types("1136/QĐ-UBND 12/11")
    lan.sees("✓ Đã ghi nhận lúc 09:00 thứ Ba, 17/11/2026", "số 1136/QĐ-UBND ngày 12/11/2026")
    lan.picks("Việc của cơ quan chủ trì")
    lan.picks("Bỏ ghi nhận: thành lập Hội đồng")
    lan.picks("Bỏ ghi nhận")
    lan.sees("✓ Đã bỏ ghi nhận: thành lập Hội đồng thẩm định.")
    lan.types("/lich")
    lan.picks("Lịch nhắc")
    lan.picks("Tự đánh giá (đơn vị)")
    lan.picks("Sửa số tuần sau hạn")
    lan.types("1")
    lan.picks("Đặt lịch nhắc này")
    lan.sees("✓ Đã đặt lịch nhắc Tự đánh giá (đơn vị)")
