"""A Bot API server, and a channel that talks to it."""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.telegram import TelegramChannel
from bot.telegram.polling import Patience
from models import inbox
from models.inbox import Arrival, InboxEvent, Waiting
from tests.bot_api import TOKEN, Server, serve

QUICK = Patience(first=0.02, longest=0.1, store=0.6, conflict=0.1)


@pytest.fixture
def api() -> Iterator[Server]:
    with serve() as server:
        yield server


def channel_to(url: str, token: str = TOKEN, **more: Any) -> TelegramChannel:
    quick: dict[str, Any] = {"patience": QUICK, "poll_seconds": 5}
    return TelegramChannel(token, api_url=url, **(quick | more))


class Ears:
    """Remembers, without a database, when the platform was heard."""

    def __init__(self) -> None:
        self.heard_at: datetime | None = None

    async def not_before(self, channel: str, keeps: timedelta) -> datetime:
        return self.heard_at or datetime.now(UTC)

    async def heard(self, channel: str) -> None:
        self.heard_at = datetime.now(UTC)


class Inbox:
    """The real inbox on a real database; ``broken`` makes storing fail."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self.broken = 0
        self.batches: list[int] = []
        self.hearing = Ears()

    async def accept(self, arrivals: Sequence[Arrival]) -> list[Waiting]:
        if self.broken:
            self.broken -= 1
            raise ConnectionError("the database is away")
        with self._sessions.begin() as session:
            kept = inbox.store(session, arrivals, datetime.now(UTC))
        self.batches.append(len(arrivals))
        return kept

    @property
    def events(self) -> list[InboxEvent]:
        with self._sessions() as session:
            return list(session.scalars(select(InboxEvent).order_by(InboxEvent.id)))

    @property
    def texts(self) -> list[str]:
        return [event.body["message"]["text"] for event in self.events]


@pytest.fixture
def stored(sessions: sessionmaker[Session]) -> Inbox:
    return Inbox(sessions)


@pytest.fixture(autouse=True)
def no_token_in_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a test does, with everything logged: the token is in no line."""
    caplog.set_level(logging.DEBUG)
    for name in ("telegram", "telegram.Bot", "aiohttp", "httpx", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    yield
    formatter = logging.Formatter("%(name)s %(message)s")
    lines = [formatter.format(record) for record in caplog.get_records("call")]
    secret = TOKEN.split(":")[1]
    assert [line for line in lines if secret in line] == []
