"""Events are stored before Telegram forgets them (I1), in their order, each once (I3)."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.telegram import TelegramChannel, TelegramRefused
from bot.telegram.reading import arrival
from models.inbox import Arrival, Waiting
from models.people.invitations import seal
from tests.bot_api import Server
from tests.telegram.conftest import Ears, Inbox, channel_to


@asynccontextmanager
async def polling(
    url: str, stored: Any, **more: Any
) -> AsyncIterator[tuple[TelegramChannel, "asyncio.Task[None]"]]:
    channel = channel_to(url, **more)
    task = asyncio.create_task(channel.run(stored))
    try:
        yield channel, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await channel.close()


def poll_until(api: Server, stored: Any, what: str, count: int, **more: Any) -> None:
    async def run() -> None:
        async with polling(api.url, stored, **more):
            await asyncio.to_thread(api.wait, what, count)

    asyncio.run(run())


def test_events_are_stored_in_order_with_the_time_that_telegram_gives(
    api: Server, stored: Inbox
) -> None:
    api.clock("2026-11-03T03:05:00+00:00")
    an, binh = api.user("An"), api.user("Bình")
    an.text("/lich")
    binh.text("/menu")
    query = an.press_data(1, "abcdefghijkl:0")
    poll_until(api, stored, "confirmed", 3)
    bot = api.world.bot["id"]
    found = [
        (e.channel, e.external_id, e.address, f"{e.made_at:%F %T}") for e in stored.events[:2]
    ]
    ids = api.state()["confirmed"]
    assert found == [
        ("telegram", f"{bot}:{ids[0]}", str(an.id), "2026-11-03 03:05:00"),
        ("telegram", f"{bot}:{ids[1]}", str(binh.id), "2026-11-03 03:05:00"),
    ]
    assert stored.events[2].external_id == f"{bot}:{ids[2]}"
    assert api.state()["answered"] == [query]


def test_a_code_is_sealed_before_it_is_stored(api: Server, stored: Inbox) -> None:
    code = "K7Q2MZ9T4WXB8H3D5RVC6JN0PA"
    an = api.user()
    an.text(f"/start {code}")
    an.document("a.pdf", b"a", caption=code)
    poll_until(api, stored, "confirmed", 2)
    first, second = stored.events
    assert first.body["message"]["text"] == seal(f"/start {code}")
    assert second.body["message"]["caption"] == seal(code)
    assert code not in str([event.body for event in stored.events])


def test_a_code_in_the_echo_of_our_own_message_is_sealed_too() -> None:
    """A press brings along the message it was made on, a reply the one it answers."""
    code = "K7Q2MZ9T4WXB8H3D5RVC6JN0PA"
    shown = f"Mã (dùng một lần): {code}\nTrang web: https://cchc.test/start/{code}\n"
    shown += f"Telegram: https://t.me/b?start={code}\nTải lên: https://cchc.test/tai-len/{code}"
    link = {"type": "text_link", "url": f"https://cchc.test/tai-len/{code}"}
    message = {"message_id": 1, "chat": {"id": 5}, "text": shown, "entities": [link]}
    press = {"update_id": 1, "callback_query": {"id": "1", "data": "a:0", "message": message}}
    reply = {"update_id": 2, "message": {**message, "text": "?", "reply_to_message": message}}
    assert code not in str([arrival(7, update).body for update in (press, reply)])


def test_nothing_is_confirmed_while_it_is_not_stored(api: Server, stored: Inbox) -> None:
    """Asked again at once, Telegram would give the updates one by one."""
    stored.broken = 1
    an = api.user()
    for number in range(5):
        an.text(str(number))

    async def run() -> None:
        async with polling(api.url, stored):
            await asyncio.to_thread(api.wait, "given", 5)
            assert api.state()["confirmed"] == []
            await asyncio.to_thread(api.wait, "confirmed", 5)

    asyncio.run(run())
    assert stored.texts == ["0", "1", "2", "3", "4"]
    assert stored.batches == [5]


KILLED = """
import asyncio, os, signal, sys
from sqlalchemy.orm import sessionmaker
from models import database
from tests.telegram.conftest import Inbox, channel_to

url, address, moment = sys.argv[1:]

class Doomed(Inbox):
    async def accept(self, arrivals):
        if moment == "after":
            await super().accept(arrivals)
        os.kill(os.getpid(), signal.SIGKILL)

stored = Doomed(sessionmaker(database.create(address)))
asyncio.run(channel_to(url).run(stored))
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_around_the_storing_loses_and_doubles_nothing(
    api: Server, stored: Inbox, database_url: str, moment: str
) -> None:
    an = api.user()
    for number in range(3):
        an.text(str(number))
    command = [sys.executable, "-c", KILLED, api.url, database_url, moment]
    killed = subprocess.run(command, env=os.environ, timeout=20, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert api.state()["confirmed"] == []
    assert len(stored.events) == (3 if moment == "after" else 0)
    poll_until(api, stored, "confirmed", 3)
    assert stored.texts == ["0", "1", "2"]


def test_an_event_given_again_is_stored_once(api: Server, stored: Inbox) -> None:
    an = api.user()
    an.text("0")
    update = dict(api.world.pending[0])
    an.text("1")
    api.fault("getUpdates", "reset", after=True)
    api.fault("getUpdates", "duplicate", skip=1)
    poll_until(api, stored, "confirmed", 2)
    api.repeat(update)
    an.text("2")
    poll_until(api, stored, "confirmed", 4)
    assert stored.texts == ["0", "1", "2"]


def test_a_batch_out_of_order_is_put_in_order(api: Server, stored: Inbox) -> None:
    an = api.user()
    for number in range(5):
        an.text(str(number))
    api.fault("getUpdates", "reverse")
    poll_until(api, stored, "confirmed", 5)
    assert stored.texts == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("first", [1, 699_999_000])
def test_numbers_that_start_again_lower_after_a_quiet_week_skip_nothing(
    api: Server, stored: Inbox, first: int
) -> None:
    """X19: an offset kept over the quiet would tell Telegram to forget all that is new."""
    an = api.user()

    async def run() -> None:
        async with polling(api.url, stored, poll_seconds=0):
            an.text("before")
            await asyncio.to_thread(api.wait, "confirmed", 1)
            calls = api.state()["calls"]["getUpdates"]
            async with asyncio.timeout(5):
                while api.state()["calls"]["getUpdates"] < calls + 3:
                    await asyncio.sleep(0.01)
            api.world.renumber(first)
            an.text("after")
            an.text("and then")
            await asyncio.to_thread(api.wait, "confirmed", 3)

    asyncio.run(run())
    assert stored.texts == ["before", "after", "and then"]


def test_updates_that_nobody_can_read_hold_nothing_up(api: Server, stored: Inbox) -> None:
    api.update(message="not an object")
    api.update(message={"date": "yesterday", "chat": 5, "text": "nul \x00 half \ud800"})
    api.update(callback_query={"id": 5})
    api.update(message={"date": 10**18, "chat": {"id": "x"}})
    api.user().text("/lich")
    poll_until(api, stored, "confirmed", 5)
    assert [event.address for event in stored.events[:4]] == ["0", "0", "0", "0"]
    assert stored.events[1].body["message"]["text"] == "nul \ufffd half ?"
    assert stored.events[4].body["message"]["text"] == "/lich"


@pytest.mark.parametrize("kind", ["429", "500", "502", "reset", "garbage"])
def test_polling_goes_on_after_a_fault(api: Server, stored: Inbox, kind: str) -> None:
    api.fault("getUpdates", kind, times=2, retry_after=0)
    api.fault("getMe", kind, times=1, retry_after=0)
    api.user().text("/lich")
    poll_until(api, stored, "confirmed", 1)
    assert stored.texts == ["/lich"]


def test_telegram_may_be_away_for_a_while(api: Server, stored: Inbox) -> None:
    an = api.user()

    async def run() -> None:
        async with polling(api.url, stored) as (channel, _):
            an.text("before")
            await asyncio.to_thread(api.wait, "confirmed", 1)
            good = channel.pulse.last_good
            with api.away():
                await asyncio.sleep(0.1)
                assert channel.pulse.last_error
                assert channel.pulse.last_good == good
            an.text("after")
            await asyncio.to_thread(api.wait, "confirmed", 2)
            assert channel.pulse.last_error == ""

    asyncio.run(run())
    assert stored.texts == ["before", "after"]


def test_a_second_poller_steps_back_and_nothing_is_lost(api: Server, stored: Inbox) -> None:
    an = api.user()

    async def run() -> None:
        async with polling(api.url, stored), polling(api.url, stored):
            for number in range(5):
                an.text(str(number))
                await asyncio.sleep(0.05)
            await asyncio.to_thread(api.wait, "confirmed", 5)

    asyncio.run(run())
    assert stored.texts == ["0", "1", "2", "3", "4"]
    assert api.state()["refusals"].get("getUpdates 409", 0) >= 1


@pytest.mark.parametrize(("method", "status"), [("getMe", "401"), ("getUpdates", "404")])
def test_a_refused_token_stops_the_channel(
    api: Server, stored: Inbox, method: str, status: str
) -> None:
    api.fault(method, status)

    async def run() -> None:
        async with polling(api.url, stored) as (_, task):
            await asyncio.wait_for(asyncio.shield(task), 2)

    with pytest.raises(TelegramRefused):
        asyncio.run(run())


def test_the_menu_of_commands_is_set_in_both_languages(api: Server, stored: Inbox) -> None:
    commands = {"": [("lich", "Lịch đợt đánh giá")], "en": [("lich", "Calendar")]}
    api.user().text("/lich")
    poll_until(api, stored, "confirmed", 1, commands=commands)
    assert api.state()["commands"] == {
        "": [{"command": "lich", "description": "Lịch đợt đánh giá"}],
        "en": [{"command": "lich", "description": "Calendar"}],
    }


def test_a_press_that_comes_first_after_a_silence_counts_from_its_beginning(
    api: Server, stored: Inbox
) -> None:
    """X25: from the last answer before it on."""
    an = api.user()
    an.press_data(1, "abcdefghijkl:0")

    async def run() -> None:
        async with polling(api.url, stored):
            await asyncio.to_thread(api.wait, "confirmed", 1)
            await asyncio.to_thread(an.press_data, 1, "abcdefghijkl:1")
            await asyncio.to_thread(api.wait, "confirmed", 2)
            await asyncio.to_thread(api.fault, "getUpdates", "502", times=3)
            await asyncio.to_thread(an.text, "the request under way is answered by this")
            await asyncio.to_thread(api.wait, "given", 3)
            await asyncio.to_thread(an.press_data, 1, "abcdefghijkl:2")
            await asyncio.to_thread(api.wait, "confirmed", 4)

    asyncio.run(run())
    at_start, meanwhile, _, after = stored.events
    assert at_start.received_at - at_start.made_at < timedelta(seconds=1)
    assert meanwhile.made_at is None
    assert at_start.received_at < after.made_at <= after.received_at


class Slow:
    """An inbox that takes its time; what it was handed is what Telegram may not forget."""

    def __init__(self, api: Server) -> None:
        self._api = api
        self.hearing = Ears()
        self.confirmed_meanwhile: list[int] = []

    async def accept(self, arrivals: Sequence[Arrival]) -> list[Waiting]:
        await asyncio.sleep(0.1)
        confirmed = (await asyncio.to_thread(self._api.state))["confirmed"]
        ids = {int(arrival.external_id.split(":")[1]) for arrival in arrivals}
        self.confirmed_meanwhile += ids & set(confirmed)
        return []


def test_the_next_request_waits_for_the_storing(api: Server) -> None:
    slow = Slow(api)
    an = api.user()
    an.text("0")
    an.text("1")
    poll_until(api, slow, "confirmed", 2)
    assert slow.confirmed_meanwhile == []
