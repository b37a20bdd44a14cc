"""The webhook answers 200 only once the update is stored (I1), and only to Telegram."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.telegram.channel import TelegramChannel
from bot.telegram.webhook import SECRET_HEADER
from tests.bot_api import Server
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
