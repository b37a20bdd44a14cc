"""``cchc campaign`` on the sample province, at the test's time."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session, sessionmaker

from bot.commands.campaign import campaign
from bot.desk import Desk
from tests.clock import TestClock

Cchc = Callable[..., Result]
Sessions = sessionmaker[Session]


@pytest.fixture
def cchc(
    sessions: Sessions, clock: TestClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Cchc:
    monkeypatch.setenv("CCHC_STORAGE__DIRECTORY", str(tmp_path / "evidence"))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.chdir(tmp_path)

    class HereAndNow(Desk):
        @property
        def sessions(self) -> Sessions:  # type: ignore[override]
            return sessions

        def clock(self) -> object:  # type: ignore[override]
            return clock()

    def run(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(campaign, list(words), input=typed, obj=HereAndNow(None))

    return run
