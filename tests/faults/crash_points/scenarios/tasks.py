"""Tasks of the appraisal: given, taken on, declined."""

from sqlalchemy import select

from models import appraisal, units
from models.campaigns import Campaign
from models.people import By, Role
from models.people import Person as PersonRow
from tests.faults.crash_points.scenarios.registry import scenario
from tests.faults.crash_points.stage import Person, Stage


def _reviewer_with_a_task(stage: Stage) -> Person:
    """And a coordinator, who is told of the answer."""
    stage.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)
    hoa = stage.officer("Lê Thị Hòa", "STP", Role.REVIEWER)
    with stage.sessions.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        reviewer = session.scalars(select(PersonRow).where(PersonRow.name == "Lê Thị Hòa")).one()
        agency = units.by_code(session, "STP")
        assert agency is not None
        appraisal.assign(session, By(stage.clock()), campaign, agency, "2", reviewer)
    return hoa


@scenario
def a_reviewer_acknowledges_a_task(stage: Stage) -> None:
    hoa = _reviewer_with_a_task(stage)
    stage.begin()
    hoa.picks("Đã nhận")
    hoa.sees("✓ Đã nhận lúc 10:05 thứ Ba, 03/11/2026. Đã báo Sở Nội vụ.")


@scenario
def a_reviewer_declines_a_task(stage: Stage) -> None:
    hoa = _reviewer_with_a_task(stage)
    stage.begin(counting=False)
    hoa.picks("Từ chối, nêu lý do")
    hoa.picks("lý do khác")
    stage.count()
    hoa.types("Đi học tập trung đến hết tháng 11")
    hoa.sees("Sở Nội vụ")


@scenario
def the_coordinator_assigns_a_task(stage: Stage) -> None:
    lan = stage.officer("Phạm Thị Lan", "SNV", Role.COORDINATOR)
    stage.officer("Lê Thị Hòa", "STP", Role.REVIEWER)
    stage.begin(counting=False)
    lan.types("/phancong")
    lan.picks("Sở Tư pháp")
    lan.picks("2 ")
    stage.count()
    lan.picks("Lê Thị Hòa")
    lan.picks("Giao nhiệm vụ")
    lan.sees("Lê Thị Hòa")
