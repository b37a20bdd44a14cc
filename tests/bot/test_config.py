"""What the configuration takes, where from, and what it refuses by which name (design, 9)."""

import re
import tomllib
from pathlib import Path

import pytest

from bot import sections
from bot.config import BadConfig, Config, load
from bot.words import Words
from tests.faults.process import ROOT

EXAMPLE = ROOT / "config.example.toml"


def toml(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return path


def problems(path: Path | None, **environment: str) -> list[tuple[str, str]]:
    with pytest.raises(BadConfig) as refused:
        load(path, environment)
    return refused.value.problems


def test_without_file_and_environment_the_defaults_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(None, {"CCHC_TEST_DATABASE_URL": "x", "PATH": "/bin"}) == Config()


def test_the_example_shows_every_key_with_its_default() -> None:
    assert load(EXAMPLE, {}) == Config()
    text = EXAMPLE.read_text("utf-8")
    shown = tomllib.loads(re.sub(r"(?m)^# (\w+ = )", r"\1", text))
    known = {name: sections.keys(type(section)) for name, section in vars(Config()).items()}
    assert {name: list(table) for name, table in shown.items()} == known


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = toml(tmp_path, '[web]\nport = 8090\nhost = "::1"\n[telegram]\ntoken = "1:a"\n')
    found = load(file, {"CCHC_WEB__PORT": " 0 ", "CCHC_TELEGRAM__TOKEN_FILE": ""})
    assert (found.web.port, found.web.host, found.token) == (0, "::1", "1:a")
    assert found.telegram.token_file is None


def test_a_file_with_the_mark_of_windows_editors_is_read(tmp_path: Path) -> None:
    assert load(toml(tmp_path, "\ufeff[web]\r\nport = 1\r\n"), {}).web.port == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[web]\nprot = 1", [("web.prot", "unknown_key")]),
        ("[wbe]\nport = 1", [("wbe", "unknown_key")]),
        ("port = 1", [("port", "unknown_key")]),
        ("web = 1", [("web", "not_a_section")]),
        ('[web]\nport = "x"', [("web.port", "whole_number_needed")]),
        ("[web]\nport = true", [("web.port", "whole_number_needed")]),
        ("[web]\nport = 1.5", [("web.port", "whole_number_needed")]),
        ("[web]\nport = -1", [("web.port", "too_small")]),
        ("[web]\nport = 65536", [("web.port", "too_large")]),
        ("[web]\nhost = 1", [("web.host", "text_needed")]),
        ("[telegram]\ntoken = 1", [("telegram.token", "text_needed")]),
        ('[storage]\ndirectory = ""', [("storage.directory", "text_needed")]),
        ('[log]\nlevel = "LOUD"', [("log.level", "not_possible")]),
        ('[clamd]\naddress = "x"', [("clamd.address", "wrong_form")]),
        ('[database]\nurl = "mysql://a/b"', [("database.url", "wrong_form")]),
        ('[telegram]\nproxy = "socks5://a"', [("telegram.proxy", "wrong_form")]),
        (
            '[web]\nport = -1\n[log]\nform = "text"',
            [("web.port", "too_small"), ("log.form", "unknown_key")],
        ),
    ],
)
def test_a_wrong_key_or_value_is_refused_by_its_name(
    tmp_path: Path, text: str, found: list[tuple[str, str]]
) -> None:
    assert problems(toml(tmp_path, text)) == found
    for _, problem in found:
        for language in ("vi", "en"):
            assert Words().has(f"config_problem.{problem}", language), problem


def test_a_wrong_variable_is_refused_by_its_key() -> None:
    assert problems(None, CCHC_WEB__PROT="1") == [("web.prot", "unknown_key")]
    assert problems(None, CCHC_WBE__PORT="1") == [("wbe", "unknown_key")]
    assert problems(None, CCHC_WEB__PORT="") == [("web.port", "whole_number_needed")]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing, folder = tmp_path / "no.toml", tmp_path / "folder"
    folder.mkdir()
    other = tmp_path / "other.toml"
    other.write_bytes('[web]\nhost = "é"'.encode("latin-1"))
    assert problems(missing) == [(str(missing), "not_found")]
    assert problems(folder) == [(str(folder), "not_readable")]
    assert problems(other) == [(str(other), "not_utf8")]
    ((key, problem),) = problems(toml(tmp_path, "[web\n"))
    assert (key, "line 1" in problem) == (str(tmp_path / "config.toml"), True)


def test_no_secret_shows_itself(tmp_path: Path) -> None:
    secrets = {
        "CCHC_DATABASE__URL": "postgresql://cchc:s3cret-1@db/cchc",
        "CCHC_TELEGRAM__TOKEN": "s3cret-2",
        "CCHC_TELEGRAM__WEBHOOK_SECRET": "s3cret-3",
        "CCHC_TELEGRAM__PROXY": "http://user:s3cret-4@proxy:3128",
        "CCHC_ALERTS__URL": "https://alerts/s3cret-5",
    }
    config = load(None, secrets)
    assert "s3cret" not in f"{config} {config.telegram.token}"
    plain = {f"s3cret-{n}" for n in range(1, 5)}
    assert set(config.secrets) == plain | {"https://alerts/s3cret-5"}
