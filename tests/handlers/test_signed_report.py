"""A report that the head has signed on paper takes the place of the confirmation (F39)."""

import hashlib
import re

from sqlalchemy import select

from models.campaigns import Campaign
from models.campaigns.tables import SignOff
from models.evidence import Evidence
from models.files import Received
from models.people import Role
from tests.bench import Bench, Officer
from tests.handlers.test_submission import UNIT, complete


def signs_on_paper(bench: Bench) -> None:
    with bench.sessions.begin() as session:
        session.scalars(select(Campaign)).one().sign_off = SignOff.SCAN


def test_the_signed_report_takes_the_place_of_the_confirmation(
    bench: Bench, an: Officer, head: Officer
) -> None:
    """F39: a scan, its number and date, and one more look before it is locked."""
    complete(bench, an)
    an.types("/guiduyet")
    assert "Gửi kèm báo cáo đã ký" not in an.labels
    signs_on_paper(bench)
    an.types("/guiduyet")
    an.picks("sign_with_report")
    an.sends(("bao cao.pdf", b"%PDF signed"))
    an.sees("ask_report_number", file="bao cao.pdf")
    an.types("45/BC-STP")
    an.sees("ask_report_date", number="45/BC-STP")
    an.types("hôm nay")
    an.sees("refusal.report_date_missing")
    an.types("13/11/2026")
    an.sees("refusal.report_dated_ahead")
    an.types("12/11/2026")
    assert "theo Báo cáo số 45/BC-STP ngày 12/11/2026" in an.text
    assert an.labels[0] == "Gửi Sở Nội vụ và khoá phiếu"
    an.picks("send_signed")
    assert an.text.startswith(f"✓ {UNIT} đã gửi kết quả tự đánh giá lúc 16:30")
    assert "Kèm Báo cáo số 45/BC-STP ngày 12/11/2026 do lãnh đạo đơn vị ký" in an.text
    head.sees("sheet_sent", unit=UNIT)
    an.types("/bienlai")
    assert "Nguyễn Văn An gửi kèm báo cáo đã ký" in an.text
    an.picks("signed_report")
    an.sees("signed_report", number="45/BC-STP")
    assert an.last.enclosure["sha256"] == hashlib.sha256(b"%PDF signed").hexdigest()


def test_caption_and_link_do_on_a_platform_without_files(bench: Bench) -> None:
    """I10."""
    bench.clock.set("2026-11-12 16:30")
    an = bench.officer("Nguyễn Văn An", "STP", channel="plain")
    complete(bench, an)
    signs_on_paper(bench)
    an.types("/guiduyet")
    an.types("2")
    an.sees("ask_signed_report_by_link")
    an.types("a")
    link = re.search(r"upload/(\w{26})", an.text)
    assert link is not None
    an.uploads(link[1], ("bc.pdf", b"%PDF"), caption="Số 45/BC-STP ngày 12/11/2026")
    an.sees("confirm_signed_report", number="45/BC-STP")
    an.types("1")
    an.sees("sheet_sent", unit=UNIT)


def test_number_and_date_may_come_before_the_scan(bench: Bench, an: Officer) -> None:
    complete(bench, an)
    signs_on_paper(bench)
    an.types("/guiduyet")
    an.picks("sign_with_report")
    an.types("đây ạ")
    an.sees("refusal.report_scan_missing", text="đây ạ")
    an.types("45/BC-STP")
    an.sees("ask_signed_report")
    assert "✓ Đã ghi số 45/BC-STP." in an.text
    an.types("ngày 12/11/2026")
    assert "✓ Đã ghi số 45/BC-STP.\n✓ Đã ghi ngày 12/11/2026." in an.text
    an.sends(("bao cao.pdf", b"%PDF signed"))
    an.sees("confirm_signed_report", number="45/BC-STP")
    assert an.labels == [
        "Gửi Sở Nội vụ và khoá phiếu",
        "Gửi lại bản scan, số, ngày",
        "Về bước kiểm tra",
        "Về trang đầu",
    ]
    an.picks("sign_again")
    assert "Đã ghi" not in an.text
    an.sends(("ban moi.pdf", b"%PDF signed anew"))
    an.types("46/BC-STP 12/11/2026")
    an.sees("confirm_signed_report", file="ban moi.pdf", number="46/BC-STP")
    with bench.sessions() as session:
        kept = session.scalars(select(Evidence).order_by(Evidence.id)).all()
    assert [each.set_aside_at is None for each in kept] == [False, True]
    an.picks("check_again")
    an.sees("checks_before_sending")


def test_a_report_has_a_number_with_figures(bench: Bench, an: Officer) -> None:
    complete(bench, an)
    signs_on_paper(bench)
    an.types("/guiduyet")
    an.picks("sign_with_report")
    an.sends(("bao cao.pdf", b"%PDF signed"))
    an.types("chưa có")
    an.sees("refusal.report_number_missing")
    an.types("45")
    an.sees("ask_report_date", number="45")


def test_what_is_no_scan_is_not_taken(bench: Bench, an: Officer) -> None:
    complete(bench, an)
    signs_on_paper(bench)
    an.types("/guiduyet")
    an.picks("sign_with_report")
    an.sends(Received("so lieu.xlsx", 9, "a" * 64, "application/zip"))
    an.sees("refusal.report_not_a_scan", file="so lieu.xlsx")
    an.sends(("1.pdf", b"%PDF 1"), ("2.pdf", b"%PDF 2"))
    an.sees("refusal.report_is_one_file", count=2)


def test_the_coordinator_says_whether_a_signed_report_will_do(bench: Bench, an: Officer) -> None:
    """F39: off until then."""
    complete(bench, an)
    lan = bench.officer("Lê Thị Lan", "SNV", Role.COORDINATOR)
    lan.types("/menu")
    lan.picks("more")
    lan.picks("sign_off")
    assert "cách duyệt phiếu của đơn vị: duyệt trên hệ thống." in lan.text
    an.types("/guiduyet")
    assert "Gửi kèm báo cáo đã ký" not in an.labels
    lan.picks("choose_sign_off")
    lan.sees("sign_off_is_chosen")
    an.types("/guiduyet")
    assert "Gửi kèm báo cáo đã ký" in an.labels
