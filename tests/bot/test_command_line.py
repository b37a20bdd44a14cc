"""The command line as an operator meets it: real processes in an empty folder (design, 9).

0 on success; a refusal is a sentence on standard error and 1; a wrong call is 2.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
import pytest

from bot.cli import cli
from models.calendar import ZONE
from tests import terminal
from tests.province import DATA

CCHC = [sys.executable, "-m", "bot"]
ROOT = Path(__file__).parent.parent.parent


class Office:
    """A folder, and what is typed in it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        kept = {key: text for key, text in os.environ.items() if not key.startswith("CCHC_")}
        self.folder = folder
        self.environment = kept | {"PYTHONPATH": str(ROOT), "LANG": "vi_VN.UTF-8"} | settings

    def cchc(self, *arguments: str) -> tuple[int, str, str]:
        status, out, err = terminal.cchc(arguments, self.folder, self.environment)
        assert "Traceback" not in err, err
        return status, out, err

    def does(self, *arguments: str) -> str:
        status, out, err = self.cchc(*arguments)
        assert (status, err) == (0, "")
        return out

    def refuses(self, *arguments: str) -> str:
        status, _, err = self.cchc(*arguments)
        assert (status, err.endswith(".\n")) == (1, True), err
        return err

    def start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*CCHC, "run"],
            cwd=self.folder,
            env=self.environment | {"CCHC_WEB__PORT": "0", "CCHC_HEALTH__PORT": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_campaign_is_set_up_in_an_empty_folder(office: Office) -> None:
    assert "chưa có dữ liệu" in office.does("check")
    assert "thêm 239" in office.does("import", "units", str(DATA / "units.csv"))
    for name in ("departments", "districts"):
        file = str(DATA / f"criteria_{name}.csv")
        assert "phiên bản 1" in office.does("import", "catalogue", file, "--name", name)
    kinds = ["--catalogue", "department=departments", "--catalogue", "district=districts"]
    created = office.does("campaign", "create", "--year", "2096", "--owner", "SNV", *kinds)
    assert "30 đơn vị" in created

    move = ["campaign", "move", "--step", "self_assessment", "--closes", "trước 20/11"]
    assert office.refuses(*move) == "Chưa thay đổi gì.\n"
    assert "đến 24:00 thứ Hai, 19/11/2096" in office.does(*move, "--yes")
    today = f"{datetime.now(ZONE):%d/%m/%Y}"
    plan = ["campaign", "plan", "--number", "215/KH-SNV", "--date", today]
    assert "đã mở" in office.does(*plan)
    assert "đã ban hành" in office.refuses(*plan)

    lines = office.does("invite", "--unit", "STP", "--role", "focal_officer", "--name", "An")
    found = re.fullmatch(r"code: ([0-9A-HJKMNP-TV-Z]{26})\nweb: (\S+)\ntelegram: (\S+)\n", lines)
    assert found is not None
    assert found[2].endswith(f"/start/{found[1]}")
    assert "không có" in office.refuses("assign", "--agency", "STP", "--person", "Bình")
    assert "sqlite, đúng phiên bản" in office.does("check")
    assert (office.folder / "var" / "cchc.db").is_file()


def test_what_is_wrong_is_said_in_a_sentence(office: Office) -> None:
    assert "không có đơn vị mã STP" in office.refuses("invite", "--unit", "STP", "--role", "head")
    assert "no.toml: không tìm thấy tệp" in office.refuses("--config", "no.toml", "check")
    (office.folder / "people.csv").write_text("name,title,unit_code,role\nAn,,XXX,king\n", "utf-8")
    assert office.refuses("import", "people", "people.csv").splitlines()[0] == (
        "Chưa nhập dòng nào: có 2 chỗ cần sửa."
    )
    (office.folder / "other.db").write_text("Not a database at all. " * 100, "utf-8")
    away = "Không kết nối được cơ sở dữ liệu"
    for url, command, said in (
        ("sqlite:///other.db", "check", f"{away} (file is not a database)"),
        ("sqlite:///other.db", "migrate", f"{away} (file is not a database)"),
        ("sqlite:///people.csv/cchc.db", "run", away),
        ("postgresql://a:s3cret@127.0.0.1:1/x", "migrate", "Connection refused"),
        ("postgresql://a:s3cret@127.0.0.1:s3cret/x", "check", "database.url: không đúng dạng"),
    ):
        refused = Office(office.folder, CCHC_DATABASE__URL=url).refuses(command)
        assert said in refused
        assert "s3cret" not in refused


@pytest.mark.parametrize(
    "call",
    [
        "",
        "nonsense",
        "import units nothing.csv",
        "campaign move --step self_assessment",
        "revoke --reason x",
    ],
)
def test_a_wrong_call_ends_with_two_and_says_how_it_is_called(office: Office, call: str) -> None:
    status, out, err = office.cchc(*call.split())
    assert (status, out, err.startswith("Usage: ")) == (2, "", True)
    assert not (office.folder / "var").exists()


def test_it_is_called_as_a_module(office: Office) -> None:
    called = [*CCHC, "--help"]
    done = subprocess.run(called, cwd=office.folder, env=office.environment, capture_output=True)
    assert (done.returncode, done.stdout.decode().startswith("Usage: cchc")) == (0, True)


def test_one_bot_runs_in_a_folder_and_ends_when_told(office: Office) -> None:
    first = office.start()
    try:
        assert first.stdout is not None
        assert "http://127.0.0.1:" in first.stdout.readline()
        assert "đang chạy" in office.refuses("run")
    finally:
        first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=20) == 0


def commands(group: click.Command, *path: str) -> Iterator[tuple[str, click.Command]]:
    yield " ".join(path), group
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from commands(command, *path, name)


@pytest.mark.parametrize(("name", "command"), list(commands(cli)))
def test_every_command_and_option_says_what_it_is_for(name: str, command: click.Command) -> None:
    assert command.help, name
    silent = [
        parameter.name
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help
    ]
    assert silent == []
