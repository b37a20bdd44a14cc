"""The coordinator writes to many, urges who is late, and decides about what nobody knows of."""

from sqlalchemy import select

from models import claiming, outbox, sending
from models.messages import Kind
from models.outbox import OutboxMessage, SendStatus
from models.people import Person as PersonRow
from models.people import Role
from tests.faults.crash_points.scenarios.registry import scenario, scenario_since
from tests.faults.crash_points.stage import Person, Stage
from tests.papers import pdf


def _coordinator(stage: Stage) -> Person:
    return stage.officer("Lan", "SNV", Role.COORDINATOR)


def _before_a_late_unit(stage: Stage) -> Person:
    """The coordinator, with the unit's card open."""
    lan, _ = _coordinator(stage), stage.officer("An", "STP")
    stage.begin(counting=False)
    lan.types("/tiendo")
    lan.picks("Đơn vị trễ hạn")
    lan.picks("Sở Tư pháp trễ")
    return lan


@scenario
def a_broadcast_is_sent(stage: Stage) -> None:
    lan = _coordinator(stage)
    for unit in ("STP", "STC"):
        stage.officer(unit, unit)
    stage.begin(counting=False)
    lan.types("/thongbao")
    lan.picks("Theo nhóm đơn vị")
    lan.picks("sở, cơ quan chuyên môn")
    lan.picks("Công chức đầu mối")
    lan.types("Đề nghị các đơn vị dự họp lúc 08:00 thứ Sáu.")
    stage.count()
    lan.picks("Gửi cho 2 người")
    lan.sees("✓ Đã xếp hàng gửi cho 2 người")


@scenario_since("2026-11-17 08:00")
def a_late_unit_is_urged(stage: Stage) -> None:
    lan = _before_a_late_unit(stage)
    stage.count()
    lan.picks("Nhắc đầu mối")
    lan.sees("Sở Tư pháp")


@scenario_since("2026-11-17 08:00")
def a_letter_to_a_late_unit_is_recorded(stage: Stage) -> None:
    lan = _before_a_late_unit(stage)
    lan.picks("Công văn đôn đốc")
    lan.picks("Ghi số, ngày công văn")
    lan.types("215/SNV-CCHC")
    lan.types("17/11")
    stage.count()
    lan.sends("215-SNV.pdf", pdf("Đã ký"))
    lan.picks("Ghi nhận và báo đơn vị")
    lan.sees("✓ Đã ghi nhận công văn số 215/SNV-CCHC")


@scenario
def a_message_without_a_known_end_is_sent_again(stage: Stage) -> None:
    admin, _ = stage.officer("Huy", "SNV", Role.ADMIN), stage.officer("An", "STP")
    with stage.sessions.begin() as session:
        an = session.scalars(select(PersonRow).where(PersonRow.name == "An")).one()
        at = stage.clock()
        id = outbox.enqueue(session, "help", to=an, key="lost", at=at, kind=Kind.NOTICE)
        assert id is not None
        claiming.claim(session, [id], at)
        sending.recover(session, at)
        assert session.get_one(OutboxMessage, id).status is SendStatus.UNKNOWN
    stage.begin(counting=False)
    admin.types("/chuaro")
    admin.picks("An, ")
    stage.count()
    admin.picks("Gửi lại")
    admin.sees("✓ Không có tin nào chưa rõ kết quả.")
