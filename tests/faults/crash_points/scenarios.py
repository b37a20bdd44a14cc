"""The main flows, each as short as it can be: one function each."""

from collections.abc import Callable

from models.people import By, Role, invitations
from tests.faults.crash_points.stage import Stage
from tests.journeys.test_main_job import _unit
from tests.papers import pdf

Scenario = Callable[[Stage], None]
SCENARIOS: dict[str, Scenario] = {}


def scenario(play: Scenario) -> Scenario:
    SCENARIOS[play.__name__] = play
    return play


@scenario
def join_by_an_invitation(stage: Stage) -> None:
    an = stage.stranger("Nguyễn Văn An")
    with stage.sessions.begin() as session:
        unit = _unit(session, "STP")
        by = By(stage.clock())
        role = Role.FOCAL_OFFICER
        code = invitations.invite(session, by, unit=unit, role=role, name="Nguyễn Văn An")
    stage.begin()
    an.types(f"/start {code}")
    an.sees("công chức đầu mối của Sở Tư pháp")
    an.picks("Đúng, tôi tham gia")
    an.sees("✓ Đã ghi nhận lúc 10:05")


@scenario
def evidence_by_file(stage: Stage) -> None:
    an = stage.officer("An", "STP")
    stage.begin()
    an.sends("KH-12.pdf", pdf("Kế hoạch"), "1.1.1 KH 12/KH-STP 08/01/2026")
    an.sees("✓ Đã lưu 1/1 tệp cho 1.1.1")
