"""Last year's points beside a line, and codes that must not mislead (F24, domain.md 4)."""

from collections.abc import Iterator
from decimal import Decimal as D
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from bot.commands.last_year import import_group
from models import assessment, conduct, units
from models.assessment import LastYear, Likeness, Line
from models.assessment.tables import PastScore
from models.campaigns import Campaign
from models.catalogue import Item
from models.people import By
from models.refusals import Refusal
from models.units import UnitKind
from tests import sheets
from tests.bench import Bench
from tests.clock import TestClock
from tests.desk import TestDesk
from tests.models.office import DAY, Office

TITLE = "Xử lý vấn đề phát hiện qua kiểm tra"
HEAD = "code,unit_code,points,max_points,title\n"


@pytest.fixture
def office(province: sessionmaker[Session]) -> Iterator[Office]:
    with province() as session:
        yield Office(session)
        session.rollback()


def next_year(office: Office) -> Campaign:
    """The same owner's campaign of 2027, by the same catalogue."""
    snv = units.by_code(office.session, "SNV")
    assert snv is not None
    names = {UnitKind.DEPARTMENT: "departments"}
    return conduct.create(office.session, By(DAY), year=2027, owner=snv, catalogues=names)


def of_last_year(office: Office, campaign: Campaign, code: str) -> LastYear | None:
    sheet = assessment.of_unit(office.session, campaign.id, office.sheet.unit_id)
    assert sheet is not None
    line = assessment.find_line(office.session, sheet.id, code)
    assert line is not None
    return assessment.last_year(office.session, line)


def test_what_the_unit_handed_in_last_year_is_shown_and_nothing_else(office: Office) -> None:
    campaign = next_year(office)
    assert of_last_year(office, campaign, "1.3.3") is None  # Not handed in.
    office.send()
    assert of_last_year(office, campaign, "1.3.3") == LastYear(
        2026, D(1), D(1), True, Likeness.SAME, TITLE
    )
    assert of_last_year(office, campaign, "1.2.2") is not None  # Scored by the sending.


def test_a_code_that_meant_something_else_is_marked(office: Office) -> None:
    office.send()
    sheet = assessment.of_unit(office.session, next_year(office).id, office.sheet.unit_id)
    assert sheet is not None
    line = Line(item=Item(code="1.3.3", title="Kiểm tra đột xuất"), assessment=sheet)
    found = assessment.last_year(office.session, line)
    assert found is not None
    assert (found.likeness, found.title) == (Likeness.OTHER, TITLE)


class Cchc:
    """``cchc import last-year``, on the test's database."""

    def __init__(self, sessions: sessionmaker[Session], clock: TestClock, folder: Path) -> None:
        self._sessions, self._clock, self._folder = sessions, clock, folder

    def __call__(self, text: str) -> Result:
        path = self._folder / "nam-truoc.csv"
        path.write_text(text, "utf-8")
        desk = TestDesk(self._sessions, self._clock)
        return CliRunner().invoke(import_group, ["last-year", str(path)], obj=desk)


@pytest.fixture
def cchc(
    province: sessionmaker[Session],
    clock: TestClock,
    tmp_path: Path,
) -> Cchc:
    return Cchc(province, clock, tmp_path)


def test_a_list_is_taken_in_whole_or_not_at_all(
    cchc: Cchc, province: sessionmaker[Session]
) -> None:
    done = cchc(
        HEAD + '1.3.3,STPP,0.75,1,\n1.3.3,X07444,0.75,1,\n1.1.1,STP,"0,5",1,\n'
        "1.1.2,STP,2,1.5,\n1.1.3,STP,1,1.5,\n1.1.3,STP,1,1.5,\n1.2.1,STP,,1,\n"
    )
    assert done.exit_code == 1
    for said in (
        'dòng 2, cột unit_code: không có đơn vị mang mã "STPP"',
        'dòng 3, cột unit_code: đơn vị "X07444" không thuộc đợt đánh giá này',
        "dòng 4, cột points: ",
        "dòng 5, cột points: điểm 2 lớn hơn điểm tối đa 1.5",
        "dòng 7, cột code: ",
        "dòng 8, cột points: ",
    ):
        assert said in done.stderr
    with province() as session:
        assert session.scalar(select(func.count(PastScore.id))) == 0


def test_a_list_is_shown_while_scoring_and_a_later_one_takes_its_place(
    cchc: Cchc, bench: Bench
) -> None:
    """I9: what a list said before is kept."""
    first = HEAD + f"1.3.3,STP,0.75,1,{TITLE}\n1.3.2,STP,0.5,,\n9.9.9,STP,1,,\n"
    first += "1.4.2,STP,0.5,1,Nội dung cũ\n"
    done = cchc(first)
    assert done.exit_code == 0, done.output
    assert "✓ Đã nhập 4 dòng điểm năm trước của 1 đơn vị" in done.stdout
    assert "▲ 1 mã không có trong phiếu năm 2026 nên không hiển thị: 9.9.9" in done.stdout
    cchc(first)
    cchc(HEAD + f"1.3.3,STP,0.8,1,{TITLE}\n")
    with bench.sessions() as session:
        assert session.scalar(select(func.count(PastScore.id))) == 5
    an = bench.officer("Nguyễn Văn An", "STP")
    an.types("1.3.3")
    assert "\nNăm 2025: 0,8/1.\n" in an.text
    an.picks("score")
    assert an.text == (
        f"1.3.3 {TITLE} (tối đa 1 điểm)\nNăm 2025: 0,8/1.\nSố vấn đề phát hiện là bao nhiêu?"
    )
    an.picks("score_later")
    an.types("1.3.2")
    assert "Năm 2025: 0,5 điểm (đối chiếu theo mã, chưa rõ nội dung" in an.text
    an.types("1.4.2")
    assert "Năm 2025: 0,5/1. ▲ Mã này năm 2025 là nội dung khác: Nội dung cũ" in an.text


def test_nobody_but_the_operator_takes_in_a_list(office: Office, tmp_path: Path) -> None:
    """I8."""
    path = tmp_path / "nam-truoc.csv"
    path.write_text(HEAD + "1.3.3,STP,0.75,1,\n", "utf-8")
    with pytest.raises(Refusal):
        assessment.import_last_year(office.session, path, office.sheet.campaign, office.an)
    assert sheets.sheet_of(office.session, "STP") is office.sheet
