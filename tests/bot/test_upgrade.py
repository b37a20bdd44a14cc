"""``cchc migrate`` from an earlier release: a copy first, whole or not at all (X21)."""

import multiprocessing
import os
import signal
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.desk import Desk
from models import migrations
from tests.conftest import SERVER
from tests.models.releases import CARELESS, NEXT, REVISIONS, make_release

pytestmark = pytest.mark.skipif(bool(SERVER), reason="PostgreSQL is backed up by its operator")


@pytest.fixture
def old(
    province: sessionmaker[Session],
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The file of a database that the newest release of today has made."""
    path = Path(database_url.removeprefix("sqlite:///"))
    monkeypatch.setenv("CCHC_DATABASE__URL", database_url)
    monkeypatch.chdir(tmp_path)
    return path


def copies(database: Path) -> list[Path]:
    return sorted(database.parent.glob(f"{database.name}.{REVISIONS[-1]}-*"))


def migrate_and_die(name: str) -> None:
    """In a process of its own, which ends before this call of ``os``."""

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(os, name, die)
    Desk(None).migrate()


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_half_a_copy_is_not_taken_for_one(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(migrations, "DIRECTORY", make_release(tmp_path, REVISIONS[-1], NEXT))
    fork = multiprocessing.get_context("fork")
    process = fork.Process(target=migrate_and_die, args=(name,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert [path.suffix for path in copies(old)] == [".part"]
    assert migrations.current(Desk(None).engine) == REVISIONS[-1]

    Desk(None).migrate()

    [copy] = [path for path in copies(old) if path.suffix != ".part"]
    with sqlite3.connect(copy) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [
            (REVISIONS[-1],)
        ]
        assert connection.execute("SELECT count(*) FROM unit").fetchone()[0] > 0
    assert migrations.current(Desk(None).engine) == migrations.head() != REVISIONS[-1]


def test_an_upgrade_that_would_lose_rows_is_refused_in_a_sentence(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = make_release(tmp_path, REVISIONS[-1], CARELESS, statement="DELETE FROM reminder")
    monkeypatch.setattr(migrations, "DIRECTORY", bad)

    with pytest.raises(SystemExit) as ended:
        Desk(None).migrate()

    assert ended.value.code == 1
    assert "Chưa nâng cấp" in capsys.readouterr().err
    assert migrations.current(Desk(None).engine) == REVISIONS[-1]
