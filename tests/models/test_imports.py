"""Lists from files: every bad row is said, and nothing is taken in if one is bad."""

from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import people, unit_imports, units
from models.audit import AuditEntry
from models.imports import ImportRefused, Problem, read_table
from models.messages import Part
from models.people import By, Invitation, Role, invitations
from models.refusals import Refusal
from models.unit_imports import UnitsImported
from models.units import Unit
from tests.clock import TestClock
from tests.province import DATA

HEADER = "code,name,short_name,kind,parent_code"


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def places(refused: ImportRefused) -> list[tuple[int | None, str, str]]:
    return [(p.row, p.column, p.what.name.removeprefix("what.")) for p in refused.problems]


def test_a_csv_with_mark_semicolons_and_empty_rows_keeps_the_readers_row_numbers(
    tmp_path: Path,
) -> None:
    text = '\ufeffCode;Name\r\nA;Một\r\n\r\n;\r\nB;"Hai; \u200bba"\r\n'
    table = read_table(written(tmp_path / "list.csv", text))
    assert table.header == ["code", "name"]
    assert table.rows == [(2, {"code": "A", "name": "Một"}), (5, {"code": "B", "name": "Hai; ba"})]


def test_a_workbook_reads_as_the_same_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["code", "points", "note", None], ["1.1", 0.5, None], [], ["2", 3.0, "x"]):
        sheet.append(row)
    book.save(tmp_path / "list.xlsx")
    table = read_table(tmp_path / "list.xlsx")
    assert table.rows == [
        (2, {"code": "1.1", "points": "0.5", "note": ""}),
        (4, {"code": "2", "points": "3", "note": "x"}),
    ]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("list.docx", b"x", (None, "", "file_form_unknown")),
        ("list.csv", "tên\n".encode("utf-16"), (None, "", "file_not_utf8")),
        ("list.csv", b"", (None, "", "header_missing")),
        ("list.csv", b"code\n", (None, "", "no_rows")),
        ("list.csv", b'code\n"open', (None, "", "file_damaged")),
        ("list.csv", b"code,code\n1,2\n", (1, "code", "column_repeated")),
        ("list.csv", b"code\n1,2\n", (2, "", "row_too_long")),
        ("list.xlsx", b"PK\x03\x04 not a workbook", (None, "", "file_damaged")),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    tmp_path: Path, name: str, content: bytes, problem: tuple[int | None, str, str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ImportRefused) as refused:
        read_table(path)
    assert places(refused.value) == [problem]


def test_the_sample_units_go_in_and_again_change_nothing(
    province: sessionmaker[Session], clock: TestClock, tmp_path: Path
) -> None:
    again = (DATA / "units.csv").read_text("utf-8").replace("Sở Tư pháp", "Sở Tư pháp mới")
    path = written(tmp_path / "units.csv", again)
    with province.begin() as session:
        imported = unit_imports.import_units(session, path, By(clock()))
        assert imported == UnitsImported(added=0, renamed=1, unchanged=238)
        stp = units.by_code(session, "stp")
        assert stp is not None
        assert (stp.name, stp.short_name) == ("Sở Tư pháp mới", "Sở Tư pháp mới")
        commune = session.scalars(select(Unit).where(Unit.kind == "commune")).first()
        assert commune is not None
        assert commune.parent is not None
    with province() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last is not None
        assert (last.action, last.details["renamed"]) == ("units_imported", 1)


def test_every_bad_unit_is_said_and_no_unit_goes_in(
    sessions: sessionmaker[Session], clock: TestClock, tmp_path: Path
) -> None:
    rows = [
        "STP,Sở Tư pháp,STP,department,",  # 2
        "STP,Sở khác,SK,department,",  # 3
        "so-1,Sở một,S1,department,",  # 4
        "S2,,S2,office,",  # 5
        "X1,Xã một,X1,commune,",  # 6
        "X2,Xã hai,X2,commune,H9",  # 7
        "X3,Xã ba,X3,commune,STP",  # 8
        "H1,Huyện,H1,district,STP",  # 9
    ]
    path = written(tmp_path / "units.csv", "\n".join([HEADER, *rows]))
    with sessions.begin() as session, pytest.raises(ImportRefused) as refused:
        unit_imports.import_units(session, path, By(clock()))
    assert places(refused.value) == [
        (3, "code", "repeated"),
        (4, "code", "unit_code_form"),
        (5, "name", "cell_empty"),
        (5, "kind", "unit_kind_unknown"),
        (6, "parent_code", "unit_parent_missing"),
        (7, "parent_code", "unit_parent_unknown"),
        (8, "parent_code", "unit_parent_no_district"),
        (9, "parent_code", "unit_parent_unwanted"),
    ]
    assert refused.value.problems[0] == Problem(
        "units.csv",
        3,
        "code",
        Part("what.repeated", value="STP", first=2),
        Part("remedy.repeated", value="STP", first=2),
    )
    with sessions() as session:
        assert units.all_units(session) == []


def test_each_person_of_a_list_gets_an_invitation(
    province: sessionmaker[Session], clock: TestClock, tmp_path: Path
) -> None:
    text = "name,title,unit_code,role,phone\n"
    text += "Nguyễn Thu,,STP,head,0912 345 678\nNguyễn Thư,CV,stp,head,\n"
    path = written(tmp_path / "people.csv", text)
    with province.begin() as session:
        invited = people.import_people(session, path, By(clock()))
        assert [(i.row, i.name, i.unit_code, i.role) for i in invited] == [
            (2, "Nguyễn Thu", "STP", Role.HEAD),
            (3, "Nguyễn Thư", "STP", Role.HEAD),
        ]
        kept = session.execute(select(Invitation.code_hash, Invitation.phone)).all()
        hashes = [invitations.hash_of(i.code) for i in invited]
        assert [tuple(row) for row in kept] == [(hashes[0], "0912345678"), (hashes[1], "")]


def test_every_bad_person_is_said_and_nobody_is_invited(
    province: sessionmaker[Session], clock: TestClock, tmp_path: Path
) -> None:
    rows = ["name,title,unit_code,role,phone", "An,,STP,focal_officer,", "An,,STP,focal_officer,"]
    rows += ["Bình,,XXX,boss,12", ",,STP,,"]
    path = written(tmp_path / "people.csv", "\n".join(rows))
    with province.begin() as session, pytest.raises(ImportRefused) as refused:
        people.import_people(session, path, By(clock()))
    assert places(refused.value) == [
        (3, "", "person_repeated"),
        (4, "unit_code", "unit_unknown"),
        (4, "role", "role_unknown"),
        (4, "phone", "phone_form"),
        (5, "name", "cell_empty"),
        (5, "role", "cell_empty"),
    ]
    with province() as session:
        assert session.scalar(select(func.count()).select_from(Invitation)) == 0


def test_a_missing_column_is_said_by_its_name(
    province: sessionmaker[Session], clock: TestClock, tmp_path: Path
) -> None:
    path = written(tmp_path / "people.csv", "name,role\nAn,head\n")
    with province.begin() as session, pytest.raises(ImportRefused) as refused:
        people.import_people(session, path, By(clock()))
    assert places(refused.value) == [
        (1, "title", "column_missing"),
        (1, "unit_code", "column_missing"),
    ]


def test_only_the_operator_imports(province: sessionmaker[Session], clock: TestClock) -> None:
    with province.begin() as session, pytest.raises(Refusal):
        unit_imports.import_units(session, DATA / "units.csv", By(clock(), None, None, event_id=1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stp", ["STP"]),
        ("so tu phap", ["STP"]),
        ("Sở Tư pháp", ["STP"]),
        ("Đông Sơn", ["Đông Sơn"]),
        ("dong son", ["Đông Sơn", "Đồng Sơn"]),
        ("phuc son", ["Phúc Sơn", "Phúc Sơn"]),
        ("không có", []),
        ("!?", []),
    ],
)
def test_a_unit_is_named_by_code_or_words_with_or_without_marks(
    province: sessionmaker[Session], text: str, expected: list[str]
) -> None:
    with province() as session:
        found = units.named(session, text)
        shown = [u.code if u.code == "STP" else u.short_name for u in found]
        assert sorted(shown) == sorted(expected)
