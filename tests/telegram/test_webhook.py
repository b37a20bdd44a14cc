"""The webhook answers 200 only once the update is stored (I1), and only to Telegram."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

import bot.telegram.channel
from bot.hearing import Hearing
from bot.telegram.channel import TelegramChannel
from bot.telegram.webhook import SECRET_HEADER
from models import database as databases
from models import silence
from models.database import Database
from models.outbox import OutboxMessage
from models.people import Role
from tests.bot_api import Server
from tests.clock import TestClock
from tests.faults.stage import bind
from tests.telegram.conftest import Inbox, channel_to

SECRET = "s3cret-" + "x" * 30
UPDATE: dict[str, Any] = {
    "update_id": 5,
    "message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "text": "/lich"},
}


@asynccontextmanager
async def listening(api: Server, inbox: Inbox) -> AsyncIterator[str]:
    """A channel behind a web server of its own; the address at which Telegram reaches it."""
    channels: list[TelegramChannel] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        # The address is known only once the server listens, the channel must know it before.
        (route,) = channels[0].routes()
        answer: web.StreamResponse = await route.handler(request)
        return answer

    app = web.Application()
    app.router.add_post("/telegram", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
    channel = channel_to(api.url, webhook_url=url, webhook_secret=SECRET)
    channels.append(channel)
    assert [route.path for route in channel.routes()] == ["/telegram"]
    task = asyncio.create_task(channel.run(inbox))
    try:
        yield url
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await channel.close()
        await runner.cleanup()


def test_updates_are_pushed_stored_and_presses_acknowledged(api: Server, stored: Inbox) -> None:
    an = api.user()
    stored.broken = 1

    async def run() -> None:
        async with listening(api, stored):
            an.text("/lich")
            query = an.press_data(1, "abcdefghijkl:0")
            await asyncio.to_thread(api.wait, "confirmed", 2)
            assert await asyncio.to_thread(api.wait, "answered", 1) == [query]

    asyncio.run(run())
    assert [event.address for event in stored.events] == [str(an.id)] * 2
    state = api.state()
    assert state["given"] == [state["confirmed"][0], *state["confirmed"]]
    assert state["webhook"]["secret"] == SECRET


@pytest.mark.parametrize(
    ("secret", "body", "broken", "status"),
    [
        (SECRET, json.dumps(UPDATE).encode(), 0, 200),
        (SECRET, json.dumps(UPDATE).encode(), 1, 503),
        (SECRET, b"{", 0, 400),
        (SECRET, b'{"a": "' + b"x" * 1024 * 1024 + b'"}', 0, 413),
        ("wrong", json.dumps(UPDATE).encode(), 0, 403),
        ("", json.dumps(UPDATE).encode(), 0, 403),
        ("bí mật", json.dumps(UPDATE).encode(), 0, 403),
    ],
)
def test_what_is_posted_is_answered_by_what_became_of_it(
    api: Server, stored: Inbox, secret: str, body: bytes, broken: int, status: int
) -> None:
    async def run() -> int:
        async with listening(api, stored) as url, aiohttp.ClientSession() as session:
            while not api.state()["webhook"]:
                await asyncio.sleep(0.01)
            stored.broken = broken
            answer = await session.post(url, data=body, headers={SECRET_HEADER: secret})
            return answer.status

    assert asyncio.run(run()) == status
    assert len(stored.events) == (status == 200)


class Mended:
    """A bot that is down and up again: its real hearing, on a clock that the test turns."""

    def __init__(self, api: Server, inbox: Inbox, url: str, clock: TestClock) -> None:
        self._api, self._inbox, self._url, self._clock = api, inbox, url, clock

    async def lives(self, look: Callable[[], bool]) -> None:
        """One life, until ``look`` finds what it looks for and nothing waits any more."""
        database = Database(databases.create(self._url))
        self._inbox.hearing = Hearing(database, self._clock)  # type: ignore[assignment]
        async with listening(self._api, self._inbox), asyncio.timeout(20):
            while not look() or self.heard() != self._clock():
                await asyncio.sleep(0.02)
        database.close()

    def heard(self) -> datetime | None:
        with self._inbox._sessions() as session:
            return silence.last_heard(session, "telegram")


def test_a_press_posted_first_after_an_outage_counts_from_its_beginning(
    api: Server,
    stored: Inbox,
    database_url: str,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """X25, for a bot that Telegram calls: also when several were posted in vain."""
    monkeypatch.setattr(bot.telegram.channel, "BEHIND_SECONDS", 0.05)
    monkeypatch.setattr(bot.telegram.channel, "STILL_THERE_SECONDS", 0.05)
    an, mended = api.user(), Mended(api, stored, database_url, clock)
    asyncio.run(mended.lives(lambda: True))
    before = clock()
    clock.forward(seconds=60)
    for _ in range(3):
        an.press_data(1, "abcdefghijkl:0")

    def later() -> bool:
        if len(stored.events) == 3 and mended.heard() == clock():
            an.press_data(1, "abcdefghijkl:1")
        return len(stored.events) > 3

    asyncio.run(mended.lives(later))
    assert [event.made_at for event in stored.events[:4]] == [before] * 3 + [None]


def test_after_a_day_without_posts_everybody_is_told_once(
    api: Server,
    stored: Inbox,
    province: sessionmaker[Session],
    database_url: str,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """X9; but not after a day in which nobody wrote."""
    monkeypatch.setattr(bot.telegram.channel, "STILL_THERE_SECONDS", 0.05)
    with province.begin() as session:
        bind(session, api.user(), "An", "STP", Role.FOCAL_OFFICER, clock)
    mended = Mended(api, stored, database_url, clock)
    told = []
    for hours in (0, 23, 25, 23):
        clock.forward(hours=hours)
        asyncio.run(mended.lives(lambda: True))
        with province() as session:
            names = select(func.count()).where(OutboxMessage.name == "silence_is_over")
            told.append(session.scalar(names))
    assert told == [0, 0, 1, 1]


def test_nothing_is_taken_before_the_channel_runs(api: Server) -> None:
    async def run() -> int:
        channel = channel_to(api.url, webhook_url="http://x/telegram", webhook_secret=SECRET)
        app = web.Application()
        app.add_routes(channel.routes())
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
        async with aiohttp.ClientSession() as session:
            answer = await session.post(url, json=UPDATE, headers={SECRET_HEADER: SECRET})
        await runner.cleanup()
        return answer.status

    assert asyncio.run(run()) == 503


def test_a_webhook_without_a_secret_is_not_made(api: Server) -> None:
    with pytest.raises(ValueError, match="needs a secret"):
        channel_to(api.url, webhook_url="https://cchc.test/telegram")
