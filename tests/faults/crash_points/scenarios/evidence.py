"""Handing in, replacing, taking off, explaining."""

from tests.faults.crash_points.scenarios.registry import scenario
from tests.faults.crash_points.stage import Stage
from tests.papers import pdf


@scenario
def evidence_by_file(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.begin()
    an.sends("KH-12.pdf", pdf("Kế hoạch"), "1.1.1 KH 12/KH-STP 08/01/2026")
    an.sees("✓ Đã lưu 1/1 tệp cho 1.1.1")


@scenario
def evidence_by_album(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.begin()
    an.sends_album(("1.pdf", pdf("Một")), ("2.pdf", pdf("Hai")), caption="1.1.1")
    an.sees("✓ Đã lưu 2/2 tệp cho 1.1.1")


@scenario
def evidence_without_a_line(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.begin()
    an.sends("bc.pdf", pdf("Báo cáo"))
    an.sees("là tài liệu kiểm chứng của tiêu chí nào?")
    an.types("1.2.1")
    an.sees("✓ Đã lưu 1/1 tệp cho 1.2.1")


@scenario
def several_lines_for_one_file(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.files(an, "KH-12.pdf", "1.1.1")
    stage.begin(counting=False)
    an.sends("KH-13.pdf", pdf("Kế hoạch 13"), "1.1.2, 1.1.3")
    an.sees("✓ Đã lưu 1/1 tệp cho 1.1.2")
    stage.count()
    an.picks("Gắn thêm tiêu chí")
    an.types("1.2.1 tr.5")
    an.sees("✓ Đã lưu 1/1 tệp cho 1.2.1")


@scenario
def a_file_is_replaced(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.files(an, "KH-12.pdf", "1.1.1")
    stage.begin(counting=False)
    an.types("/minhchung 1.1.1")
    an.picks("KH-12.pdf")
    stage.count()
    an.picks("Thay bằng bản khác")
    an.sends("KH-12 moi.pdf", pdf("Mới"))
    an.sees("KH-12 moi.pdf")


@scenario
def a_file_is_taken_off_and_put_back(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.files(an, "KH-12.pdf", "1.1.1")
    stage.begin(counting=False)
    an.types("/minhchung 1.1.1")
    an.picks("KH-12.pdf")
    stage.count()
    an.picks("Gỡ tệp này")
    an.picks("Gắn lại")
    an.sees("KH-12.pdf")


@scenario
def a_press_that_is_refused(stage: Stage) -> None:
    """The same button twice: the second time there is nothing left to take off."""
    an = stage.officer("An", "STP")
    stage.files(an, "KH-12.pdf", "1.1.1")
    stage.begin(counting=False)
    an.types("/minhchung 1.1.1")
    an.picks("KH-12.pdf")
    an.picks("Gỡ tệp này")
    an.sees("Đã gỡ")
    stage.count()
    an.picks("Gỡ tệp này")
    an.sees("KH-12.pdf")


@scenario
def a_file_that_is_too_late(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.clock.set("2026-11-16 00:00")
    stage.begin()
    an.sends("muon.pdf", pdf("Muộn"), "1.1.3")
    an.sees("Chưa nhận: thời hạn tự đánh giá của Sở Tư pháp đã hết")


@scenario
def an_explanation_in_two_steps(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.begin()
    an.types("/minhchung 1.1.2")
    an.picks("Giải trình thay tài liệu")
    an.types("Không phát sinh trong năm.")
    an.sees("Không phát sinh trong năm.")


@scenario
def a_link_in_place_of_a_file(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.begin(counting=False)
    an.types("/minhchung 1.1.1")
    an.sees("1.1.1")
    stage.count()
    an.picks("Gắn liên kết")
    an.types("https://congbao.bacgiang.gov.vn/12 KH 12/KH-STP mục II")
    an.sees("Số 12/KH-STP")
