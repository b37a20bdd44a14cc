"""``cchc import catalogue``: all of it, or a sentence for every bad row and status 1."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from bot.commands.catalogue import catalogue
from models import unit_imports
from models.catalogue import Item
from models.people import By
from tests.clock import TestClock
from tests.desk import TestDesk
from tests.province import DATA

Sessions = sessionmaker[Session]


@pytest.fixture
def filled(sessions: Sessions, clock: TestClock) -> Sessions:
    """Only the units are there."""
    with sessions.begin() as session:
        unit_imports.import_units(session, DATA / "units.csv", By(clock()))
    return sessions


def run(sessions: Sessions, clock: TestClock, path: Path, name: str = "departments") -> Result:
    desk = TestDesk(sessions, clock)
    return CliRunner().invoke(catalogue, [str(path), "--name", name], obj=desk)


def test_a_good_file_is_counted(filled: Sessions, clock: TestClock) -> None:
    result = run(filled, clock, DATA / "criteria_departments.csv")
    assert (result.exit_code, result.stdout) == (
        0,
        "✓ Đã nhập bộ tiêu chí departments, phiên bản 1: 8 lĩnh vực, 45 tiêu chí, "
        "101 tiêu chí thành phần.\n"
        "Được chấm 107 mục: 86 tự đánh giá, 21 điều tra xã hội học.\n",
    )


def test_a_bad_file_is_refused_row_by_row(
    filled: Sessions, clock: TestClock, tmp_path: Path
) -> None:
    text = (DATA / "criteria_departments.csv").read_text("utf-8")
    bad = text.replace("đúng thời hạn,0.5,", 'đúng thời hạn,"0,5",').replace(",STTTT,", ",STTT,")
    path = tmp_path / "bad.csv"
    path.write_text(bad, "utf-8")
    result = run(filled, clock, path)
    lines = result.stderr.splitlines()
    assert result.exit_code == 1
    assert lines[1] == (
        'bad.csv, dòng 4, cột max_points: số "0,5" có dấu phẩy. '
        "Ghi phần thập phân bằng dấu chấm: 0.5."
    )
    assert len(lines) == 1 + 1 + text.count(",STTTT,")
    with filled() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 0


def test_the_name_of_the_bonus_points_is_nobody_s(filled: Sessions, clock: TestClock) -> None:
    result = run(filled, clock, DATA / "criteria_departments.csv", "*")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "do hệ thống dùng. Chọn tên khác" in result.stderr
