"""The work is shared out, points beside the total are claimed, and the sheet is sent."""

from decimal import Decimal

from sqlalchemy import select

from models.assessment import AdjustmentKind, open_adjustments
from models.campaigns import Campaign
from models.campaigns.tables import SignOff
from models.people import Person as PersonRow
from models.people import Role
from tests import sheets
from tests.faults.crash_points.scenarios.registry import scenario
from tests.faults.crash_points.stage import Person, Stage
from tests.papers import pdf


def _with_a_complete_sheet(stage: Stage) -> tuple[Person, Person]:
    """The focal officer and the head of STP."""
    an = stage.officer("An", "STP")
    head = stage.officer("Hoa", "STP", Role.HEAD)
    with stage.sessions.begin() as session:
        by = session.scalars(select(PersonRow.id).where(PersonRow.name == "An")).one()
        sheets.complete(session, "STP", by, stage.clock())
    return an, head


@scenario
def the_head_approves_the_sheet(stage: Stage) -> None:
    an, head = _with_a_complete_sheet(stage)
    stage.begin(counting=False)
    an.types("/guiduyet")
    stage.count()
    an.picks("Trình lãnh đạo duyệt")
    head.types("/menu")  # The notice may be one of which nobody knows whether it arrived.
    head.picks("Duyệt và gửi")
    head.sees("✓ Sở Tư pháp đã gửi kết quả tự đánh giá")


@scenario
def a_sheet_is_sent_with_the_signed_scan(stage: Stage) -> None:
    an, _ = _with_a_complete_sheet(stage)
    with stage.sessions.begin() as session:
        session.scalars(select(Campaign)).one().sign_off = SignOff.SCAN
    stage.begin(counting=False)
    an.types("/guiduyet")
    an.picks("Gửi kèm báo cáo đã ký")
    stage.count()
    an.sends("BC-45.pdf", pdf("Đã ký"), "Số 45/BC-STP ngày 02/11/2026")
    an.picks("Gửi Sở Nội vụ và khoá phiếu")
    an.sees("✓ Sở Tư pháp đã gửi kết quả tự đánh giá")


@scenario
def bonus_points_are_claimed(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    with stage.sessions.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        caps = {AdjustmentKind.BONUS: Decimal(2)}
        open_adjustments(session, campaign, caps, stage.clock(), proven=True)
    stage.begin(counting=False)
    an.types("THUONG")
    an.picks("Chấm điểm")
    stage.count()
    an.types("1,5")
    an.types("Giải nhất sáng kiến toàn quốc")
    an.sees("Điểm thưởng: 1,5")


@scenario
def lines_are_given_to_a_colleague(stage: Stage) -> None:
    an, _ = stage.officer("An", "STP"), stage.officer("Bình", "STP", Role.MEMBER)
    stage.begin(counting=False)
    an.types("/giaoviec")
    an.picks("Bình")
    an.picks("Giao tiêu chí")
    stage.count()
    an.types("2")
    an.picks("Giao")
    an.sees("✓ Đã giao 9 tiêu chí")
