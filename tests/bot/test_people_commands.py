"""``cchc invite``, ``revoke`` and ``import``: what the operator reads, and the exit status."""

import re
from pathlib import Path

import click
import click.testing
import pytest

from bot.commands.imports import import_group
from bot.commands.people import invite, revoke
from models.people import Role
from tests.bench import Bench
from tests.desk import TestDesk


def run(bench: Bench, command: click.Command, *arguments: str) -> tuple[int, str, str]:
    desk = TestDesk(bench.sessions, bench.clock)
    result = click.testing.CliRunner().invoke(command, arguments, obj=desk)
    return result.exit_code, result.stdout, result.stderr


def test_the_first_admin_is_invited_from_the_command_line(bench: Bench) -> None:
    status, out, err = run(bench, invite, "--unit", "snv", "--role", "admin", "--name", "Quản Trị")
    match = re.fullmatch(
        r"code: (\w{26})\nweb: http://127\.0\.0\.1:8080/start/\1\ntelegram: -\n", out
    )
    assert (status, err) == (0, "")
    assert match is not None, out
    admin = bench.stranger()
    admin.types(f"/start {match[1]}")
    admin.sees("invited", role=Role.ADMIN, unit="Sở Nội vụ")


def test_an_unknown_unit_or_role_ends_in_a_sentence(bench: Bench) -> None:
    assert run(bench, invite, "--unit", "XYZ", "--role", "admin") == (
        1,
        "",
        "Chưa thực hiện: không có đơn vị mã XYZ. Anh/chị kiểm tra mã, hoặc nhập danh sách "
        "đơn vị bằng cchc import units.\n",
    )
    assert run(bench, invite, "--unit", "SNV", "--role", "boss")[0] == 2


def test_a_person_is_revoked_by_name(bench: Bench) -> None:
    an = bench.officer("Nguyễn Văn An", "STP")
    bench.officer("Trần Bình", "STP")
    assert run(bench, revoke, "--person", "nguyễn văn an", "--reason", "nghỉ hưu") == (
        0,
        "✓ Đã thu hồi vai trò công chức đầu mối của Nguyễn Văn An tại Sở Tư pháp.\n",
        "",
    )
    an.types("/menu")
    an.sees("stranger")
    status, _, err = run(bench, revoke, "--person", "Nguyễn Văn An", "--reason", "lần nữa")
    assert (status, err.split(":")[0]) == (1, "Chưa thực hiện")
    assert run(bench, revoke, "--unit", "STP", "--reason", "x")[0] == 2


@pytest.mark.parametrize(
    ("rows", "status", "out", "err"),
    [
        (
            "XMOI,Sở Mới,Sở Mới,department,\nSTP,Sở Tư pháp,Sở Tư pháp,department,\n",
            0,
            "✓ Đã nhập đơn vị: thêm 1, đổi tên 0, giữ nguyên 1.\n",
            "",
        ),
        (
            "stp,Sở Tư pháp,Sở Tư pháp,so,\n",
            1,
            "",
            "Chưa nhập dòng nào: có 2 chỗ cần sửa.\n"
            'units.csv, dòng 2, cột code: mã "stp" sai dạng. Dùng 2 đến 20 chữ in hoa không dấu '
            "và chữ số, bắt đầu bằng chữ.\n"
            'units.csv, dòng 2, cột kind: không có loại đơn vị "so". Dùng một trong: department, '
            "district, commune.\n",
        ),
    ],
)
def test_units_are_imported_or_every_fault_is_said(
    bench: Bench, tmp_path: Path, rows: str, status: int, out: str, err: str
) -> None:
    path = tmp_path / "units.csv"
    path.write_text(f"code,name,short_name,kind,parent_code\n{rows}", "utf-8")
    assert run(bench, import_group, "units", str(path)) == (status, out, err)


def test_people_are_imported_with_a_code_each(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("name,title,unit_code,role\nNguyễn Văn An,,STP,head\n", "utf-8")
    status, out, err = run(bench, import_group, "people", str(path))
    assert (status, err) == (0, "")
    assert re.fullmatch(
        r"Dòng 2: Nguyễn Văn An, thủ trưởng đơn vị, STP\n"
        r"  code: (\w{26})\n  web: \S+/start/\1\n  telegram: -\n"
        r"✓ Đã mời 1 người; .*\n",
        out,
    )
