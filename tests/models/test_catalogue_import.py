"""Import of catalogues: the sample as its README counts it, and a report of every bad row."""

import csv
from collections.abc import Iterable
from decimal import Decimal as D
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import catalogue, unit_imports
from models.catalogue import CatalogueVersion, Item, Method
from models.catalogue.imports import import_catalogue
from models.imports import ImportRefused
from models.people import By
from tests.clock import TestClock

DATA = Path(__file__).parents[2] / "bot" / "demo" / "data"
DEPARTMENTS = DATA / "criteria_departments.csv"


@pytest.fixture
def session(sessions: sessionmaker[Session], clock: TestClock) -> Iterable[Session]:
    with sessions() as session:
        unit_imports.import_units(session, DATA / "units.csv", By(clock()))
        yield session


def changed(tmp_path: Path, changes: dict[str, dict[str, str]], *more: dict[str, str]) -> Path:
    """The departments' catalogue with some cells of some codes changed, and rows added."""
    with DEPARTMENTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row.update(changes.get(row["code"], {}))
    rows += [{**dict.fromkeys(rows[0], ""), **row} for row in more]
    path = tmp_path / "catalogue.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row for row in rows if row["level"] != "left out")
    return path


def refused(session: Session, path: Path, by: By) -> list[tuple[int | None, str, str]]:
    """(row, column, what is wrong) of each problem; nothing may have been imported."""
    with pytest.raises(ImportRefused) as caught:
        import_catalogue(session, path, "departments", by)
    assert session.scalar(select(func.count()).select_from(Item)) == 0
    return [(p.row, p.column, p.what.name.removeprefix("what.")) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("name", "scored", "own", "survey"),
    [("departments", 107, D(80), D(20)), ("districts", 105, D(75), D(25))],
)
def test_the_samples_come_in_as_their_readme_counts_them(
    session: Session, clock: TestClock, name: str, scored: int, own: D, survey: D
) -> None:
    version = import_catalogue(session, DATA / f"criteria_{name}.csv", name, By(clock()))
    levels = [str(item.level) for item in version.items]
    leaves = [item for item in version.items if item.scored]
    points = {
        method: sum(item.max_points for item in leaves if item.method is method)
        for method in Method
    }
    assert {level: levels.count(level) for level in set(levels)} == {
        "area": 8,
        "criterion": 45,
        "component": 101,
    }
    assert (version.number, len(leaves)) == (1, scored)
    assert points == {
        Method.SELF: own,
        Method.SURVEY: survey,
        Method.APPRAISER: 0,
        Method.ADJUSTMENT: 0,
    }
    childless = {"departments": "1.5 2.4 3.6 4.4 6.4 6.5", "districts": "1.5 3.6 6.4 8.3"}
    criteria = [item.code for item in leaves if item.level == "criterion"]
    assert criteria == childless[name].split()


def test_a_second_import_makes_a_version_only_if_something_changed(
    session: Session, clock: TestClock, tmp_path: Path
) -> None:
    by = By(clock())
    first = import_catalogue(session, DEPARTMENTS, "departments", by)
    again = import_catalogue(session, DEPARTMENTS, "departments", by)
    other = changed(tmp_path, {"1.1": {"title": "Kế hoạch cải cách"}})
    second = import_catalogue(session, other, "departments", by)
    assert (again.id, second.number) == (first.id, 2)
    assert catalogue.latest(session, "departments") == second


def test_a_workbook_gives_the_same_as_the_csv(
    session: Session, clock: TestClock, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    with DEPARTMENTS.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            is_number = row[4].replace(".", "").isdigit()
            book.active.append([*row[:4], float(row[4]) if is_number else row[4], *row[5:]])
    book.save(tmp_path / "criteria.xlsx")
    by = By(clock())
    versions: list[CatalogueVersion] = [
        import_catalogue(session, path, path.stem, by)
        for path in (DEPARTMENTS, tmp_path / "criteria.xlsx")
    ]
    one, other = (
        [(item.code, item.max_points, item.rule_detail, item.position) for item in version.items]
        for version in versions
    )
    assert one == other


def test_every_bad_row_is_reported_with_its_column_and_nothing_comes_in(
    session: Session, clock: TestClock, tmp_path: Path
) -> None:
    path = changed(
        tmp_path,
        {
            "1.1.1": {"max_points": "0,5"},
            "1.1.3": {"rule_detail": "numerator=a; denominator=b; floor=85; full=100"},
            "1.2.1": {"level": "criterion"},
            "1.2.2": {"rule_detail": "Trong hạn=0.5; Chậm=0.25; Không nộp=0.1"},
            "1.3.1": {"scoring_rule": "yesno", "evidence_required": "có"},
            "1.3.2": {"appraising_agency_code": "SNVV", "parent_code": "1.2"},
            "1.4": {"method": "self"},
            "2.1": {"max_points": "3.5"},
            "2.1.2": {"not_applicable_to": "BDT"},
            "2.2.1": {"not_applicable_to": "BDTT|STP|STP"},
            "2.2.2": {"title": "", "appraising_agency_code": ""},
            "6.5": {"evidence_required": "yes", "scoring_rule": "yes_no"},
            "8.1.1": {"max_points": "1.234,5"},
        },
        {"code": "1.1.1", "parent_code": "1.1", "level": "component", "max_points": "0.5"},
        {"code": "1.9.1", "parent_code": "1.9", "level": "component", "title": "x",
         "max_points": "1", "method": "self", "scoring_rule": "yes_no",
         "rule_detail": "yes=1; no=0", "evidence_required": "no", "appraising_agency_code": "STP"},
        {"code": "2.1.x", "parent_code": "2.1", "level": "component", "title": "x",
         "max_points": "1", "method": "self", "scoring_rule": "yes_no",
         "rule_detail": "yes=1; no=0", "evidence_required": "no", "appraising_agency_code": "STP",
         "not_applicable_to": "BDT|BQLKCN"},
        {"code": "9", "level": "area", "title": "x", "max_points": "1"},
    )  # fmt: skip
    found = refused(session, path, By(clock()))
    assert set(found) == {
        (4, "max_points", "figure_comma"),
        (6, "rule_detail", "rule_part_missing"),
        (8, "level", "item_level"),
        (9, "rule_detail", "rule_last_step_not_zero"),
        (11, "scoring_rule", "item_value_unknown"),
        (11, "evidence_required", "item_value_unknown"),
        (12, "appraising_agency_code", "item_unit"),
        (12, "parent_code", "item_parent"),
        (14, "method", "item_has_children"),
        (29, "max_points", "item_sum"),
        (28, "max_points", "item_sum"),
        (31, "not_applicable_to", "item_exclusion"),
        (34, "not_applicable_to", "item_unit"),
        (34, "not_applicable_to", "item_unit_twice"),
        (35, "title", "cell_empty"),
        (35, "appraising_agency_code", "cell_empty"),
        (119, "scoring_rule", "item_rule_and_method"),
        (145, "max_points", "figure_unreadable"),
        (156, "code", "repeated"),
        (157, "parent_code", "item_parent_unknown"),
        (158, "code", "item_code"),
        (159, "code", "item_area_empty"),
        (None, "max_points", "item_total"),
    }
    assert len(found) == len(set(found))


def test_a_missing_row_shows_in_the_sum_of_its_parent(
    session: Session, clock: TestClock, tmp_path: Path
) -> None:
    path = changed(tmp_path, {"1.1.1": {"level": "left out"}})
    assert refused(session, path, By(clock())) == [(3, "max_points", "item_sum")]
