"""The stage of these tests, and shorter waits than in earnest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.channel import Limits
from tests.bot_api import TOKEN, serve
from tests.clock import TestClock
from tests.faults.stage import Stage
from tests.live import configure, running


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds in earnest takes tenths here."""
    monkeypatch.setattr("bot.worker.PAUSES", (0.05, 0.1, 0.2))
    monkeypatch.setattr("bot.worker.LOOK_SECONDS", 0.2)
    monkeypatch.setattr("bot.worker.ALBUM_SECONDS", 0.4)
    # The server refuses nothing that goes too fast unless a test asks it to.
    monkeypatch.setattr("bot.telegram.channel.TelegramChannel.limits", Limits(chat_burst=100))


@pytest.fixture
def stage(
    hurried: None,
    province: sessionmaker[Session],
    database_url: str,
    clock: TestClock,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Stage]:
    """With the conversations of a module's ``conversations`` fixture, where it has one."""
    more = {}
    if "conversations" in request.fixturenames:
        more["conversations"] = request.getfixturevalue("conversations")
    with serve(clock=clock) as api:
        config = configure(database_url, tmp_path, token=TOKEN, api_url=api.url)
        with running(config, clock, **more) as live:
            yield Stage(api, live, clock, province)
