"""Coming in, looking around, inviting others."""

from models import units
from models.people import By, Role, invitations
from tests.faults.crash_points.scenarios.registry import scenario
from tests.faults.crash_points.stage import Stage


@scenario
def join_by_an_invitation(stage: Stage) -> None:
    an = stage.stranger("Nguyễn Văn An")
    with stage.sessions.begin() as session:
        unit = units.by_code(session, "STP")
        assert unit is not None
        whom = {"unit": unit, "role": Role.FOCAL_OFFICER, "name": "Nguyễn Văn An"}
        code = invitations.invite(session, By(stage.clock()), **whom)
    stage.begin()
    an.types(f"/start {code}")
    an.sees("công chức đầu mối của Sở Tư pháp")
    an.picks("Đúng, tôi tham gia")
    an.sees("✓ Đã ghi nhận lúc 10:05")


@scenario
def a_stranger_writes(stage: Stage) -> None:
    stranger = stage.stranger("Lạ")
    stage.begin()
    stranger.types("Xin chào")
    stranger.sees("Đây là kênh nội bộ.")


@scenario
def menu_and_the_calendar_as_a_file(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.begin()
    an.types("/lich")
    an.sees("Lịch đợt đánh giá năm 2026")
    an.picks("Tải lịch về điện thoại")
    stage.rest()
    assert any(message.file.endswith(".ics") for message in an.user.messages())


@scenario
def the_coordinator_invites(stage: Stage) -> None:
    hoa = stage.officer("Lê Thị Hoa", "SNV", Role.COORDINATOR)
    stage.begin(counting=False)
    hoa.types("/moi")
    hoa.types("STC")
    stage.count()
    hoa.picks("công chức đầu mối")
    hoa.types("Nguyễn Văn Bình")
    hoa.sees("Nguyễn Văn Bình", "/start/")


@scenario
def the_language_is_switched(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.begin()
    an.types("/caidat")
    an.picks("Chuyển sang")
    an.sees("English")
