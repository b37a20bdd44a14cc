"""What refuses the start, by which name, and what it leaves behind (T18, design 9)."""

import asyncio
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.app import Bot
from bot.config import Config, StorageSection, TelegramSection
from bot.sections import Secret
from bot.starting import TELEGRAM_BOT, CannotStart
from models import settings
from models.clock import wall_clock
from tests.bot_api import TOKEN, Server, serve
from tests.live import configure

MISTYPED = "777" + TOKEN


@pytest.fixture
def api() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def config(sessions: sessionmaker[Session], database_url: str, tmp_path: Path) -> Config:
    return configure(database_url, tmp_path)


def with_token(config: Config, api: Server, token: str) -> Config:
    return replace(config, telegram=TelegramSection(Secret(token), api_url=api.url))


def start(config: Config) -> None:
    async def run() -> None:
        async with Bot(config, wall_clock).running():
            pass

    asyncio.run(run())


def refusal(config: Config) -> str:
    with pytest.raises(CannotStart) as refused:
        start(config)
    return refused.value.reason


def known_bot(sessions: sessionmaker[Session]) -> str | None:
    with sessions() as session:
        return settings.get(session, TELEGRAM_BOT)


def test_a_mistyped_token_does_not_take_the_database(
    sessions: sessionmaker[Session], config: Config, api: Server
) -> None:
    assert refusal(with_token(config, api, MISTYPED)) == "token_refused"
    assert known_bot(sessions) is None
    start(with_token(config, api, TOKEN))
    assert known_bot(sessions) == TOKEN.split(":")[0]
    assert refusal(with_token(config, api, MISTYPED)) == "another_bot"
    assert known_bot(sessions) == TOKEN.split(":")[0]


def test_a_bot_that_telegram_has_not_seen_yet_is_not_remembered(
    sessions: sessionmaker[Session], config: Config, api: Server
) -> None:
    with api.away():
        start(with_token(config, api, TOKEN))
    assert known_bot(sessions) is None


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_token_file_without_a_token_refuses_the_start(
    config: Config, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content)
    named = replace(config, telegram=TelegramSection(token_file=file))
    assert refusal(named) == "token_not_readable"


def test_what_is_no_token_is_not_shown_to_telegram(config: Config, api: Server) -> None:
    for wrong in ("garbage", "123", "123:", "abc:def", f"{TOKEN} {TOKEN}"):
        assert refusal(with_token(config, api, wrong)) == "token_refused"
    assert api.state()["calls"] == {}


def test_evidence_that_cannot_be_kept_refuses_the_start(config: Config, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert refusal(replace(config, storage=StorageSection(file / "evidence"))) == (
        "storage_not_writable"
    )
    assert stat.S_ISREG(file.stat().st_mode)
