"""The line at the top of a chat: of the unit in which the person acts there."""

from sqlalchemy.orm import Session, sessionmaker

from bot.status_line import StatusLine
from bot.words import Words
from models import units
from models.people import Person
from tests.clock import TestClock


def test_it_tells_of_the_unit_acted_for(province: sessionmaker[Session], clock: TestClock) -> None:
    line, an = StatusLine(Words(), clock), Person(name="An", language="vi")
    with province() as session:
        said = {code: line(session, an, units.by_code(session, code)) for code in ("STP", "SNV")}
    until = "CCHC 2026 · Tự đánh giá: hạn 24:00 Chủ nhật, 15/11/2026 (còn 12 ngày)"
    assert said == {"STP": until, "SNV": until}


def test_before_any_campaign_the_unit_is_not_named_twice(
    sessions: sessionmaker[Session], clock: TestClock
) -> None:
    unit = units.Unit(code="STP", name="Sở Tư pháp", short_name="STP", kind="department")
    with sessions() as session:
        session.add(unit)
        session.flush()
        assert StatusLine(Words(), clock)(session, Person(name="An"), unit) == ""
