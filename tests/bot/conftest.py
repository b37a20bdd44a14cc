"""``cchc campaign`` on the sample province, at the test's time."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session, sessionmaker

from bot.commands.campaign import campaign
from tests.clock import TestClock
from tests.desk import TestDesk

Cchc = Callable[..., Result]
Sessions = sessionmaker[Session]


@pytest.fixture
def cchc(
    sessions: Sessions, clock: TestClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Cchc:
    monkeypatch.setenv("CCHC_STORAGE__DIRECTORY", str(tmp_path / "evidence"))
    monkeypatch.chdir(tmp_path)

    def run(*words: str, typed: str = "") -> Result:
        desk = TestDesk(sessions, clock)
        return CliRunner().invoke(campaign, list(words), input=typed, obj=desk)

    return run
